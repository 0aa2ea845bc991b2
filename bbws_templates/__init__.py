"""What a Lambda imports: the Mustache engine, and the reader of published releases."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from bbws_templates.compiled import CompiledTemplate, RenderedEmail
from bbws_templates.engine import Chunk, Mode, RenderWarning, Template, render
from bbws_templates.errors import (
    BbwsTemplatesError,
    ContractError,
    ContractProblem,
    HeaderError,
    LimitError,
    Location,
    PartialError,
    RecordError,
    RenderError,
    TemplateSyntaxError,
    UndefinedVariableError,
    WrongTypeError,
)
from bbws_templates.limits import DEFAULT_LIMITS, Limits
from bbws_templates.mailing import render_email

if TYPE_CHECKING:
    from bbws_templates.client import TemplateClient
    from bbws_templates.message import mime_message, sender_address, ses_content
    from bbws_templates.metrics import Metrics

__all__ = [
    "DEFAULT_LIMITS",
    "BbwsTemplatesError",
    "Chunk",
    "CompiledTemplate",
    "ContractError",
    "ContractProblem",
    "HeaderError",
    "LimitError",
    "Limits",
    "Location",
    "Metrics",
    "Mode",
    "PartialError",
    "RecordError",
    "RenderError",
    "RenderWarning",
    "RenderedEmail",
    "Template",
    "TemplateClient",
    "TemplateSyntaxError",
    "UndefinedVariableError",
    "WrongTypeError",
    "mime_message",
    "render",
    "render_email",
    "sender_address",
    "ses_content",
]

# Imported when first asked for: a Lambda that only renders should not wait for the email package.
_LATER = {
    "Metrics": "bbws_templates.metrics",
    "TemplateClient": "bbws_templates.client",
    "mime_message": "bbws_templates.message",
    "sender_address": "bbws_templates.message",
    "ses_content": "bbws_templates.message",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'bbws_templates' has no attribute '{name}'")
    return getattr(importlib.import_module(_LATER[name]), name)
