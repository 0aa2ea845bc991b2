"""What clients skip in the CSS of a template: in elements and attributes, those for Outlook included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter

from app.core.compiler.bounds import require_bounded
from app.core.compiler.document import Document
from app.core.css.measure import missing_end
from app.core.css.rules import CssIssue
from app.core.css.stylesheet import parse_style, parse_stylesheet
from app.core.css.values import suggestion
from app.core.findings import Finding, Severity
from app.core.html.markup import StartTag
from bbws_templates.entities import unescape
from bbws_templates.errors import Location

_NUL = "\0"
_QUERY = "@media "
_MOST_SUGGESTIONS = 100  # more findings of one rule are not listed


def css_findings(document: Document, template: str) -> Iterator[Finding]:
    """A finding for each thing that clients skip or repair, in order of the places.

    Raises:
        LimitError: a stylesheet without measure in a comment for Outlook.
    """
    found = sorted((*_in_elements(document), *_in_attributes(document)), key=itemgetter(0))
    for number, (offset, problem) in enumerate(found):
        near = suggestion(problem.unknown) if problem.unknown and number < _MOST_SUGGESTIONS else ""
        said = f"{problem.message.removesuffix('.')}{f'; did you mean {near}?' if near else '.'}"
        place = document.flat.origins.locate(offset)
        yield _hidden(place, said, template) if problem.hidden else _finding(place, said, template)


def _hidden(place: Location, said: str, template: str) -> Finding:
    return Finding(
        "hidden-character",
        Severity.WARNING,
        said,
        place,
        "Delete the character; it may have come with text that was copied from elsewhere.",
        template,
    )


def _finding(place: Location, said: str, template: str) -> Finding:
    return Finding(
        "css-syntax",
        Severity.WARNING,
        f"Mail clients skip or repair this CSS. {said}",
        place,
        "Correct it or remove it.",
        template,
    )


def dropped_nuls(
    document: Document, compiled: str, told: Sequence[Finding], template: str
) -> Iterator[Finding]:
    """A finding for the first NUL of a stylesheet where none reaches a mail, and nothing else is said of it.

    Of those that do ``validation.characters`` tells.
    """
    if _NUL in compiled:
        return
    text = document.veil.text
    for style in document.styles if _NUL in text else ():
        offset = text.find(_NUL, style.raw.start, style.raw.end)
        place = document.flat.origins.locate(max(offset, 0))
        known = {(each.location.file, each.location.line) for each in told}
        if offset >= 0 and (place.file, place.line) not in known:
            yield _finding(place, "The character U+0000 stands in a rule that matches nothing.", template)
            return


def _in_elements(document: Document) -> Iterator[tuple[int, CssIssue]]:
    for style in document.styles:
        for problem in style.sheet.problems:
            yield style.raw.start + problem.offset, problem
        yield from _in_medium(document, style.raw.tag)
    told = set()
    for view, markup in document.readings.for_outlook:
        hidden = [raw for raw in markup.raw_texts if raw.tag.name == "style" and view.is_only(raw.start)]
        if any(raw.start not in told for raw in hidden):
            require_bounded(markup, document.flat.origins)
        for raw in hidden:
            if raw.start not in told:
                told.add(raw.start)
                for problem in parse_stylesheet(markup.text[raw.start : raw.end]).problems:
                    yield raw.start + problem.offset, problem


def _in_medium(document: Document, tag: StartTag) -> Iterator[tuple[int, CssIssue]]:
    """What is wrong with the query of a ``media`` attribute, which is one as that of ``@media`` is."""
    media = tag.attribute("media")
    written = document.veil.text[media.value_start : media.value_end] if media else ""
    if media and written and not missing_end(written):
        for problem in parse_stylesheet(f"{_QUERY}{unescape(written)} {{}}").problems:
            yield media.value_start + (0 if "&" in written else problem.offset - len(_QUERY)), problem


def _in_attributes(document: Document) -> Iterator[tuple[int, CssIssue]]:
    hidden = [tag for _, tag in document.readings.hidden_tags if ":" not in tag.name]  # no VML
    for tag in (*document.markup.start_tags, *hidden):
        style = tag.attribute("style")
        if style is not None:
            written = document.veil.text[style.value_start : style.value_end]
            for problem in parse_style(unescape(written))[1]:
                # With character references in it, a place in the value is none in the source.
                yield style.value_start + (0 if "&" in written else problem.offset), problem
