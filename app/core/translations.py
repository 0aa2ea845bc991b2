"""A template in a further language: ``{name}.{tag}.html`` and ``.json`` beside it.

::

    templates/receipts/order.af.html     the same mail in Afrikaans
    templates/receipts/order.af.txt      optional, as for any template
    templates/receipts/order.af.json     {"subject": …, "preheader": …, "words": {"status": {"PAID": …}}}

Contract, sender and audience are the template's own. ``words`` are those of its fields that are shown as a
choice; they go into its one contract, each under its language.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic import Field as Member

from app.core.errors import Location, SourceError
from app.core.jsontext import locate, parse_json
from app.core.metadata import first_offence, one_line
from app.core.sources import Metadata, SourceFile
from app.core.validation.fields import Field
from bbws_templates.display.plan import declared, members_of, words_as
from bbws_templates.references import escaped

Words = Mapping[str, Mapping[str, str]]
"""By field, as ``status`` or ``items[].status``, and by code."""


class _TranslationFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    subject: str = Member(min_length=1)
    preheader: str
    words: dict[str, dict[str, str]] = Member(default_factory=dict)

    @field_validator("subject", "preheader")
    @classmethod
    def _one_line(cls, value: str) -> str:
        return one_line(value)


_OF_THE_TEMPLATE = frozenset(
    {"contract", "sender", "replyTo", "audience", "stoppable", "description", "waivers"}
)


@dataclass(frozen=True)
class Translated:
    """What a translation's JSON file says."""

    file: SourceFile
    subject: str
    preheader: str
    words: Words

    def metadata(self, own: Metadata) -> Metadata:
        """The metadata of the translation of a template whose metadata are ``own``."""
        return replace(
            own,
            file=self.file,
            subject=self.subject,
            preheader=self.preheader,
            contract_file=own.contract_home,
        )


def require_language(tag: str, *, own: str, place: Location | None, name: str) -> None:
    """Let ``tag`` pass as the language of a translation in a set whose own language is ``own``.

    Raises:
        SourceError: CLDR does not know it, it is written in another way, it is the set's own, or the set does
            not say what its own is.
    """
    from app.core.locales import canonical_tag  # Babel takes a while; many sets have one language.

    try:
        proper = canonical_tag(tag)
    except SourceError as error:
        raise SourceError(
            f"'{tag[:80]}' is no language that CLDR knows"
            + (", as what follows a dot in a template's name is." if place else "."),
            location=place,
            remedy=f"Write a tag of BCP 47, as in {name}.af.html or {name}.zu-ZA.html; else rename the file, "
            "with '_' or '-' for the dot."
            if place
            else error.remedy,
        ) from error
    if proper != tag:
        raise SourceError(
            f"The language '{tag}' is written '{proper}'.",
            location=place,
            remedy=f"Rename it {name}.{proper}.html." if place else f"Write --locale {proper}.",
        )
    if not own:
        raise SourceError(
            "The set does not say in which language its templates themselves are.",
            location=place,
            remedy='Say it in settings.toml, such as locale = "en-ZA".',
        )
    if tag == own:
        raise SourceError(
            f"'{tag}' is the language of the set, in which {name}.html is.",
            location=place,
            remedy="Remove this file, or correct its language." if place else "Name another.",
        )


def load_translated(file: SourceFile, own: Metadata) -> Translated:
    """What ``file`` says, for the template whose metadata are ``own``.

    Raises:
        SourceError: malformed JSON, a missing, unknown or ill-typed member, a word for what is no choice;
            with the line of the first offence.
    """
    raw = parse_json(file.text, file.label)
    try:
        parsed = _TranslationFile.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "extra_forbidden" and first["loc"][0] in _OF_THE_TEMPLATE:
            raise SourceError(
                f"A translation has no '{first['loc'][0]}': it is the template's, in every language.",
                location=locate(file.text, file.label, f"/{first['loc'][0]}"),
                remedy=f"Remove it here; it stands in {own.file.label}.",
            ) from None
        raise first_offence(error, file, _TranslationFile) from None
    for field, words in parsed.words.items():
        _require_words(own.contract, field, words, file)
    _require_one_word_each(own.contract, parsed.words, file)
    return Translated(file, parsed.subject, parsed.preheader, parsed.words)


def with_words(contract: Mapping[str, Any], own: str, words: Mapping[str, Words]) -> Mapping[str, Any]:
    """``contract`` with the words of further languages; ``own`` is the tag of those that it has."""
    if not any(words.values()):
        return contract
    made = copy.deepcopy(dict(contract))
    for tag, fields in words.items():
        for name, by_code in fields.items():
            choice = _choice(made, name)
            for code, word in by_code.items():
                known = choice.get(code, {})
                by_language = {own: known} if isinstance(known, str) else dict(known)
                choice[code] = {**by_language, tag: word}
    return made


def choice_words(contract: Mapping[str, Any], locale: str) -> dict[str, dict[str, str]]:
    """The words in ``locale`` of every field that is shown as a choice, to be translated."""
    found: dict[str, dict[str, str]] = {}
    for field in Field(contract, contract).within():
        if display := _choice_of(field):
            words = {code: words_as(word, locale) or code for code, word in display["words"].items()}
            found[field.name] = words
    return found


def _require_words(
    contract: Mapping[str, Any], field: str, words: Mapping[str, str], file: SourceFile
) -> None:
    pointer = f"/words/{escaped(field)}"
    display = _display(contract, field)
    if display is None:
        raise SourceError(
            f"The contract shows no field '{field}' as a choice.",
            location=locate(file.text, file.label, pointer),
            remedy="Name a field whose x-display has words, such as paymentStatus or items[].status.",
        )
    for code in words:
        if code not in display["words"]:
            raise SourceError(
                f"The template has no word for the code '{code}' of '{field}'.",
                location=locate(file.text, file.label, f"{pointer}/{escaped(code)}"),
                remedy=f"Known: {', '.join(display['words'])}.",
            )


def _require_one_word_each(contract: Mapping[str, Any], words: Words, file: SourceFile) -> None:
    """Of fields that share a definition, each has its word; two for a code would leave one of them unsaid."""
    given: dict[tuple[int, str], tuple[str, str]] = {}
    for field, by_code in words.items():
        definition = id(_choice(contract, field))
        for code, word in by_code.items():
            other, before = given.setdefault((definition, code), (field, word))
            if word != before:
                raise SourceError(
                    f"'{field}' and '{other}' share one definition, which has one word in a language for the "
                    f"code '{code}'.",
                    location=locate(file.text, file.label, f"/words/{escaped(field)}/{escaped(code)}"),
                    remedy="Give the word once; or give one of the fields an x-display of its own.",
                )


def _choice(contract: Mapping[str, Any], field: str) -> dict[str, Any]:
    display = _display(contract, field)
    if display is None:
        raise AssertionError(field)  # load_translated let it pass
    words: dict[str, Any] = display["words"]
    return words


def _display(contract: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The ``x-display`` of a choice in ``contract``; None where there is none of that name."""
    for field in Field(contract, contract).within():
        if field.name == name and (found := _choice_of(field)):
            return found
    return None


def _choice_of(field: Field) -> Mapping[str, Any] | None:
    display = members_of(declared(field.contract, field.schema))
    is_choice = display.get("kind") == "choice" and isinstance(display.get("words"), dict)
    return display if is_choice else None
