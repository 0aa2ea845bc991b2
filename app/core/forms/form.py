"""The form of some data under a contract: one field for each value that is there or may be there.

Nothing is left out: a value that the contract does not know, or that is of another kind than it wants, is a
field as well, to be read, changed or removed. What stands in the fields is not repeated here: who shows the
form has the data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.core.forms.kinds import fits, kind_of, kind_wanted, limits_of, prose
from app.core.forms.schemas import Flat, alternatives, flattened, keeps, of_alternative, type_of
from app.core.forms.specimens import SpecimenBudget, specimen, written
from bbws_templates.contract import contract_problems, part_problems
from bbws_templates.display.plan import declared, members_of
from bbws_templates.errors import ContractError, ContractProblem
from bbws_templates.references import escaped

MOST_FIELDS = 1500
"""How many fields a form has. What lies beyond has none, but for the members that a contract names: each of
those is one field of JSON then."""

MOST_BEGUN = 30_000
"""How many values all together a form offers to begin with; beyond, an object or a list begins empty."""

MOST_ITEMS = 200
"""How many items of one list have fields."""

MOST_DEPTH = 32
"""How deep a field may lie; an object or a list that lies deeper is one field of JSON."""


@dataclass(frozen=True)
class Option:
    """One of several values: what it is called, and the JSON that is put in for it."""

    label: str
    json: str


@dataclass(frozen=True)
class FormField:
    """One field. ``pointer`` leads to its value; ``name`` is that of the member, "" of an item of a list.

    ``kind`` is how to show it: ``text``, ``money``, ``date``, ``moment``, ``email``, ``address``, ``number``,
    ``boolean``, ``choice``, ``constant``, ``null``, ``object``, ``list``, or ``json`` for whatever else.
    ``blank`` is the JSON to begin with when it is not ``present``; ``item`` that of a further item of a list,
    ``other`` that of a further member of an object, both "" where there may be none. ``unit`` stands beside
    the value. ``alternatives`` are what a person chooses between, ``chosen`` which of them it is. ``hidden``
    counts items and members without fields. ``removable`` is whether it may be taken out, ``known`` whether
    the contract has it.
    """

    pointer: str
    name: str
    kind: str
    present: bool = True
    required: bool = False
    known: bool = True
    removable: bool = False
    description: str = ""
    limits: str = ""
    example: str = ""
    unit: str = ""
    blank: str = ""
    item: str = ""
    other: str = ""
    options: tuple[Option, ...] = ()
    alternatives: tuple[Option, ...] = ()
    chosen: int = 0
    hidden: int = 0
    fields: tuple[FormField, ...] = ()
    problems: tuple[str, ...] = ()


def form_of(
    contract: Mapping[str, Any], data: Mapping[str, Any], *, choices: Mapping[str, int] | None = None
) -> FormField:
    """The form for ``data``, whatever they are; each problem stands at the field that it concerns.

    ``choices`` says by pointer which alternative a person has chosen; it counts where the value does not
    tell.

    Raises:
        ContractError: the contract cannot be used to check data.
    """
    builder = _FormBuilder(contract, choices or {})
    root = builder.field(contract, data, "", "", ())
    return _with_problems(root, (*contract_problems(contract, data), *builder.problems))


@dataclass
class _FormBuilder:
    contract: Mapping[str, Any]
    choices: Mapping[str, int]
    problems: list[ContractProblem] = field(default_factory=list)
    left: int = MOST_FIELDS
    allowance: SpecimenBudget = field(default_factory=lambda: SpecimenBudget(MOST_BEGUN))

    def field(
        self, schema: Any, value: Any, pointer: str, name: str, around: Sequence[Mapping[str, Any]]
    ) -> FormField:
        """The field of a value that is there; ``around`` are the objects it stands in, innermost last."""
        self.left -= 1
        flat = flattened(self.contract, schema, value)
        made = self._described(FormField(pointer, name, "json"), schema, flat, around)
        if pointer.count("/") >= MOST_DEPTH and isinstance(value, Mapping | list):
            return made
        choice = alternatives(self.contract, flat)
        if choice:
            chosen = self._chosen(flat, choice, value, pointer)
            options = tuple(self._alternative(flat, each, number) for number, each in enumerate(choice))
            if not keeps(self.contract, choice[chosen], value):
                self._explain(choice[chosen], value, pointer)
            flat = of_alternative(self.contract, flat, choice[chosen], value)
            made = replace(made, alternatives=options, chosen=chosen)
        kind = kind_of(flat, value)
        made = replace(made, kind="money" if kind == "text" and made.unit else kind)
        if kind == "choice":
            made = replace(
                made,
                options=tuple(Option(prose(each) or written(each), written(each)) for each in flat["enum"]),
            )
        elif kind == "constant":
            made = replace(made, blank=written(flat["const"]))
        elif kind == "json":
            made = replace(made, blank=self._begun(flat) if type_of(flat) else "")
        elif kind == "object":
            fields = tuple(self._members(flat, value, pointer, around))
            hidden = len(value) - sum(each.present for each in fields)
            made = replace(made, fields=fields, hidden=hidden, other=self._other(flat))
        elif kind == "list":
            made = self._list(made, flat, value, around)
        return made

    def _begun(self, schema: Any) -> str:
        """The JSON of a value to begin with."""
        return written(specimen(self.contract, schema, self.allowance))

    def _described(
        self, made: FormField, schema: Any, flat: Flat, around: Sequence[Mapping[str, Any]]
    ) -> FormField:
        examples = flat.get("examples")
        return replace(
            made,
            description=prose(flat.get("description")),
            limits=limits_of(flat),
            example=prose(examples[0]) if isinstance(examples, list) and examples else "",
            unit=self._unit(schema, around),
        )

    def _unit(self, schema: Any, around: Sequence[Mapping[str, Any]]) -> str:
        display = declared(self.contract, schema)
        members = members_of(display) if display is not None else {}
        if members.get("kind") != "money":
            return ""
        named = prose(members.get("currencyField"))
        found = next((each[named] for each in reversed(around) if named in each), members.get("currency"))
        return prose(found)[:8]

    def _chosen(self, flat: Flat, choice: tuple[Any, ...], value: Any, pointer: str) -> int:
        kept = [number for number, each in enumerate(choice) if keeps(self.contract, each, value)]
        wished = self.choices.get(pointer, -1)
        if wished in (kept or range(len(choice))):
            return wished
        if kept:
            return kept[0]
        shapes = [of_alternative(self.contract, flat, each, value) for each in choice]
        likeness = [_likeness(self.contract, shape, value) for shape in shapes]
        return likeness.index(max(likeness))

    def _alternative(self, flat: Flat, schema: Any, number: int) -> Option:
        shape = of_alternative(self.contract, flat, schema, None)
        own = flattened(self.contract, schema, None)
        title = prose(own.get("title")) or prose(own.get("description")) or _wording(shape, number)
        return Option(title, self._begun(shape))

    def _explain(self, schema: Any, value: Any, pointer: str) -> None:
        """What is wrong by the alternative that was chosen; the contract's own check speaks of all."""
        try:
            found = part_problems(self.contract, schema, value)
        except ContractError:
            return
        self.problems.extend(ContractProblem(pointer + each.pointer, each.expectation) for each in found)

    def _members(
        self, flat: Flat, value: Mapping[str, Any], pointer: str, around: Sequence[Mapping[str, Any]]
    ) -> Iterator[FormField]:
        required = frozenset(flat.get("required", ()))
        properties = flat.get("properties", {})
        for name, schema in properties.items():
            place = f"{pointer}/{escaped(name)}"
            if self.left <= 0:
                yield FormField(place, name, "json", present=name in value, removable=name in value)
            elif name in value:
                made = self.field(schema, value[name], place, name, (*around, value))
                yield replace(made, required=name in required, removable=name not in required)
            elif schema is not False:
                yield self._absent(schema, place, name, (*around, value), required=name in required)
        further = flat.get("additionalProperties", True)
        for name, member in value.items():
            if self.left <= 0:
                return
            if name not in properties:
                place = f"{pointer}/{escaped(name)}"
                made = self.field(further, member, place, name, (*around, value))
                yield replace(made, known=further is not False, removable=True)

    def _absent(
        self, schema: Any, pointer: str, name: str, around: Sequence[Mapping[str, Any]], *, required: bool
    ) -> FormField:
        self.left -= 1
        flat = flattened(self.contract, schema, None)
        made = FormField(pointer, name, kind_wanted(flat), present=False, required=required)
        made = replace(made, blank=self._begun(schema))
        return self._described(made, schema, flat, around)

    def _other(self, flat: Flat) -> str:
        further = flat.get("additionalProperties", True)
        if further is False or (further is True and flat.get("properties")):
            return ""
        return self._begun(further)

    def _list(
        self, made: FormField, flat: Flat, value: Sequence[Any], around: Sequence[Mapping[str, Any]]
    ) -> FormField:
        first = flat.get("prefixItems")
        first = first if isinstance(first, list) else []
        fields = []
        for index, item in enumerate(value[:MOST_ITEMS]):
            if self.left <= 0:
                break
            schema = first[index] if index < len(first) else flat.get("items")
            each = self.field(schema, item, f"{made.pointer}/{index}", "", around)
            fields.append(replace(each, removable=True))
        most = flat.get("maxItems")
        full = isinstance(most, int) and len(value) >= most
        item = "" if full else self._begun(flat.get("items"))
        return replace(made, fields=tuple(fields), hidden=len(value) - len(fields), item=item)


def _wording(shape: Flat, number: int) -> str:
    """What an alternative is called that has no title."""
    if "const" in shape:
        return prose(shape["const"]) or written(shape["const"])
    kind = kind_wanted(shape)
    named = {"object": ", ".join(shape.get("required", ())), "null": "nothing", "json": ""}.get(kind, kind)
    return named or f"alternative {number + 1}"


def _likeness(contract: Mapping[str, Any], shape: Flat, value: Any) -> int:
    """How much ``value`` is like what ``shape`` wants: its kind, its members, constants that agree."""
    if not fits(kind_wanted(shape), value):
        return 0
    if not isinstance(value, Mapping):
        return 1
    likeness = 1
    for name, schema in shape.get("properties", {}).items():
        if name in value:
            flat = flattened(contract, schema, value[name])
            likeness += 10 if "const" in flat and flat["const"] == value[name] else 1
    return likeness


def _with_problems(root: FormField, problems: Sequence[ContractProblem]) -> FormField:
    """``root`` with each problem at its field, or at the closest one around it."""
    places = {each.pointer for each in _within(root)}
    by_place: dict[str, dict[str, None]] = {}
    for problem in problems:
        place = problem.pointer
        while place not in places and place:
            place = place.rpartition("/")[0]
        inner = problem.pointer.removeprefix(place)
        sentence = f"{inner} {problem.expectation}".strip()
        by_place.setdefault(place, {})[sentence] = None
    return _said(root, by_place)


def _said(each: FormField, by_place: Mapping[str, dict[str, None]]) -> FormField:
    fields = tuple(_said(inner, by_place) for inner in each.fields)
    return replace(each, fields=fields, problems=tuple(by_place.get(each.pointer, ())))


def _within(root: FormField) -> Iterator[FormField]:
    yield root
    for each in root.fields:
        yield from _within(each)
