"""Frozen dataclasses at a price that a Lambda's cold start can pay.

``dataclasses`` imports ``inspect`` with all that belongs to it, and compiles source text for each method of
each class: here that would be more than a third of the time that this package takes to import. ``record``
makes classes that behave the same. To type checkers it is ``dataclass`` itself; and ``dataclasses.replace``,
``asdict`` and ``fields`` find dataclasses, from the moment that one of them asks. They print shortly, as what
prints a whole release or somebody's mail ends up in a log; a class may say how.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from bbws_templates.printing import brief

__all__ = ["Derived", "record"]

Value = TypeVar("Value")

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen: bool, order: bool = False):
        """As ``dataclasses.dataclass`` for a frozen class without base classes and field specifiers."""
        if not frozen:
            raise TypeError("A record is frozen.")
        return _Maker(order=order)


class Derived(Generic[Value]):
    """An attribute that is worked out when it is first asked for, and then kept; a method's decorator.

    As ``functools.cached_property`` without a lock, which up to Python 3.11 is one for all objects of a
    class: a process that is forked while a thread has it never gets it again. Two threads may both work the
    value out; one of the two is kept.
    """

    def __init__(self, work_out: Callable[[Any], Value]) -> None:
        self._work_out = work_out
        self.__doc__ = work_out.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, made: None, owner: type) -> Derived[Value]: ...
    @overload
    def __get__(self, made: object, owner: type) -> Value: ...
    def __get__(self, made: object | None, owner: type) -> Derived[Value] | Value:
        if made is None:
            return self
        value: Value = made.__dict__.setdefault(self._name, self._work_out(made))
        return value


class _Maker:
    """Turns a class with annotations into a record; all its records are ordered if ``order`` says so."""

    def __init__(self, *, order: bool) -> None:
        self.order = order

    def __call__(self, made: type) -> type:
        names = tuple(made.__annotations__)
        values = attrgetter(*names) if len(names) > 1 else lambda self: (getattr(self, names[0]),)
        methods: dict[str, Any] = {
            "__init__": _initialiser(made, names),
            "__eq__": lambda self, other: (
                values(self) == values(other) if other.__class__ is made else NotImplemented
            ),
            "__hash__": lambda self: hash(values(self)),
            "__repr__": made.__dict__.get("__repr__", _printed),
            "__setattr__": _refuse,
            "__delattr__": _refuse,
            "__match_args__": names,
            "__dataclass_fields__": _Twin("__dataclass_fields__"),
            "__dataclass_params__": _Twin("__dataclass_params__"),
        }
        if self.order:
            methods["__lt__"] = _comparison(made, lambda one, two: values(one) < values(two))
            methods["__le__"] = _comparison(made, lambda one, two: values(one) <= values(two))
            methods["__gt__"] = _comparison(made, lambda one, two: values(one) > values(two))
            methods["__ge__"] = _comparison(made, lambda one, two: values(one) >= values(two))
        for name, method in methods.items():
            setattr(made, name, method)
        return made


def _initialiser(made: type, names: tuple[str, ...]) -> Any:
    defaults = {name: made.__dict__[name] for name in names if name in made.__dict__}
    finish = getattr(made, "__post_init__", None)
    known = frozenset(names)

    def __init__(self: Any, *values: Any, **named: Any) -> None:  # noqa: N807  it becomes the method
        members = self.__dict__
        if not values and named.keys() == known:
            members.update(named)
        elif named or len(values) != len(names):
            given = dict(zip(names, values, strict=False))
            if len(values) > len(names) or not known >= named.keys() or given.keys() & named.keys():
                raise TypeError(f"{made.__name__}() takes {', '.join(names)}, each once")
            given = {**defaults, **given, **named}
            if len(given) != len(names):
                raise TypeError(f"{made.__name__}() lacks {', '.join(n for n in names if n not in given)}")
            members.update((name, given[name]) for name in names)
        else:
            members.update(zip(names, values, strict=True))
        if finish:
            finish(self)

    return __init__


def _printed(self: Any) -> str:
    """As a dataclass prints, in one short line: what is long is named by its kind and size."""
    members = (f"{name}={brief(getattr(self, name))}" for name in self.__match_args__)
    return f"{type(self).__qualname__}({', '.join(members)})"


def _refuse(self: Any, name: str, *_: Any) -> None:
    raise AttributeError(f"{type(self).__name__} cannot be changed: {name}")


def _comparison(made: type, compare: Any) -> Any:
    return lambda one, two: compare(one, two) if two.__class__ is made else NotImplemented


class _Twin:
    """An attribute that dataclasses have, of a dataclass with the same fields: made when it is asked for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, _: object, made: type) -> Any:
        import dataclasses

        members = {name: made.__dict__[name] for name in made.__annotations__ if name in made.__dict__}
        body = {"__annotations__": made.__annotations__, "__module__": made.__module__, **members}
        twin: Any = dataclasses.dataclass(frozen=True)(type(made.__name__, (), body))
        for name in ("__dataclass_fields__", "__dataclass_params__"):
            setattr(made, name, getattr(twin, name))
        return getattr(made, self.name)
