"""What stands around the HTML: subject, preheader, addresses, text part."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.findings import Finding, Severity
from app.core.jsontext import locate
from app.core.sources import TemplateSource
from app.core.validation.rules import ERROR, WARNING, Rule
from bbws_templates.addresses import is_address
from bbws_templates.compiled import RenderedEmail
from bbws_templates.errors import Location
from bbws_templates.tokens import TokenKind, tokenize

SUBJECT_WARN = 70
"""Characters of a subject that a desktop inbox shows; phones show about half."""

SUBJECT_MAX = 150
"""A template whose own words are longer has no subject but a paragraph; data may be as long as it is."""

PREHEADER_MAX = 140
"""Characters of a preheader that the most generous inbox shows."""

SUBJECT_EMPTY = Rule("subject-empty", ERROR, "Write a subject that says what the mail is about.")
SUBJECT_LONG = Rule("subject-long", WARNING, "Put what matters first, and shorten it.")
PREHEADER_MISSING = Rule(
    "preheader-missing", WARNING, "Write a sentence that goes on from the subject; inboxes show it beside it."
)
PREHEADER_LONG = Rule("preheader-long", WARNING, "Put what matters first, and shorten it.")
PREHEADER_REPEATS = Rule("preheader-repeats-subject", WARNING, "Let it go on from the subject.")
ADDRESS = Rule("invalid-address", ERROR, 'Write an address such as "orders@example.com".')
TEXT_EMPTY = Rule(
    "text-empty", ERROR, "Write words into the HTML (an alt text counts), or a {name}.txt beside it."
)
RULES = (
    SUBJECT_EMPTY, SUBJECT_LONG, PREHEADER_MISSING, PREHEADER_LONG, PREHEADER_REPEATS, ADDRESS, TEXT_EMPTY,
)  # fmt: skip


def validate_metadata(source: TemplateSource, email: RenderedEmail, *, fixture: str) -> tuple[Finding, ...]:
    """What is wrong with one rendered email apart from its HTML.

    A template without a metadata file has no subject or sender to judge; that it has none is said elsewhere.
    """
    found: list[tuple[Rule, str, str, Severity | None]] = []
    if source.metadata is not None:
        found += _subject(email, source.metadata.subject)
        found += _preheader(email)
        found += _addresses(email)
    if not email.text.strip():
        found.append((TEXT_EMPTY, "", "The text part is empty.", None))
    return tuple(
        rule.finding(
            _place(source, pointer), message, severity=severity, template=source.name, fixture=fixture
        )
        for rule, pointer, message, severity in found
    )


def _place(source: TemplateSource, pointer: str) -> Location:
    if source.metadata is None or not pointer:
        return Location((source.text or source.html).label)
    own = pointer in {"/subject", "/preheader"}
    file = source.metadata.file if own else source.metadata.contract_home
    return locate(file.text, file.label, pointer)


def cut_by_data(finding: Finding) -> bool:
    """Whether a finding is that data make a subject too long: no advice where other data leave it whole."""
    return finding.code == SUBJECT_LONG.code and finding.severity is Severity.WARNING


Complaints = Iterator[tuple[Rule, str, str, Severity | None]]


def _subject(email: RenderedEmail, mustache: str) -> Complaints:
    own_words = sum(len(token.key) for token in tokenize(mustache) if token.kind is TokenKind.LITERAL)
    if not email.subject.strip():
        yield SUBJECT_EMPTY, "/subject", "The subject is empty.", None
    elif own_words > SUBJECT_MAX:
        message = f"The subject's own words are over {SUBJECT_MAX} characters; every inbox cuts it."
        yield SUBJECT_LONG, "/subject", message, ERROR
    elif len(email.subject) > SUBJECT_WARN:
        message = f"The subject is over {SUBJECT_WARN} characters with this data; inboxes cut it."
        yield SUBJECT_LONG, "/subject", message, None


def _preheader(email: RenderedEmail) -> Complaints:
    preheader = " ".join(email.preheader.split())
    if not preheader:
        yield (
            PREHEADER_MISSING,
            "/preheader",
            "There is no preheader: inboxes show the first words instead.",
            None,
        )
    elif len(preheader) > PREHEADER_MAX:
        yield (
            PREHEADER_LONG,
            "/preheader",
            f"The preheader is over {PREHEADER_MAX} characters; inboxes cut it.",
            None,
        )
    elif preheader.casefold() == " ".join(email.subject.split()).casefold():
        yield PREHEADER_REPEATS, "/preheader", "The preheader repeats the subject.", None


def _addresses(email: RenderedEmail) -> Complaints:
    if not is_address(email.sender[1]):
        yield ADDRESS, "/sender/address", "The sender's address is not an email address.", None
    if email.reply_to and not is_address(email.reply_to):
        yield ADDRESS, "/replyTo", "The reply-to address is not an email address.", None
