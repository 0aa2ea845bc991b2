"""Display values: dates, amounts and codes as the reader of a mail sees them."""

from bbws_templates.display.plan import RAW
from bbws_templates.display.preparation import Display, display_of

__all__ = ["RAW", "Display", "display_of"]
