"""Style elements that Gmail throws away as a whole, and rules whose names it does not read.

Source: caniemail.com, html-style; github.com/hteumeuleu/email-bugs, issues 21 (an at-rule
within an at-rule), 90 (16 kB of styles) and 130 (a background image). For names with escapes: Maizzle, "Safe
class names"; github.com/Slicejack/bojler, issues 115 and 132.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import tinycss2

from app.core.validation.page import Page
from app.core.validation.rules import WARNING, Rule, Violation

MAX_STYLE_BYTES = 16 * 1024
"""How much CSS Gmail keeps, over all style elements; those that exceed it go."""

TOO_LONG = Rule("style-too-long", WARNING, "Inline what can be inlined; remove rules that nothing uses.")
NESTED = Rule("style-nested-at-rule", WARNING, "Move the inner at-rule out, or into a <style> of its own.")
BACKGROUND = Rule("style-background-image", WARNING, "Use the background attribute of a table or cell.")
ESCAPED = Rule("style-escaped-name", WARNING, "Name it without signs that need a backslash: sm-w-full.")
RULES = (TOO_LONG, NESTED, BACKGROUND, ESCAPED)


def check_style_blocks(page: Page) -> Iterator[Violation]:
    """Every style element, at its start tag."""
    total = 0
    for style in page.named("style"):
        css = style.text
        total += len(css.encode("utf-8", "surrogatepass"))
        if total > MAX_STYLE_BYTES:
            yield TOO_LONG.at(
                style.offset, f"With this <style> the CSS is over {MAX_STYLE_BYTES:,} bytes; Gmail drops it."
            )
        nested, background, escaped = _faults(css)
        if nested:
            yield NESTED.at(style.offset, "Gmail drops a <style> with an at-rule inside an at-rule.")
        if background:
            yield BACKGROUND.at(style.offset, "Gmail drops a <style> with a background image.")
        if escaped:
            yield ESCAPED.at(
                style.offset, f"Gmail drops rules for names with a backslash, such as {escaped}."
            )


@lru_cache(maxsize=256)
def _faults(css: str) -> tuple[bool, bool, str]:
    """Whether an at-rule stands in another, whether a background image is loaded; a name with an escape."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    has_image = "url(" in css.lower() and has_background_image(rules)
    escaped = next(_escaped_names(rules), "") if "\\" in css else ""
    return any(holds_at_rule(rule) for rule in rules), has_image, escaped


def _escaped_names(rules: list[tinycss2.ast.Node]) -> Iterator[str]:
    """The classes and ids of some rules, those in a condition too, that have to be written with escapes."""
    for rule in rules:
        if rule.type == "qualified-rule":
            yield from escaped_names(rule.prelude)
        elif rule.type == "at-rule" and rule.content is not None:
            yield from _escaped_names(
                tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            )


def escaped_names(prelude: list[tinycss2.ast.Node]) -> Iterator[str]:
    """Of the selectors of a rule the classes and ids that have to be written with escapes."""
    for before, token in zip([None, *prelude], prelude, strict=False):
        if token.type == "function":
            yield from escaped_names(token.arguments)
        elif token.type == "hash" or (token.type == "ident" and before is not None and before == "."):
            name = f"{'' if token.type == 'hash' else '.'}{token.serialize()}"
            if "\\" in name:
                yield name


def holds_at_rule(rule: tinycss2.ast.Node) -> bool:
    """Whether ``rule`` is an at-rule with another one inside."""
    if rule.type != "at-rule" or rule.content is None:
        return False
    return any(token.type == "at-keyword" for token in rule.content)


def has_background_image(rules: list[tinycss2.ast.Node]) -> bool:
    """Whether any of ``rules``, or a rule inside a condition, loads a background image."""
    for rule in rules:
        if rule.type == "at-rule" and rule.content is not None:
            if rule.lower_at_keyword in {"media", "supports"} and has_background_image(
                tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            ):
                return True
        elif rule.type == "qualified-rule":
            for item in tinycss2.parse_blocks_contents(
                rule.content, skip_comments=True, skip_whitespace=True
            ):
                if (
                    item.type == "declaration"
                    and item.lower_name in {"background", "background-image"}
                    and "url(" in tinycss2.serialize(item.value).lower()
                ):
                    return True
    return False
