"""Sizes beyond those of any mail, refused before they would take minutes or all memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice

from app.core.compiler.origins import Origins
from app.core.css.measure import measured, token_count
from app.core.html.markup import Markup
from bbws_templates.errors import LimitError, Location

MAX_RULES = 3_000
"""More rules than any mail has: Foundation for Emails, with all of its classes, has about 900."""
MAX_SELECTORS = 6_000
MAX_NESTING = 32
"""More brackets within each other, of any kind, than any stylesheet has."""
MAX_TOKENS = 100_000
"""Words, numbers and signs of all stylesheets: those of Bootstrap, which is no mail's, are about 85,000."""
MAX_STYLE_TOKENS = 10_000
"""The same of one style attribute."""
MAX_ATTRIBUTES = 1_000
"""Attributes of one element."""

MAX_DECLARATIONS = 2_000
"""Declarations of one rule."""

MAX_TAGS = 12_000
"""Start tags, those in comments included: a table of 2,000 rows."""
MAX_AGAIN = 20_000
"""Elements that a parser makes of start tags of which it has made one before."""
MAX_DEPTH = 400
"""Elements within each other where only Outlook reads them; a browser takes 512."""
SAFE_DEPTH = 300
"""The same of those that everybody reads: so many are compiled for whoever asks, some more for most."""
MAX_QUESTIONS = 300_000
"""How often it is asked whether an element matches: a thousand elements, and three hundred selectors."""
MAX_STEPS = 20_000_000
"""How many elements such questions lead past: ancestors, siblings, and those that these lead on to."""
MAX_MATCHES = 30_000
"""Rules that apply to elements, counted for each element."""
MAX_SETTINGS = 100_000
"""Longhands that these set, counted for each element."""
MAX_CHARACTERS = 4_000_000
"""Characters of what a template is compiled to."""
MAX_DIGITS = 4_000
"""Digits of one number, whether they are written as they are or as references; Python reads 4,300."""

_TAG = re.compile("<[a-zA-Z]")
_DIGITS = re.compile("&#[xX][0-9a-fA-F]+|(?:[0-9]|&#0*(?:4[89]|5[0-7]);|&#[xX]0*3[0-9];)+")
_LEAVE_OUT = "Leave out what the template does not use; Gmail drops all beyond 16 kB."


def require_short_numbers(text: str, locate: Callable[[int], Location]) -> None:
    """Refuse a number that no parser of HTML or CSS can be handed; ``locate`` leads an offset to its place.

    Raises:
        LimitError: at the number.
    """
    for digits in _DIGITS.finditer(text):
        if digits.end() - digits.start() > MAX_DIGITS:
            raise LimitError(
                f"A number of more than {MAX_DIGITS:,} digits stands here, which nothing can use.",
                location=locate(digits.start()),
                remedy="Write it shorter, without zeros in front.",
            )


def require_few_tags(text: str, origins: Origins) -> None:
    """Refuse a document of more elements than anybody reads.

    Raises:
        LimitError: at the first tag too many.
    """
    if text.count("<") > MAX_TAGS:
        tag = next(islice(_TAG.finditer(text), MAX_TAGS, None), None)
        if tag is not None:
            raise LimitError(
                f"The template has more than {MAX_TAGS:,} start tags.",
                location=origins.locate(tag.start()),
                remedy="Send fewer of them; Gmail cuts a mail off after 102 kB.",
            )


def require_few_again(elements: int, name: str, place: Location) -> None:
    """Refuse a document of whose tags a parser makes ``elements`` more than there are tags.

    Raises:
        LimitError: at ``place``, where a tag of this name begins.
    """
    if elements > MAX_AGAIN:
        raise LimitError(
            f"Elements such as this <{name}> are open where a paragraph or a cell ends, so that each is "
            f"opened again in the next: more than {MAX_AGAIN:,} times in all.",
            location=place,
            remedy=f"Close each <{name}> in the element in which it begins.",
        )


def too_deep(most: int, place: Location, where: str = "") -> LimitError:
    """What is said of elements within each other without measure, at the first tag that is too deep.

    ``where`` is whose reading that is, "" for everybody's.
    """
    return LimitError(
        f"{f'In what {where} reads, more' if where else 'More'} than {most} elements lie within each other: "
        "they are nested too deeply.",
        location=place,
        remedy="Nest them less deeply, or close what is left open.",
    )


def require_bounded(markup: Markup, origins: Origins) -> None:
    """Refuse stylesheets and tags without measure.

    Raises:
        LimitError: at the stylesheet, the bracket, the tag or the attribute.
    """
    _require_few_rules(markup, origins)
    for tag in markup.start_tags:
        if tag.end - tag.name_end <= MAX_ATTRIBUTES:
            continue  # it has no room for so many, and they need not be read
        if len(tag.attributes) > MAX_ATTRIBUTES:
            raise LimitError(
                f"This tag has more than {MAX_ATTRIBUTES:,} attributes.",
                location=origins.locate(tag.start),
                remedy="Leave out what nobody reads; a quote may be missing.",
            )
        style = tag.attribute("style")
        if (
            style
            and style.value_end - style.value_start > MAX_STYLE_TOKENS
            and token_count(markup.text[style.value_start : style.value_end]) > MAX_STYLE_TOKENS
        ):
            raise LimitError(
                f"This style attribute holds more than {MAX_STYLE_TOKENS:,} words and signs.",
                location=origins.locate(style.start),
                remedy="Leave out what is said twice; a quote may be missing.",
            )


def _require_few_rules(markup: Markup, origins: Origins) -> None:
    styles = [raw for raw in markup.raw_texts if raw.tag.name == "style"]
    long = sum(raw.end - raw.start for raw in styles) > MAX_TOKENS
    rules = selectors = tokens = 0
    for raw in styles:
        css = markup.text[raw.start : raw.end]
        size = measured(css, MAX_NESTING)
        rules += size.rules
        selectors += size.selectors
        tokens += token_count(css) if long else 0
        for found, most, noun in (
            (rules, MAX_RULES, "rules"),
            (selectors, MAX_SELECTORS, "selectors"),
            (tokens, MAX_TOKENS, "words and signs"),
        ):
            if found > most:
                raise LimitError(
                    f"The stylesheets hold more than {most:,} {noun}.",
                    location=origins.locate(raw.tag.start),
                    remedy=_LEAVE_OUT,
                )
        if size.too_deep >= 0:
            raise LimitError(
                f"In this stylesheet more than {MAX_NESTING} brackets lie within each other.",
                location=origins.locate(raw.start + size.too_deep),
                remedy="Close what is left open, or nest less deeply.",
            )


def require_short_rules(rules: Iterable[tuple[int, int]], origins: Origins) -> None:
    """Refuse a rule that declares without measure; each is given by its offset and its declarations' number.

    Raises:
        LimitError: at the rule.
    """
    for offset, declarations in rules:
        if declarations > MAX_DECLARATIONS:
            raise LimitError(
                f"This rule has more than {MAX_DECLARATIONS:,} declarations.",
                location=origins.locate(offset),
                remedy=_LEAVE_OUT,
            )


def require_few_questions(elements: int, selectors: int, steps: int, place: Location) -> None:
    """Refuse a document on which selectors would have to be tried without measure.

    ``steps`` are the elements that this leads past.

    Raises:
        LimitError: at ``place``.
    """
    if elements * selectors > MAX_QUESTIONS or steps > MAX_STEPS:
        raise LimitError(
            f"The template has {elements:,} elements, and {selectors:,} selectors to try on each of them"
            f"{'' if elements * selectors > MAX_QUESTIONS else f', which leads past {steps:,}'}.",
            location=place,
            remedy=_LEAVE_OUT,
        )


def require_few_matches(elements: int, matches: int, settings: int, place: Location) -> None:
    """Refuse a document to which rules apply without measure.

    ``settings`` are the longhands that they set, counted for each element.

    Raises:
        LimitError: at ``place``.
    """
    if matches > MAX_MATCHES or settings > MAX_SETTINGS:
        raise LimitError(
            f"The template has {elements:,} elements, and rules apply to them {matches:,} times"
            f"{'' if matches > MAX_MATCHES else f', to set {settings:,} properties'}.",
            location=place,
            remedy=_LEAVE_OUT,
        )


def require_short(length: int, place: Location) -> None:
    """Refuse what becomes too long by inlining.

    Raises:
        LimitError: at ``place``.
    """
    if length > MAX_CHARACTERS:
        raise LimitError(
            f"With its rules inlined the template is longer than {MAX_CHARACTERS:,} characters.",
            location=place,
            remedy="Keep what is long, such as a data: URL, out of rules that apply to many elements.",
        )
