"""Style elements that Gmail throws away as a whole.

Source: caniemail.com, html-style; github.com/hteumeuleu/email-bugs, issues 21 (an at-rule
within an at-rule), 90 (16 kB of styles) and 130 (a background image).
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
RULES = (TOO_LONG, NESTED, BACKGROUND)


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
        nested, background = _faults(css)
        if nested:
            yield NESTED.at(style.offset, "Gmail drops a <style> with an at-rule inside an at-rule.")
        if background:
            yield BACKGROUND.at(style.offset, "Gmail drops a <style> with a background image.")


@lru_cache(maxsize=256)
def _faults(css: str) -> tuple[bool, bool]:
    """Whether an at-rule stands in another, and whether a background image is loaded."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    has_image = "url(" in css.lower() and has_background_image(rules)
    return any(holds_at_rule(rule) for rule in rules), has_image


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
