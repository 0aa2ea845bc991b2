"""Lines of CloudWatch's embedded metric format, read as CloudWatch reads them.

Source: CloudWatch User Guide, "Specification: Embedded metric format", with the later limit of 30 dimensions;
for the units CloudWatch API Reference, "MetricDatum".
"""

from __future__ import annotations

import json
from typing import Any

import jsonschema

_NAME = {"type": "string", "minLength": 1, "maxLength": 255}
_DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "additionalProperties": False,
    "properties": {
        "Namespace": _NAME,
        "Dimensions": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "array", "maxItems": 30, "items": _NAME},
        },
        "Metrics": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": {
                "type": "object",
                "required": ["Name"],
                "additionalProperties": False,
                "properties": {
                    "Name": _NAME,
                    "Unit": {"enum": ["Seconds", "Milliseconds", "Bytes", "Percent", "Count", "None"]},
                    "StorageResolution": {"enum": [1, 60]},
                },
            },
        },
    },
}
_DOCUMENT = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer", "minimum": 10**12, "exclusiveMaximum": 10**13},
                "CloudWatchMetrics": {"type": "array", "minItems": 1, "items": _DIRECTIVE},
            },
        }
    },
}


def metrics_of(line: str) -> dict[str, float]:
    """The value of each metric in one line; fails for a line of which CloudWatch would make none."""
    assert len(line.encode()) <= 256 * 1024
    assert "\n" not in line.rstrip("\n")
    document = json.loads(line, parse_constant=_no_number)
    jsonschema.validate(document, _DOCUMENT)
    values: dict[str, float] = {}
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for dimension in (name for names in directive["Dimensions"] for name in names):
            assert isinstance(document[dimension], str)
            assert 1 <= len(document[dimension].strip()) <= 1024
        for metric in directive["Metrics"]:
            value = document[metric["Name"]]
            assert type(value) in (int, float), metric
            values[metric["Name"]] = value
    return values


def _no_number(name: str) -> Any:
    raise AssertionError(f"{name} is no number of JSON")
