"""Contracts that share definitions: references to other files bundled into one self-contained schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from app.core.errors import Location, SourceError
from app.core.jsontext import locate, parse_json
from app.core.sources import SourceFile

_Where: TypeAlias = Callable[
    [], Location
]  # found when there is something to say of it, since that takes a while


def bundle_contract(
    contract: Mapping[str, Any],
    *,
    file: SourceFile,
    pointer: str,
    root: Path,
    read: Callable[[Path], SourceFile],
) -> dict[str, Any]:
    """``contract`` with every reference to a JSON file of the template set turned into a local definition.

    A ``$ref`` such as ``../contracts/common.json#/$defs/amount`` is resolved relative to the file in which it
    stands (JSON Schema 2020-12, section 8.2.3.1) and becomes ``#/$defs/common.amount``. Definitions that
    refer to further definitions bring those along.

    Raises:
        SourceError: a reference to a file or definition that does not exist, that leaves ``root``, or that
            would need the network.
    """
    bundler = _Bundler(root, read)
    bundled = bundler.rewrite(contract, file=file, document=contract, base=pointer, home=True)
    if bundler.definitions:
        bundled["$defs"] = {**bundled.get("$defs", {}), **bundler.definitions}
    return bundled  # type: ignore[no-any-return]  # a mapping in, a mapping out


class _Bundler:
    def __init__(self, root: Path, read: Callable[[Path], SourceFile]) -> None:
        self.definitions: dict[str, Any] = {}
        self._root = root
        self._read = read
        self._documents: dict[Path, tuple[SourceFile, Any]] = {}

    def rewrite(self, value: Any, *, file: SourceFile, document: Any, base: str, home: bool) -> Any:
        """``value`` with its references made local; ``base`` is its JSON pointer in ``file``."""
        if isinstance(value, Mapping):
            result = {}
            for key, member in value.items():
                place = f"{base}/{key.replace('~', '~0').replace('/', '~1')}"
                if key == "$ref" and isinstance(member, str):
                    result[key] = self._localise(member, file=file, document=document, place=place, home=home)
                else:
                    result[key] = self.rewrite(member, file=file, document=document, base=place, home=home)
            return result
        if isinstance(value, list):
            return [
                self.rewrite(item, file=file, document=document, base=f"{base}/{index}", home=home)
                for index, item in enumerate(value)
            ]
        return value

    def _localise(self, reference: str, *, file: SourceFile, document: Any, place: str, home: bool) -> str:
        where = partial(locate, file.text, file.label, place)
        path_part, _, fragment = reference.partition("#")
        if not path_part and home:
            _resolve(document, fragment, reference, where)
            return reference
        target_file, target_document = (
            (file, document) if not path_part else self._open(path_part, file, where)
        )
        name = f"{target_file.path.stem}.{fragment.rpartition('/')[2] or 'root'}"
        if name not in self.definitions:
            self.definitions[name] = True  # reserved first: definitions may refer to each other in a circle
            definition = _resolve(target_document, fragment, reference, where)
            self.definitions[name] = self.rewrite(
                definition, file=target_file, document=target_document, base=fragment, home=False
            )
        return f"#/$defs/{name}"

    def _open(self, path_part: str, file: SourceFile, where: _Where) -> tuple[SourceFile, Any]:
        if "://" in path_part:
            raise SourceError(
                f"The reference '{path_part}' would need the network.",
                location=where(),
                remedy="Refer to a JSON file inside the templates folder.",
            )
        path = (file.path.parent / path_part).resolve()
        if not path.is_relative_to(self._root):
            raise SourceError(
                f"The reference '{path_part}' leaves the templates folder.",
                location=where(),
                remedy="Move the shared definitions inside it.",
            )
        if path not in self._documents:
            if not path.is_file():
                raise SourceError(
                    f"There is no file '{path_part}'.",
                    location=where(),
                    remedy="References are relative to the file in which they stand.",
                )
            shared = self._read(path)
            self._documents[path] = (shared, parse_json(shared.text, shared.label))
        return self._documents[path]


def _resolve(document: Any, fragment: str, reference: str, where: _Where) -> Any:
    value = document
    for part in fragment.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(value, Mapping) or key not in value:
            known = ", ".join(sorted(document.get("$defs", {}))) if isinstance(document, Mapping) else ""
            raise SourceError(
                f"The reference '{reference}' points to nothing.",
                location=where(),
                remedy=f"Defined there: {known or 'nothing'}.",
            )
        value = value[key]
    return value
