"""Templates as Python functions: what is rendered often is written out once, and then runs at Python's speed.

A function renders what is plain: data of exact dictionaries, lists, text and numbers that have all that is
printed, within the limits. Of anything else it is *unsure*, and ``Rendering`` does the work from the start:
that knows every case, every error and every warning, and a rendering has no effect that could be repeated.

The source of a function is made of fixed words and numbers alone. Text of the template and names of its tags
reach it as values of its namespace, so that nothing in a template can become code; data are never looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Generic, NamedTuple, TypeVar

from bbws_templates.certainty import HELPERS, UnsureError
from bbws_templates.escaping import is_plain_of_markup
from bbws_templates.limits import DEFAULT_LIMITS, Limits
from bbws_templates.modes import FILTERS, PLAIN, Mode
from bbws_templates.nodes import Node, Partial, Partials, Section, Text, Variable

_MOST_NODES: Final = 4_000
_MOST_LEVELS: Final = 12
"""How deep sections and partials may lie in each other: Python allows 20 loops in one function."""

_LONG: Final = 100_000
_SCOPES_A_TURN: Final = 10

_NOT_LIST: Final = "() if {0} is None else ({0},) if type({0}) is str and {0} else contexts({0})"
_NAMES: Final = "{0} if type({0}) is dict else nothing if type({0}) is str else scope({0})"
"""What most values are is not worth a call: text, and an object or none."""

_TEXT: Final = "str({0}) if type({0}) is int and -1000000000 < {0} < 1000000000 else text_of({0})"


Result = TypeVar("Result", str, bytes)


class Notation(NamedTuple):
    """How a result is to be spelled, such as within the quotes of JSON; text is spelled piece by piece."""

    spelled: Callable[[str], str]
    is_plain: Callable[[str], bool]
    """Whether text is spelled as it is."""
    is_trusting: bool = False
    """Whether no value is looked at: who calls knows that all are printed and spelled as they are."""


class Function(Generic[Result]):
    """A template, written out for one mode: called with data, it returns the result, or None if unsure."""

    __slots__ = ("_depth", "_made", "_turns")

    def __init__(self, made: Callable[[dict[str, Any], int, int], Result], turns: int, depth: int) -> None:
        self._made: Callable[[dict[str, Any], int, int], Result] = made
        self._turns = turns
        self._depth = depth

    def __call__(self, data: Any, limits: Limits = DEFAULT_LIMITS) -> Result | None:
        """The template filled with ``data``, as ``Rendering`` fills it; None if unsure."""
        if type(data) is not dict or self._depth > limits.depth:
            return None
        try:
            result = self._made(data, limits.turns - self._turns, limits.output)
        except (UnsureError, KeyError, UnicodeEncodeError):
            return None
        return result if len(result) <= limits.output else None


def function_of(nodes: tuple[Node, ...], partials: Partials, mode: Mode) -> Function[str] | None:
    """``nodes`` written out for ``mode``; None where that cannot be, or would be out of proportion.

    That is when partials are missing or include themselves, or there are more than some thousand nodes, or
    more than a dozen sections within each other.
    """
    return _function(nodes, _TemplateWriter(partials, mode))


def spelled_function_of(
    nodes: tuple[Node, ...], partials: Partials, mode: Mode, spelling: Notation
) -> Function[bytes] | None:
    """The same with a result that is spelled, in UTF-8: the template's own text once, and not each time."""
    return _function(nodes, _TemplateWriter(partials, mode, spelling))


def _function(nodes: tuple[Node, ...], writer: _TemplateWriter) -> Function[Any] | None:
    try:
        turns = writer.template(nodes)
    except (UnsureError, UnicodeEncodeError):
        return None
    namespace = {**HELPERS, **writer.filters, **writer.values}
    exec(compile("\n".join(writer.lines), "<template>", "exec"), namespace)  # noqa: S102  see the head
    return Function(namespace["made"], turns, writer.depth)


class _Scope(NamedTuple):
    """What a piece of the template can see: how many contexts, and what was looked up in them before."""

    height: int  # contexts of sections, without those of inverted ones, which are the same once more
    stacked: int  # contexts as the limits count them
    depth: int  # sections and partials around it
    pad: str
    known: dict[tuple[str, ...], str]  # where the text of a variable is
    filtered: dict[tuple[str, bool], str]  # and where that in the form of the mode
    is_hopeful: bool = False  # values are not filtered, only gathered to be looked at together

    def inside(self) -> _Scope:
        """The same within a section."""
        return self._replace(
            stacked=self.stacked + 1,
            depth=self.depth + 1,
            pad=self.pad + " ",
            known=dict(self.known),
            filtered=dict(self.filtered),
        )


class _TemplateWriter:
    """Writes the lines of one function, and gathers the values that it names."""

    def __init__(self, partials: Partials, mode: Mode, spelling: Notation | None = None) -> None:
        self.values: dict[str, Any] = {}
        self.lines = ["def made(s0, turns, room):", " if turns < 0: unsure()", " c0 = s0"]
        self.lines += [" out = []", " append = out.append"]
        self.depth = 0
        self._filter, self._raw, self._literal = FILTERS[mode]
        self._named: dict[str, str] = {}
        self._partials = partials
        self._mode = mode
        self._spelling = spelling
        self._has_markup = False  # in the text part: a value that is printed as the words of its markup
        self._count = 0
        self._room = _MOST_NODES
        self._including: list[str] = []

    def template(self, nodes: tuple[Node, ...]) -> int:
        """Write all of it; how many turns it takes when each section is entered once."""
        is_trusting = self._spelling is not None and self._spelling.is_trusting
        turns = self._nodes(nodes, _Scope(0, 1, 1, " ", {}, {}, is_hopeful=is_trusting))
        self.lines.append(f" return {'b' if self._spelling else ''}''.join(out)")
        return turns

    @property
    def filters(self) -> dict[str, Any]:
        """What the lines call to bring values into the form of the mode."""
        plain = is_plain_of_markup if self._has_markup else PLAIN[self._mode]
        if (spelling := self._spelling) is None:
            return {"plain": plain, "filtered": self._filter, "raw": self._raw}
        is_spelled, spelled = spelling.is_plain, spelling.spelled
        return {
            "plain": lambda text: plain(text) and is_spelled(text),
            "filtered": _one_after_the_other(self._filter, spelled),
            "raw": _one_after_the_other(self._raw, spelled),
        }

    def _nodes(self, nodes: tuple[Node, ...], scope: _Scope) -> int:
        self.depth = max(self.depth, scope.depth)
        self._room -= len(nodes)
        if self._room < 0 or scope.depth > _MOST_LEVELS:
            raise UnsureError
        turns = len(nodes) * (1 + scope.stacked // _SCOPES_A_TURN)
        block: list[Text | Variable] = []
        for node in nodes:
            if isinstance(node, (Text, Variable)):
                block.append(node)
                continue
            self._block(block, scope)
            block = []
            turns += 1 + (
                self._section(node, scope) if isinstance(node, Section) else self._partial(node, scope)
            )
        self._block(block, scope)
        return turns

    def _partial(self, node: Partial, scope: _Scope) -> int:
        unit = self._partials.partial(node.key, node.indent)
        if unit is None or node.key in self._including:
            raise UnsureError
        self._including.append(node.key)
        turns = self._nodes(unit.nodes, scope._replace(depth=scope.depth + 1))
        self._including.pop()
        return turns

    def _section(self, node: Section, scope: _Scope) -> int:
        pad = scope.pad
        value = self._fresh("v")
        self.lines.append(f"{pad}{value} = {self._lookup(node.path, scope, is_optional=True)}")
        if node.inverted:
            # Most are over text that is there, or over nothing.
            is_false = f"{value} is None or not (type({value}) is str and {value} or true({value}))"
            self.lines.append(f"{pad}if {is_false}:")
            before = len(self.lines)
            turns = self._nodes(node.children, scope.inside())
            if len(self.lines) == before:
                self.lines.append(f"{pad} pass")
            return turns
        self.lines.append(f"{pad}if type({value}) is not list: {value} = {_NOT_LIST.format(value)}")
        at = len(self.lines)
        self.lines.append("")
        if scope.is_hopeful or not _is_like_a_row(node):
            turns = self._loop(node, value, scope)
        else:
            turns = self._rows(node, value, scope)
        self.lines[at] = (
            f"{pad}if len({value}) > 1:\n"
            f"{pad} turns -= (len({value}) - 1) * {turns + 1}\n"
            f"{pad} if turns < 0: unsure()"
        )
        return turns

    def _loop(self, node: Section, value: str, scope: _Scope) -> int:
        height = scope.height + 1
        self.lines.append(f"{scope.pad}for c{height} in {value}:")
        self.lines.append(f"{scope.pad} s{height} = {_NAMES.format(f'c{height}')}")
        return self._nodes(node.children, scope.inside()._replace(height=height, known={}, filtered={}))

    def _rows(self, node: Section, value: str, scope: _Scope) -> int:
        """Write a section that is likely to repeat: first as if no value had to be filtered.

        To look at each value alone is what takes most of the time, and hardly any value has markup in it.
        """
        pad, is_plain = scope.pad, self._fresh("is_plain")
        self.lines += [
            f"{pad}{is_plain} = False",
            f"{pad}if len({value}) > 2:",
            f"{pad} seen = []; at = len(out); left = room",
        ]
        self._loop(node, value, scope._replace(pad=pad + " ", is_hopeful=True))
        self.lines += [
            f"{pad} {is_plain} = plain(' '.join(seen))",
            f"{pad} if not {is_plain}: del out[at:]; room = left",
            f"{pad}if not {is_plain}:",
        ]
        return self._loop(node, value, scope._replace(pad=pad + " "))

    def _block(self, nodes: list[Text | Variable], scope: _Scope) -> None:
        """Write a stretch of text and variables: one look at all values, one string."""
        pieces: list[str] = []
        printed: dict[tuple[str, bool], str] = {}
        written = ""
        for node in nodes:
            if isinstance(node, Text):
                written += node.text if self._literal is None else self._literal(node.text)
                continue
            if written:
                pieces.append(self._value("t", self._spelled(written)))
                written = ""
            value = self._variable(node.path, scope)
            self._has_markup |= self._mode is Mode.TEXT and not node.escaped
            if node.escaped or self._raw is not None or self._spelling is not None:
                given = (value, node.escaped)
                if given not in scope.filtered:
                    printed[given] = scope.filtered[given] = value if scope.is_hopeful else self._fresh("e")
                value = scope.filtered[given]
            pieces.append(value)
        if written:
            if self._spelling and not pieces:  # nothing but text of the template: in bytes once and for all
                text = self._value("t", self._spelled(written).encode())
                self._append(text, scope.pad, is_repeated=scope.height > 0)
                return
            pieces.append(self._value("t", self._spelled(written)))
        if printed:
            self._gather(printed, scope.pad) if scope.is_hopeful else self._filtered(printed, scope.pad)
        if pieces:
            text = pieces[0] if len(pieces) == 1 else f"''.join(({', '.join(pieces)}))"
            if self._spelling:
                text += ".encode()"
            self._append(text, scope.pad, is_repeated=scope.height > 0)

    def _spelled(self, text: str) -> str:
        return self._spelling.spelled(text) if self._spelling else text

    def _gather(self, printed: dict[tuple[str, bool], str], pad: str) -> None:
        if self._spelling is None or not self._spelling.is_trusting:
            self.lines.append(f"{pad}seen += ({', '.join(dict.fromkeys(printed.values()))},)")

    def _filtered(self, printed: dict[tuple[str, bool], str], pad: str) -> None:
        given = tuple(dict.fromkeys(value for value, _ in printed))
        self.lines.append(f"{pad}{'; '.join(f'{name} = {value}' for (value, _), name in printed.items())}")
        together = given[0] if len(given) == 1 else f"' '.join(({', '.join(given)}))"
        self.lines.append(f"{pad}text = {together}")
        self.lines.append(f"{pad}if not plain(text):")
        if self._mode is Mode.HEADER or (
            self._mode is Mode.TEXT and not all(is_escaped for _, is_escaped in printed)
        ):
            # The filter changes how long text is, and how long it was before counts against the limit.
            self.lines.append(f"{pad} unsure()")
            return
        self.lines.append(f"{pad} if len(text) > {_LONG}: unsure()")
        self.lines += [
            f"{pad} {name} = {'filtered' if is_escaped else 'raw'}({value})"
            for (value, is_escaped), name in printed.items()
        ]

    def _append(self, text: str, pad: str, *, is_repeated: bool) -> None:
        if is_repeated:
            self.lines += [f"{pad}text = {text}", f"{pad}room -= len(text)", f"{pad}if room < 0: unsure()"]
            text = "text"
        self.lines.append(f"{pad}append({text})")

    def _variable(self, path: tuple[str, ...], scope: _Scope) -> str:
        """The local name that holds the text of a variable."""
        if path not in scope.known:
            name = scope.known[path] = self._fresh("v")
            pad = scope.pad
            self.lines.append(f"{pad}{name} = {self._lookup(path, scope, is_optional=False)}")
            self.lines.append(f"{scope.pad}if type({name}) is not str: {name} = {_TEXT.format(name)}")
        return scope.known[path]

    def _lookup(self, path: tuple[str, ...], scope: _Scope, *, is_optional: bool) -> str:
        """An expression for what a name finds; what is optional and not there is None."""
        if not path:
            return f"c{scope.height}"
        key = self._key(path[0])
        found = f"s0.get({key})" if is_optional else f"s0[{key}]"
        for height in range(1, scope.height + 1):
            found = f"s{height}[{key}] if {key} in s{height} else {found}"
        for name in path[1:]:
            found = f"{'member' if is_optional else 'required'}({found}, {self._key(name)})"
        return found

    def _key(self, name: str) -> str:
        if name not in self._named:
            self._named[name] = self._value("k", name)
        return self._named[name]

    def _value(self, kind: str, value: str | bytes) -> str:
        name = f"{kind}{len(self.values)}"
        self.values[name] = value
        return name

    def _fresh(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"


def _is_like_a_row(section: Section) -> bool:
    """Whether ``section`` looks like one over a list: it prints more than one name, or the item itself."""
    names = {node.path for node in section.children if isinstance(node, Variable)}
    return len(names) > 1 or () in names


def _one_after_the_other(first: Callable[[str], str] | None, then: Callable[[str], str]) -> Any:
    return then if first is None else lambda text: then(first(text))
