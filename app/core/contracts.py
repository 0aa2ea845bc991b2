"""Contracts that share definitions: references to other files bundled into one self-contained schema."""

from __future__ import annotations

import itertools
import stat
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from app.core.errors import Location, SourceError
from app.core.jsontext import locate
from app.core.sources import SourceFile
from bbws_templates.directory import real
from bbws_templates.errors import ContractError
from bbws_templates.references import (
    HOLDING,
    SCHEMAS,
    Schema,
    is_own,
    members,
    parted,
    placed,
    pointer_parts,
    shown,
    to_definition,
)

_Where: TypeAlias = Callable[
    [], Location
]  # found when there is something to say of it, since that takes a while

_OF_THE_FILE = frozenset({"$id", "$schema", "$anchor", "$defs"})
"""What a shared file says of itself, and a definition taken from it does not."""


def bundle_contract(
    contract: Mapping[str, Any],
    *,
    file: SourceFile,
    pointer: str,
    root: Path,
    parsed: Callable[[Path], tuple[SourceFile, Any]],
) -> dict[str, Any]:
    """``contract`` with every reference to a JSON file of the template set turned into a local definition.

    ``parsed`` gives such a file and its value; it is asked once for each.

    A ``$ref`` such as ``../contracts/common.json#/$defs/amount`` is resolved relative to the file in which it
    stands (JSON Schema 2020-12, section 8.2.3.1) and becomes ``#/$defs/common.amount``. Definitions that
    refer to further definitions bring those along.

    Raises:
        SourceError: a reference to a file or definition that does not exist, that leaves ``root``, or that
            would need the network.
    """
    bundler = _Bundler(root, parsed, taken=contract.get("$defs"))
    bundled = bundler.rewrite(contract, file=file, document=contract, base=pointer, home=True)
    if bundler.definitions:
        own = bundled.get("$defs")
        bundled["$defs"] = {**(own if isinstance(own, Mapping) else {}), **bundler.definitions}
    return bundled  # type: ignore[no-any-return]  # a mapping in, a mapping out


class _Bundler:
    def __init__(self, root: Path, parsed: Callable[[Path], tuple[SourceFile, Any]], *, taken: Any) -> None:
        self.definitions: dict[str, Any] = {}
        self._root = root
        self._parsed = parsed
        self._documents: dict[Path, tuple[SourceFile, Any]] = {}
        self._opened: dict[tuple[Path, str], tuple[SourceFile, Any]] = {}
        self._local: dict[tuple[Path, bool, str], str] = {}
        self._taken = set(taken) if isinstance(taken, Mapping) else set()
        self._names: dict[tuple[Path, str], str] = {}

    def rewrite(self, schema: Any, *, file: SourceFile, document: Any, base: str, home: bool) -> Any:
        """``schema`` with its references made local; ``base`` is its JSON pointer in ``file``.

        What stands in it as data (an example, an ``enum``) is left alone.
        """
        if not isinstance(schema, Mapping):
            return schema
        result: dict[str, Any] = {}
        for keyword, argument in schema.items():
            if keyword == "$ref" and isinstance(argument, str):
                place = f"{base}/$ref"
                if (known := (file.path, home, argument)) not in self._local:
                    self._local[known] = self._localise(
                        argument, file=file, document=document, place=place, home=home
                    )
                result[keyword] = self._local[known]
                continue
            if not home and keyword in _OF_THE_FILE:
                continue
            if keyword not in HOLDING:  # which spares most of them the way through ``members``
                result[keyword] = argument
                continue
            rewritten = {
                part: self.rewrite(member, file=file, document=document, base=base + part, home=home)
                for part, member in members(keyword, argument)
            }
            result[keyword] = _with_members(keyword, argument, rewritten)
        return result

    def _localise(self, reference: str, *, file: SourceFile, document: Any, place: str, home: bool) -> str:
        where = partial(locate, file.text, file.label, place)
        address, fragment = parted(reference)
        if not address or is_own(document, address):
            try:
                pointer, schema = placed(document, fragment, reference)
            except ContractError as error:
                if not address:
                    raise _nowhere(document, reference, where) from error
            else:
                return reference if home else self._definition(file, document, pointer, schema)
        target_file, target_document = self._open(address, file, where)
        try:
            pointer, schema = placed(target_document, fragment, reference)
        except ContractError as error:
            raise _nowhere(target_document, reference, where) from error
        return self._definition(target_file, target_document, pointer, schema)

    def _definition(self, file: SourceFile, document: Any, pointer: str, schema: Schema) -> str:
        """The reference to what stands at ``pointer`` of a shared file, which becomes a definition."""
        if (file.path, pointer) not in self._names:
            name = self._free_name(f"{file.path.stem}.{(pointer_parts(pointer, pointer) or ['root'])[-1]}")
            self._names[file.path, pointer] = name
            self.definitions[name] = True  # reserved first: definitions may refer to each other in a circle
            self.definitions[name] = self.rewrite(
                schema, file=file, document=document, base=pointer, home=False
            )
        return to_definition(self._names[file.path, pointer])

    def _free_name(self, wanted: str) -> str:
        """``wanted``, or that with a number: files of two folders, or fields of two schemas, may share it."""
        numbered = (f"{wanted}-{number}" for number in itertools.count(2))
        free = next(name for name in itertools.chain([wanted], numbered) if name not in self._taken)
        self._taken.add(free)
        return free

    def _open(self, address: str, file: SourceFile, where: _Where) -> tuple[SourceFile, Any]:
        known = (file.path, address)
        if known not in self._opened:
            path = self._path(address, file, where)
            if path not in self._documents:
                self._documents[path] = self._parsed(path)
            self._opened[known] = self._documents[path]
        return self._opened[known]

    def _path(self, address: str, file: SourceFile, where: _Where) -> Path:
        if "://" in address:
            raise SourceError(
                f"The reference {shown(address)} would need the network.",
                location=where(),
                remedy="Refer to a JSON file inside the templates folder.",
            )
        try:
            path = real(file.path.parent / address)
            is_inside = path.is_relative_to(self._root)
            is_file = is_inside and stat.S_ISREG(path.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            is_file = False
        except (OSError, ValueError) as error:  # the latter for NUL, or what the system has no bytes for
            reason = error.strerror if isinstance(error, OSError) else ""
            raise SourceError(
                f"The file {shown(address)} cannot be read: {reason or error}.",
                location=where(),
                remedy="Check its name and permissions, or where the link leads to.",
            ) from error
        if not is_inside:
            raise SourceError(
                f"The reference {shown(address)} leaves the templates folder.",
                location=where(),
                remedy="Move the shared definitions inside it.",
            )
        if not is_file:
            raise SourceError(
                f"There is no file {shown(address)}.",
                location=where(),
                remedy="References are relative to the file in which they stand.",
            )
        return path


def _with_members(keyword: str, argument: Any, rewritten: Mapping[str, Any]) -> Any:
    """``argument`` with its schemas replaced by the rewritten ones."""
    if not rewritten:
        return argument
    if keyword in SCHEMAS:
        return next(iter(rewritten.values()))
    return (
        list(rewritten.values())
        if isinstance(argument, list)
        else dict(zip(argument, rewritten.values(), strict=True))
    )


def _nowhere(document: Any, reference: str, where: _Where) -> SourceError:
    definitions = document.get("$defs") if isinstance(document, Mapping) else None
    known = ", ".join(sorted(definitions)) if isinstance(definitions, Mapping) else ""
    return SourceError(
        f"The reference {shown(reference)} points to nothing that is a schema.",
        location=where(),
        remedy=f"Defined there: {known or 'nothing'}.",
    )
