"""Text and numbers of classes of their own, such as those of enumerations, are the text and the numbers."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any

import pytest

from bbws_templates import Mode, Template, render_email
from bbws_templates.bundle import Bundle
from bbws_templates.contract import contract_problems
from bbws_templates.contract.functions import kept_function
from bbws_templates.display import display_of
from bbws_templates.faults import UnknownTemplateError
from bbws_templates.leniency import permitted
from tests.publishing.samples import template


class Text(str, Enum):  # noqa: UP042  as callers write it
    """What ``str()``, an f-string and a hash take for its name."""

    CODE = "ZAR"
    PLACE = "receipts/receipt"
    LANGUAGE = "af"


class Word(StrEnum):
    CODE = "ZAR"


class Count(int, Enum):
    SOME = 1234
    NONE = 0


class Whole(IntEnum):
    SOME = 1234


class Share(float, Enum):
    HALF = 1.5


class Price(Decimal, Enum):
    LOW = Decimal("5.00")


class Loud(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "LOUD"

    def __format__(self, _: str) -> str:
        return "LOUD"


class Roman(int):
    def __str__(self) -> str:
        return "MCCXXXIV"

    __repr__ = __str__

    def __format__(self, _: str) -> str:
        return "MCCXXXIV"


EQUAL: tuple[tuple[Any, Any], ...] = (
    (Text.CODE, "ZAR"),
    (Word.CODE, "ZAR"),
    (Loud("ZAR"), "ZAR"),
    (Count.SOME, 1234),
    (Count.NONE, 0),
    (Whole.SOME, 1234),
    (Roman(1234), 1234),
    (Share.HALF, 1.5),
    (Price.LOW, Decimal("5.00")),
)
CONTRACTS: tuple[dict[str, Any], ...] = (
    {"enum": ["ZAR", 1234, 0, 1.5]},
    {"const": "ZAR"},
    {"const": 1234},
    {"type": "string", "enum": ["ZAR"]},
    {"type": "string", "pattern": "^ZAR$", "format": "date"},
    {"type": "integer", "multipleOf": 2, "maximum": 1000},
    {"type": "number", "multipleOf": 0.5},
    {"type": "number", "multipleOf": 0.4},
    {"not": {"const": 1.5}},
)


@pytest.mark.parametrize(("odd", "plain"), EQUAL)
@pytest.mark.parametrize("mode", Mode)
def test_templates_print_the_value(odd: Any, plain: Any, mode: Mode) -> None:
    source = Template.parse("{{v}}{{{v}}}{{#v}}{{.}}{{/v}}{{#l}}{{.}}{{^.}}-{{/.}}{{/l}}")
    for strict in (True, False)[isinstance(plain, float) :]:
        said = source.render({"v": plain, "l": [plain]}, mode=mode, strict=strict)
        for _ in range(20):  # from some time on by a function
            assert source.render({"v": odd, "l": [odd]}, mode=mode, strict=strict) == said


@pytest.mark.parametrize(("odd", "plain"), EQUAL)
@pytest.mark.parametrize("contract", CONTRACTS)
def test_contracts_judge_the_value(odd: Any, plain: Any, contract: dict[str, Any]) -> None:
    assert contract_problems(contract, odd) == contract_problems(contract, plain) or isinstance(odd, Decimal)
    assert permitted(contract, odd)[0] == permitted(contract, plain)[0]
    written_out = kept_function(contract)
    if written_out and written_out(odd):
        assert written_out(plain)


def test_items_that_are_equal_are_repeated() -> None:
    contract = {"uniqueItems": True}
    for items in (
        ["ZAR", Text.CODE],
        [1234, Count.SOME],
        [1.5, Share.HALF],
        [{"a": 1234}, {"a": Roman(1234)}],
    ):
        assert contract_problems(contract, items)


MONEY = {"decimal": ",", "group": " ", "grouping": [3, 3], "positive": ["¤", ""], "negative": ["-¤", ""]}
RULES = {
    "money": {**MONEY, "symbols": {"EUR": "€"}, "digits": {}},
    "number": {**MONEY, "positive": ["", ""], "negative": ["-", ""]},
}
SHOWN = {
    "type": "object",
    "properties": {
        "total": {"x-display": {"kind": "money", "currencyField": "currency"}},
        "count": {"x-display": "number"},
        "state": {"x-display": {"kind": "choice", "words": {"ZAR": "Rand"}}},
    },
}


@pytest.mark.parametrize("member", ["total", "count", "state", "currency"])
@pytest.mark.parametrize(("odd", "plain"), EQUAL)
def test_display_values_are_of_the_value(odd: Any, plain: Any, member: str) -> None:
    display = display_of("en", {"en": RULES}, None)
    assert display is not None
    rest = {"total": "5.00", "currency": "ZAR"}
    shown = display.prepared("a/b", SHOWN, {**rest, member: odd})
    expected = display.prepared("a/b", SHOWN, {**rest, member: plain})
    source = Template.parse("{{total}} {{count}} {{state}}")
    assert source.render(shown, strict=False) == source.render(expected, strict=False)


def test_a_template_and_a_language_may_be_named_by_an_enumeration() -> None:
    bundle = Bundle("0" * 64, {"receipts/receipt": template("receipts/receipt")})
    found = bundle.in_language(Text.PLACE, Text.LANGUAGE)
    assert found.name == "receipts/receipt"
    assert render_email(found, {"name": Text.CODE}, strict=False).template == "receipts/receipt"


def test_a_template_that_there_is_not_is_called_by_the_value() -> None:
    with pytest.raises(UnknownTemplateError, match="no template named 'ZAR'"):
        Bundle("0" * 64, {}, locale="en").template(Text.CODE)
