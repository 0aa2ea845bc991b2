"""Much that was changed by hand at once: the verifier names each of it, and nothing that was not changed."""

from __future__ import annotations

import pytest

from infra.verify.areas import AREAS
from infra.verify.checks import Check
from tests.infra.applied.drift import Fault
from tests.infra.applied.further_drifts import FURTHER
from tests.infra.applied.test_publishing import release as release
from tests.infra.applied.test_verifier import failures
from tests.infra.applied.test_verifier import with_templates as with_templates
from tests.infra.estate import Estate

pytestmark = pytest.mark.usefixtures("with_templates")


def names(check: Check, fault: Fault) -> bool:
    """Whether a finding is of this change."""
    return check.area == fault.area and (
        (check.what == fault.what and check.subject.startswith(fault.subject)) or check.what in fault.also
    )


def test_all_of_it_is_named_and_nothing_else(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    made = {name: fault for name, fault in FURTHER.items() if estate.name in fault.estates}
    undone = []
    try:
        for fault in made.values():
            undone.append(fault.cause(estate))
        found = [check for area in AREAS for check in failures(estate, area, monkeypatch)]
    finally:
        for undo in reversed(undone):
            undo()
    missed = [
        name
        for name, fault in made.items()
        if not any(check.what == fault.what and names(check, fault) for check in found)
    ]
    assert missed == []
    others = [check for check in found if not any(names(check, fault) for fault in made.values())]
    assert [(check.area, check.subject, check.what, check.found) for check in others] == []
    assert [check for area in AREAS for check in failures(estate, area, monkeypatch)] == []
