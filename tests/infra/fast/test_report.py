"""The plan as a reviewer reads it: decisions first, secrets never, and nothing that differs is left out."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.deploy.plan import PlanError, read_plan, require_environment
from infra.deploy.report import fingerprint, plan_report
from tests.conftest import TOGETHER
from tests.infra.terraform import ROOT


def change(address: str, *actions: str, **details: Any) -> dict[str, Any]:
    reason = details.pop("reason", None)
    return {
        "address": address,
        "mode": "managed",
        "type": address.partition(".")[0],
        **({"action_reason": reason} if reason else {}),
        "change": {"actions": list(actions), "before": None, "after": None, **details},
    }


def plan_of(*changes: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"format_version": "1.2", "planned_values": {}, "resource_changes": list(changes), **members}


def body(plan: dict[str, Any]) -> str:
    """The report without its foot, where the fingerprint stands."""
    return plan_report(plan).partition("\n---\n")[0]


PLAN = plan_of(
    change("aws_s3_bucket.new", "create", after={"bucket": "a|b", "force_destroy": False, "tags": None}),
    change("aws_s3_bucket.same", "no-op", before={"bucket": "x"}, after={"bucket": "x"}),
    change(
        "aws_dynamodb_table.old",
        "delete",
        "create",
        reason="replace_because_cannot_update",
        before={"name": "tenants", "secret": "hunter2"},
        after={"name": "tenant", "secret": "hunter3"},
        before_sensitive={"secret": True},
        after_sensitive={"secret": True},
        replace_paths=[["name"]],
    ),
    change("aws_sns_topic.gone", "delete", before={"name": "alarms"}),
)


def test_what_needs_a_decision_stands_first() -> None:
    lines = plan_report(PLAN, title="tenants in dev").splitlines()
    assert lines[:3] == ["# tenants in dev", "", "**1 to delete, 1 to replace, 1 to create.**"]
    assert lines[4:8] == [
        "## Decide on these",
        "",
        "- **delete** `aws_sns_topic.gone`",
        "- **replace** `aws_dynamodb_table.old`",
    ]
    headings = [line for line in lines if line.startswith("## ")][1:]
    assert headings == [
        "## delete `aws_sns_topic.gone`",
        "## replace `aws_dynamodb_table.old`",
        "## create `aws_s3_bucket.new`",
    ]


def test_every_change_shows_its_values_and_no_secret() -> None:
    report = plan_report(PLAN)
    assert '! name\n-   "tenants"\n+   "tenant"\n' in report
    assert "! secret\n-   (sensitive)\n+   (sensitive)\n" in report
    assert "hunter" not in report
    assert "- Reason: `replace because cannot update`" in report
    assert "- Replaced because of: `name`" in report
    assert '+ bucket = "a|b"' in report
    assert "Not set: `tags`." in report
    assert '- name = "alarms"' in report
    assert "aws_s3_bucket.same" not in report


def test_a_secret_that_does_not_change_is_not_named() -> None:
    marks = {"secret": True}
    same = {"before_sensitive": marks, "after_sensitive": marks}
    plan = plan_of(change("x.y", "update", before={"secret": 1, "a": 1}, after={"secret": 1, "a": 2}, **same))
    assert "secret" not in body(plan)


POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Read",
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:aws:iam::536580886816:role/{number}" for number in range(9)]},
            "Action": ["s3:GetObject", "s3:GetObjectVersion"],
            "Resource": "arn:aws:s3:::bbws-templates-dev/*",
            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
        },
        {"Sid": "NoHttp", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"},
    ],
}
FOREIGN = "arn:aws:iam::999999999999:root"


def edited(**members: Any) -> dict[str, Any]:
    """The policy with other members in its first statement; None takes one away."""
    first = {**POLICY["Statement"][0], **members}  # type: ignore[dict-item]
    kept = {name: value for name, value in first.items() if value is not None}
    return {**POLICY, "Statement": [kept, POLICY["Statement"][1]]}


def policy_change(before: Any, after: Any) -> dict[str, Any]:
    return plan_of(
        change(
            "aws_s3_bucket_policy.this",
            "update",
            before={"policy": json.dumps(before)},
            after={"policy": json.dumps(after)},
        )
    )


READERS = POLICY["Statement"][0]["Principal"]["AWS"]  # type: ignore[index]
GRANTS = {
    "a wider action": (
        edited(Action=["s3:GetObject", "s3:GetObjectVersion", "s3:*"]),
        "grants more than before",
        "  - action: `s3:*`",
    ),
    "a principal at the end": (
        edited(Principal={"AWS": [*READERS, FOREIGN]}),
        "grants more than before",
        f"  - principal: `AWS:{FOREIGN}`",
    ),
    "a principal of the world": (
        edited(Principal="*"),
        "grants more than before",
        "  - principal: `*`",
    ),
    "a removed condition": (
        edited(Condition=None),
        "grants more than before",
        "  - condition: `bool aws:securetransport: true becomes (none)`",
    ),
    "a wider resource": (
        edited(Resource="*"),
        "grants more than before",
        "  - resource: `*`",
    ),
    "everything but": (
        edited(Action=None, NotAction="iam:*"),
        "grants more than before",
        "  - every action but: `iam:*`",
    ),
    "a removed denial": (
        {**POLICY, "Statement": POLICY["Statement"][:1]},
        "no longer denies",
        "  - action: `s3:*`",
    ),
    "a condition on a denial": (
        {
            **POLICY,
            "Statement": [
                POLICY["Statement"][0],
                {**POLICY["Statement"][1], "Condition": {"Bool": {"aws:SecureTransport": "false"}}},  # type: ignore[dict-item]
            ],
        },
        "denies less than before",
        "  - condition: `bool aws:securetransport: (none) becomes false`",
    ),
    "a denial made a grant": (
        {**POLICY, "Statement": [POLICY["Statement"][0], {**POLICY["Statement"][1], "Effect": "Allow"}]},  # type: ignore[dict-item]
        "grants something new",
        "  - statement: `NoHttp`",
    ),
}


@pytest.mark.parametrize("name", GRANTS)
def test_a_new_grant_is_the_first_decision(name: str) -> None:
    after, what, particular = GRANTS[name]
    lines = plan_report(policy_change(POLICY, after)).splitlines()
    assert lines[4] == "## Decide on these"
    assert lines[6] == f"- **{what}**: `aws_s3_bucket_policy.this` in `policy`"
    assert particular in lines


@pytest.mark.parametrize(
    "after",
    [
        edited(Action="s3:GetObject"),
        edited(Principal={"AWS": READERS[:3]}),
        edited(Resource="arn:aws:s3:::bbws-templates-dev/receipts/*"),
        edited(Sid="Other"),
        edited(Condition={"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:x": "y"}}),
        {**POLICY, "Statement": [*POLICY["Statement"], POLICY["Statement"][1]]},
    ],
)
def test_what_gives_no_more_is_no_decision_and_is_shown(after: Any) -> None:
    report = body(policy_change(POLICY, after))
    assert "Decide on these" not in report
    assert "! policy" in report


def test_a_policy_is_shown_statement_by_statement() -> None:
    report = body(policy_change(POLICY, edited(Action=["s3:GetObject", "s3:*"])))
    assert '! policy.Statement[Sid="Read"].Action[1 becomes 1]' not in report
    assert '! policy.Statement[Sid="Read"].Action[1]\n-   "s3:GetObjectVersion"\n+   "s3:*"' in report
    assert "NoHttp" not in report


def test_the_order_in_a_policy_is_no_difference_of_meaning() -> None:
    turned = {
        **POLICY,
        "Statement": [*reversed(edited(Action=["s3:GetObjectVersion", "s3:GetObject"])["Statement"])],
    }
    report = body(policy_change(POLICY, turned))
    assert "only how it is written differs" in report
    assert "Decide on these" not in report


def test_a_name_that_stands_twice_in_json_is_not_read_as_one_value() -> None:
    twice = '{"Statement": [], "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    before, after = {"policy": '{"Statement": []}'}, {"policy": twice}
    report = body(plan_of(change("aws_sqs_queue_policy.q", "update", before=before, after=after)))
    assert "cannot be compared" in report
    assert '\\"Action\\": \\"*\\"' in report


def test_long_texts_are_shown_as_their_difference() -> None:
    before, after = "x" * 400 + "old" + "y" * 400, "x" * 400 + "new" + "y" * 400
    report = body(plan_of(change("x.y", "update", before={"t": before}, after={"t": after})))
    assert f'"{"x" * 40}old{"y" * 40}"' in report
    assert f'"{"x" * 40}new{"y" * 40}"' in report
    assert report.count("(360 equal characters, SHA-256 ") == 4


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        (("forget",), "**1 to forget.**"),
        (("create", "forget"), "**1 to replace and forget.**"),
        (("create", "delete"), "**1 to replace.**"),
        (("delete", "create"), "**1 to replace.**"),
        (("read",), "**1 to read.**"),
    ],
)
def test_every_action_of_terraform_is_said(actions: tuple[str, ...], said: str) -> None:
    report = plan_report(plan_of(change("a.b", *actions, before={"x": 1}, after={"x": 2})))
    assert said in report
    assert "No changes" not in report
    assert ("Decide on these" in report) == (actions != ("read",))


@pytest.mark.parametrize("actions", [["explode"], [], ["update", "delete"], ["no-op", "delete"]])
def test_an_action_that_is_not_known_is_an_error(actions: list[str]) -> None:
    with pytest.raises(PlanError, match=r"a\.b, an action that this report does not know"):
        plan_report(plan_of(change("a.b", *actions)))


def test_what_is_no_action_and_yet_a_change_is_said() -> None:
    moved = {**change("a.new", "no-op", before={"x": 1}, after={"x": 1}), "previous_address": "a.old"}
    imported = change(
        "a.in", "no-op", before={}, after={}, importing={"id": "i-1"}, generated_config="resource {}\n"
    )
    deposed = {**change("a.left", "delete", before={"x": 1}), "deposed": "0a1b2c3d"}
    report = plan_report(plan_of(moved, imported, deposed))
    assert "1 to delete, 2 to move or import without a change" in report
    assert "- Moved from: `a.old`" in report
    assert '- Imported from: `{"id": "i-1"}`' in report
    assert "```hcl\nresource {}\n```" in report
    assert "(deposed object): `0a1b2c3d`" in report


def test_drift_outputs_checks_and_what_is_put_off_are_shown_in_full() -> None:
    long = "x" * 1000
    output = {"actions": ["update"], "before": long + "a", "after": long + "b"}
    report = plan_report(
        plan_of(
            resource_drift=[change("a.drift", "update", before={"on": True}, after={"on": False})],
            output_changes={"arn": output},
            deferred_changes=[
                {
                    "reason": "provider_config_unknown",
                    "resource_change": change("a.later", "create", after={"n": 1}),
                }
            ],
            checks=[
                {
                    "address": {"to_display": "check.account"},
                    "status": "fail",
                    "instances": [
                        {
                            "address": {"to_display": "check.account"},
                            "status": "fail",
                            "problems": [{"message": "the wrong account"}],
                        }
                    ],
                }
            ],
            errored=True,
            complete=False,
        )
    )
    assert "**1 output to change, 1 put off to a later plan, 1 changed outside Terraform.**" in report
    assert "! on\n-   true\n+   false" in report
    assert "x" * 40 + 'a"' in report
    assert "- Reason: `provider config unknown`" in report
    assert "- **check fail** `check.account`\n  - `the wrong account`" in report
    assert "Terraform met an error while it planned" in report
    assert "The plan is not complete" in report


def test_what_is_known_after_the_apply_is_said() -> None:
    unknown = {"after_unknown": {"arn": True, "list": [{"id": True}]}}
    made = change("a.b", "create", after={"name": "n", "list": [{"n": 1}]}, **unknown)
    turned = change("a.c", "update", before={"arn": "x"}, after={}, after_unknown={"arn": True})
    report = plan_report(plan_of(made, turned))
    assert "Known after the apply: `arn`." in report
    assert '+ list = [{"n": 1, "id": (known after the apply)}]' in report
    assert '! arn\n-   "x"\n+   (known after the apply)' in report


def test_a_policy_that_is_not_known_yet_is_a_decision() -> None:
    made = change("aws_sns_topic_policy.t", "create", after={}, after_unknown={"policy": True})
    assert "- **a policy that this plan does not show**: `aws_sns_topic_policy.t` in `policy`" in body(
        plan_of(made)
    )


BLOCK = "aws_s3_bucket_public_access_block.b"
RECOVERY = "point_in_time_recovery"


@pytest.mark.parametrize(
    ("address", "before", "after", "said"),
    [
        ("aws_iam_role.r", {"permissions_boundary": "arn:b"}, {}, "permissions_boundary"),
        (BLOCK, {"block_public_acls": True}, {"block_public_acls": False}, "block_public_acls"),
        (BLOCK, {"restrict_public_buckets": True}, None, "restrict_public_buckets"),
        (
            "aws_dynamodb_table.t",
            {RECOVERY: [{"enabled": True}]},
            {RECOVERY: [{"enabled": False}]},
            f"{RECOVERY}[0].enabled",
        ),
        ("aws_s3_bucket.t", {"force_destroy": False}, {"force_destroy": True}, "force_destroy"),
    ],
)
def test_a_protection_that_goes_is_a_decision(address: str, before: Any, after: Any, said: str) -> None:
    actions = ("delete",) if after is None else ("update",)
    report = body(plan_of(change(address, *actions, before=before, after=after)))
    assert f"- **weakens a protection**: `{address}` in `{said}`" in report


def test_rights_that_are_attached_are_a_decision() -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    attached = change("aws_iam_role_policy_attachment.a", "create", after={"role": "r", "policy_arn": arn})
    report = body(plan_of(attached))
    assert "- **connects somebody or something**: `aws_iam_role_policy_attachment.a`" in report
    assert f'`"{arn}"`' in report


HOSTILE = "a`b|c\n## No changes\n```\n<!-- x --> <script>\u202eevil\u200b\u3164\x7f"


def test_no_value_forges_a_line_or_hides_anything() -> None:
    for plan in (
        plan_of(change("a.b", "create", after={"v": HOSTILE, HOSTILE: HOSTILE, "l": [HOSTILE] * 9})),
        plan_of(change(f'a.b["{HOSTILE}"]', "delete", before={"x": 1})),
        plan_of(
            change("a.b", "update", before={HOSTILE: "1"}, after={HOSTILE: "2"}, generated_config=HOSTILE)
        ),
        plan_of(output_changes={HOSTILE: {"actions": ["create"], "before": None, "after": HOSTILE}}),
        plan_of(checks=[{"address": {"to_display": HOSTILE}, "status": "fail", "instances": []}]),
    ):
        report = plan_report(plan, title=HOSTILE)
        assert all(letter == "\n" or (letter.isprintable() and letter.isascii()) for letter in report)
        fence = ""
        for line in report.splitlines():
            if not fence and line.startswith("```"):
                fence = line.rstrip("abcdefghijklmnopqrstuvwxyz")
            elif line == fence:
                fence = ""
            elif not fence:
                assert not line.startswith(("## No", "<", "# No"))
                assert "<" not in outside_code(line)
        assert not fence


def outside_code(line: str) -> str:
    """What is left of a line when its code is taken out, as CommonMark reads it."""
    left, place = "", 0
    while place < len(line):
        if line[place] != "`":
            left, place = left + line[place], place + 1
            continue
        end = place
        while end < len(line) and line[end] == "`":
            end += 1
        run = line[place:end]
        close = end
        while (close := line.find(run, close)) != -1:
            stop = close
            while stop < len(line) and line[stop] == "`":
                stop += 1
            if stop - close == len(run):
                break
            close = stop
        assert close != -1, f"code that never ends: {line}"
        place = close + len(run)
    return left


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
)
NAMES = st.sampled_from(["a", "b", "id", "name", "Sid", "a.b", "a[0]", "policy", ""])
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
VALUES = st.dictionaries(NAMES, JSON | JSON.map(json.dumps), max_size=4)
ACTIONS = st.sampled_from([("create",), ("update",), ("delete",), ("delete", "create"), ("create", "forget")])


def text_of(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@given(actions=ACTIONS, before=VALUES, first=VALUES, second=VALUES)
def test_two_plans_that_differ_have_two_reports(
    actions: tuple[str, ...], before: Any, first: Any, second: Any
) -> None:
    """In the values alone, the fingerprint left aside: what was, and what is to be."""
    made = {"before": None} if actions == ("create",) else {"before": before}
    old, new = (
        plan_of(
            change(
                "a.b", *actions, **({**made, "after": after} if actions != ("delete",) else {"before": after})
            )
        )
        for after in (first, second)
    )
    assert (body(old) == body(new)) == (text_of(first) == text_of(second))
    assert (fingerprint(old) == fingerprint(new)) == (text_of(first) == text_of(second))


@given(
    member=st.sampled_from(["planned_values", "variables", "prior_state", "configuration"]),
    first=JSON,
    second=JSON,
)
def test_whatever_else_differs_shows_in_the_fingerprint(member: str, first: Any, second: Any) -> None:
    old, new = (plan_report({**plan_of(), member: {"x": value}}) for value in (first, second))
    assert (old == new) == (text_of(first) == text_of(second))


@given(first=JSON, second=JSON, place=st.sampled_from(["a", "deep"]))
def test_a_secret_that_changes_is_named_and_never_shown(first: Any, second: Any, place: str) -> None:
    def secret(value: Any) -> dict[str, Any]:
        hidden = [value, "TOP-SECRET"]
        return {"a": hidden} if place == "a" else {"deep": [{"a": hidden}]}

    mark = {"a": True} if place == "a" else {"deep": [{"a": True}]}
    marks = {"before_sensitive": mark, "after_sensitive": mark}
    plan = plan_of(change("x.y", "update", before=secret(first), after=secret(second), **marks))
    report = body(plan)
    named = "! a\n" if place == "a" else "! deep[0].a\n"
    assert (named in report) == (text_of(first) != text_of(second))
    assert "TOP-SECRET" not in report
    assert fingerprint(plan) == fingerprint(
        plan_of(change("x.y", "update", before=secret(0), after=secret(1), **marks))
    )


def run(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.deploy.report", *arguments],
        input=text,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "text", ["", "Error: no plan", "[]", '{"values": {}}', '{"planned_values": NaN}', "[" * 9999]
)
def test_what_is_not_a_plan_is_refused_by_one_sentence(text: str) -> None:
    with pytest.raises(
        PlanError, match=r"This is not a plan in JSON .*give what `terraform show -json PLAN` prints"
    ):
        read_plan(text)


@pytest.mark.parametrize("version", [None, "2.0", "0.1", 1, "11.0"])
def test_a_plan_of_another_form_is_refused(version: Any) -> None:
    with pytest.raises(PlanError, match="only version 1 is known here"):
        read_plan(json.dumps({**plan_of(), "format_version": version}))


@pytest.mark.parametrize(
    "damage",
    [
        {"resource_changes": {}},
        {"resource_changes": [change("a.b", "create", before_sensitive=[1], after=[1], replace_paths=5)]},
        {"resource_changes": [None]},
        {"resource_changes": [{"address": "a.b"}]},
        {"resource_changes": [{"change": {"actions": ["create"]}}]},
        {"output_changes": []},
        {"output_changes": {"x": 1}},
        {"deferred_changes": [{"reason": "x"}]},
        {"resource_drift": "x"},
        {"checks": 5},
        {"checks": [5]},
        {"checks": [{"instances": [{"problems": [1]}]}]},
        {"variables": 5},
        {"variables": {"environment": 5}},
    ],
)
def test_a_damaged_plan_is_refused_by_one_sentence(damage: dict[str, Any]) -> None:
    variables = {"environment": {"value": "dev"}}
    finished = run(json.dumps({**plan_of(variables=variables), **damage}), "--env", "dev")
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert finished.stderr.count("\n") == 1
    assert "Traceback" not in finished.stderr


def test_the_plan_of_another_environment_is_refused() -> None:
    plan = plan_of(variables={"environment": {"value": "prod"}})
    require_environment(plan, "prod")
    with pytest.raises(PlanError, match="This is a plan of prod, and not of dev"):
        require_environment(plan, "dev")


def test_the_report_reads_a_plan_from_a_pipe() -> None:
    finished = run(json.dumps(PLAN))
    assert (finished.returncode, finished.stdout) == (0, plan_report(PLAN))


def test_tests_that_share_something_lie_where_they_are_said_to() -> None:
    for start in TOGETHER:
        assert (ROOT / start).exists(), start
