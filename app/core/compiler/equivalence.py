"""The proof of a compilation: by the cascade of another engine, the compiled mail is the author's mail.

Two ways lead from a source and data to a finished document. One compiles and then renders. The other lets the
engine resolve the partials and renders: nothing is flattened, veiled, masked, matched or spliced. css-inline
looks at both results (``proof.witness``) and says of each element which declaration wins for each property,
in each condition. What it says must be the same, as must elements, attributes, text and comments.

No parser, matcher or cascade of the compiler's takes part: a rule left out, a wrong specificity or a wrong
order is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

import css_inline

from app.core.compiler.compilation import Compilation
from app.core.compiler.data_markup import MARK, AuthoredTemplate, RawTag, RenderedSource
from app.core.compiler.loaded import with_stylesheets
from app.core.compiler.torn_elements import torn_events
from app.core.compiler.tracing import RenderedHtml
from app.core.findings import Finding, Severity
from app.core.html.edits import Edits
from app.core.html.markup import Markup, UnclosedMarkupError
from app.core.html.outlook_view import outlook_view
from app.core.proof.atoms import EVERYTHING, OLDEST
from app.core.proof.events import Event
from app.core.proof.removal import without_unused
from app.core.proof.witness import Sight, TooManyConditionsError, look
from app.core.sources import TemplateSet
from bbws_templates.errors import Location
from bbws_templates.mailing import Part, parsed_part

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_LINE = "data-bbws-line"
_OF_OUTLOOK = "data-bbws-outlook"
# What is text to one reader, as in <noscript>, is markup to the one that sets the marks.
_MARKED = re.compile(rf' {MARK}="\d+"')
_STYLE = re.compile(r"""\sstyle(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]*))?(?=[\s>/])""", re.IGNORECASE)


@dataclass(frozen=True)
class Divergence:
    """One thing in which two documents differ; ``event`` counts those of the first document."""

    event: int
    message: str
    of_style: bool = False


_OF_ITS_OWN = "Give the element a class, and write the rule for that."
_ADDED = "Write the {} out, which parsers add here: then it can have a style attribute."


def equivalence_findings(
    compilation: Compilation,
    templates: TemplateSet,
    data: Mapping[str, Any],
    *,
    fixture: str,
    authored: AuthoredTemplate | None = None,
) -> tuple[Finding, ...]:
    """One ``not-equivalent`` finding, at the first difference; else ``markup-not-inlined``, where it applies.

    ``authored`` is that of the compilation, for whoever asks about many data.

    Raises:
        RenderError: the template cannot be rendered with ``data``, not even leniently.
    """
    source = compilation.source
    compiled = parsed_part(compilation.compiled, Part.HTML).render(data, strict=False)
    try:
        rendered = (authored or AuthoredTemplate(source, templates)).render(data)
        html = with_stylesheets(rendered.html, compilation.stylesheets, compilation.imports)
        reduced = templates.settings.compiler.remove_unused
        ours, theirs = _sights(compiled, html, reduced=reduced)
        difference, is_torn = _difference_beside_torn(compilation, rendered, (ours, theirs), reduced=reduced)
        if difference is not None and is_torn:
            return (_torn(_differing(compilation, data, compiled, difference, fixture)),)
        of_outlook = _marked_for_outlook(html) if difference is None and "[if" in html.lower() else None
        if of_outlook is not None:
            views = _sights(_marked_for_outlook(compiled) or "", of_outlook, reduced=reduced, by_word=True)
            in_outlook = _outlook_findings(compilation, data, compiled, views, theirs, fixture)
            if in_outlook:
                return in_outlook
    except UnclosedMarkupError as error:
        difference = Divergence(0, f"With these data a {error.what} is never closed.")
    except css_inline.InlineError as error:
        difference = Divergence(0, f"The other reader cannot read one of them: {error}.")
    except TooManyConditionsError:
        return (_unproven(source.name, source.html.label, fixture),)
    if difference is None:
        reached = _reached(theirs) if rendered.raw_tags else ()
        found = [item for number, item in rendered.raw_tags.items() if number in reached]
        return tuple(_passed_over(item, source.name, fixture) for item in dict.fromkeys(found))
    return (_differing(compilation, data, compiled, difference, fixture),)


def _difference_beside_torn(
    compilation: Compilation, rendered: RenderedSource, sights: tuple[Sight, Sight], *, reduced: bool
) -> tuple[Divergence | None, bool]:
    """Where two documents first differ, and whether only in the style of what markup in data tears."""
    found = differences(*sights, compilation.defeated)
    first = next(found, None)
    if first is None or not first.of_style or not rendered.raw_tags:
        return first, False

    def seen(html: str) -> Sequence[Event]:
        numbered = look(with_stylesheets(html, compilation.stylesheets, compilation.imports))
        return without_unused(sights[0], numbered)[1].events if reduced else numbered.events

    torn = torn_events(rendered, seen)
    serious = next((each for each in (first, *found) if not each.of_style or each.event not in torn), None)
    return serious or first, serious is None


def _torn(difference: Finding) -> Finding:
    return replace(
        difference,
        code="markup-not-inlined",
        severity=Severity.WARNING,
        message="Markup in these data is not closed where it begins, or closes what the template opened: a "
        f"parser moves or doubles this element, and other rules reach it. {difference.message}",
        remedy="Let the data hold whole elements, that may stand where they are printed.",
    )


def _unproven(template: str, file: str, fixture: str) -> Finding:
    return Finding(
        code="limit",
        severity=Severity.ERROR,
        message="With these data, rules under so many conditions, or in so many layers, apply that it "
        "cannot be proven that the compiled template is what its source says.",
        location=Location(file, 1, 1),
        remedy="Leave out what the template does not use; Gmail drops all beyond 16 kB.",
        template=template,
        fixture=fixture,
    )


def _sights(compiled: str, html: str, *, reduced: bool, by_word: bool = False) -> tuple[Sight, Sight]:
    """How css-inline sees both; the first, if ``reduced``, may lack what nothing refers to."""
    ours, theirs = look(compiled, by_word=by_word), look(html, by_word=by_word)
    return without_unused(ours, theirs) if reduced else (ours, theirs)


def _outlook_findings(
    compilation: Compilation,
    data: Mapping[str, Any],
    compiled: str,
    views: tuple[Sight, Sight],
    plain: Sight,
    fixture: str,
) -> tuple[Finding, ...]:
    """The same question of what Outlook for Windows reads: its comments resolved.

    Its own stylesheets, in comments, are left as they are, and what was inlined may defeat them, as it may
    defeat a rule that stays where that reaches elements of its own; and these may change which rules reach
    those that everybody reads. These are warnings.
    """
    compiled = outlook_view(compiled).html
    ours, theirs = views
    found = list(differences(ours, theirs, compilation.defeated))
    if not found:
        return ()
    own = {theirs.meaning[word][1] for word in theirs.ruled - plain.ruled}
    lasting = list(differences(ours, theirs, compilation.defeated | own))
    staying = {ours.meaning[word][1] for word in ours.ruled}
    serious = next(
        (
            item
            for item in differences(ours, theirs, compilation.defeated | own | staying)
            if not item.of_style or _is_marked(ours, item)
        ),
        None,
    )
    if serious is not None:
        return (_differing(compilation, data, compiled, serious, fixture),)
    difference = (lasting or found)[0]
    place = _differing(compilation, data, compiled, difference, fixture).location
    if lasting and not _is_marked(ours, difference):
        finding = Finding(
            code="outlook-rule",
            severity=Severity.WARNING,
            message="With the elements that only Outlook for Windows reads, other rules reach this element "
            f"there, and a style attribute is the same for every client: {difference.message}",
            location=place,
            remedy=_OF_ITS_OWN
            if any(_lines(compiled)[difference.event :][:1])
            else _ADDED.format(_name(ours.events[difference.event])),
        )
    else:
        which = "A rule that stays" if lasting else "A rule in a comment"
        finding = Finding(
            code="overridden-rule",
            severity=Severity.WARNING,
            message=f"{which} loses in Outlook for Windows to a style attribute, into which other "
            f"rules were inlined: {difference.message}",
            location=place,
            remedy="Mark it !important.",
        )
    return (replace(finding, template=compilation.source.name, fixture=fixture),)


def _marked_for_outlook(html: str) -> str | None:
    """What Outlook reads, with a mark on each element that nobody else does.

    None where something in it never ends, or ends only in what all others read: ``outlook-syntax`` says so.
    """
    view = outlook_view(html)
    edits = Edits(view.html)
    try:
        markup = Markup(view.html)
    except UnclosedMarkupError:
        return None
    if view.parted(markup):
        return None
    for tag in markup.start_tags:
        if view.is_only(tag.start):
            edits.insert(tag.name_end, f" {_OF_OUTLOOK}")
    return edits.applied()


def _is_marked(sight: Sight, difference: Divergence) -> bool:
    return _OF_OUTLOOK in dict(sight.events[difference.event].attributes)


def _differing(
    compilation: Compilation, data: Mapping[str, Any], compiled: str, difference: Divergence, fixture: str
) -> Finding:
    """The finding of a difference in ``compiled``, the HTML rendered with ``data``."""
    lines = compiled.split("\n")
    line = _line(compiled, difference.event)
    start = sum(len(text) + 1 for text in lines[: line - 1])
    text = lines[line - 1] if line <= len(lines) else ""
    origins = RenderedHtml(compilation, data, strict=False)
    place = origins.locate(start + len(text) - len(text.lstrip()))
    return Finding(
        code="not-equivalent",
        severity=Severity.ERROR,
        message=f"Compiled and rendered, the document differs from the source rendered and inlined: "
        f"{difference.message}",
        location=place,
        remedy="Write Mustache around whole elements, and styles so that they depend on no data.",
        template=compilation.source.name,
        fixture=fixture,
    )


def _line(html: str, event: int) -> int:
    """The line of the last start tag up to an event."""
    return int(next((line for line in reversed(_lines(html)[: event + 1]) if line), "1"))


def _lines(html: str) -> list[str]:
    """The line of the start tag of each event, "" for one that has none: words, and what a parser adds."""
    try:
        edits = Edits(html)
        for tag in Markup(html).start_tags:
            line = html.count("\n", 0, tag.start) + 1
            edits.insert(tag.name_end, f' {_LINE}="{line}"')
        events = look(edits.applied()).events
    except (UnclosedMarkupError, css_inline.InlineError):
        return []
    return [dict(item.attributes).get(_LINE, "") for item in events]


def _passed_over(raw_tag: RawTag, template: str, fixture: str) -> Finding:
    return Finding(
        code="markup-not-inlined",
        severity=Severity.WARNING,
        message=f"The elements that {raw_tag.tag} brings along have their styles from the <style> element "
        "only: rules are inlined before the data are known.",
        location=raw_tag.place,
        remedy="Write these elements in the template, around variables for their text; else give them style "
        "attributes in the data, for the clients that drop a <style>.",
        template=template,
        fixture=fixture,
    )


def _reached(source: Sight) -> set[str]:
    """The marks of elements that data brought along and that some rule reaches."""
    found = set()
    for event in source.events:
        mark = dict(event.attributes).get(MARK)
        if mark is not None and any(
            word in source.ruled for name, word in event.style.items() if _is_basic(name)
        ):
            found.add(mark)
    return found


def first_difference(ours: Sight, theirs: Sight, defeated: frozenset[str] = frozenset()) -> Divergence | None:
    """Where two documents first differ in what they mean, None when they do not; as ``differences``."""
    return next(differences(ours, theirs, defeated), None)


def differences(ours: Sight, theirs: Sight, defeated: frozenset[str] = frozenset()) -> Iterator[Divergence]:
    """Where two documents differ in what they mean: in style, and then the first place where in more.

    ``defeated`` are declarations that are known to lose in the first document, or their properties where data
    say the value.
    """
    for number, (left, right) in enumerate(zip_longest(ours.events, theirs.events)):
        if left == right:
            continue
        message = _difference(left, right)
        if message:
            yield Divergence(number, message)
            return
        message = _style_difference(ours, theirs, left, right, defeated)
        if message:
            yield Divergence(number, message, of_style=True)
    if ours.statements != theirs.statements:
        yield Divergence(0, f"the at-rules are {ours.statements} instead of {theirs.statements}")


def _difference(left: Event | None, right: Event | None) -> str:
    """How two events differ but for style, "" when they do not."""
    if left is None or right is None:
        return f"{_name(left)} instead of {_name(right)}"
    if left.kind != right.kind:
        return f"{_name(left)} instead of {_name(right)}"
    if _comparable(left) != _comparable(right):
        return f"{left.kind} reads {left.text!r} instead of {right.text!r}"
    mine, others = dict(left.attributes), dict(right.attributes)
    others.pop(MARK, None)
    if mine != others:
        name = next(name for name in {**mine, **others} if mine.get(name) != others.get(name))
        return f"{left.kind}: {name} is {mine.get(name)!r} instead of {others.get(name)!r}"
    return ""


def _comparable(event: Event) -> str:
    """The text of an event; styles in a comment for Outlook are compared when it is read as Outlook does."""
    text = _MARKED.sub("", event.text)
    if event.kind != "comment" or "[if" not in text.lower():
        return text
    return _BLANKS.sub("", _STYLE.sub("", text))  # of which words they part is seen there, too


def _style_difference(
    ours: Sight, theirs: Sight, left: Event | None, right: Event | None, defeated: frozenset[str]
) -> str:
    if left is None or right is None or left.style == right.style:
        return ""
    nothing = ("", "nothing")
    of_word = any(name == _OF_OUTLOOK for name, _ in right.attributes)
    for name in sorted({*left.style, *right.style}):
        if of_word and not _is_basic(name):
            continue  # Word knows no condition, and what it alone reads nobody hovers over
        condition, found = ours.meaning.get(left.style.get(name, ""), nothing)
        wanted_under, wanted = theirs.meaning.get(right.style.get(name, ""), nothing)
        if found == wanted or wanted in defeated or wanted.partition(":")[0] in defeated:
            continue
        under = wanted_under or condition
        return (
            f"{left.kind}: its style has {found} instead of {wanted} for {name.partition('-')[2]}"
            f"{f' under {under}' if under else ''}"
            f"{' where the newer one is not understood' if name.startswith(f'{OLDEST}-') else ''}"
        )
    return ""


def _is_basic(name: str) -> bool:
    return name.partition("-")[0] in {EVERYTHING, OLDEST}


def _name(event: Event | None) -> str:
    if event is None:
        return "nothing"
    return f"{event.text!r}" if event.kind == "text" else event.kind
