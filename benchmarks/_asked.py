"""What was asked of a figure, and whether it was met: said beside the figures themselves, not by hand."""

from __future__ import annotations


def verdict(what: str, found: float, bound: float, unit: str = "", *, at_least: bool = False) -> str:
    """One line: what is measured, the bound in the same unit, what was found, and whether that meets it."""
    is_met = found >= bound if at_least else found <= bound
    side = "at least" if at_least else "at most"
    figure = f"{found:,.0f}" if found >= 100 else f"{found:.3g}"
    return f"asked of {what}: {side} {bound:,}{unit}; {figure}: {'met' if is_met else '**missed**'}"
