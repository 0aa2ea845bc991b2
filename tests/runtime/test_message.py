"""A rendered email as a MIME message and as the argument of Amazon SES."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bbws_templates.compiled import RenderedEmail
from bbws_templates.errors import HeaderError
from bbws_templates.message import mime_message, sender_address, ses_content

WHEN = datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200)


def rendered(**changes: Any) -> RenderedEmail:
    values: dict[str, Any] = {
        "template": "receipts/receipt",
        "subject": "Payment Received",
        "preheader": "Thank you",
        "html": "<p>Thank you</p>",
        "text": "Thank you",
        "sender": ("KimmyAI", "noreply@kimmyai.io"),
        "reply_to": "support@kimmyai.io",
    }
    return RenderedEmail(**(values | changes))


def parsed(message: EmailMessage) -> EmailMessage:
    return message_from_bytes(message.as_bytes(), policy=policy.default)


def test_the_richest_alternative_comes_last() -> None:
    message = parsed(mime_message(rendered(), recipient="john@example.com"))
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert not message.defects


def test_one_click_unsubscription_names_the_link_on_one_line() -> None:
    url = "https://portal.kimmyai.io/unsubscribe?email=john%40example.com&token=" + "a1" * 60
    data = mime_message(rendered(), recipient="john@example.com", unsubscribe_url=url).as_bytes()
    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in data
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in data


def test_given_date_and_id_make_the_same_bytes() -> None:
    def build() -> bytes:
        message = mime_message(rendered(), recipient="a@example.com", date=WHEN, message_id="<1@kimmyai.io>")
        return message.as_bytes()

    assert build() == build()
    assert b"Date: Mon, 05 Jan 2026 10:30:00 +0000" in build()


@settings(deadline=None)  # time is not what this is about
@given(subject=PRINTABLE, name=PRINTABLE)
@example(subject="", name='"' * 499)
def test_headers_arrive_as_they_were_written(subject: str, name: str) -> None:
    email = rendered(subject=subject, sender=(name, "noreply@kimmyai.io"))
    data = mime_message(email, recipient="john@example.com", date=WHEN).as_bytes()
    head = data.split(b"\r\n\r\n")[0]
    head.decode("ascii")
    assert max(len(line) for line in head.split(b"\r\n")) <= 998
    # Read with the older parser: that of policy.default adds spaces between the encoded words of a name.
    message = message_from_bytes(data)
    assert str(make_header(decode_header(message["Subject"]))).strip() == subject.strip()
    shown, address = parseaddr(message["From"])
    assert address == "noreply@kimmyai.io"
    assert " ".join(str(make_header(decode_header(shown))).split()) == " ".join(name.split())


def test_what_looks_like_an_encoded_word_arrives_as_it_was_written() -> None:
    words = "=?utf-8?q?hi?="
    message = parsed(mime_message(rendered(subject=words, sender=(words, "a@b.co")), recipient="john@b.co"))
    assert message["Subject"] == words
    assert message["From"].addresses[0].display_name == words


def test_an_identifier_fills_a_line_at_most() -> None:
    longest = f"<{'i' * 972}@example.com>"
    data = mime_message(rendered(), recipient="john@example.com", message_id=longest).as_bytes()
    assert max(len(line) for line in data.split(b"\r\n")) == 998
    with pytest.raises(HeaderError, match="Message-ID"):
        mime_message(rendered(), recipient="john@example.com", message_id=f"<i{longest[1:]}")


@settings(deadline=None)  # time is not what this is about
@given(html=st.text(max_size=600), text=st.text(st.sampled_from("a é=\t\n"), max_size=600))
@example(html="<p>" + "x" * 300 + "é=</p>", text="word " * 60)
def test_no_line_of_a_body_is_longer_than_quoted_printable_has_them(html: str, text: str) -> None:
    """RFC 2045, section 6.7: 76 characters, the sign at the end of a line counted."""
    _, _, body = (
        mime_message(rendered(html=html, text=text), recipient="john@example.com")
        .as_bytes()
        .partition(b"\r\n\r\n")
    )
    assert max(map(len, body.split(b"\r\n"))) <= 76


@settings(deadline=None)  # time is not what this is about
@given(html=PRINTABLE, text=PRINTABLE)
def test_bodies_arrive_as_they_were_written(html: str, text: str) -> None:
    message = parsed(mime_message(rendered(html=html, text=text), recipient="john@example.com"))
    plain, rich = message.iter_parts()
    assert plain.get_content().rstrip("\r\n") == text
    assert rich.get_content().rstrip("\r\n") == html


@settings(deadline=None)  # time is not what this is about
@given(before=PRINTABLE, after=PRINTABLE, control=st.sampled_from("\r\n\0\x0b\x85\u2028"))
@pytest.mark.parametrize("field", ["subject", "sender", "reply_to"])
def test_no_value_can_add_a_header(field: str, before: str, after: str, control: str) -> None:
    value: Any = f"{before}{control}Bcc: victim@example.com{after}"
    email = rendered(**{field: (value, "a@example.com") if field == "sender" else value})
    with pytest.raises(HeaderError):
        mime_message(email, recipient="john@example.com")


@pytest.mark.parametrize(
    "recipient",
    ["", "nobody", "a@example.com, b@example.com", "a@example.com\r\nBcc: b@example.com", "a b@example.com",
     "Jörg <jörg@example.com>", "a@example.com> <b@example.com>", "@example.com", "a@-example-.com"],
)  # fmt: skip
def test_a_recipient_is_one_address(recipient: str) -> None:
    with pytest.raises(HeaderError):
        mime_message(rendered(), recipient=recipient)


def test_a_recipient_may_have_a_name_and_an_international_domain() -> None:
    message = parsed(mime_message(rendered(), recipient='"Doe, Jörg" <joerg@exämple.com>'))
    assert message["To"].addresses[0].display_name == "Doe, Jörg"
    assert message["To"].addresses[0].addr_spec == "joerg@xn--exmple-cua.com"


@pytest.mark.parametrize("name", ["Thabo  Nkosi", "a   b", "O'Neil & Sons"])
def test_blanks_in_a_name_arrive_as_many_as_they_were(name: str) -> None:
    mail = rendered(sender=(name, "a@example.com"))
    message = parsed(mime_message(mail, recipient=f"{name} <b@example.com>"))

    assert message["From"].addresses[0].display_name == name
    assert message["To"].addresses[0].display_name == name


def test_a_name_in_ascii_is_shown_with_whatever_signs_it_has() -> None:
    shown = 'Ann \\ Bob, "Ltd." (ZA)'
    message = parsed(mime_message(rendered(sender=(shown, "a@example.com")), recipient="b@example.com"))
    assert message["From"].addresses[0].display_name == shown
    quoted = '"Ann \\\\ Bob, \\"Ltd.\\" (ZA)" <a@example.com>'
    message = parsed(mime_message(rendered(), recipient=quoted))
    assert message["To"].addresses[0].display_name == shown
    message = parsed(mime_message(rendered(), recipient='"Ann <a@example.com>'))
    assert message["To"].addresses[0].display_name == '"Ann', "a quote alone is no quotation"


@pytest.mark.parametrize(
    "url",
    ["http://example.com", "javascript:alert(1)", "https://a b", "https://a>,<mailto:x@y", "https://ä.de/"],
)
def test_an_unsubscribe_link_is_an_absolute_https_url(url: str) -> None:
    with pytest.raises(HeaderError, match="https"):
        mime_message(rendered(), recipient="john@example.com", unsubscribe_url=url)
    with pytest.raises(HeaderError, match="https"):
        ses_content(rendered(), unsubscribe_url=url)


def test_a_header_of_ones_own_must_have_the_name_of_a_header() -> None:
    with pytest.raises(HeaderError):
        mime_message(rendered(), recipient="john@example.com", headers={"X-A: b\r\nBcc": "c"})
    for name in ("Subject", "to", "Content-Type", "List-Unsubscribe"):
        with pytest.raises(HeaderError, match="made from the email itself"):
            mime_message(rendered(), recipient="john@example.com", headers={name: "x"})
    message = mime_message(rendered(), recipient="john@example.com", headers={"X-Order": "7"})
    assert parsed(message)["X-Order"] == "7"


def test_the_argument_of_ses_fits_its_service_model() -> None:
    import botocore.session
    from botocore.validate import validate_parameters

    model: Any = (
        botocore.session.get_session().get_service_model("sesv2").operation_model("SendEmail").input_shape
    )
    content = ses_content(rendered(subject="Grüße"), unsubscribe_url="https://example.com/u?t=1")
    validate_parameters({"Content": content, "FromEmailAddress": sender_address(rendered())}, model)
    assert content["Simple"]["Subject"] == {"Data": "Grüße", "Charset": "UTF-8"}
    assert {"Name": "List-Unsubscribe", "Value": "<https://example.com/u?t=1>"} in content["Simple"][
        "Headers"
    ]


def test_the_sender_of_ses_is_ascii() -> None:
    assert sender_address(rendered()) == "KimmyAI <noreply@kimmyai.io>"
    assert sender_address(rendered(sender=("Küche", "a@example.com"))).isascii()


def test_a_mail_that_may_not_be_stopped_offers_no_way_to_stop_it() -> None:
    url = "https://portal.kimmyai.io/unsubscribe?token=1"
    kept, stopped = rendered(stoppable=False), rendered()
    for email, offered in ((kept, False), (stopped, True)):
        message = mime_message(email, recipient="john@example.com", unsubscribe_url=url)
        assert ("List-Unsubscribe" in message) is offered
        assert ("List-Unsubscribe-Post" in message) is offered
        assert ("Headers" in ses_content(email, unsubscribe_url=url)["Simple"]) is offered
    with pytest.raises(HeaderError):
        mime_message(kept, recipient="john@example.com", unsubscribe_url="http://portal.kimmyai.io/")
