"""TOML that people write: whatever cannot be read of it is one kind of error, in words."""

from __future__ import annotations

import tomllib
from typing import Any


def toml_tables(text: str) -> dict[str, Any]:
    """What ``text`` says.

    Raises:
        ValueError: it is not TOML, or no program can use it.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # Python makes no number of thousands of digits, and gives advice for programmers
        raise ValueError("a number is longer than anything can use") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
