"""What the verifier says of addresses that do not hear of alarms; the emulator confirms every one at once."""

from __future__ import annotations

from infra.verify.topic import subscription_problems

CONFIRMED = {
    "Endpoint": "support@kimmyai.io",
    "SubscriptionArn": "arn:aws:sns:af-south-1:536580886816:bbws-alarms-dev:5b1e7f0c",
}
PENDING = {"Endpoint": "sales@kimmyai.io", "SubscriptionArn": "PendingConfirmation"}


def test_an_address_that_has_not_confirmed_is_named_with_what_to_do() -> None:
    (problem,) = subscription_problems([CONFIRMED, PENDING])
    assert problem.startswith("sales@kimmyai.io has not confirmed: open the link in AWS's mail")
    assert "apply the component account for a new one" in problem


def test_confirmed_addresses_are_no_problem_and_no_address_is_one() -> None:
    assert subscription_problems([CONFIRMED]) == []
    assert "nobody is subscribed" in subscription_problems([])[0]
