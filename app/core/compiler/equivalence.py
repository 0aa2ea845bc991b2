"""The proof of a compilation: rendering the compiled template is inlining the rendered source.

Two ways lead from a source and data to a finished document. One compiles and then renders. The other lets the
engine resolve the partials, renders, and only then inlines: no flattening, no veil, no mask, no splice. Both
results are parsed and compared: elements, attributes, text, comments, the rules left in ``<style>`` elements,
and inline styles by what they amount to.

Both ways read stylesheets, match and order declarations with the same code (``parse_stylesheet``,
``RuleBook``, ``merged``, ``family``), so a mistake in it is on both sides and cannot be seen here. The
browser tests see it: source and compiled template look alike by the cascade of the browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.compiler.borne import Bringer, render_source
from app.core.compiler.compilation import Compilation
from app.core.compiler.embedding import with_stylesheets
from app.core.compiler.inlining import framed, inline_tree, kept_whole, staying
from app.core.compiler.tracing import RenderedHtml
from app.core.css.cascade import family
from app.core.css.stylesheet import parse_declarations, parse_stylesheet
from app.core.findings import Finding, Severity
from app.core.html.markup import UnclosedMarkupError
from app.core.html.tree import Node, is_element, parse_document
from app.core.sources import TemplateSet
from bbws_templates.mailing import Part, parsed_part

_SPACE = re.compile(r"[ \t\r\n\f]+")


@dataclass(frozen=True)
class Difference:
    """The first thing in which two documents differ; ``line`` is that of the first document, from 1."""

    line: int
    message: str


def equivalence_findings(
    compilation: Compilation, templates: TemplateSet, data: Mapping[str, Any], *, fixture: str
) -> tuple[Finding, ...]:
    """One ``not-equivalent`` finding, at the first difference; else ``markup-not-inlined``, where it applies.

    Raises:
        RenderError: the template cannot be rendered with ``data``, not even leniently.
    """
    source = compilation.source
    compiled = parsed_part(compilation.compiled, Part.HTML).render(data, strict=False)
    difference: Difference | None
    try:
        rendered = render_source(source, templates, data)
        html = with_stylesheets(rendered.html, compilation.stylesheets)
        ours = parse_document(framed(compiled))
        expected = inline_tree(html, everything=compilation.keeps_rules)
    except UnclosedMarkupError as error:
        difference = Difference(1, f"With these data a {error.what} is never closed.")
    else:
        difference = first_difference(ours, expected.root)
        if difference is None:
            found = [item for number, item in rendered.bringers.items() if number in expected.passed_over]
            return tuple(_passed_over(item, source.name, fixture) for item in dict.fromkeys(found))
    return (_differing(compilation, data, compiled, difference, fixture),)


def _differing(
    compilation: Compilation, data: Mapping[str, Any], compiled: str, difference: Difference, fixture: str
) -> Finding:
    """The finding of a difference in ``compiled``, the HTML rendered with ``data``."""
    lines = compiled.split("\n")
    start = sum(len(line) + 1 for line in lines[: difference.line - 1])
    text = lines[difference.line - 1] if difference.line <= len(lines) else ""
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


def _passed_over(bringer: Bringer, template: str, fixture: str) -> Finding:
    return Finding(
        code="markup-not-inlined",
        severity=Severity.WARNING,
        message=f"The elements that {bringer.tag} brings along have their styles from the <style> element "
        "only: rules are inlined before the data are known.",
        location=bringer.place,
        remedy="Write these elements in the template, around variables for their text; else give them style "
        "attributes in the data, for the clients that drop a <style>.",
        template=template,
        fixture=fixture,
    )


def first_difference(ours: Node | None, theirs: Node | None) -> Difference | None:
    """Where two parsed documents first differ in what they mean, None when they do not."""
    if ours is None or theirs is None:
        return None if ours is theirs else Difference(1, "One of the documents is empty.")
    if ours.getroottree().docinfo.doctype != theirs.getroottree().docinfo.doctype:
        return Difference(1, "the doctypes differ")
    mine, others = list(ours.getroottree().iter()), list(theirs.getroottree().iter())
    for left, right in zip(mine, others, strict=False):
        message = _difference(left, right)
        if message:
            return Difference(left.sourceline or 1, message)
    if len(mine) != len(others):
        return Difference(mine[-1].sourceline or 1, f"{len(mine)} nodes instead of {len(others)}")
    return None


def _difference(left: Node, right: Node) -> str:
    """How two nodes differ, "" when they do not; their descendants are compared in their own turn."""
    if left.tag != right.tag:
        return f"{_name(left)} instead of {_name(right)}"
    name = _name(left)
    if not is_element(left):
        if left.text != right.text:
            return f"{name} reads {left.text!r} instead of {right.text!r}"
    else:
        if len(left) != len(right):
            return f"{name} has {len(left)} children instead of {len(right)}"
        message = _attribute_difference(left, right) or _text_difference(left, right)
        if message:
            return f"{name}: {message}"
    if _collapsed(left.tail) != _collapsed(right.tail):
        return f"after {name}, {_collapsed(left.tail)!r} instead of {_collapsed(right.tail)!r}"
    return ""


def _attribute_difference(left: Node, right: Node) -> str:
    mine, others = dict(left.items()), dict(right.items())  # .attrib refuses odd names
    styles = mine.pop("style", ""), others.pop("style", "")
    if mine != others:
        name = next(name for name in {**mine, **others} if mine.get(name) != others.get(name))
        return f"{name} is {mine.get(name)!r} instead of {others.get(name)!r}"
    if styles[0] != styles[1] and effective(styles[0]) != effective(styles[1]):
        return f"its style is {styles[0]!r} instead of {styles[1]!r}"
    return ""


def _text_difference(left: Node, right: Node) -> str:
    if left.text == right.text:
        return ""
    if left.tag == "style" and not kept_whole(dict(left.items())):
        rules, expected = list(_rules(left.text or "")), list(_rules(right.text or ""))
        return "" if rules == expected else f"its rules are {rules} instead of {expected}"
    mine, others = _collapsed(left.text), _collapsed(right.text)
    return "" if mine == others else f"its text is {mine!r} instead of {others!r}"


def effective(style: str) -> dict[str, list[tuple[str, str, bool]]]:
    """What a style attribute amounts to: for each family of properties the declarations in force, in order.

    Properties of one family, such as ``margin`` and ``margin-top``, override one another, so that their order
    counts; between families it does not.
    """
    families: dict[str, list[tuple[str, str, bool]]] = {}
    declarations = parse_declarations(style)
    for item in sorted(declarations, key=lambda declaration: declaration.important):
        members = families.setdefault(family(item.name), [])
        members[:] = [entry for entry in members if entry[0] != item.name]
        members.append((item.name, " ".join(item.value.replace('"', "'").split()), item.important))
    return families


def _rules(css: str) -> Iterator[str]:
    for span in staying(parse_stylesheet(css), everything=True):
        yield " ".join(css[span.start : span.end].split())


def _collapsed(text: str | None) -> str:
    """Text with each run of white space as one blank, as HTML shows it."""
    return _SPACE.sub(" ", text or "")


def _name(node: Node) -> str:
    return f"<{node.tag}>" if is_element(node) else "a comment"
