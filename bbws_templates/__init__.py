"""What a Lambda imports: the Mustache engine, and the reader of published releases."""

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
    RenderError,
    TemplateSyntaxError,
    UndefinedVariableError,
    WrongTypeError,
)
from bbws_templates.limits import DEFAULT_LIMITS, Limits
from bbws_templates.mailing import render_email

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
    "Mode",
    "PartialError",
    "RenderError",
    "RenderWarning",
    "RenderedEmail",
    "Template",
    "TemplateSyntaxError",
    "UndefinedVariableError",
    "WrongTypeError",
    "render",
    "render_email",
]
