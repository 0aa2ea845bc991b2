"""Headers of the caller's own reach a reader as they were given, over a real SMTP server."""

from __future__ import annotations

import copy
import pickle
import smtplib
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as st

from bbws_templates.addresses import is_address
from bbws_templates.errors import HeaderError
from bbws_templates.headers import checked_headers
from bbws_templates.message import mime_message, parse_mailbox, sender_address, ses_content
from tests.runtime.test_message import rendered
from tests.waiting import patience

# As Amazon SES makes them in this region: 82 characters, without a place to fold at.
SES_ID = f"<0{'1' * 14}9b0f0000-{'a1b2c3d4' * 2}-{'e5' * 12}-000000@af-south-1.amazonses.com>"
MANY = " ".join(f"<{number}-{'c' * 60}@af-south-1.amazonses.com>" for number in range(40))

VALUES = {
    "In-Reply-To": SES_ID,
    "References": MANY,
    "List-Id": "Receipts of the portal <receipts.portal.kimmyai.io>",
    "Feedback-ID": f"{'campaign' * 12}:{'customer' * 12}:receipt:kimmyai",
    "List-Help": f"<https://portal.kimmyai.io/help?{'q' * 300}>",
    "List-Owner": "<mailto:owner@kimmyai.io>",
    "Auto-Submitted": "auto-generated",
    "Precedence": "bulk",
    "X-SES-CONFIGURATION-SET": "s" * 64,
    "X-Entity-Ref-ID": "u" * 900,
    "X-Words": "two  blanks   and more " * 40 + "end",
    "X-Greeting": "Grüße aus Köln, " * 30 + "日本",
    "X-Encoded": "=?utf-8?q?no?= encoded word",
    "X-Endless": "e" * 5000,
    "X-Empty": "",
    "Cc": '"Doe, Jane" <jane@example.com>, other@example.com',
    "Sender": "KimmyAI <noreply@kimmyai.io>",
    "Resent-Message-ID": SES_ID,
}


class Receiver(Controller):
    """An SMTP server on a free port of this machine, and what it has taken in."""

    def __init__(self) -> None:
        super().__init__(self, hostname="127.0.0.1", port=0, ready_timeout=patience(60))
        self.taken: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  the name is theirs
        self.taken.append(envelope.content)
        return "250 OK"

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]

    def send(self, message: EmailMessage) -> bytes:
        with smtplib.SMTP("127.0.0.1", self.port, timeout=patience(60)) as smtp:
            smtp.send_message(message, "noreply@kimmyai.io", ["john@example.com"])
        return self.taken[-1]


@pytest.fixture(scope="module")
def received() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.start()
    yield receiver
    receiver.stop()


def head_of(data: bytes) -> list[bytes]:
    return data.split(b"\r\n\r\n")[0].split(b"\r\n")


def test_every_header_arrives_as_it_was_given(received: Receiver) -> None:
    sent = mime_message(rendered(), recipient="john@example.com", headers=VALUES)
    for data in (sent.as_bytes(), received.send(sent)):
        message = message_from_bytes(data, policy=policy.default)
        for name, value in VALUES.items():
            assert message[name] == value, name
        assert not message.defects
        lines = head_of(data)
        assert max(map(len, lines)) <= 998
        assert all(line.strip() for line in lines)
        assert b"=?" not in b"".join(
            line for line in lines if line.startswith((b"References", b"In-Reply", b"List-", b"Feedback"))
        )


def test_lines_are_short_where_there_is_a_blank() -> None:
    lines = head_of(
        mime_message(rendered(), recipient="a@example.com", headers={"References": MANY}).as_bytes()
    )
    at = next(number for number, line in enumerate(lines) if line.startswith(b"References"))
    assert len(lines[at]) < 120
    assert all(len(line) < 120 for line in lines)


name_of_header = st.from_regex(r"X-[!-9;-~]{1,60}", fullmatch=True)
text = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=2000)


@given(name=name_of_header, value=text | st.lists(st.sampled_from("ab ü=?")).map("".join))
def test_any_text_arrives_in_a_header_of_text(name: str, value: str) -> None:
    sent = mime_message(rendered(), recipient="a@example.com", headers={name: value})
    lines = head_of(sent.as_bytes())
    assert max(map(len, lines)) <= 998
    assert b"".join(lines).isascii()
    got = message_from_bytes(sent.as_bytes())[name]
    assert str(make_header(decode_header(got.replace("\r\n", "")))) == value.strip(" ")


@given(value=st.text(st.characters(min_codepoint=33, max_codepoint=126) | st.just(" "), max_size=3000))
@pytest.mark.parametrize("name", ["Archived-At", "List-Archive", "Feedback-ID"])
def test_a_structured_header_is_folded_and_never_encoded(name: str, value: str) -> None:
    if any(len(word) + len(name) > 990 for word in value.split(" ")):
        value = value.replace("a", " ")[:900]
    sent = mime_message(rendered(), recipient="a@example.com", headers={name: value})
    lines = head_of(sent.as_bytes())
    assert max(map(len, lines)) <= 998
    assert message_from_bytes(sent.as_bytes())[name].replace("\r\n", "") == value.strip(" ")


@pytest.mark.parametrize(
    "name", ["References", "In-Reply-To", "Feedback-ID", "List-Post", "X-SES-MESSAGE-TAGS"]
)
def test_what_must_not_be_encoded_is_refused_when_it_would_have_to_be(name: str) -> None:
    for value in ("<ü@example.com>", "x" * 999):
        with pytest.raises(HeaderError, match=name):
            mime_message(rendered(), recipient="a@example.com", headers={name: value})
        with pytest.raises(HeaderError, match=name):
            ses_content(rendered(), headers={name: value})


def test_the_phrase_of_a_list_and_the_name_of_an_address_may_be_encoded() -> None:
    given = {
        "List-Id": "Grüße aus Köln\u00a0 <list.kimmyai.io>",
        "Cc": "Zoë Jördis <zoe@example.com>, a@example.com",
    }
    message = message_from_bytes(
        mime_message(rendered(), recipient="a@example.com", headers=given).as_bytes()
    )
    assert message["List-Id"].endswith(" <list.kimmyai.io>")
    assert str(make_header(decode_header(message["List-Id"]))) == given["List-Id"]
    assert message["Cc"].endswith(" <zoe@example.com>, a@example.com")
    assert str(make_header(decode_header(message["Cc"]))) == given["Cc"]
    with pytest.raises(HeaderError, match="Cc"):
        mime_message(rendered(), recipient="a@example.com", headers={"Cc": "zoë@example.com"})


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "b\r\nBcc: c@example.com"}, {"X-A": "b\nc"}, {"X-A": "\x00"}, {"X-A": "a\tb"},
        {"X-A": "\udc80"},
        {"X-\udc80": "a"}, {"X A": "b"}, {"X-Ä": "b"}, {"": "b"}, {"X" * 127: "b"}, {"X:": "b"},
        {"X-A": 7}, {"X-A": None}, {7: "b"}, {"x-a": "1", "X-A": "2"}, {"X-A": "1", "x-a": "2"},
        {"Cc": "a@example.com", "CC": "b@example.com"},
    ],
    ids=ascii,
)  # fmt: skip
def test_what_no_header_can_be_is_refused(headers: Any) -> None:
    for make in (lambda: mime_message(rendered(), recipient="a@example.com", headers=headers),
                 lambda: ses_content(rendered(), headers=headers)):  # fmt: skip
        with pytest.raises(HeaderError) as caught:
            make()
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "headers", ["X-A: b", b"X-A", ["X-A"], [("X-A", "b")], 5, ("X-A",), {"X-A"}], ids=str
)
def test_headers_that_are_no_mapping_are_refused(headers: Any) -> None:
    for make in (lambda: mime_message(rendered(), recipient="a@example.com", headers=headers),
                 lambda: ses_content(rendered(), headers=headers)):  # fmt: skip
        with pytest.raises(HeaderError, match=r"headers are .*, not an object"):
            make()


@pytest.mark.parametrize(
    "links", [5, 1.5, b"https://a.example", {"https://a.example": 1}, ..., [5], [None]], ids=str
)
def test_links_that_are_neither_text_nor_a_list_of_it_are_refused(links: Any) -> None:
    for make in (lambda: mime_message(rendered(), recipient="a@example.com", unsubscribe_url=links),
                 lambda: ses_content(rendered(), unsubscribe_url=links)):  # fmt: skip
        with pytest.raises(HeaderError, match="List-Unsubscribe"):
            make()


@pytest.mark.parametrize(
    "field", ["subject", "sender", "reply_to", "recipient", "message_id", "unsubscribe_url"]
)
def test_half_a_character_is_refused_wherever_it_stands(field: str) -> None:
    half = "J\udcf6rg"
    changes = {"subject": half, "sender": (half, "a@example.com"), "reply_to": f"{half} <a@example.com>"}
    options = {
        "recipient": f"{half} <a@example.com>",
        "message_id": f"<{half}@x>",
        "unsubscribe_url": f"https://{half}",
    }
    email = rendered(**{field: changes[field]}) if field in changes else rendered()
    given = {"recipient": "a@example.com"} | ({field: options[field]} if field in options else {})
    with pytest.raises(HeaderError):
        mime_message(email, **given)  # type: ignore[arg-type]


def test_half_a_character_in_a_body_becomes_the_sign_for_it() -> None:
    sent = mime_message(rendered(html="<p>\udcf6</p>", text="\udcf6"), recipient="a@example.com")
    plain, rich = message_from_bytes(sent.as_bytes(), policy=policy.default).iter_parts()
    assert "\ufffd" in plain.get_content()
    assert "\ufffd" in rich.get_content()


@pytest.mark.parametrize(
    "address", [f"{'l' * 65}@example.com", f"a@{'d.' * 130}com", f"a@{'d' * 64}.com", "a" * 10_000]
)
def test_an_address_longer_than_any_can_be_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(HeaderError) as caught:
        mime_message(rendered(), recipient=address)
    assert len(str(caught.value)) < 300
    longest = f"{'l' * 64}@{'.'.join(['d' * 60] * 3)}.com"
    data = mime_message(rendered(), recipient=f"{'n' * 3000} <{longest}>").as_bytes()
    assert max(map(len, head_of(data))) <= 998
    assert message_from_bytes(data, policy=policy.default)["To"].addresses[0].addr_spec == longest


HTTPS = "https://portal.kimmyai.io/unsubscribe?email=john%40example.com&token=" + "a1" * 150
MAILTO = "mailto:unsubscribe@kimmyai.io?subject=unsubscribe%20john"


@pytest.mark.parametrize(
    ("links", "value", "one_click"),
    [
        (HTTPS, f"<{HTTPS}>", True),
        (MAILTO, f"<{MAILTO}>", False),
        ([MAILTO, HTTPS], f"<{MAILTO}>, <{HTTPS}>", True),
        ((HTTPS, MAILTO), f"<{HTTPS}>, <{MAILTO}>", True),
        ([], None, False),
        ("", None, False),
    ],
)
def test_unsubscribing_by_link_by_mail_or_both(
    received: Receiver, links: Any, value: str | None, one_click: bool
) -> None:
    sent = mime_message(rendered(), recipient="john@example.com", unsubscribe_url=links)
    message = message_from_bytes(received.send(sent), policy=policy.default)
    assert message["List-Unsubscribe"] == value
    assert message["List-Unsubscribe-Post"] == ("List-Unsubscribe=One-Click" if one_click else None)
    ses = {
        each["Name"]: each["Value"]
        for each in ses_content(rendered(), unsubscribe_url=links)["Simple"].get("Headers", [])
    }
    assert ses.get("List-Unsubscribe") == value


@pytest.mark.parametrize(
    "link",
    ["mailto:", "mailto:nobody", "mailto:a@b@c", "mailto:a b@example.com",
     "mailto:a@example.com,b@example.com",
     "mailto:a@example.com?subject=<x>", "mailto:a%0d%0ab@example.com", "mailto:ü@example.com",
     "http://example.com", "tel:123", "https://example.com/" + "p" * 1000],
)  # fmt: skip
def test_what_nobody_can_unsubscribe_by_is_refused(link: str) -> None:
    for links in (link, [HTTPS, link]):
        with pytest.raises(HeaderError, match=r"List-Unsubscribe|unsubscribe link"):
            mime_message(rendered(), recipient="john@example.com", unsubscribe_url=links)


def test_what_ses_would_refuse_is_refused_before() -> None:
    for headers in ({"X-Empty": " "}, {"X-Long": "l" * 995}, {f"X-{number}": "v" for number in range(16)}):
        with pytest.raises(HeaderError, match="Amazon SES"):
            ses_content(rendered(), headers=headers)
    as_long_as_it_takes = "v" + " v" * 496  # 996 characters with the name
    assert ses_content(rendered(), headers={"X-A": as_long_as_it_takes})
    with pytest.raises(HeaderError, match="Amazon SES"):
        ses_content(rendered(), headers={"X-Ab": as_long_as_it_takes})
    as_many_as_it_takes = {f"X-{number}": "v" for number in range(15)}
    assert len(ses_content(rendered(), headers=as_many_as_it_takes)["Simple"]["Headers"]) == 15
    headers = ses_content(rendered(), headers={"X-Greeting": "Grüße " * 10})["Simple"]["Headers"]
    assert headers[0]["Value"].isascii()
    assert str(make_header(decode_header(headers[0]["Value"]))) == ("Grüße " * 10).strip()


def test_a_long_sender_is_made_of_encoded_words_that_are_short_enough() -> None:
    address = sender_address(rendered(sender=("Küche " * 40 + "K", "a@example.com")))
    assert max(len(word) for word in address.split(" ")) <= 75
    assert str(make_header(decode_header(address))) == f"{'Küche ' * 40}K <a@example.com>"


def test_a_message_can_be_copied_pickled_and_extended() -> None:
    sent = mime_message(
        rendered(), recipient="a@example.com", message_id="<1@kimmyai.io>", headers={"References": MANY}
    )
    sent["X-Later"] = "Grüße"
    for other in (copy.deepcopy(sent), copy.copy(sent), pickle.loads(pickle.dumps(sent))):
        assert other.as_bytes() == sent.as_bytes()
    assert message_from_bytes(sent.as_bytes(), policy=policy.default)["X-Later"] == "Grüße"
    assert str(sent) == repr(sent) == "<MailMessage: multipart/alternative>"


ADDRESSES = (
    "jane@bücher.example", "a@例え.jp", '"a b"@example.com', '"a,b"@example.com', "a@[IPv6:::1]", "a+b@x.co",
    "nobody", "a@", "a..b@example.com", "jane@straße.example", "a b@example.com", "a@x_y.com",
    "zoë@example.com",
)  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("header", ["Cc", "Bcc", "Sender", "Resent-To"])
def test_every_header_for_addresses_takes_what_a_contract_takes_and_nothing_else(
    address: str, header: str
) -> None:
    headers = {header: address}
    if is_address(address):
        sent = str(mime_message(rendered(), recipient="a@example.com", headers=headers)[header])
        assert sent == str(parse_mailbox(address, header=header).addr_spec)
    else:
        with pytest.raises(HeaderError, match=header) as raised:
            mime_message(rendered(), recipient="a@example.com", headers=headers)
        assert address not in str(raised.value)


@pytest.mark.parametrize("name", ["Sender", "resent-sender"])
@pytest.mark.parametrize("value", ["", " ", "nobody:;", "a@example.com, b@example.com", "us: a@example.com;"])
def test_a_sender_is_one_address(name: str, value: str) -> None:
    with pytest.raises(HeaderError, match=name):
        checked_headers({name: value})
    assert checked_headers({name: "Zoë <a@example.com>"})[name].endswith("<a@example.com>")


def test_a_list_of_recipients_may_name_nobody() -> None:
    headers = {"Bcc": "undisclosed-recipients:;", "Cc": "Team: a@example.com, b@example.com;"}
    message = mime_message(rendered(), recipient="a@example.com", headers=headers)

    assert {name: message[name] for name in headers} == headers


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("a@[IPv6:::1], b@c.d", "a@[IPv6:::1], b@c.d"),
        ("a@b.c (Ann), d@e.f", "a@b.c (Ann), d@e.f"),
        ('a@b.c (J, "x), d@e.f', '"J, \\"x" <a@b.c>, d@e.f'),
        ('"x, (y\\"" <a@b.c>, d@e.f', '"x, (y\\"" <a@b.c>, d@e.f'),
        ("a@b.c, ", "a@b.c"),
        ("a@b.c,,d@e.f", None),
        ("a@b.c (x", None),
        ("a@b.c) (x", None),
        ('a@b.c, "x', None),
        ("ann@b.c <bob@b.c>", None),
    ],
)
def test_a_list_of_addresses_has_one_reading_whichever_python_reads_it(value: str, sent: str | None) -> None:
    """Some versions read strictly, as ``smtplib`` there does with what is sent."""
    if sent is None:
        with pytest.raises(HeaderError, match="Cc"):
            checked_headers({"Cc": value})
        return
    assert checked_headers({"Cc": value}) == {"Cc": sent}
