"""Is a rendered email sound? Checks on the final HTML and on what stands around it."""

from app.core.validation.envelope import cut_by_data, validate_metadata
from app.core.validation.rendered import validate_rendered
from app.core.validation.specimen import specimen_data

__all__ = ["cut_by_data", "specimen_data", "validate_metadata", "validate_rendered"]
