"""Shared stylesheets put into the document: ``<link rel="stylesheet">`` becomes a ``<style>`` element.

Only files of the template set are read. A stylesheet on the web, or one that a variable names, is never
fetched.
"""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.compiler.origins import Origins
from app.core.css.compounds import class_names
from app.core.errors import CompileError, Location
from app.core.findings import Finding, Severity
from app.core.html.blanks import BLANKS
from app.core.html.markup import Attribute, Markup, RawText, StartTag
from app.core.html.readings import Readings
from app.core.sources import SourceFile, TemplateSet

_LINKING = frozenset({".html", ".css"})
"""The endings of files that may name a stylesheet."""

_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


@dataclass(frozen=True)
class Link:
    """A link to a stylesheet: the tag, the address, and what a ``<style>`` says as well, as it is written.

    That is ``media`` and the ``title`` of a set. One that is ``hidden`` stands in a comment for Outlook.
    """

    tag: StartTag
    href: str
    shared: str
    hidden: bool = False

    def styled(self, css: str) -> tuple[str, str, str]:
        """The ``<style>`` element that takes the link's place, in three pieces."""
        return f"<style{self.shared}>", css, "</style>"


def stylesheet_links(readings: Readings) -> list[Link]:
    """The links to stylesheets in order of appearance, those in comments for Outlook last."""
    found = []
    tags = [(readings.markup, tag) for tag in readings.markup.start_tags]
    for number, (markup, tag) in enumerate([*tags, *readings.hidden_tags]):
        if tag.name != "link":
            continue
        rel, href = tag.attribute("rel"), tag.attribute("href")
        if rel is None or href is None:
            continue
        kinds = class_names(_value(markup, rel).lower())
        if "stylesheet" in kinds and "alternate" not in kinds and _is_read(markup, tag):
            shared = filter(None, map(tag.attribute, ("media", "title")))
            written = "".join(f" {markup.text[each.start : each.end]}" for each in shared)
            found.append(Link(tag, _value(markup, href).strip(BLANKS), written, number >= len(tags)))
    return found


def _is_read(markup: Markup, tag: StartTag) -> bool:
    """Whether a browser loads a link, and as CSS (HTML, 4.2.4 and 4.6.7.22)."""
    kind = tag.attribute("type")
    said = _value(markup, kind).partition(";")[0].strip(BLANKS).lower() if kind else ""
    return tag.attribute("disabled") is None and said in {"", "text/css"}


def is_remote(address: str) -> bool:
    """Whether an address leads out of the template set."""
    return _REMOTE.match(address) is not None


def linked_file(
    address: str, place: Location, templates: TemplateSet, *, beside: bool = False
) -> SourceFile | None:
    """The stylesheet that a link at ``place`` names; None for one that is not in the templates folder.

    A path counts from the templates root, else from the folder of the file where the link stands; with
    ``beside`` the other way round.

    Raises:
        CompileError: its content cannot stand in a document.
        SourceError: it cannot be read.
    """
    if is_remote(address):
        return None
    path = re.split("[?#]", address.strip(BLANKS))[0]
    candidates = [posixpath.normpath(path.lstrip("/"))]
    folder = _folder(place, templates)
    if folder is not None and not path.startswith("/"):
        candidates.insert(0 if beside else 1, posixpath.normpath(posixpath.join(folder, path)))
    for candidate in candidates:
        if candidate in templates.stylesheets:
            _require_plain(templates.stylesheets[candidate])
            return templates.stylesheets[candidate]
        if candidate in templates.broken_partials:
            raise templates.broken_partials[candidate].with_traceback(None)  # kept, as partials are
    return None


def unread_stylesheet(
    address: str, place: Location, templates: TemplateSet, passed: Sequence[str] = ()
) -> Finding:
    """What is said of a stylesheet that ``linked_file`` gives none for; ``address`` is as it is written.

    It has come to stand before the rules of the files that it has ``passed``.
    """
    order = (
        f" It is put before the rules of {' and '.join(passed)}, behind which no client would load it: where "
        "both style the same, theirs now win."
        if passed
        else ""
    )
    if is_remote(address) or "{{" in address:
        return Finding(
            code="remote-stylesheet",
            severity=Severity.WARNING,
            message=f"The stylesheet {address} is neither fetched nor inlined.{order}",
            location=place,
            remedy="Save it in the templates folder and name that file; mail clients do not fetch it either.",
        )
    near = difflib.get_close_matches(address, list(templates.stylesheets), n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    out = posixpath.normpath(address.lstrip("/")).startswith("../")
    hint = f" Files outside of it are not read.{hint}" if out else hint
    message = f"There is no stylesheet '{address}' in the templates folder: the mail goes without.{hint}"
    return Finding(
        code="missing-stylesheet",
        severity=Severity.WARNING,
        message=message,
        location=place,
        remedy="Have it in the templates folder, and name it from there or relative to this file; or take "
        "the reference out: mail clients load no stylesheet.",
    )


def unheeded_import(address: str, place: Location) -> Finding:
    """What is said of an ``@import`` that stands where none is read; ``address`` is "" for none."""
    named = f"The @import of {address}" if address else "This @import"
    message = f"{named} loads nothing: it stands after a rule or within one, or is not closed by ';'."
    remedy = "Put it before all rules of its stylesheet, and a semicolon after it."
    return Finding("missing-stylesheet", Severity.WARNING, message, place, remedy)


def styles_for_outlook(readings: Readings) -> list[RawText]:
    """The ``<style>`` elements that no client but Outlook reads, in order: those that end in its comment."""
    found: dict[int, RawText] = {}
    for view, markup in readings.for_outlook:
        for raw in markup.raw_texts:
            whole = "-->" not in readings.markup.text[raw.start : raw.end]
            if raw.tag.name == "style" and whole and view.is_only(raw.start):
                found.setdefault(raw.start, raw)
    return [found[start] for start in sorted(found)]


def require_comment(css: str, named: str, place: Location) -> None:
    """Refuse a stylesheet that would end the comment that it is put into.

    Raises:
        CompileError: at ``place``, where it is linked.
    """
    if "-->" in css:
        raise CompileError(
            f"'-->' in {named} would end the comment that the stylesheet is put into.",
            location=place,
            remedy="Take it out of the stylesheet: CSS needs no '<!--' and '-->'.",
        )


def _value(markup: Markup, attribute: Attribute) -> str:
    return markup.text[attribute.value_start : attribute.value_end]


def _folder(place: Location, templates: TemplateSet) -> str | None:
    """The folder of a file of the set, relative to the templates root."""
    path = Path.cwd() / place.file  # by which labels name files, so that of thousands none is asked
    if path.suffix not in _LINKING or not path.is_relative_to(templates.root):
        return None
    return path.relative_to(templates.root).parent.as_posix()


def _require_plain(file: SourceFile) -> None:
    """Refuse what would end the element, or be taken for a tag."""
    origins = Origins.of_file(file)
    for piece, message, remedy in (
        (
            "{{",
            "A shared stylesheet is no template: '{{' cannot stand in it.",
            "Write this rule into a <style> element of the template.",
        ),
        (
            "</style",
            "'</style' would end the element that the stylesheet is put into.",
            "Take it out of the stylesheet; in a string, write '<\\/style'.",
        ),
    ):
        offset = file.text.lower().find(piece)
        if offset >= 0:
            raise CompileError(message, location=origins.locate(offset), remedy=remedy)
