"""What each character belongs to for the client that reads it: in a comment for Outlook, Outlook.

To every other client such a comment is one opaque thing; to Outlook it is markup, in which a variable is the
beginning of a URL or a value of a style like anywhere else.
"""

from __future__ import annotations

from functools import cached_property

from app.core.html.markup import Context, Markup, Region, StartTag, UnclosedMarkupError
from app.core.html.outlook_view import OutlookView, outlook_views


class Readings:
    """One source as all clients read it, ``markup``, and as the versions of Outlook do."""

    def __init__(self, markup: Markup) -> None:
        self.markup = markup

    @cached_property
    def views(self) -> tuple[OutlookView, ...]:
        """What each version of Outlook sees, newest first; those that see the same but once."""
        return outlook_views(self.markup.text)

    @cached_property
    def for_outlook(self) -> tuple[tuple[OutlookView, Markup], ...]:
        """Each of them with the markup, VML included, that no other client reads.

        None in which such markup never ends.
        """
        found = []
        for view in self.views:
            if view.only:
                try:
                    found.append((view, Markup(_only(view))))
                except UnclosedMarkupError:
                    continue
        return tuple(found)

    def region(self, offset: int) -> Region:
        """The region that holds ``offset`` for the client that reads it."""
        region = self.markup.region(offset)
        if region.context is Context.COMMENT:
            for view, markup in self.for_outlook:
                if view.is_only(offset):
                    return markup.region(offset)
        return region

    @cached_property
    def hidden_tags(self) -> tuple[tuple[Markup, StartTag], ...]:
        """The start tags that no client but Outlook reads, in order, each with the markup that it is in."""
        found: dict[int, tuple[Markup, StartTag]] = {}
        for view, markup in self.for_outlook:
            for tag in markup.start_tags:
                if tag.start not in found and view.is_only(tag.start):
                    found[tag.start] = markup, tag
        return tuple(found[start] for start in sorted(found))


def _only(view: OutlookView) -> str:
    """What no other client reads, everything at its offset."""
    pieces = []
    here = 0
    for start, end in view.only:
        if end > here:
            first = max(start, here)
            pieces += [" " * (first - here), view.vml[first:end]]
            here = end
    return "".join(pieces)
