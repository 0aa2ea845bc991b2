"""Policies as IAM writes them, where whatever there is one of may stand without a list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote


def policy_of(value: Any) -> dict[str, Any]:
    """A policy, which IAM's API gives as an escaped text and boto3 in places as an object."""
    document: dict[str, Any] = json.loads(unquote(value)) if isinstance(value, str) else value
    return document


def statements(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The statements of a policy; a single one may be an object (IAM User Guide, policy grammar)."""
    found: Any = document.get("Statement", [])
    return [found] if isinstance(found, Mapping) else list(found)


def texts(value: Any) -> list[str]:
    """A member of a policy that is one text, several, or absent."""
    return [] if value is None else [value] if isinstance(value, str) else [str(element) for element in value]
