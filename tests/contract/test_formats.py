"""Formats against the examples of their own documents."""

from __future__ import annotations

import pytest

from bbws_templates.contract import contract_problems
from bbws_templates.contract.formats import FORMATS

ACCEPTED = [
    ("date", "2025-12-19"),
    ("date", "2024-02-29"),
    # RFC 3339, section 5.8
    ("date-time", "1985-04-12T23:20:50.52Z"),
    ("date-time", "1996-12-19T16:39:57-08:00"),
    ("date-time", "1990-12-31T23:59:60Z"),
    ("date-time", "1990-12-31T15:59:60-08:00"),
    ("date-time", "1937-01-01t12:00:27.87+00:20"),
    # RFC 5321 and RFC 5322
    ("email", "noreply@kimmyai.io"),
    ("email", "o'hara+tag@mail.example.co.za"),
    ("email", '"joe bloggs"@example.com'),
    ("email", "joe@[127.0.0.1]"),
    ("email", "joe@[IPv6:::1]"),
    # RFC 3986, section 1.1.2
    ("uri", "ftp://ftp.is.co.za/rfc/rfc1808.txt"),
    ("uri", "ldap://[2001:db8::7]/c=GB?objectClass?one"),
    ("uri", "mailto:John.Doe@example.com"),
    ("uri", "news:comp.infosystems.www.servers.unix"),
    ("uri", "tel:+1-816-555-1212"),
    ("uri", "telnet://192.0.2.16:80/"),
    ("uri", "urn:oasis:names:specification:docbook:dtd:xml:4.1.2"),
    ("uri", "https://portal.kimmyai.io/unsubscribe?email=a%40b.co&token=x#y"),
    ("uuid", "aa0e8400-e29b-41d4-a716-446655440005"),
    ("uuid", "AA0E8400-E29B-41D4-A716-446655440005"),
]
REFUSED = [
    ("date", "2025-12-9"),
    ("date", "2025-02-29"),
    ("date", "20251219"),
    ("date", "2025-12-19\n"),
    ("date", "२०२५-१२-१९"),
    ("date-time", "2025-12-19T10:30:00"),
    ("date-time", "2025-12-19 10:30:00Z"),
    ("date-time", "2025-12-19T24:00:00Z"),
    ("date-time", "2025-12-19T10:30:60Z"),
    ("date-time", "2025-12-19T10:30:00+24:00"),
    ("date-time", "2025-12-19T1०:3०:0०Z"),
    ("date-time", "2025-12-19T10:30:00Z\r\n"),
    ("email", "nobody"),
    ("email", "a b@example.com"),
    ("email", "a@example.com\nBcc: b@example.com"),
    ("email", "a@@example.com"),
    ("email", ".a@example.com"),
    ("email", "a..b@example.com"),
    ("email", "a@-example.com"),
    ("email", f"{'a' * 65}@example.com"),
    ("email", "joe@[300.0.0.1]"),
    ("uri", "//example.com/no-scheme"),
    ("uri", "/relative"),
    ("uri", "https://example.com/a b"),
    ("uri", "https://example.com/%zz"),
    ("uri", 'https://example.com/"onload="x'),
    ("uri", "https://[::1%eth0]/"),
    ("uri", "https://[]/"),
    ("uri", "https://example.com:port/"),
    ("uri", "https://example.com/é"),
    ("uri", "https://example.com/\n"),
    ("uuid", "aa0e8400e29b41d4a716446655440005"),
    ("uuid", "{aa0e8400-e29b-41d4-a716-446655440005}"),
]


@pytest.mark.parametrize(("name", "text"), ACCEPTED)
def test_accepts(name: str, text: str) -> None:
    assert contract_problems({"format": name}, text) == ()


@pytest.mark.parametrize(("name", "text"), REFUSED)
def test_refuses(name: str, text: str) -> None:
    (problem,) = contract_problems({"format": name}, text)

    assert FORMATS[name].sample in problem.expectation


@pytest.mark.parametrize("name", FORMATS)
def test_the_sample_in_the_sentence_is_itself_right(name: str) -> None:
    assert FORMATS[name].accepts(FORMATS[name].sample)


def test_a_format_says_nothing_of_what_is_not_text() -> None:
    assert contract_problems({"format": "email"}, 12) == ()
