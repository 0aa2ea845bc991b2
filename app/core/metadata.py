"""``{name}.json``: subject, preheader, sender, audience and contract of a template."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, field_validator

from app.core.contracts import bundle_contract
from app.core.errors import SourceError
from app.core.jsontext import locate, parse_json
from app.core.sources import Audience, Mailbox, Metadata, SourceFile
from app.core.waivers import Waiver

_WANTED = {
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "string_type": "must be text",
    "list_type": "must be a list",
    "date_from_datetime_parsing": 'must be a day, as "2027-03-31"',
    "bool_type": "must be true or false",
    "string_too_short": "must not be empty",
    "enum": f"must be {' or '.join(audience.value for audience in Audience)}",
}
"""What the validator asks for, in the words of a JSON file; by its type of error."""


class _Sender(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = ""
    address: str


class _Waiver(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rule: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    until: date
    says: str = ""

    @field_validator("reason", "says")
    @classmethod
    def _one_line(cls, value: str) -> str:
        return one_line(value)

    @field_validator("until", mode="before")
    @classmethod
    def _day(cls, value: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            raise ValueError('must be a day, as "2027-03-31"')
        return value


class _MetadataFile(BaseModel):
    """The shape of the file, before references are bundled."""

    model_config = ConfigDict(extra="forbid")
    description: str = Field(min_length=1)
    audience: Audience
    sender: _Sender
    replyTo: str | None = None  # noqa: N815  the file speaks camelCase, as the contracts do
    subject: str = Field(min_length=1)
    preheader: str
    stoppable: StrictBool = True
    waivers: list[_Waiver] = Field(default_factory=list)
    contract: dict[str, Any]

    @field_validator("subject", "preheader", "description")
    @classmethod
    def _one_line(cls, value: str) -> str:
        return one_line(value)


def load_metadata(
    file: SourceFile, *, root: Path, parsed: Callable[[Path], tuple[SourceFile, Any]]
) -> Metadata:
    """The metadata in ``file``, its contract bundled with what ``parsed`` gives of the files it refers to.

    Raises:
        SourceError: malformed JSON, a missing, unknown or ill-typed member, a reference to nowhere; with the
            line of the first offence.
    """
    raw = parse_json(file.text, file.label)
    try:
        said = _MetadataFile.model_validate(raw)
    except ValidationError as error:
        raise first_offence(error, file, _MetadataFile) from None
    shared: list[SourceFile] = []

    def noted(path: Path) -> tuple[SourceFile, Any]:
        found = parsed(path)
        shared.append(found[0])
        return found

    contract = bundle_contract(said.contract, file=file, pointer="/contract", root=root, parsed=noted)
    return Metadata(
        file=file,
        description=said.description,
        audience=said.audience,
        sender=Mailbox(said.sender.name, said.sender.address),
        reply_to=Mailbox("", said.replyTo) if said.replyTo else None,
        subject=said.subject,
        preheader=said.preheader,
        stoppable=said.stoppable,
        contract=contract,
        waivers=tuple(
            Waiver(
                each.rule,
                each.reason,
                each.until,
                each.says,
                locate(file.text, file.label, f"/waivers/{number}"),
            )
            for number, each in enumerate(said.waivers)
        ),
        contract_files=tuple(shared),
    )


def one_line(value: str) -> str:
    """``value``, for a validator of a member that stands in a header.

    Raises:
        ValueError: it has a line break or another control character in it.
    """
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in value):
        raise ValueError("must be one line without control characters")
    return value


def first_offence(error: ValidationError, file: SourceFile, shape: type[BaseModel]) -> SourceError:
    """What is wrong first in ``file``, which shall have the members of ``shape``, at its line."""
    first = error.errors()[0]
    pointer = "".join(f"/{part}" for part in first["loc"])
    if not pointer:
        message, remedy = "The metadata must be one JSON object.", "Wrap them in { }."
    elif first["type"] == "missing":
        message, remedy = f"The member {pointer} is missing.", "Add it."
    elif first["type"] == "extra_forbidden":
        message = f"The member {pointer} is not known."
        if len(first["loc"]) > 1:
            shape = _Waiver if first["loc"][0] == "waivers" else _Sender
        remedy = f"Known: {', '.join(shape.model_fields)}."
    else:
        wanted = _WANTED.get(first["type"]) or first["msg"].removeprefix("Value error, ")
        message, remedy = f"The member {pointer} {wanted}.", "Correct it."
    return SourceError(message, location=locate(file.text, file.label, pointer), remedy=remedy)
