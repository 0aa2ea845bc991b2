"""``settings.toml`` of a templates folder: what one set of templates wants otherwise.

::

    locale = "en-ZA"                    # the language of the set, a tag of BCP 47
    time_zone = "Africa/Johannesburg"   # where its readers are, a name of IANA
    languages = ["af", "zu"]            # further ones that each template shall be in

    [compiler]
    strengthen = false    # leave rules that stay in a <style> without !important, as their author wrote them
    remove_unused = true  # take out classes, ids and comments that nothing refers to any more

    [checks]
    attributes = ["acme:*", "acme-track"]    # attributes that a sender or an editor reads
    elements = ["acme-block"]                # elements that it reads
    errors = ["img-alt"]                     # warnings that shall fail a check
    clients = ["gmail.*", "outlook.windows"] # the clients of the readers

All of it is optional; so is the file. Without a locale, values are printed as callers send them.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from app.core.errors import Location, SourceError
from app.core.toml import toml_tables

SETTINGS_NAME = "settings.toml"

DEFAULT_CLIENTS = (
    "apple-mail.*",
    "gmail.android",
    "gmail.desktop-webmail",
    "gmail.ios",
    "outlook.macos",
    "outlook.outlook-com",
    "outlook.windows",
    "protonmail.*",
    "yahoo.*",
)
"""The clients that are asked about unless a set names others: those of its readers."""

# The names of HTML's attributes and elements as a parser gives them, without what could be a pattern.
_PATTERN = re.compile(r"[^\sA-Z\"'<>/=*?\[\]\x00-\x1f]+\*?")
_CODE = re.compile(r"[a-z]+(-[a-z]+)*")


class SettingsTable(BaseModel):
    """A table of a settings file: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CompilerSettings(SettingsTable):
    """What the compiler may do.

    With ``strengthen``, kept declarations that inlining would defeat get ``!important``; with
    ``remove_unused``, classes, ids and comments that nothing refers to are left out.
    """

    strengthen: bool = True
    remove_unused: bool = False


def _is_pattern(name: str) -> str:
    if not _PATTERN.fullmatch(name):
        raise PydanticCustomError(
            "name", "'{name}' is no name, with or without a * at its end", {"name": name}
        )
    return name


def _is_code(name: str) -> str:
    if not _CODE.fullmatch(name):
        raise PydanticCustomError("code", "'{name}' is no code of a finding", {"name": name})
    return name


def _as_tuple(value: object) -> object:
    if not isinstance(value, list):
        raise PydanticCustomError("list", "a list of names is wanted")
    return tuple(value)


_Names = Annotated[tuple[Annotated[str, AfterValidator(_is_pattern)], ...], BeforeValidator(_as_tuple)]
_Codes = Annotated[tuple[Annotated[str, AfterValidator(_is_code)], ...], BeforeValidator(_as_tuple)]


def _is_tag(tag: str) -> str:
    from app.core import locales  # Babel takes a while, and most sets have one language.

    try:
        proper = locales.canonical_tag(tag)
    except SourceError as error:
        raise PydanticCustomError("tag", "{problem}", {"problem": error.message.rstrip(".")}) from error
    if tag != proper:
        raise PydanticCustomError("tag", "'{tag}' is written '{proper}'", {"tag": tag, "proper": proper})
    return tag


_Tags = Annotated[tuple[Annotated[str, AfterValidator(_is_tag)], ...], BeforeValidator(_as_tuple)]


class CheckSettings(SettingsTable):
    """What the checks allow and demand.

    ``attributes`` and ``elements`` are names, in lower case, that are no HTML and no mistake: a sender or an
    editor reads them; a ``*`` at the end stands for anything. ``errors`` are the codes of findings that fail
    a check although they are warnings elsewhere. ``clients`` are those of the readers, ``gmail.ios`` or
    ``gmail.*``: what they do not support is told.
    """

    attributes: _Names = ()
    elements: _Names = ()
    errors: _Codes = ()
    clients: _Names = DEFAULT_CLIENTS

    def allows_attribute(self, name: str) -> bool:
        """Whether ``name`` is one of the set's own attributes."""
        return any(fnmatchcase(name, pattern) for pattern in self.attributes)

    def allows_element(self, name: str) -> bool:
        """Whether ``name`` is one of the set's own elements."""
        return any(fnmatchcase(name, pattern) for pattern in self.elements)


class SetSettings(SettingsTable):
    """All of the file; ``locale`` and ``time_zone`` say how values are shown to people.

    A template that lacks one of ``languages`` is warned of; any may have others.
    """

    locale: str = ""
    time_zone: str = ""
    languages: _Tags = ()
    checks: CheckSettings = Field(default_factory=CheckSettings)
    compiler: CompilerSettings = Field(default_factory=CompilerSettings)


def read_settings(text: str, label: str) -> SetSettings:
    """The settings that ``text`` says.

    Raises:
        SourceError: it is not TOML, or says something that is not known.
    """
    try:
        tables = toml_tables(text)
    except ValueError as error:
        raise SourceError(
            f"The settings are not TOML: {error}.", location=Location(label), remedy="Correct the file."
        ) from error
    try:
        settings = SetSettings.model_validate(tables)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SourceError(
            f"{place}: {first['msg']}.",
            location=Location(label),
            remedy="The settings are described in docs/reference.md.",
        ) from None
    except ValueError as error:  # no TOML, or a number of more digits than Python converts
        raise SourceError(
            f"The settings are not TOML: {error}.", location=Location(label), remedy="Correct the file."
        ) from error
    _require_known(settings, text, label)
    return settings


def _require_known(settings: SetSettings, text: str, label: str) -> None:
    """Refuse a locale that CLDR does not have or writes otherwise, and a zone that is none."""
    for member, value in (("locale", settings.locale), ("time_zone", settings.time_zone)):
        if not value:
            continue
        from app.core import locales  # Babel takes a while, and a set may name neither.

        try:
            if member == "time_zone":
                locales.require_zone(value)
                continue
            locales.require_canonical(value)
            locales.locale_rules(value)
        except SourceError as error:
            raise SourceError(
                f"{member}: {error.message}", location=_line_of(member, text, label), remedy=error.remedy
            ) from None


def _line_of(member: str, text: str, label: str) -> Location:
    for number, line in enumerate(text.split("\n"), 1):
        if line.partition("=")[0].strip() == member:
            return Location(label, number, 1)
    return Location(label)
