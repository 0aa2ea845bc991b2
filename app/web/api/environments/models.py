"""The JSON of targets and operations. Names are camelCase; what is absent is null or ""."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from app.publishing.activation import LONGEST_MESSAGE
from app.web.live.environments.operations import Deed, State
from app.web.problems import Problem

_RELEASE = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"


class _TargetJson(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class _TargetRequest(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", strict=True, serialize_by_alias=True
    )


class ActivationModel(_TargetJson):
    """One change of the active release: which, when, by whom and why."""

    sequence: int = Field(description="Counts the activations of the target from 1.", examples=[7])
    release: str = Field(examples=[_RELEASE])
    action: str = Field(description="`publish`, `promote` or `rollback`.", examples=["publish"])
    at: str = Field(examples=["2026-01-05T10:30:00Z"])
    actor: str = Field(description="Who acted: of a preview, its own identity.", examples=["ann@example.com"])
    claimed: str = Field(description="The name that a caller gave and nobody proved, empty for none.")
    message: str = Field(examples=["Friendlier receipts"])


class ActiveRelease(ActivationModel):
    """What a target serves, and where it comes from."""

    previous: str = Field(description="The release before it, empty for none.")
    settled: bool = Field(description="Whether the stable keys are complete; if not, a publish was cut off.")
    pruning: str = Field(description="Who is deleting old releases just now, empty for nobody.")
    commit: str
    built: str
    builder: str
    templates: list[str]


class AheadModel(_TargetJson):
    """What the sources would change in a target; all empty when it serves what the sources are."""

    added: list[str]
    changed: list[str]
    removed: list[str]
    settings: list[str] = Field(description="What all templates share: locale, time zone, display.")


class PartModel(_TargetJson):
    """One part of a template that differs, as a unified diff."""

    part: str = Field(examples=["subject"])
    diff: str


class ConsequenceModel(_TargetJson):
    """What a changed contract means for callers."""

    field: str
    breaking: bool
    consequence: str


class ChangeModel(_TargetJson):
    """What becomes of one template."""

    template: str
    change: str = Field(description="`added`, `changed` or `removed`.")
    parts: list[PartModel]
    contract: list[ConsequenceModel]


class PlanModel(_TargetJson):
    """What carrying it out would change."""

    action: Deed
    source: str = Field(description="The target that a promotion comes from, else empty.")
    target: str
    release: str = Field(description="What would be active.")
    active: str = Field(description="What is active, empty for nothing.")
    nothing: bool = Field(description="The target is as it should be.")
    unfinished: bool = Field(description="It is active, but a publish was cut off; publishing completes it.")
    breaking: bool = Field(description="Data that callers send today would be refused.")
    note: str = Field(description="Why there is nothing to compare with, if there is not.")
    hindrance: str = Field(
        description="Why nothing can be activated just now, such as a prune; empty if it can."
    )
    obstacles: list[str] = Field(description="Why a directory cannot hold the emails; nothing is published.")
    occupied: list[str] = Field(description="Where a directory has files that no release has put there.")
    changes: list[ChangeModel]
    settings: list[PartModel]


class PictureModel(_TargetJson):
    """One picture that looks different; each kind that there is can be had from `/api/operations`."""

    snapshot: str = Field(examples=["receipts/receipt/typical/phone-dark"])
    status: str = Field(examples=["changed"])
    message: str
    kinds: list[str] = Field(examples=[["baseline", "current", "difference"]])


class PicturesModel(_TargetJson):
    """What looks different from the active release, and what nobody has approved."""

    total: int
    differing: list[PictureModel]
    unapproved: list[str] = Field(description="Snapshots that nobody has approved as they are.")
    problem: Problem | None = Field(default=None, description="Why it cannot be told, if it cannot.")


class DiscrepancyModel(_TargetJson):
    """Something that is not as it should be, or worth a note."""

    fault: str = Field(examples=["tampered"])
    key: str
    sentence: str
    note: bool = Field(description="Nothing is wrong with it.")


class VerificationModel(_TargetJson):
    """What reading and hashing everything has found."""

    target: str
    intact: bool
    releases: int
    objects: int
    discrepancies: list[DiscrepancyModel]


class ComparisonModel(_TargetJson):
    """What a comparison of the pictures has found; `/api/review` has it picture by picture."""

    counts: dict[str, int] = Field(
        description="How many pictures have each status.", examples=[{"changed": 2}]
    )
    drawn: int = Field(description="How many had to be drawn for it.")
    passed_over: list[str] = Field(description="Mail clients that this machine has not, and what they lack.")
    broken: list[str] = Field(description="Mail clients that are here and do not work, with the reason.")


class OperationModel(_TargetJson):
    """Something that is being done with a target, or with the pictures of the sources, or was."""

    id: str = Field(examples=["9f86d081884c7d65"])
    target: str = Field(description="Empty for what is done with the sources.", examples=["dev"])
    deed: Deed
    state: State
    cancellable: bool = Field(default=False, description="Whether it can be cancelled while it runs.")
    done: int = Field(description="Steps that are over.")
    total: int = Field(description="Of how many; 0 when that is not known.")
    step: str = Field(description="What is done just now.")
    started: str
    ended: str = Field(description="Empty while it runs.")
    problem: Problem | None = Field(default=None, description="Why it failed, if it did.")
    message: str = Field(default="", description="Why it was asked for.")
    claimed: str = Field(default="", description="The name that the caller gave.")
    plan: PlanModel | None = Field(default=None, description="Of a plan: what would change.")
    pictures: PicturesModel | None = Field(default=None, description="Of a plan: what looks different.")
    release: str = Field(default="", description="The release that it is about.")
    sequence: int = Field(default=0, description="Of what was carried out: the number of the activation.")
    active_now: str = Field(default="", description="What was active at its end: perhaps another's by then.")
    uploaded: int = 0
    mended: list[str] = []
    by_another: str = Field(
        default="",
        description="Who came first with the same content; the history has no message of yours then.",
    )
    verification: VerificationModel | None = None
    template: str = Field(default="", description="Of a comparison: the one template compared, else all.")
    comparison: ComparisonModel | None = Field(default=None, description="Of a comparison: what it found.")


class OperationList(_TargetJson):
    """What is being done just now."""

    operations: list[OperationModel]


class TargetModel(_TargetJson):
    """One target of the settings, as it was last seen."""

    name: str = Field(examples=["dev"])
    description: str
    address: str = Field(examples=["s3://bbws-templates-dev"])
    protected: bool = Field(description="Takes no release whose pictures nobody has approved.")
    copy_of: str
    publishable: bool = Field(description="Whether this server may change it.")
    way: str = Field(description="What changes it where this server may not.")
    asking: bool = Field(description="It is being asked just now; the last answer is shown.")
    answered: bool = Field(description="It has answered since this server was started.")
    active: ActiveRelease | None = Field(description="Null for nothing, or while it has not answered.")
    problem: Problem | None = Field(default=None, description="Why it could not be asked, if it could not.")
    ahead: AheadModel | None = Field(description="Null until it is known.")
    source_problem: Problem | None = Field(default=None, description="Why no release of the sources can be.")
    operation: OperationModel | None = Field(default=None, description="What is being done with it just now.")


class TargetList(_TargetJson):
    """Every target of the settings."""

    publishing: bool = Field(description="Whether the server was started with `--allow-publish`.")
    targets: list[TargetModel]


class HistoryModel(_TargetJson):
    """Activations, newest first."""

    target: str
    activations: list[ActivationModel]


class PlanRequest(_TargetRequest):
    """What to plan: a publish of the sources, a promotion `from` another target, or a rollback."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {
                    "properties": {
                        "action": {"const": "publish"},
                        "from": {"type": "string", "maxLength": 0},
                        "release": {"type": "string", "maxLength": 0},
                    }
                },
                {
                    "required": ["action"],
                    "properties": {
                        "action": {"const": "rollback"},
                        "from": {"type": "string", "maxLength": 0},
                    },
                },
                {
                    "required": ["action", "from"],
                    "properties": {
                        "action": {"const": "promote"},
                        "from": {"type": "string", "minLength": 1},
                    },
                },
            ],
            "examples": [{"action": "publish"}, {"action": "promote", "from": "dev", "pictures": False}],
        }
    )

    action: Literal["publish", "promote", "rollback"] = "publish"
    source: str = Field(default="", alias="from", description="Of a promotion: the target it comes from.")
    release: str = Field(default="", description="To promote or go back to; by default the usual one.")
    pictures: bool | None = Field(
        default=None, description="Draw what looks different; by default where there are approved pictures."
    )

    @model_validator(mode="after")
    def _source_of_a_promotion(self) -> Self:
        if bool(self.source) != (self.action == "promote"):
            raise ValueError("a promotion, and nothing else, has a 'from'")
        if self.release and self.action == "publish":
            raise ValueError("a publish is of the sources and has no 'release'")
        return self


Message = Annotated[
    str,
    Field(
        pattern=r"\S",
        max_length=LONGEST_MESSAGE,
        description="Why; kept in the history for ever.",
        examples=["Friendlier receipts"],
    ),
]


class _CarryOut(_TargetRequest):
    plan: str = Field(description="The id of the operation that planned it: what was looked at is done.")
    message: Message
    claimed_by: str = Field(
        default="",
        max_length=200,
        description="Your name; it stands in the history as claimed, beside the server's identity.",
    )


class PublishRequest(_CarryOut):
    """Carry a plan of a publish out."""

    allow_breaking: bool = Field(default=False, description="Although callers' data would be refused.")


class PromoteRequest(PublishRequest):
    """Carry a plan of a promotion out."""


class RollbackRequest(_CarryOut):
    """Carry a plan of a rollback out."""


class VerifyRequest(_TargetRequest):
    """Read and hash everything in a target."""

    against: str = Field(default="", description="Of a copy: the target it should have caught up with.")
