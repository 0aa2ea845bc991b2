"""Data are mappings, sequences and scalars; nothing else of Python is in a template's reach."""

from __future__ import annotations

from collections import ChainMap, OrderedDict, UserDict, defaultdict, deque
from types import MappingProxyType
from typing import Any

import pytest

from bbws_templates import Template, WrongTypeError, render


class Person:
    name = "attribute"

    def __getitem__(self, key: str) -> str:
        return "item"


OUT_OF_REACH = (
    "x.__class__ x.__class__.__mro__ x.upper x.real x.0 l.append l.__len__ l.-1 l.1 l.+0 l.0x0 l.٠ d.keys "
    "o.name l.00000000000000000000 l.99999999999999999999"
)


@pytest.mark.parametrize("name", OUT_OF_REACH.split())
def test_nothing_but_members_and_items_is_in_reach(name: str) -> None:
    data = {"x": "text", "l": ["item"], "d": {"k": 1}, "o": Person()}
    assert render(f"[{{{{{name}}}}}]", data) == "[]"
    assert render(f"{{{{#x}}}}{{{{#l}}}}[{{{{{name.split('.', 1)[1]}}}}}]{{{{/l}}}}{{{{/x}}}}", data) == "[]"


def test_an_object_is_no_data_as_a_whole_either() -> None:
    with pytest.raises(WrongTypeError) as caught:
        Template.parse("{{name}}", name="receipts/receipt").render(Person())
    assert "of type Person" in str(caught.value)
    assert "receipts/receipt" in str(caught.value)


@pytest.mark.parametrize(
    "mapping",
    [
        OrderedDict(a="x"),
        defaultdict(str, a="x"),
        MappingProxyType({"a": "x"}),
        UserDict({"a": "x"}),
        ChainMap({}, {"a": "x"}),
    ],
)
def test_any_mapping_is_data(mapping: Any) -> None:
    assert render("{{a}}{{#m}}{{a}}{{^b}}!{{/b}}{{/m}}{{m.a}}", {"m": mapping, "a": "-"}) == "-x!x"
    assert render("{{a}}", mapping) == "x"
    assert "b" not in mapping  # a defaultdict did not grow


@pytest.mark.parametrize("sequence", [["a", "b"], ("a", "b"), deque("ab")])
def test_any_sequence_is_data(sequence: Any) -> None:
    assert render("{{#s}}{{.}}{{/s}}{{s.1}}", {"s": sequence}) == "abb"


def test_an_index_is_also_a_key() -> None:
    assert render("{{m.0}}", {"m": {"0": "key"}}) == "key"


def test_a_subclass_of_text_is_its_text() -> None:
    class Loud(str):
        def __str__(self) -> str:
            return "LOUD"

        def replace(self, *_: Any) -> str:
            return "<script>"

    assert render("{{a}}", {"a": Loud("<b>")}) == "&lt;b&gt;"
