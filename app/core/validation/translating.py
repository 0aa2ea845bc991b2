"""What a template still lacks in another language: the mail itself, and the words of its choices.

That a partial has no words in a language, which is found when the partial is taken, the compiler says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.core.compiler.wording import copied, is_copy
from app.core.findings import Finding
from app.core.jsontext import locate
from app.core.sources import TemplateSet, TemplateSource
from app.core.validation.fields import Field
from app.core.validation.rules import WARNING, Rule
from bbws_templates.display.plan import declared, members_of
from bbws_templates.errors import Location
from bbws_templates.languages import best_of
from bbws_templates.layout import edition
from bbws_templates.printing import plain

MISSING = Rule("missing-translation", WARNING)
RULES = (MISSING,)


def translation_findings(source: TemplateSource, templates: TemplateSet) -> Iterator[Finding]:
    """What of one template, or of one translation, is not there in a language that it should be in."""
    if not source.locale:
        has = set(templates.locales(source.name))
        for tag in templates.settings.languages:
            if tag not in has and tag != templates.settings.locale:
                yield MISSING.finding(
                    Location(source.html.label),
                    f"The template is not there in '{tag}', which settings.toml lists among the languages.",
                    remedy=f"Begin with: bbws-templates new {source.name} --locale {tag}",
                    template=source.name,
                )
        return
    yield from _copies(source, templates)
    own = templates.templates[source.template]
    if own.text is not None and source.text is None:
        yield MISSING.finding(
            Location(source.html.label),
            f"The template has a text part of its own, and in '{source.locale}' none: there it is made from "
            "the HTML.",
            remedy=f"Add {edition(source.template, source.locale)}.txt, a translation of {own.text.label}.",
            template=edition(source.template, source.locale),
        )
    if source.metadata is not None:
        file = source.metadata.file
        contract = source.metadata.contract
        for field in Field(contract, contract).within():
            lacking = [plain(code) for code, word in _words(field).items() if not _has(word, source.locale)]
            if lacking:
                yield MISSING.finding(
                    locate(file.text, file.label, "/words"),
                    f"The field '{plain(field.name)}' has no words in '{source.locale}' for "
                    f"{', '.join(lacking[:8])}{'…' if len(lacking) > 8 else ''}.",
                    remedy=f'Write them here: "words": {{"{plain(field.name)}": {{"{lacking[0]}": "…"}}}}.',
                    template=edition(source.template, source.locale),
                )


def _copies(source: TemplateSource, templates: TemplateSet) -> Iterator[Finding]:
    """The parts of a translation that are still those of the template, which they began as."""
    own, languages = templates.templates[source.template], (templates.settings.locale, source.locale)
    if is_copy(source.html.text, own.html.text, *languages, html=True):
        yield copied("HTML", source, Location(source.html.label))
    if source.text and own.text and is_copy(source.text.text, own.text.text, *languages, html=False):
        yield copied("text part", source, Location(source.text.label))
    if source.metadata and own.metadata:
        file = source.metadata.file
        for member in ("subject", "preheader"):
            now, before = (str(getattr(each, member)) for each in (source.metadata, own.metadata))
            if is_copy(now, before, *languages, html=False):
                yield copied(member, source, locate(file.text, file.label, f"/{member}"))


def _words(field: Field) -> Mapping[str, object]:
    display = members_of(declared(field.contract, field.schema))
    words = display.get("words")
    return words if display.get("kind") == "choice" and isinstance(words, Mapping) else {}


def _has(word: object, locale: str) -> bool:
    """Whether a word is given by language, and in this one."""
    return isinstance(word, Mapping) and best_of(locale, word) != ""
