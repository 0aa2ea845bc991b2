"""Which targets the preview may change, and which way leads to the others."""

from __future__ import annotations

from app.operations.errors import NotFromHereError
from app.publishing.targets import GATED, NamedTarget

# The environment that a release comes from on its way into the one named, as docs/pipeline.md has it.
_BEFORE = dict(zip(GATED, ("dev", *GATED), strict=False))


def require_open(target: NamedTarget) -> None:
    """Let pass what the settings mark with ``publish_from_preview``.

    Raises:
        NotFromHereError: they do not; its remedy says what leads on.
    """
    if not target.publish_from_preview:
        raise NotFromHereError(f"{_why(target)} It is not changed from the preview.", remedy=way_to(target))


def way_to(target: NamedTarget) -> str:
    """What changes ``target`` from elsewhere, in one sentence."""
    if target.copy_of:
        return f"Change '{target.copy_of}': what it is a copy of."
    if target.name in GATED:
        return (
            f"Dispatch the workflow promote-templates with the confirmation promote-{target.name}. Without "
            f"a pipeline: bbws-templates promote --from {_BEFORE[target.name]} --to {target.name} -m …"
        )
    return f"bbws-templates publish --to {target.name} -m … does it from a terminal."


def _why(target: NamedTarget) -> str:
    if target.copy_of:
        return f"'{target.name}' is a copy of '{target.copy_of}'."
    if target.name in GATED:
        return f"People approve before '{target.name}'."
    return f"The settings do not say publish_from_preview of '{target.name}'."
