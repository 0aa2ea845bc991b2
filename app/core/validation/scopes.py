"""What a Mustache name means under a contract: the scopes of the sections around it, innermost first.

Source: mustache/spec, "sections", "interpolation" (context precedence of dotted names) and "inverted".
"""

from __future__ import annotations

from dataclasses import dataclass

from app.core.validation.fields import Field


@dataclass(frozen=True, slots=True)
class Meaning:
    """A name that the contract declares.

    ``trail`` are the fields on the way, the last of which the name stands for; ``is_present`` is whether it
    is there, and not null, in all data that keep the contract. ``further`` are fields of scopes further out
    that it stands for where the innermost scope lacks it.
    """

    trail: tuple[Field, ...]
    is_present: bool
    further: tuple[Field, ...] = ()

    @property
    def field(self) -> Field:
        """The field that the name stands for."""
        return self.trail[-1]


@dataclass(frozen=True, slots=True)
class Scopes:
    """The stack of contexts at one place of a template, and the fields known to be there.

    ``guarded`` are the paths of the fields over which a section stands open: inside it they are there.
    """

    stack: tuple[Field, ...]
    guarded: frozenset[tuple[str, ...]] = frozenset()

    def meaning(self, path: tuple[str, ...]) -> Meaning | None:
        """What a name means here; None if no scope declares it. ``()`` is the innermost scope itself."""
        if not path:
            return Meaning((self.stack[-1],), True)
        candidates: list[Meaning] = []
        for scope in reversed(self.stack):
            if path[0] not in scope.members:
                continue
            candidate = self._followed(scope, path)
            if candidate is not None:
                candidates.append(candidate)
            if self._is_present(scope.members[path[0]]):
                break  # Only what may be missing here is looked for further out.
        if not candidates:
            return None
        first, *others = candidates
        further = tuple(field for other in others for field in other.trail)
        return Meaning(first.trail, any(candidate.is_present for candidate in candidates), further)

    def inside(self, meaning: Meaning) -> Scopes:
        """The scopes within a section over ``meaning``."""
        field = meaning.field
        guarded = {*self.guarded, *(part.path for part in meaning.trail)}
        for scope in self.stack:
            if field.path[:-1] == scope.path:
                guarded |= {(*scope.path, name) for name in scope.present_with(field.path[-1])}
        entered = field.item if field.item is not None else field
        return Scopes((*self.stack, entered), frozenset(guarded))

    def names(self) -> tuple[str, ...]:
        """Every name that could be written here, innermost scope first, one dot deep."""
        found: dict[str, None] = {}
        for scope in reversed(self.stack):
            for name, member in scope.members.items():
                found[name] = None
                found.update(dict.fromkeys(f"{name}.{inner}" for inner in member.members))
        return tuple(found)

    def _followed(self, scope: Field, path: tuple[str, ...]) -> Meaning | None:
        trail: list[Field] = []
        field = scope
        for name in path:
            if name not in field.members:
                return None
            field = field.members[name]
            trail.append(field)
        return Meaning(tuple(trail), all(self._is_present(part) for part in trail))

    def _is_present(self, field: Field) -> bool:
        return field.path in self.guarded or (field.required and "null" not in field.types)
