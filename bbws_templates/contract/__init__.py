"""Contracts: the JSON Schemas that the data of a mail are held to, checked without any dependency."""

from bbws_templates.contract.checking import (
    MAX_PROBLEMS,
    contract_problems,
    every_problem,
    is_kept,
    part_problems,
    require,
    unsupported_keywords,
)
from bbws_templates.contract.schema import DIALECT
from bbws_templates.references import subschemas

__all__ = [
    "DIALECT",
    "MAX_PROBLEMS",
    "contract_problems",
    "every_problem",
    "is_kept",
    "part_problems",
    "require",
    "subschemas",
    "unsupported_keywords",
]
