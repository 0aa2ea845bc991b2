"""The patterns of contracts: ECMA 262, read, translated, and proven to come to an end."""

from bbws_templates.patterns.translation import Pattern, UnprovenError, translated, usable

__all__ = ["Pattern", "UnprovenError", "translated", "usable"]
