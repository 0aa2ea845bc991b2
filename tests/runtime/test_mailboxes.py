"""Lists of addresses of the caller's own: one grammar, the same reading by whoever sends, or a refusal."""

from __future__ import annotations

import re
from contextlib import suppress
from email.utils import getaddresses
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bbws_templates.addresses import is_address
from bbws_templates.errors import HeaderError
from bbws_templates.headers import ADDRESSES, checked_headers
from bbws_templates.message import mime_message, parse_mailbox, ses_content
from tests.runtime.test_message import rendered

NONE = [
    '"ann@a.example"', "Ann <bob@b.example", "<bob@b.example", "bob@b.example>", "ann@ a.example",
    "ann @a.example", "Ann: Bob <bob@b.example>", ":>ann@a.example", "\\<ann@a.example", "<>", "Ann <>",
    "Ann [x] <ann@a.example>", "<ann@a.example><bob@b.example>", "a <b <ann@a.example>>",
    "Doe, Ann <ann@a.example>",
    "Team: ann@a.example", "Team: Ann <ann@a.example;", "Team: Us: ann@a.example;;",
    ": ann@a.example;", "ann@a.example;",
    "Team: ann@a.example; bob@b.example", ", ann@a.example", ",", "ann@a.example bob@b.example",
    "ann@(x)a.example", "<ann@a.example(x)>", "Ann (x <ann@a.example>", "Ann \\(x <ann@a.example>",
    "<@a.example,@b.example:ann@a.example>", "ann", "Ann <Bob> <ann@a.example>",
]  # fmt: skip


@pytest.mark.parametrize("value", NONE)
@pytest.mark.parametrize("header", ["Cc", "bcc", "Resent-To", "Sender"])
def test_what_is_no_list_of_addresses_is_refused(value: str, header: str) -> None:
    with pytest.raises(HeaderError, match=header) as raised:
        mime_message(rendered(), recipient="a@example.com", headers={header: value})
    assert "a.example" not in str(raised.value)
    with pytest.raises(HeaderError, match=header):
        ses_content(rendered(), headers={header: value})


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("ann@a.example (Ann)", "ann@a.example (Ann)"),
        ("(Ann) ann@a.example", "Ann <ann@a.example>"),
        ("ann@a.example (Zoë)", "=?utf-8?b?Wm/Dqw==?= <ann@a.example>"),
        ("ann@a.example ((a) b)", '"(a) b" <ann@a.example>'),
        ("ann@a.example (a) (b)", "a <ann@a.example>"),
        ("J. Doe <j@a.example>", '"J. Doe" <j@a.example>'),
        ("Ann Doe <ann@a.example>,bob@b.example", "Ann Doe <ann@a.example>,bob@b.example"),
        ("< ann@a.example >", "ann@a.example"),
        ('"Doe, \\"A\\""  <ann@a.example>', '"Doe, \\"A\\""  <ann@a.example>'),
        ("Team: ann@a.example,;", "Team: ann@a.example;"),
        ("(a, b)Team: ann@a.example, bob@b.example;", "Team: ann@a.example, bob@b.example;"),
        ("Team (x): ann@a.example;", "Team: ann@a.example;"),
        ("nobody:;", "nobody:;"),
        ("nobody:;, ann@a.example", "ann@a.example"),
        ("nobody:;, no one: ;", "nobody: ;"),
        ("Team: ann@a.example;, nobody:;", "Team: ann@a.example;"),
        ("Zoë: ann@bücher.example;", "=?utf-8?b?Wm/Dqw==?=: ann@xn--bcher-kva.example;"),
        ("=?utf-8?q?Ann?= <ann@a.example>, Zoë <z@a.example>",
         "=?utf-8?q?Ann?= <ann@a.example>, =?utf-8?b?Wm/Dqw==?= <z@a.example>"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_every_reader_reads_alike_is_sent_as_it_is_and_the_rest_so_that_they_do(
    value: str, sent: str
) -> None:
    assert (
        checked_headers({"Cc": value})["Cc"].replace("=?utf-8?q?Zo=C3=AB?=", "=?utf-8?b?Wm/Dqw==?=") == sent
    )


QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def read(value: str) -> list[tuple[str, str]]:
    """As ``smtplib`` reads whom to send to."""
    return [(name, address) for name, address in getaddresses([value]) if address]


@settings(deadline=None, max_examples=1000)  # time is not what this is about
@given(
    st.lists(
        st.sampled_from(
            ["ann@a.example", "bob@b.example", '"c d"@e.example', "Ann", '"Doe, J."', "Zoë", "(x)",
             "((y), z)", "<", ">", " ", ",", ":", ";", '"', "\\", "(", ")", "[", "]", ".", "@"]
        ),
        max_size=9,
    ).map("".join)
)  # fmt: skip
def test_whoever_sends_reads_the_addresses_that_were_checked(value: str) -> None:
    try:
        sent = checked_headers({"Cc": value})["Cc"]
    except HeaderError:
        return
    found = [address for _, address in read(sent)]
    assert all(map(is_address, found))
    # Versions that read strictly take a value for no list at all unless there is one for each comma.
    assert len(found) == QUOTED.sub("", sent).count(",") + 1 or re.fullmatch("[^,]*: *;|", sent)
    # Sent on by somebody else, it is what it was.
    again = checked_headers({"Cc": sent})["Cc"]
    assert [address for _, address in read(again)] == found
    assert not value.isascii() or all(address in value for address in found)


@settings(deadline=None, max_examples=500)  # time is not what this is about
@given(
    st.lists(
        st.sampled_from(["ann@a.example", "Ann", "<", ">", " ", ",", '"', "\\", "(", ")"]), max_size=7
    ).map("".join)
)  # fmt: skip
def test_a_recipient_is_bare_or_in_a_pair_of_brackets(value: str) -> None:
    try:
        address = parse_mailbox(value, header="To").addr_spec
    except HeaderError:
        return
    assert (
        value.strip() == address or value.strip().endswith(f"<{address}>") or value.endswith(f"< {address} >")
    )


@pytest.mark.parametrize("value", ["bob@b.example>", "Bob bob@b.example>", ">", "bob@b.example >"])
def test_a_recipient_in_half_a_pair_of_brackets_is_none(value: str) -> None:
    with pytest.raises(HeaderError, match="To"):
        mime_message(rendered(), recipient=value)


LONG = [
    "(", "\\", '"', '"\\', "()", "(a)", "<", ">", ":", ";", ",", "[", "[]", "@", "a@b.c,", "a:;,", "a ",
    '"a" ', "=?", "<a@b.c>", "\\(", " ",
]  # fmt: skip


def seconds(value: str) -> float:
    begun = process_time()
    for header in ("Cc", "Sender"):
        with suppress(HeaderError):
            checked_headers({header: value})
    return process_time() - begun


@pytest.mark.parametrize("piece", LONG)
def test_however_long_and_nested_a_list_is_it_takes_the_time_of_its_length(piece: str) -> None:
    for end in ("", " <a@b.c>", ")" * 20_000 + " a@b.c"):
        few, many = piece * 1_000 + end[:1000], piece * 20_000 + end
        least = max(seconds(few), 0.01)
        assert seconds(many) < 200 * least, (
            "a twentieth of it takes a four hundredth where time grows by its square"
        )


@pytest.mark.parametrize("header", sorted(ADDRESSES))
@pytest.mark.parametrize("value", ["(" * 900, "(" * 900 + ")" * 900, "a@b.c " + "(" * 900 + ")" * 900])
def test_no_header_for_addresses_fails_at_comments_in_comments(header: str, value: str) -> None:
    with suppress(HeaderError):
        mime_message(rendered(), recipient="a@example.com", headers={header: value}).as_bytes()
