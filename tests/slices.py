"""What `make test` takes of many cases of one kind; the command of the whole takes the others as well."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from _pytest.mark import ParameterSet


def each_of(cases: Iterable[str], every: int, whole: str) -> list[ParameterSet]:
    """Cases by name, of which `make test` takes one in ``every``; ``make test-WHOLE`` runs the others."""
    return [
        pytest.param(case, marks=[pytest.mark.heavy(whole)] if number % every else [])
        for number, case in enumerate(cases)
    ]
