"""How the verifier compares, and how it says what it found."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, UnknownServiceError
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from infra.design import ENVIRONMENTS
from infra.verify.actions import ACTIONS, RIGHTS
from infra.verify.areas import questions
from infra.verify.aws import AbsentError, Account, DeniedError, UnansweredError
from infra.verify.buckets import lifecycle_rules
from infra.verify.checks import Subject
from infra.verify.compare import ABSENT, differences, words
from infra.verify.report import as_json, as_table
from infra.verify.topic import standing

VALUES = st.recursive(
    st.booleans()
    | st.integers(-3, 3)
    | st.text("ab", max_size=2)
    | st.sampled_from([ABSENT, "none", "as designed"])
    | st.frozensets(st.text("ab", max_size=2)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=8,
)
SUBJECT = Subject("bucket", "bbws-templates-dev", "templates")


def fingerprint(value: Any) -> str:
    """A text that two values share only when they are the same; Python itself holds 1 for True."""
    if isinstance(value, dict):
        return "map" + repr(sorted((name, fingerprint(inner)) for name, inner in value.items()))
    if isinstance(value, list):
        return repr([fingerprint(inner) for inner in value])
    return repr(sorted(value)) + "set" if isinstance(value, frozenset) else repr(value)


@given(VALUES, VALUES)
def test_there_is_a_difference_exactly_where_two_values_differ(one: Any, other: Any) -> None:
    assert (not list(differences(one, other))) == (fingerprint(one) == fingerprint(other))


@given(VALUES)
def test_a_value_is_no_different_from_itself(value: Any) -> None:
    assert list(differences(value, value)) == []


def test_a_difference_says_where_and_nothing_else() -> None:
    expected = {"rules": {"a": {"days": 90, "status": "on"}}}
    found = {"rules": {"a": {"days": 1, "status": "on"}, "b": {"days": 2}}}
    said = {(one.place, one.expected, one.found) for one in differences(expected, found)}
    assert said == {("rules.a.days", "90", "1"), ("rules.b", "absent", '{"days": 2}')}


def test_a_tag_that_says_absent_is_there() -> None:
    """The words of the report are no values: what somebody wrote must not pass for nothing."""
    (found,) = differences({}, {"Note": "absent"})
    assert found.place == "Note"


def test_nothing_that_a_terminal_acts_upon_is_printed() -> None:
    found = {"na\u202eme": "\x1b[2Jred\x07\u200b\n"}
    check = SUBJECT.question("tags", {}, lambda: found).check()
    for text in (as_table([check]), as_json([check], "dev")):
        assert not [character for character in text if not character.isprintable() and character != "\n"]
        assert text.count("\n") < 20
    assert "\\x1b" in check.found


def denied() -> Any:
    raise DeniedError("could not be asked: not allowed to look (GetBucketCors)")


def absent() -> Any:
    raise AbsentError("absent")


@pytest.mark.parametrize("expected", [{}, True, "x", [], frozenset()])
def test_what_may_not_be_asked_fails_whatever_was_expected(expected: Any) -> None:
    check = SUBJECT.question("CORS", expected, denied, absent=expected).check()
    assert not check.passed
    assert not check.seen
    assert "could not be asked" in check.found
    assert "auditor" in check.remedy


def test_absence_counts_as_it_is_said() -> None:
    assert SUBJECT.question("CORS", {}, absent, absent={}).check().passed
    assert not SUBJECT.question("policy", {}, absent).check().passed


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "403", "AuthorizationError"])
def test_every_way_to_refuse_is_a_finding(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise ClientError({"Error": {"Code": code}}, "GetBucketCors")

    account = Account(ENVIRONMENTS["dev"])

    class Client:
        can_paginate = staticmethod(lambda _: False)
        get_bucket_cors = staticmethod(refuse)

    monkeypatch.setattr(account, "client", lambda *_: Client())
    with pytest.raises(DeniedError):
        account.read("s3.get_bucket_cors", Bucket="x")


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        ("ExpiredToken", ClientError),
        ("InvalidClientTokenId", ClientError),
        ("UnrecognizedClientException", ClientError),
        ("InternalError", UnansweredError),
        ("KMSInvalidStateException", UnansweredError),
        ("PermanentRedirect", UnansweredError),
    ],
)
def test_a_failure_is_a_finding_unless_nobody_is_asking(
    monkeypatch: pytest.MonkeyPatch, code: str, raised: type[Exception]
) -> None:
    """With credentials that nobody takes nothing is verified; else one question must not end the others."""

    def fail(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": code}}, "x")

    account = Account(ENVIRONMENTS["dev"])

    class Client:
        can_paginate = staticmethod(lambda _: False)
        get_bucket_cors = staticmethod(fail)

    monkeypatch.setattr(account, "client", lambda *_: Client())
    with pytest.raises(raised):
        account.find("s3.get_bucket_cors", Bucket="x")


def test_an_answer_in_pages_is_read_to_its_end() -> None:
    """boto3 has no paginator for some lists; what stands on the second page is a finding as well."""
    account = Account(ENVIRONMENTS["dev"])
    client = account.client("s3control")
    assert not client.can_paginate("list_access_points")
    asked = {"AccountId": account.environment.account}
    point = {"NetworkOrigin": "Internet", "Bucket": "b"}
    with Stubber(client) as stub:
        for name, token in (("one", ""), ("two", "one"), ("three", "two")):
            page: dict[str, Any] = {"AccessPointList": [{"Name": name, **point}]}
            page |= {} if name == "three" else {"NextToken": name}
            stub.add_response("list_access_points", page, asked | ({"NextToken": token} if token else {}))
        found = account.read("s3control.list_access_points", **asked)
    assert [one["Name"] for one in found["AccessPointList"]] == ["one", "two", "three"]


class WithoutTheCall:
    """A client of a boto3 from before AWS had the call."""


def unknown_service(*_: Any) -> Any:
    raise UnknownServiceError(service_name="account", known_service_names="s3")


def unreachable(*_: Any) -> Any:
    class Client:
        can_paginate = staticmethod(lambda _: False)

        @staticmethod
        def list_regions(**_: Any) -> Any:
            raise EndpointConnectionError(endpoint_url="https://account.example.com")

    return Client()


@pytest.mark.parametrize("client", [lambda *_: WithoutTheCall(), unknown_service, unreachable])
def test_a_call_that_nobody_knows_is_told_and_is_not_taken_for_nothing(
    monkeypatch: pytest.MonkeyPatch, client: Any
) -> None:
    account = Account(ENVIRONMENTS["dev"])
    monkeypatch.setattr(account, "client", client)
    check = SUBJECT.question("regions", {}, lambda: account.find("account.list_regions"), absent={}).check()
    assert not check.passed
    assert not check.seen
    assert check.found.startswith("could not be asked: ")


def test_no_call_is_made_that_no_role_has_a_right_to() -> None:
    with pytest.raises(LookupError, match=r"actions\.py"):
        Account(ENVIRONMENTS["dev"]).read("s3.delete_bucket", Bucket="x")


def test_every_right_of_the_verifier_reads() -> None:
    for right in RIGHTS:
        service, _, verb = right.partition(":")
        assert verb.startswith(("Get", "List", "Describe", "View")), right
        assert service in {name.partition(".")[0].replace("s3control", "s3") for name in ACTIONS}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_two_questions_are_the_same(environment: str) -> None:
    """A line of the report can be told from every other."""
    asked = [(one.area, one.subject, one.what) for one in questions(Account(ENVIRONMENTS[environment]))]
    assert len(asked) == len(set(asked))
    assert all(one.remedy for one in questions(Account(ENVIRONMENTS[environment])))


@pytest.mark.parametrize(
    ("members", "same"),
    [
        ({}, True),
        ({"Filter": {}}, True),
        ({"Filter": {"Prefix": ""}}, True),
        ({"Prefix": ""}, True),
        ({"Prefix": "receipts/"}, False),
        ({"Filter": {"Prefix": "receipts/"}}, False),
        ({"Filter": {"ObjectSizeGreaterThan": 1024}}, False),
        ({"Filter": {"And": {"Prefix": "", "Tags": [{"Key": "a", "Value": "b"}]}}}, False),
        ({"NoncurrentVersionExpiration": {"NoncurrentDays": 90, "NewerNoncurrentVersions": 3}}, False),
        ({"NoncurrentVersionTransitions": [{"NoncurrentDays": 1, "StorageClass": "GLACIER"}]}, False),
    ],
)
def test_a_lifecycle_rule_is_its_own_whatever_way_its_scope_is_written(members: Any, same: bool) -> None:
    """Some of these the emulator does not keep."""
    rule = {"ID": "a", "Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 90}}
    assert (lifecycle_rules([{**rule, **members}]) == lifecycle_rules([rule])) is same


def test_an_address_that_has_not_confirmed_is_told_from_one_that_has() -> None:
    """The emulator confirms every one at once."""
    pending = standing(Account(ENVIRONMENTS["dev"]), "af-south-1", "PendingConfirmation")
    assert pending.startswith("has not confirmed: open the link in AWS's mail")
    assert "apply the component account for a new one" in pending


def test_words_are_one_line() -> None:
    assert words({"b": [1, 2.0], "a": True}) == '{"a": true, "b": [1, 2.0]}'
    assert words(frozenset({"b", "a"})) == "a, b"
    assert (words(None), words({}), words(False), words(5.0)) == ("none", "none", "no", "5")
