"""The Mustache engine: templates parsed once and rendered often, strictly or leniently.

The whole required part of the Mustache specification, on chevron's tag grammar. Data are mappings, sequences
and scalars; numbers as list indexes (``{{items.0}}``) are the one extension, which chevron and mustache.js
have as well. Lambdas (an optional module) are not supported: data are not code.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from bbws_templates.context import is_data
from bbws_templates.errors import Location, PartialError, WrongTypeError
from bbws_templates.limits import DEFAULT_LIMITS, Limits
from bbws_templates.modes import Mode
from bbws_templates.nodes import Node, Unit
from bbws_templates.parser import build
from bbws_templates.rendering import Chunk, Rendering, RenderWarning, missing_partial
from bbws_templates.tokens import Token, TokenKind, tokenize

if TYPE_CHECKING:
    from bbws_templates.functions import Function, Notation

__all__ = ["Chunk", "Mode", "RenderWarning", "Template", "render"]

_WARM: Final = 16
"""From which use on a template is written out as a function, which takes as long as some fifty renderings."""


class Template:
    """A parsed template with the partials it reaches; immutable in effect, and safe to share among threads.

    ``name`` is what errors and traces call it, ``source`` the Mustache it came from, ``nodes`` the tree.
    """

    __slots__ = ("_functions", "_partials", "_root", "_uses")

    def __init__(self, root: Unit, partials: PartialSet) -> None:
        self._root = root
        self._partials = partials
        self._uses: dict[Mode, int] = {}
        self._functions: dict[Mode, Function[str] | None] = {}

    @classmethod
    def parse(
        cls, source: str, *, name: str = "template", partials: Mapping[str, str] | None = None
    ) -> Template:
        """Parse ``source`` and every partial that it reaches, directly or through others.

        ``partials`` maps names, as they stand in ``{{> name}}``, to Mustache sources; it is read once.

        Raises:
            TemplateSyntaxError: malformed Mustache in ``source`` or in a partial it reaches.
            LimitError: sections nested too deeply in one of them.
        """
        tokens = tokenize(source, name=name)
        root = Unit(name, source, build(tokens, source=source, name=name))
        return cls(root, PartialSet.reached_from(root, tokens, {} if partials is None else partials))

    @property
    def name(self) -> str:
        """What errors and traces call the template."""
        return self._root.name

    @property
    def source(self) -> str:
        """The Mustache that was parsed."""
        return self._root.source

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The tree of the template itself; partials are named in it, not resolved."""
        return self._root.nodes

    def render(
        self,
        data: Any,
        *,
        mode: Mode = Mode.HTML,
        strict: bool = True,
        warnings: list[RenderWarning] | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> str:
        """The template filled with ``data``.

        Strict mode refuses a variable that is missing or null, one that is neither text nor an integer or
        decimal, and a partial that was not declared, even in a section that these data do not reach. A
        *section* over a missing name is legal and false, in both modes: that is how a template asks for an
        optional field. Lenient mode prints nothing for the missing, Python's ``str()`` for other data, and
        appends to ``warnings`` what strict mode would raise, once for each place in the template.

        Raises:
            UndefinedVariableError, WrongTypeError: strict mode only.
            PartialError: strict mode: a partial that was not declared; both modes: partials without end.
            LimitError: more nesting, output or repetition than ``limits`` allow.
        """
        function = self._functions[mode] if mode in self._functions else self._warm(mode)
        if function is not None and (result := function(data, limits)) is not None:
            return result
        return "".join(self._rendering(data, mode, strict, warnings, limits, traced=False).texts())

    def written_out(self, mode: Mode) -> Function[str] | None:
        """The template as a Python function for ``mode``; None where it cannot be one: see ``functions``.

        ``render`` uses it by itself, once a template has been rendered often enough for it to pay.
        """
        if mode not in self._functions:
            from bbws_templates.functions import function_of  # A cold start has no use for it.

            self._functions[mode] = function_of(self._root.nodes, self._partials, mode)
        return self._functions[mode]

    def spelled_out(self, mode: Mode, spelling: Notation) -> Function[bytes] | None:
        """The same with results that are spelled, in UTF-8; the caller keeps it."""
        from bbws_templates.functions import spelled_function_of

        return spelled_function_of(self._root.nodes, self._partials, mode, spelling)

    def _warm(self, mode: Mode) -> Function[str] | None:
        # Threads may count two uses as one, or write the same function twice: neither matters.
        self._uses[mode] = uses = self._uses.get(mode, 0) + 1
        return self.written_out(mode) if uses >= _WARM else None

    def trace(
        self,
        data: Any,
        *,
        mode: Mode = Mode.HTML,
        strict: bool = True,
        warnings: list[RenderWarning] | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> tuple[Chunk, ...]:
        """What ``render`` returns, in pieces that know where in which source they come from."""
        return self._rendering(data, mode, strict, warnings, limits, traced=True).chunks()

    def _rendering(
        self,
        data: Any,
        mode: Mode,
        strict: bool,
        warnings: list[RenderWarning] | None,
        limits: Limits,
        *,
        traced: bool,
    ) -> Rendering:
        if strict:
            self._partials.require_all()
            if not is_data(data):
                raise WrongTypeError(
                    f"The data are a value of type {type(data).__name__}.",
                    location=Location(self.name),
                    remedy="Pass a mapping: attributes of objects are out of a template's reach.",
                )
        return Rendering(
            self._root,
            self._partials,
            data,
            mode=mode,
            strict=strict,
            warnings=warnings,
            limits=limits,
            traced=traced,
        )


class PartialSet:
    """The partials that one template reaches: parsed, and indented on demand."""

    __slots__ = ("_missing", "_tokens", "_units")

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[Token, ...]] = {}
        self._units: dict[tuple[str, str], Unit] = {}
        self._missing: list[tuple[Unit, Token]] = []

    @classmethod
    def reached_from(cls, root: Unit, tokens: tuple[Token, ...], sources: Mapping[str, str]) -> PartialSet:
        """Parse what ``root``, of which ``tokens`` are the tokens, reaches in ``sources``."""
        self = cls()
        pending = [(root, tokens)]
        while pending:
            unit, tokens = pending.pop()
            for token in tokens:
                name = token.key
                if token.kind is not TokenKind.PARTIAL or name in self._tokens:
                    continue
                if name not in sources:
                    self._missing.append((unit, token))
                    continue
                source = sources[name]
                found = self._tokens[name] = tokenize(source, name=name)
                reached = Unit(name, source, build(found, source=source, name=name))
                self._units[name, ""] = reached
                pending.append((reached, found))
        return self

    def partial(self, name: str, indent: str) -> Unit | None:
        """The partial ``name`` with ``indent`` before its lines; None when it was not declared."""
        unit = self._units.get((name, indent))
        if unit is None and (plain := self._units.get((name, ""))) is not None:
            # Two threads may both come here; they build equal trees, and either may stay.
            nodes = build(self._tokens[name], source=plain.source, name=name, indent=indent)
            unit = self._units[name, indent] = Unit(name, plain.source, nodes)
        return unit

    def require_all(self) -> None:
        """Raise ``PartialError`` for the first partial that was named but not declared."""
        for unit, token in self._missing:
            objection = missing_partial(token.key)
            location = unit.location(token.start)
            raise PartialError(objection.message, location=location, remedy=objection.remedy)


def render(template: str, data: Any, partials: Mapping[str, str] | None = None) -> str:
    """``template`` filled with ``data``: the Mustache specification, leniently and HTML-escaped.

    What chevron.render returns, but for ``'``, which becomes ``&#x27;``, for attributes of Python objects,
    which are out of reach, and for chevron's departures from the specification. What is missing renders as
    nothing. The most recent templates are kept parsed.

    Raises:
        TemplateSyntaxError: malformed Mustache, in ``template`` or in a partial it reaches.
        PartialError: partials that include each other without end.
        LimitError: more nesting, output or repetition than ``DEFAULT_LIMITS`` allow.
    """
    parsed = _parsed(template, tuple(partials.items()) if partials else ())
    return parsed.render(data, mode=Mode.MUSTACHE, strict=False)


@lru_cache(maxsize=64)
def _parsed(source: str, partials: tuple[tuple[str, str], ...]) -> Template:
    return Template.parse(source, partials=dict(partials))
