"""The estimate: every resource of the plans priced, or free for a reason; and whether it is in the limit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from infra.deploy.cost.free import FREE
from infra.deploy.cost.rates import RATES, Estate, Line
from infra.deploy.cost.resources import HERE, CostError, Figures, Resource, read_figures

LIMITS: Final[Mapping[str, Decimal | None]] = {"dev": Decimal(100), "sit": Decimal(100), "prod": None}
"""USD a month that an environment stays under; production has a budget, and no gate."""


@dataclass(frozen=True)
class Estimate:
    """What ``environment`` costs in a month. ``second`` is the total of Infracost, if it was asked."""

    environment: str
    lines: tuple[Line, ...]
    free: Mapping[str, str]
    prices: Figures
    second: Decimal | None = None

    @property
    def total(self) -> Decimal:
        """In USD."""
        return sum((line.monthly for line in self.lines), Decimal())

    @property
    def limit(self) -> Decimal | None:
        """In USD; None where there is none."""
        return LIMITS[self.environment]

    @property
    def too_dear(self) -> bool:
        """Whether one of the two voices reaches the limit."""
        return self.limit is not None and max(self.total, self.second or Decimal()) >= self.limit


def estimate(environment: str, found: Iterable[Resource], *, second: Decimal | None = None) -> Estimate:
    """The estimate for everything in ``found``, the resources of all plans of the environment.

    Raises:
        CostError: a type has no price, or an assumption is missing or left over.
    """
    resources = tuple(found)
    usage = read_figures(HERE / "usage" / f"{environment}.toml")
    prices = read_figures(HERE / "prices.toml")
    unknown = sorted({one.kind for one in resources} - RATES.keys() - FREE.keys())
    if unknown:
        raise CostError(
            f"Nobody has said what these cost: {', '.join(unknown)}. Price them in "
            "infra/deploy/cost/rates.py, or list them in free.py with the reason."
        )
    estate = Estate(resources, usage, prices)
    lines = tuple(line for one in resources if one.kind in RATES for line in RATES[one.kind](one, estate))
    _require_used(environment, resources, usage)
    free = {one.address: FREE[one.kind] for one in resources if one.kind in FREE}
    return Estimate(environment, lines, free, prices, second)


def infracost_total(text: str) -> Decimal:
    """The monthly total in the JSON that ``infracost breakdown --format json`` prints.

    Raises:
        CostError: it is not that, not in USD, or leaves out what costs something.
    """
    how = "give what `infracost breakdown --path plan.json --format json` prints."
    try:
        document = json.loads(text)
        currency, total = document["currency"], document["totalMonthlyCost"]
        summary = document.get("summary") or {}
        counts = (summary.get(f"{name}ResourceCounts") or {} for name in ("unsupported", "noPrice"))
        left_out = {kind for count in counts for kind in count}
        amount = Decimal(str(total))
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise CostError(f"This is not an estimate of Infracost's in JSON ({error!r}): {how}") from error
    if currency != "USD" or not amount.is_finite() or amount < 0:
        raise CostError(f"Infracost says {total} {currency}; a sum in USD is needed: {how}")
    if known := sorted(RATES.keys() & left_out):
        raise CostError(f"Infracost has left out what costs something: {', '.join(known)}.")
    return amount


def as_table(found: Estimate) -> str:
    """Line by line what costs something, then the sum, the limit and what it rests on."""
    rows = [
        (line.address, f"{_short(line.quantity)} {line.what}", f"{line.monthly:.2f}")
        for line in sorted(found.lines, key=lambda line: -line.monthly)
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    lines = [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}" for a, b, c in rows]
    lines += [
        "",
        f"{found.environment}: {found.total:.2f} USD a month; {len(found.free)} resources are free.",
    ]
    if found.second is not None:
        lines.append(f"Infracost says {found.second:.2f} USD.")
    if found.limit is not None:
        verdict = "TOO DEAR" if found.too_dear else "within it"
        lines.append(f"The limit is under {found.limit} USD: {verdict}.")
    return "\n".join([*lines, _basis(found)])


def as_json(found: Estimate) -> str:
    """The estimate with every line and every free resource; amounts are texts with decimals.

    ``{environment, currency, total_monthly, limit, too_dear, infracost, prices, lines: […], free: {…}}``
    """
    members: dict[str, Any] = {
        "environment": found.environment,
        "currency": "USD",
        "total_monthly": f"{found.total:.2f}",
        "limit": None if found.limit is None else str(found.limit),
        "too_dear": found.too_dear,
        "infracost": None if found.second is None else f"{found.second:.2f}",
        "prices": {name: str(found.prices.members.get(name)) for name in ("region", "as_of", "confirmed")},
        "lines": [
            {
                "address": line.address,
                "what": line.what,
                "quantity": str(line.quantity.normalize()),
                "price": str(line.price),
                "monthly": f"{line.monthly:.4f}",
            }
            for line in found.lines
        ],
        "free": dict(found.free),
    }
    return json.dumps(members, indent=2)


def _basis(found: Estimate) -> str:
    prices = found.prices.members
    confirmed = prices.get("confirmed")
    state = f"confirmed on {confirmed}" if confirmed else "assumed and not confirmed"
    return (
        f"Prices: {prices.get('region')}, {prices.get('as_of')}, {state} (infra/deploy/cost/prices.toml). "
        f"Use: infra/deploy/cost/usage/{found.environment}.toml."
    )


def _require_used(environment: str, resources: tuple[Resource, ...], usage: Figures) -> None:
    """Nothing is assumed of what is not there: a component that was not planned would go unseen."""
    there = {one.values.get("name") for one in resources if one.kind == "aws_dynamodb_table"}
    there |= {one.values.get("bucket") for one in resources if one.kind == "aws_s3_bucket"}
    left = sorted((usage.names("tables") | usage.names("buckets")) - there)
    if left:
        raise CostError(
            f"usage/{environment}.toml assumes something of {', '.join(left)}, which no plan has: give the "
            "plans of all components, or take it out."
        )


def _short(quantity: Decimal) -> str:
    return f"{quantity:,.4f}".rstrip("0").rstrip(".")
