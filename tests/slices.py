"""What `make test` takes of many cases of one kind; the command of the whole takes the others as well."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from _pytest.mark import ParameterSet


def each_of(cases: Iterable[object], every: int, whole: str) -> list[ParameterSet]:
    """Cases, of which `make test` takes one in ``every``; ``make test-WHOLE`` runs the others.

    A case of several parameters is a tuple of them.
    """
    heavy = [pytest.mark.heavy(whole)]
    return [
        pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=heavy if number % every else [])
        for number, case in enumerate(cases)
    ]
