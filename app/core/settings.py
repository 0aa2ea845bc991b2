"""``settings.toml`` of a templates folder: what one set of templates wants otherwise.

::

    [compiler]
    strengthen = false    # leave rules that stay in a <style> without !important, as their author wrote them
    remove_unused = true  # take out classes, ids and comments that nothing refers to any more

All of it is optional; so is the file.
"""

from __future__ import annotations

import tomllib

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.errors import Location, SourceError

SETTINGS_NAME = "settings.toml"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CompilerSettings(_Table):
    """What the compiler may do.

    With ``strengthen``, kept declarations that inlining would defeat get ``!important``; with
    ``remove_unused``, classes, ids and comments that nothing refers to are left out.
    """

    strengthen: bool = True
    remove_unused: bool = False


class SetSettings(_Table):
    """All of the file."""

    compiler: CompilerSettings = Field(default_factory=CompilerSettings)


def read_settings(text: str, label: str) -> SetSettings:
    """The settings that ``text`` says.

    Raises:
        SourceError: it is not TOML, or says something that is not known.
    """
    try:
        return SetSettings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SourceError(
            f"The settings are not TOML: {error}.", location=Location(label), remedy="Correct the file."
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SourceError(
            f"{place}: {first['msg']}.",
            location=Location(label),
            remedy="The settings are described in docs/compiler.md.",
        ) from None
