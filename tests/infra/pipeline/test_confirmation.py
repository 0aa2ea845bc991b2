"""Nothing begins without the right word, typed for the right environment, on main."""

from __future__ import annotations

import pytest

from infra.deploy.errors import RefusedError
from infra.pipeline.__main__ import main
from infra.pipeline.confirmation import ACTIONS, require_confirmation, word

ENVIRONMENTS = ("dev", "sit", "prod")
MAIN = "refs/heads/main"


def test_the_words_are_those_of_the_design() -> None:
    assert [word("deploy", name) for name in ENVIRONMENTS] == ["deploy-dev", "promote-sit", "promote-prod"]
    assert [word("rollback", name) for name in ENVIRONMENTS] == [f"rollback-{name}" for name in ENVIRONMENTS]


def test_no_word_confirms_two_things() -> None:
    words = [word(action, name) for action in ACTIONS for name in ENVIRONMENTS]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_only_its_own_word_confirms(action: str, environment: str) -> None:
    right = word(action, environment)
    require_confirmation(action, environment, typed=right, ref=MAIN)
    others = {word(a, e) for a in ACTIONS for e in ENVIRONMENTS} - {right}
    for typed in {*others, "", "yes", right.upper(), f" {right}", f"{right}\n", f"{right}-x"}:
        with pytest.raises(RefusedError, match=f"type {right}"):
            require_confirmation(action, environment, typed=typed, ref=MAIN)


@pytest.mark.parametrize("ref", ["", "main", "refs/heads/feature", "refs/tags/main", "refs/heads/main/x"])
def test_another_branch_is_refused(ref: str) -> None:
    with pytest.raises(RefusedError, match="dispatch it from main"):
        require_confirmation("deploy", "dev", typed="deploy-dev", ref=ref)


@pytest.mark.parametrize("attempt", ["", "0", "2", "10", "1\n"])
def test_another_attempt_of_a_run_is_refused(attempt: str) -> None:
    """GitHub keeps the approvals of jobs that are not run again."""
    with pytest.raises(RefusedError, match="dispatch it anew from main"):
        require_confirmation("deploy", "dev", typed="deploy-dev", ref=MAIN, attempt=attempt)


def test_the_command_says_which_word_it_wants(capsys: pytest.CaptureFixture[str]) -> None:
    call = ["confirm", "--action", "deploy", "--env", "prod", "--typed", "deploy-prod", "--ref", MAIN]
    assert main(call) == 3
    assert "type promote-prod" in capsys.readouterr().err
    assert main(["confirm", "--action", "deploy", "--env", "uat", "--typed", "x", "--ref", MAIN]) == 3
    assert "choose one of dev, sit, prod" in capsys.readouterr().err
