"""Identifiers, dates and paths have the form that mail has for them, or are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bbws_templates.errors import HeaderError
from bbws_templates.headers import checked_headers
from bbws_templates.message import mime_message, ses_content
from tests.runtime.test_message import rendered

IDS = [
    "<2f8c1a@example.com>",
    "<a.b+c=d@[127.0.0.1]>",
    "<179614060341.18993.23759167@example.com>",
    "<!&!AAA@host>",
]
NO_IDS = [
    "noidentifier", "<a>,<b", "<a@b", "a@b>", "a@b", "<a b@c>", "<a@b c>", "<>", "<a@b>x",
    "x<a@b>", "<a@b>,<c@d>", "<<a@b>>", "<ü@b>",
]  # fmt: skip
NO_IDS_OF_OURS = ["<a..b@c>", "<a@b@c>", "<a@b> <c@d>", "<a@[b>", '<"a"@b>', "<a@b,c>", "<@b>", "<a@>", "<a>"]


@pytest.mark.parametrize("value", IDS)
def test_an_identifier_is_taken(value: str) -> None:
    message = mime_message(rendered(), recipient="a@example.com", message_id=value)
    assert message["Message-ID"] == value
    for name in ("References", "In-Reply-To", "Resent-Message-ID", "Original-Message-ID"):
        assert checked_headers({name: value}) == {name: value}


@pytest.mark.parametrize("value", [*NO_IDS, *NO_IDS_OF_OURS])
def test_what_identifies_no_message_is_refused(value: str) -> None:
    with pytest.raises(HeaderError, match="Message-ID"):
        mime_message(rendered(), recipient="a@example.com", message_id=value)


@pytest.mark.parametrize("value", NO_IDS)
@pytest.mark.parametrize(
    "name", ["References", "in-reply-to", "Resent-Message-ID", "Original-Message-ID", "Supersedes"]
)
def test_what_refers_to_no_message_is_refused(name: str, value: str) -> None:
    with pytest.raises(HeaderError, match=name):
        mime_message(rendered(), recipient="a@example.com", headers={name: value})
    with pytest.raises(HeaderError, match=name):
        ses_content(rendered(), headers={name: value})


def test_one_may_refer_to_several_messages_and_to_what_other_systems_call_theirs() -> None:
    for value in ("<a@b> <c@d>", "<a@b><c@d>", "<a..b@c,d@e>  <1@2>", "<a>", "<a@> <@b>"):
        assert checked_headers({"References": value, "In-Reply-To": value})["References"] == value
    with pytest.raises(HeaderError, match="Resent-Message-ID"):
        checked_headers({"Resent-Message-ID": "<a@b> <c@d>"})


@pytest.mark.parametrize("value", ["<>", "<bounces@example.com>", '<"a b"@example.com>'])
def test_a_path_is_an_address_in_brackets_or_none(value: str) -> None:
    assert checked_headers({"Return-Path": value}) == {"Return-Path": value}


@pytest.mark.parametrize(
    "value",
    ["", "not an address", "a@example.com", "<a@example.com", "<a@>", "Ann <a@example.com>", "<<a@b.c>>"],
)
def test_what_leads_nowhere_is_no_path(value: str) -> None:
    with pytest.raises(HeaderError, match="Return-Path"):
        checked_headers({"Return-Path": value})


NO_DATES = [
    "soon", "", "2026-01-05T10:30:00Z", "31 Feb 2026 10:30:00 +0000", "5 Jan 2026 25:30 +0000",
    "Mon, 05 Jan 2026 10:30:00 +010030", "Mon, 05 Jan 2026", "٥ Jan 2026 10:30 +0000",
]  # fmt: skip
DATED = ["Resent-Date", "Delivery-Date", "Expires", "Expiry-Date"]


@pytest.mark.parametrize("name", DATED)
def test_a_date_is_one_of_mail(name: str) -> None:
    now = datetime.now(UTC)
    for value in (format_datetime(now), format_datetime(now, usegmt=True), "5 Jan 2026 10:30 +0200 (SAST)"):
        assert checked_headers({name: value}) == {name: value}
    for value in NO_DATES:
        with pytest.raises(HeaderError, match=name):
            checked_headers({name: value})


@settings(deadline=None)  # time is not what this is about
@given(
    st.datetimes(min_value=datetime(1900, 1, 3), max_value=datetime(9999, 12, 29)),
    st.integers(-86_399, 86_399),
)
def test_the_date_of_a_message_is_the_moment_that_was_given_in_a_zone_of_mail(
    when: datetime, offset: int
) -> None:
    given_date = when.replace(microsecond=0, tzinfo=timezone(timedelta(seconds=offset)))
    sent = mime_message(rendered(), recipient="a@example.com", date=given_date)["Date"]
    assert checked_headers({"Resent-Date": str(sent)})
    assert parsedate_to_datetime(sent) == given_date


@pytest.mark.parametrize(
    "given_date",
    ["today", 0, "", date(2026, 1, 5), datetime(1, 1, 1, tzinfo=timezone(timedelta(seconds=3630)))],
    ids=str,
)
def test_what_is_no_time_is_no_date(given_date: Any) -> None:
    with pytest.raises(HeaderError, match="Date"):
        mime_message(rendered(), recipient="a@example.com", date=given_date)


@pytest.mark.parametrize("piece", ["<", "<a@", "<a@b>", "a@", "<a@b ", "1", ">", "<a."])
def test_however_long_it_is_a_form_takes_the_time_of_its_length(piece: str) -> None:
    def seconds(value: str) -> float:
        begun = process_time()
        for name in ("References", "Return-Path", "Resent-Date", "Resent-Message-ID"):
            with pytest.raises(HeaderError):
                checked_headers({name: value + "!"})
        return process_time() - begun

    assert seconds(piece * 40_000) < 200 * max(seconds(piece * 2_000), 0.01)
