"""Data as a form by HTTP: what the contract lets a person fill in, and what is wrong where."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from app.core.forms.form import FormField, form_of
from app.web.api.documented import BODY, NO_SUCH, UNUSABLE, Name
from app.web.middleware.bodies import body_of, json_body
from app.web.services import ServicesDep

router = APIRouter(tags=["templates"])


class FormRequest(BaseModel):
    """The data as they are, and what was chosen where the contract leaves a choice."""

    model_config = ConfigDict(extra="forbid", strict=True)

    data: dict[str, Any] = Field(description="The data, whether or not they keep the contract.")
    choices: dict[str, int] = Field(
        default={}, description="By JSON pointer, which alternative it is where the value does not tell."
    )


class FormModel(BaseModel):
    """The fields of the data, null for a template without a contract."""

    form: FormField | None = Field(description="The data as a whole; every field has its `fields`.")


@router.post(
    "/api/forms/{name:path}",
    summary="Data as a form",
    responses={**NO_SUCH, **UNUSABLE, **BODY},
    openapi_extra=body_of(FormRequest),
)
def read_form(
    services: ServicesDep, name: Name, body: Annotated[FormRequest, Depends(json_body(FormRequest))]
) -> FormModel:
    """One field for each value that is there or may be there, with what the contract has against it.

    The fields say where a value is and of which kind, not what it is. Needs the template's metadata alone: it
    goes on while the template is broken. Nothing is stored.
    """
    metadata = services.revision.workspace.source(name).metadata
    if metadata is None or not metadata.contract:
        return FormModel(form=None)
    return FormModel(form=form_of(metadata.contract, body.data, choices=body.choices))
