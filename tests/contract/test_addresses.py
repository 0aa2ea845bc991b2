"""One grammar of addresses: what a contract lets through can be sent to, and nothing else can."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from email.utils import getaddresses

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bbws_templates import HeaderError, RenderedEmail, mime_message, sender_address
from bbws_templates.addresses import is_address, parted, written
from bbws_templates.contract import contract_problems
from tests.selection import drawn

# Pieces of which addresses are made, right ones and wrong ones; whole texts at random are hardly ever right.
PIECES = st.sampled_from([
    "a", "jane", "o'hara+tag", ".", "..", "@", '"', '"joe bloggs"', '"a..b"', '" a  b "', r'"a\"b\\c"', '""',
    "<", ">", "example.com", "example", "co.za", "-", "a-", "[127.0.0.1]", "[IPv6:::1]", "[300.0.0.1]", "é",
    "xn--exmple-cua.com", "exämple.com", "straße.de", "例え.jp", "a。b", "ｅｘ.com", "a․b", "jörg", " ", "\t",
    "\n", ",", ";", "(c)", ":", "%", "a" * 63, "a" * 64, "a" * 65, ".".join(["b" * 63] * 3), "_", "!",
    "\u200d", "\ud800", "\x00",
])  # fmt: skip
ADDRESSES = st.one_of(
    st.builds(lambda local, domain: f"{local}@{domain}", PIECES, PIECES),
    st.lists(PIECES, max_size=5).map("".join),
    st.lists(PIECES, max_size=3).map(lambda pieces: "".join([*pieces, "@example.com"])),
)


@pytest.mark.parametrize(("local", "domain", "fits"), [(64, 189, True), (64, 190, False), (64, 200, False)])
def test_an_address_has_at_most_254_characters(local: int, domain: int, fits: bool) -> None:
    """Source: RFC 5321, 4.5.3.1.3: a path has 256, its two brackets included."""
    labels = [*(["b" * 49] * 3), "c" * (domain - 3 * 50 - 4), "com"]
    address = f"{'a' * local}@{'.'.join(labels)}"
    assert len(address) == local + 1 + domain
    assert is_address(address) is fits


@pytest.mark.parametrize(
    "local", ["=?utf-8?q?eve?=", '"=?utf-8?q?eve?="', '"a =?utf-8?q?eve=40evil.test?= b"']
)
def test_what_readers_would_decode_into_another_address_is_none(local: str) -> None:
    address = f"{local}@example.com"
    (read,) = message_from_bytes(f"To: {address}\r\n\r\n".encode(), policy=default)["To"].addresses
    assert str(read) != address, "as long as there are such readers"

    assert not is_address(address)
    assert contract_problems({"format": "email"}, address)
    with pytest.raises(HeaderError):
        mime_message(mail("noreply@example.com"), recipient=f"Jane <{address}>")


def mail(address: str, reply_to: str = "") -> RenderedEmail:
    return RenderedEmail("a/b", "s", "", "<p>", "t", ("", address), reply_to)


@settings(max_examples=drawn(1500), deadline=None)
@given(address=ADDRESSES)
@example("a@b")
@example("jane@example.com")
@example('"joe bloggs"@example.com')
@example('"a<b>"@example.com')
@example('"joe..bloggs"@example.com')
@example("joe@[IPv6:::1]")
@example("joerg@exämple.com")
@example(f"{'a' * 65}@example.com")
@example(" jane@example.com")
@example("jane@" + ".".join(["b" * 60] * 4))
def test_what_a_contract_accepts_can_be_sent_and_the_reverse(address: str) -> None:
    accepted = contract_problems({"format": "email"}, address) == ()

    assert is_address(address) == accepted
    for recipient in (address, f"Jane Doe <{address}>") if accepted else (address,):
        try:
            message = mime_message(
                mail("orders@example.com", address if accepted else ""), recipient=recipient
            )
        except HeaderError:
            assert not accepted, address
        else:
            assert accepted, address
            arrived = message_from_bytes(message.as_bytes())
            local, domain = parted(address) or ("", "")
            for header in ("To", "Reply-To"):
                found = address_in(arrived[header])
                assert found.isascii()
                assert parted(found) == (local, domain)
    if accepted:
        assert parted(address_in(sender_address(mail(address)))) == parted(address)


def address_in(header: str) -> str:
    """The address of a header's one mailbox; Python's strict reading takes ``[IPv6:::1]`` for a group."""
    loose = {"strict": False} if getaddresses.__kwdefaults__ else {}
    return getaddresses([header], **loose)[0][1]


@pytest.mark.parametrize("sign", ["ß", "ς", "\u200d", "\u200c", "ẞ"])
def test_no_mail_goes_to_another_domain_than_the_one_written(sign: str) -> None:
    """IDNA 2003, which Python has, makes ``strasse.de`` of ``straße.de``, which is somebody else's."""
    address = f"jane@stra{sign}e.de"

    assert contract_problems({"format": "email"}, address)
    with pytest.raises(HeaderError, match="xn--"):
        mime_message(mail("orders@example.com"), recipient=address)


def test_a_domain_beyond_ascii_is_sent_to_in_its_ascii_form() -> None:
    assert parted("jane@bücher.example") == ("jane", "xn--bcher-kva.example")
    assert parted("jane@ＢÜＣＨＥＲ。example") == ("jane", "xn--bcher-kva.example")


def test_a_sign_that_turns_into_a_dot_makes_no_other_domain() -> None:
    """U+2024, a leader of one dot, is no separator, and its compatible form is."""
    assert parted("jane@evil\u2024example.com") is None
    assert parted("jane@evil\uff0eexample.com") == ("jane", "evil.example.com"), "this one is (RFC 3490, 3.1)"


def test_a_long_domain_is_measured_in_the_form_in_which_it_is_sent_to() -> None:
    labels = ["ü" * 40] * 6
    assert len("jane@" + ".".join(labels)) < 254
    assert parted("jane@" + ".".join(labels)) is None
    assert parted("jane@" + ".".join(labels[:5]))
    assert len(f"{'j' * 30}@{'.'.join(labels[:5])}") < 254
    assert parted(f"{'j' * 30}@{'.'.join(labels[:5])}") is None


def test_digits_of_other_scripts_are_none_of_an_address_literal() -> None:
    assert parted("jane@[127.0.0.1]")
    assert parted("jane@[127.0.0.\u0661]") is None


def test_what_stands_in_quotes_may_hold_the_sign_that_parts_addresses() -> None:
    address = r'"jane@home\"s"@example.com'
    assert parted(address) == ('jane@home"s', "example.com")
    assert written('jane@home"s', "example.com") == address
    assert not contract_problems({"format": "email"}, address)
