"""Is a rendered email sound? Checks on the final HTML and on what stands around it."""

from app.core.validation.envelope import validate_metadata
from app.core.validation.rendered import validate_rendered

__all__ = ["validate_metadata", "validate_rendered"]
