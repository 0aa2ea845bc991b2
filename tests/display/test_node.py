"""A Lambda in Node prepares the very display values that a Lambda in Python does."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.core.locales import locale_rules, zone_rules
from bbws_templates.display import Display
from tests.display.test_against_cldr import CONTRACT, CURRENCIES, WIDTHS, amounts
from tests.display.test_values import ORDER
from tests.waiting import patience

NODE = Path(sys.executable).with_name("node")
PLACES = {
    "en-ZA": "Africa/Johannesburg",
    "hi": "America/New_York",
    "zh-Hant": "Asia/Gaza",
    "ar": "Europe/Berlin",
}
WORDS = {"A_B": "Both", "C": {"en": "See", "ar": "c"}}
CONTRACTS: dict[str, Any] = {
    "values": {
        "properties": {
            **CONTRACT["properties"],
            "fixed": {"x-display": {"kind": "money", "currency": "JPY"}},
            "closed": {"x-display": {"kind": "choice", "words": WORDS}},
            "open": {"x-display": {"kind": "choice", "words": WORDS, "open": True}},
        }
    },
    "order": ORDER,
}


def prepared_by_node(locale: str, zone: str, tasks: list[tuple[str, Any]]) -> list[Any]:
    bundle = {
        "locale": locale,
        "display": {locale: locale_rules(locale)},
        "timeZoneRules": zone_rules(zone),
        "templates": {name: {"contract": contract} for name, contract in CONTRACTS.items()},
    }
    lines = [{"bundle": bundle}, *({"name": name, "data": data} for name, data in tasks)]
    done = subprocess.run(
        [NODE, Path(__file__).with_name("node_display.mjs")],
        input="".join(json.dumps(line) + "\n" for line in lines),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=patience(),
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def tasks_of(chance: random.Random) -> list[tuple[str, Any]]:
    """Values of every kind, right and wrong, in every field, and a document with lists in lists."""
    days = [
        f"{chance.randrange(10_000):04}-{chance.randrange(14):02}-{chance.randrange(33):02}"
        for _ in range(60)
    ]
    moments = [
        f"{chance.randrange(1965, 2105)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 30):02}"
        f"T{chance.randrange(25):02}:{chance.randrange(61):02}:{chance.randrange(61):02}"
        f"{chance.choice(('Z', 'z', '+02:00', '-09:30', '.5+14:00', ''))}"
        for _ in range(120)
    ]
    odd = [
        "",
        "-",
        "1e5",
        "x",
        "A_B",
        "C",
        "a-b_C",
        "_",
        "9" * 201,
        "9" * 200,
        "<b>",
        "toString",
        0,
        7,
        None,
        True,
    ]
    tasks: list[tuple[str, Any]] = []
    for index, value in enumerate([*amounts(150), *days, *moments, *odd]):
        others = dict.fromkeys(("amount", "number", "day-of-moment", "fixed", "closed", "open"), value)
        by_width = {f"{kind}-{width}": value for kind in ("day", "moment") for width in WIDTHS}
        currency = {"currency": [*CURRENCIES, "zar", 7, None][index % 13]}
        tasks.append(("values", others | by_width | currency))
    line = {"total": "1.00", "lines": [{"total": "2.00", "currency": "USD", "lines": [{"total": "-3"}]}]}
    order = {
        "currency": "ZAR",
        "items": [line, {}],
        "days": ["2026-01-14", "x", 7],
        "payment": {"status": "A"},
    }
    return [*tasks, ("order", order), ("order", {"items": "x", "days": {}, "payment": []}), ("order", {})]


def test_node_prepares_what_python_does() -> None:
    for locale, zone in PLACES.items():
        tasks = tasks_of(random.Random(locale))
        display = Display(locale, locale_rules(locale), zone_rules(zone))
        for (name, data), theirs in zip(tasks, prepared_by_node(locale, zone, tasks), strict=True):
            assert theirs == display.prepared(name, CONTRACTS[name], data), (locale, data)
