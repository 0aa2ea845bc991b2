"""What a document says of itself: language, title, character set, viewport.

Source: WCAG 2.2, 3.1.1 (language) and 2.4.2 (title); the HTML standard, 3.2.6.4 (dir) and 4.2.5.4 (character
encoding).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.html.blanks import BLANK, BLANKS
from app.core.validation.page import MailLanguage, Page
from app.core.validation.rules import ERROR, WARNING, Rule, Violation

LANGUAGE = Rule("missing-lang", WARNING, 'Write <html lang="en">, with the language of the text.')
WRONG_LANGUAGE = Rule("wrong-lang", WARNING)
DIRECTION = Rule("wrong-direction", WARNING)
TITLE = Rule(
    "missing-title",
    WARNING,
    "Put <title>…</title> with the words of the subject into the <head>; with a metadata file beside the "
    "template, <title>{{> subject}}</title>.",
)
CHARSET = Rule("missing-charset", WARNING, 'Put <meta charset="utf-8"> first into the <head>.')
VIEWPORT = Rule(
    "missing-viewport",
    WARNING,
    'Put <meta name="viewport" content="width=device-width, initial-scale=1"> into the <head>.',
)
RULES = (LANGUAGE, WRONG_LANGUAGE, DIRECTION, TITLE, CHARSET, VIEWPORT)

_CHARSET = re.compile(rf"charset{BLANK}*={BLANK}*[\"']?([\w-]+)", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def check_head(page: Page) -> Iterator[Violation]:
    """What is missing is reported at the start tag of ``<head>``, or of ``<html>``."""
    root = page.root
    language = root.attributes.get("lang", "").strip(BLANKS)
    if not _LANGUAGE.fullmatch(language):
        what = "does not name" if language else "says no"
        yield LANGUAGE.at(
            root.offset, f"The document {what} language: screen readers read it in the reader's own."
        )
    elif page.language is not None:
        yield from _language(page, language, page.language)
    head = next(page.named("head"), root).offset
    titles = [element for element in page.named("title") if element.text.strip()]
    if not titles:
        yield TITLE.at(head, "The document has no title: screen readers and browser tabs show it.")
    yield from _charset(page, head)
    if not any(element.attributes.get("name", "").lower() == "viewport" for element in page.named("meta")):
        yield VIEWPORT.at(head, "Without a viewport, phones shrink the page to fit.")


def _language(page: Page, written: str, wanted: MailLanguage) -> Iterator[Violation]:
    """Whether the document says the language that the mail is in; a translation begins as a copy."""
    severity = ERROR if wanted.is_translation else WARNING
    place = page.place_of(page.root, "lang")
    if written.lower().split("-")[0] != wanted.tag.lower().split("-")[0]:
        yield WRONG_LANGUAGE.at(
            place,
            f'The document says lang="{written[:60]}", and the mail is in {wanted.tag}: screen readers read '
            "it in the wrong language.",
            severity=severity,
            remedy=f'Write lang="{{{{> lang}}}}", or lang="{wanted.tag}".',
        )
    direction = page.root.attributes.get("dir", "").strip(BLANKS).lower() or "ltr"
    if direction not in {wanted.direction, "auto"}:
        yield DIRECTION.at(
            page.place_of(page.root, "dir"),
            f"The document runs {direction}, and {wanted.tag} is written {wanted.direction}.",
            severity=severity,
            remedy=f'Write dir="{{{{> dir}}}}", or dir="{wanted.direction}".',
        )


def _charset(page: Page, head: int) -> Iterator[Violation]:
    for element in page.named("meta"):
        content = element.attributes.get("content", "")
        match = _CHARSET.search(content) if "http-equiv" in element.attributes else None
        name = element.attributes.get("charset") or (match[1] if match else None)
        if name is not None:
            if name.strip(BLANKS).lower() != "utf-8":
                yield CHARSET.at(element.offset, "The character set is not UTF-8, in which the mail is sent.")
            return
    yield CHARSET.at(head, "The document does not name its character set: some clients then guess wrong.")
