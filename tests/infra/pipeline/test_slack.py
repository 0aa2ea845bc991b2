"""The right people hear of the right things, and a Slack that is down stops nothing."""

from __future__ import annotations

import pytest

from infra.pipeline.__main__ import main
from infra.pipeline.slack import EVENTS, wanted
from tests.infra.pipeline.stand_in import StandIn


def tell(event: str = "failure", environment: str = "dev", subject: str = "Infrastructure") -> int:
    return main(["notify", "--event", event, "--subject", subject, "--env", environment])


def test_production_is_told_of_everything_and_the_others_of_what_matters() -> None:
    assert all(wanted(event, "prod") for event in EVENTS)
    for environment in ("dev", "sit"):
        told = {event for event in EVENTS if wanted(event, environment)}
        assert told == {"failure", "cancelled", "approval", "rollback"}


def test_a_notice_says_what_where_who_and_the_run(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", f"{stand_in.url}/hook")
    monkeypatch.setenv("GITHUB_ACTOR", "<!channel> & co")
    monkeypatch.setenv("GITHUB_RUN_ID", "41")
    stand_in.answers["POST /hook"] = (200, b"ok")
    assert tell() == 0
    ((method, _, body),) = stand_in.calls
    assert method == "POST"
    assert body["text"].startswith("Infrastructure in dev FAILED")
    assert "actions/runs/41|the run>" in body["text"]
    assert "&lt;!channel&gt; &amp; co" in body["text"], "a name must not call everybody"


@pytest.mark.parametrize("answer", [(500, b""), (404, b"no_service")])
def test_a_slack_that_refuses_stops_nothing(
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: tuple[int, bytes],
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", f"{stand_in.url}/secret-hook")
    stand_in.answers["POST /secret-hook"] = answer
    assert tell() == 0
    said = capsys.readouterr()
    assert "not delivered" in said.out
    assert "secret-hook" not in said.out + said.err


@pytest.mark.parametrize(
    "address", ["", "http://127.0.0.1:9/x", "file:///etc/passwd", "nonsense", "https://"]
)
def test_an_address_that_cannot_be_reached_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", address)
    assert tell() == 0
    assert "Traceback" not in capsys.readouterr().err


def test_what_nobody_asked_for_is_not_sent(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", f"{stand_in.url}/hook")
    assert tell("success", "dev") == 0
    assert stand_in.calls == []
