"""When an alarm of CloudWatch rings, for series of metrics that a test makes up.

Source: CloudWatch User Guide, "Evaluating an alarm" and "Configuring how CloudWatch alarms treat missing
data". An alarm looks at its last N periods and rings when M of them are bad; a missing one counts as
``treat_missing_data`` says, or under ``ignore`` leaves the state as it is where there is nothing else.
(CloudWatch looks a little further back before it fills a gap.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Series = Sequence[Sequence[float]]
"""For each minute the values that were reported in it; none where nothing was."""

_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}
_STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "Sum": sum,
    "Maximum": max,
    "Minimum": min,
    "Average": lambda values: sum(values) / len(values),
}


def rings(alarm: Mapping[str, Any], series: Series) -> bool:
    """Whether the alarm rings at any period of the series."""
    return any(states(alarm, series))


def states(alarm: Mapping[str, Any], series: Series) -> list[bool]:
    """For each period from the N-th on: whether the alarm is ringing at its end."""
    return judged(alarm, _points(alarm, series))


def judged(alarm: Mapping[str, Any], points: Sequence[float | None]) -> list[bool]:
    """The same for what the statistic of each period is; None where nothing was reported."""
    wanted = int(alarm["evaluation_periods"])
    needed = int(alarm["datapoints_to_alarm"])
    bad_when_missing = alarm["treat_missing_data"] == "breaching"
    operator = _OPERATORS[alarm["comparison_operator"]]
    answers: list[bool] = []
    for end in range(wanted, len(points) + 1):
        window = points[end - wanted : end]
        if alarm["treat_missing_data"] == "ignore" and not any(p is not None for p in window):
            answers.append(bool(answers) and answers[-1])
            continue
        bad = sum(bad_when_missing if p is None else operator(p, alarm["threshold"]) for p in window)
        answers.append(bad >= needed)
    return answers


def _points(alarm: Mapping[str, Any], series: Series) -> list[float | None]:
    minutes = int(alarm["period"]) // 60
    statistic = _STATISTICS[alarm["statistic"]]
    points: list[float | None] = []
    for start in range(0, len(series) - minutes + 1, minutes):
        values = [value for minute in series[start : start + minutes] for value in minute]
        points.append(statistic(values) if values else None)
    return points
