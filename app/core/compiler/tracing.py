"""From a place in what was rendered back to the author's file, line and column.

The engine knows from which offset of the compiled template each chunk of output came, the compiler from which
place each offset of the compiled template came; this module puts the two together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from app.core.compiler.compilation import Compilation
from app.core.jsontext import locate
from bbws_templates.engine import Chunk, RenderWarning
from bbws_templates.errors import Location, RenderError
from bbws_templates.mailing import Part, parsed_part, part_name
from bbws_templates.tokens import line_starts


class RenderedHtml:
    """Where the HTML of one rendering came from; traced when first asked, since good mail never asks."""

    def __init__(self, compilation: Compilation, data: Mapping[str, Any], *, strict: bool) -> None:
        self._compilation = compilation
        self._data = data
        self._strict = strict

    def locate(self, offset: int) -> Location:
        """The author's place of the character at ``offset`` of the rendered HTML."""
        starts, chunks = self._trace
        index = max(0, bisect_right(starts, offset) - 1)
        if not chunks:
            return self._compilation.origins.locate(0)
        chunk = chunks[index]
        return self._compilation.origins.locate(
            chunk.offset + (offset - starts[index] if chunk.literal else 0)
        )

    @cached_property
    def _trace(self) -> tuple[list[int], tuple[Chunk, ...]]:
        template = parsed_part(self._compilation.compiled, Part.HTML)
        chunks = template.trace(self._data, strict=self._strict, warnings=[])
        starts, length = [], 0
        for chunk in chunks:
            starts.append(length)
            length += len(chunk.text)
        return starts, chunks


def authors_place(compilation: Compilation, location: Location) -> Location:
    """A place in a compiled part, as the engine reports it, as a place in the author's files."""
    name = compilation.compiled.name
    metadata = compilation.source.metadata
    for part in (Part.SUBJECT, Part.PREHEADER):
        if location.file == part_name(name, part):
            return locate(metadata.file.text, metadata.file.label, f"/{part}") if metadata else location
    origins: dict[str, tuple[str, Callable[[int], Location]]] = {
        part_name(name, Part.HTML): (compilation.compiled.html, compilation.origins.locate),
        part_name(name, Part.TEXT): (compilation.compiled.text, compilation.text_origins.locate),
    }
    if location.file not in origins or not location.line:
        return location
    text, find = origins[location.file]
    return find(_offset(text, location.line, location.column))


def at_authors_place(compilation: Compilation, error: RenderError) -> None:
    """Correct the location of ``error``, raised by rendering ``compilation``, in place."""
    if error.location is not None:
        error.location = authors_place(compilation, error.location)


def warning_at_authors_place(compilation: Compilation, warning: RenderWarning) -> RenderWarning:
    """``warning``, its location in the author's files."""
    place = authors_place(compilation, warning.location)
    return RenderWarning(warning.code, warning.message, place, warning.variable)


def _offset(text: str, line: int, column: int) -> int:
    starts = line_starts(text)
    return starts[min(line, len(starts)) - 1] + max(0, column - 1)
