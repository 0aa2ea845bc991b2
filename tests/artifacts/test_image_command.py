"""``make image`` and ``make image-push``, as far as no engine is needed: what is refused, and how."""

from __future__ import annotations

import pytest

from scripts.image import main


@pytest.mark.parametrize(
    "target",
    [
        "templates",
        "ghcr.io/KimmyAI/templates:1",
        "ghcr.io/x/y",
        "ghcr.io/x/y@sha256:0",
        "ghcr.io/x/y:1;reboot",
        "",
    ],
)
def test_a_place_that_no_registry_has_is_refused(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--push", target])
    assert stopped.value.code == 2
    assert "is no place in a registry" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        ("lxc", "'lxc' is no engine: ENGINE is docker, podman or buildah"),
        ("podman", "podman cannot be had here"),
    ],
)
def test_without_its_engine_nothing_is_built(
    engine: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENGINE", engine)
    monkeypatch.setenv("PATH", "/nowhere")
    assert main([]) == 4
    assert said in capsys.readouterr().err
