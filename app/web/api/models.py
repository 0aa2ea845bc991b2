"""The JSON of the API. Names are camelCase, as in the metadata files; what is absent is null or ""."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from app.core.compiler.dependencies import Role
from app.core.findings import Finding, Severity
from app.core.fixture_file import SCENARIO
from app.web.live.releases import DEFAULT_TARGET, SOURCE
from app.web.problems import Problem
from bbws_templates.languages import WISH

_NAME = "receipts/receipt"


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Health(_Model):
    """That the server lives, and what it serves."""

    status: str = Field(examples=["ok"])
    templates: int = Field(description="How many templates there are.", examples=[12])
    generation: int = Field(description="Counts the changes seen since the server started.", examples=[1])
    problem: str = Field(default="", description="Why the folders cannot be read at present.")


class Counts(_Model):
    """How many findings there are of each severity."""

    error: int = Field(examples=[0])
    warning: int = Field(examples=[2])
    info: int = Field(examples=[0])


class FindingModel(_Model):
    """One thing that the checks have to say, with its place in the author's files."""

    code: str = Field(description="Names the rule; stable.", examples=["img-alt"])
    severity: Severity
    message: str
    file: str = Field(examples=["templates/receipts/receipt.html"])
    line: int = Field(description="Counts from 1; 0 when unknown.")
    column: int = Field(description="Counts from 1; 0 when unknown.")
    pointer: str = Field(description="JSON pointer into a data file, or empty.")
    remedy: str
    template: str = Field(examples=[_NAME])
    fixture: str = Field(
        description="The fixture that brought it out, empty when it does not depend on data."
    )
    waiver: str = Field(
        default="", description="Why and until when the template lives with it; empty when it does not."
    )

    @classmethod
    def of(cls, finding: Finding) -> FindingModel:
        """The finding as a model."""
        return cls.model_validate(finding.as_dict())


class MailboxModel(_Model):
    """A name, which may be empty, and an address."""

    name: str = Field(examples=["KimmyAI"])
    address: str = Field(examples=["noreply@kimmyai.io"])


class TemplateSummary(_Model):
    """One template in the list."""

    name: str = Field(examples=[_NAME])
    category: str = Field(description="The folder, empty at the top.", examples=["receipts"])
    title: str = Field(examples=["Receipt"])
    description: str
    audience: str = Field(description="`customer` or `internal`, empty when unknown.", examples=["customer"])
    locale: str = Field(
        description="The language of the mail, empty where the set names none.", examples=["en-ZA"]
    )
    locales: list[str] = Field(
        description="Further languages that the template is in: `receipts/receipt.af` is its name in one.",
        examples=[["af"]],
    )
    subject: str = Field(description="Mustache.", examples=["Payment Received - Order {{orderId}}"])
    shown_subject: str = Field(
        description="As an inbox shows it with the typical fixture.",
        examples=["Payment Received - Order ORD-20260114-0037"],
    )
    fixtures: list[str] = Field(description="Names of the data sets.", examples=[["typical", "long"]])
    partner: str | None = Field(description="The other version of the mail, for the other audience.")
    version: str = Field(description="Changes when anything the mail is made of changes.")
    problem: Problem | None = Field(default=None, description="Why it cannot be read, if it cannot.")
    counts: Counts | None = Field(default=None, description="Findings; null until they are worked out.")


class TemplateList(_Model):
    """Every template, and remarks about files that belong to none."""

    generation: int
    templates: list[TemplateSummary]
    findings: list[FindingModel]
    problem: Problem | None = Field(default=None, description="Why the folders cannot be read at present.")


class FixtureModel(_Model):
    """One named data set."""

    scenario: str = Field(examples=["typical"])
    file: str = Field(examples=["fixtures/receipts/receipt/typical.json"])
    digest: str = Field(description="Of its text, to say at a saving what was there; empty if unreadable.")
    data: dict[str, Any] | None = Field(description="Null when the file cannot be read.")
    problem: Problem | None = None


class FixtureText(_Model):
    """A fixture to be written: `readAs` is the `digest` of what it was, empty for a new one."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)

    scenario: str = Field(
        # Not held to it here: a person reads the rule of a name in the words of who writes the file.
        json_schema_extra={"pattern": f"^{SCENARIO}$"},
        description="Its name.",
        examples=["long name"],
    )
    text: str = Field(description="One JSON object, written as it stands.", examples=['{"orderId": "…"}'])
    read_as: str = Field(default="", description="The `digest` with which it was read.")


class FixtureSaved(_Model):
    """Where the fixture lies, and what it is from now on."""

    scenario: str
    file: str = Field(examples=["fixtures/receipts/receipt/long name.json"])
    digest: str


class VariableModel(_Model):
    """One Mustache name that the template uses."""

    path: str = Field(
        description="Dotted from the top, `[]` for the items of a list.", examples=["items[].total"]
    )
    kind: str = Field(description="`value`, `unescaped`, `section` or `inverted`.", examples=["value"])
    required: bool | None = Field(description="What the contract says; null when it does not know the name.")
    description: str = Field(default="", description="From the contract.")


class Compiled(_Model):
    """The template as a release carries it: Mustache without partials, CSS inlined."""

    html: str
    text: str
    subject: str
    preheader: str


class TemplateDetail(TemplateSummary):
    """Everything about one template but its rendering."""

    preheader: str = Field(description="Mustache.")
    sender: MailboxModel | None
    reply_to: str
    contract: dict[str, Any] | None = Field(description="JSON Schema 2020-12, self-contained.")
    fixture_sets: list[FixtureModel] = Field(description="The fixtures with their data.")
    default_fixture: str = Field(description="The one a preview opens with, empty when there is none.")
    placeholders: dict[str, Any] | None = Field(
        description="Data to preview with when there is no fixture: every variable shows its own name."
    )
    variables: list[VariableModel]
    compiled: Compiled | None = Field(description="Null when it does not compile; `problem` says why.")


class SourcePart(_Model):
    """One file that the template is made of."""

    role: Role
    file: str = Field(examples=["templates/partials/header.html"])
    text: str
    editor: str = Field(
        default="",
        description="What opens the file in the editor of `serve --editor`, with `{line}` and `{column}` to "
        'be put in; "" without one, and for whoever asks from another machine.',
    )


class TemplateSources(_Model):
    """Every file that the template is made of, the template itself first."""

    name: str = Field(examples=[_NAME])
    files: list[SourcePart]


class PlaceModel(_Model):
    """One element of a mail: its name, and where its start tag is; `file` is a place in `files`."""

    name: str = Field(examples=["td"])
    file: int
    line: int = Field(description="From 1, like the column; 0 where a text came from no line.")
    column: int


class Places(_Model):
    """Every element of a rendered mail in document order, as `querySelectorAll("*")` has them."""

    name: str = Field(examples=[_NAME])
    files: list[str] = Field(examples=[["templates/receipts/receipt.html", "templates/partials/header.html"]])
    elements: list[PlaceModel]


class CheckResult(_Model):
    """What every check says of one template, over all its fixtures."""

    name: str = Field(examples=[_NAME])
    counts: Counts
    findings: list[FindingModel]


class CheckOverview(_Model):
    """The counts of all templates, null where they are still being worked out."""

    templates: dict[str, Counts | None]


class RenderRequest(_Model):
    """What to render with: exactly one of `fixture` and `data`."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        strict=True,
        json_schema_extra={
            "oneOf": [
                {"required": ["fixture"], "properties": {"data": {"type": "null"}}},
                {"required": ["data"], "properties": {"fixture": {"type": "null"}}},
            ],
            "examples": [
                {"fixture": "typical"},
                {"data": {"orderId": "order_1"}, "lenient": True},
                {"fixture": "typical", "release": "active", "target": "local"},
                {"fixture": "typical", "locale": "af-ZA"},
            ],
        },
    )

    fixture: str | None = Field(default=None, description="The name of a fixture.")
    data: dict[str, Any] | None = Field(default=None, description="The data themselves.")
    lenient: bool = Field(
        default=False, description="Render missing values empty and report them, instead of failing."
    )
    locale: str | None = Field(
        default=None,
        pattern=f"^{WISH}$",
        description="The language to have it in, such as `af-ZA`. Where the template is not in that, it is "
        "taken in the next wider one, at last in the set's own; the answer says which it became.",
    )
    release: str = Field(
        default=SOURCE,
        description="`source` for the files here; or, of what was published, `active`, `previous`, "
        "a release id or the beginning of one.",
    )
    target: str = Field(
        default=DEFAULT_TARGET,
        description="Where the release was published to, as bbws-templates.toml names it.",
    )
    checks: bool = Field(
        default=False,
        description="Run every check on the mail as well; they take many times as long as the mail.",
    )
    references: bool = Field(default=False, description="List the mail's links and images as well.")
    opening: bool = Field(default=False, description="Tell the first words of the mail as well.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.fixture is None) == (self.data is None):
            raise ValueError("exactly one of fixture and data is needed")
        return self


class ReferenceModel(_Model):
    """One address in the mail: of a link with its text, or of an image with its alternative text."""

    text: str
    address: str
    only_outlook: bool = Field(description="It stands in a comment that Outlook for Windows alone reads.")


class RenderResult(_Model):
    """One mail as it would be sent, and what was asked for besides."""

    name: str = Field(examples=[_NAME])
    fixture: str = Field(description="Empty when data were sent.")
    release: str = Field(description="The id of the release it came from, empty for the files here.")
    version: str = Field(
        description="Of the files here that it was made of: the same one, the same mail. Empty for a release."
    )
    locale: str = Field(description="The language that it is in, empty where the set names none.")
    subject: str
    preheader: str
    sender: MailboxModel
    reply_to: str
    html: str
    text: str
    opening: str | None = Field(
        description="The first words of the HTML's body, hidden ones included: an inbox shows them. "
        "Null unless it is asked for."
    )
    html_bytes: int = Field(description="Size of the HTML in UTF-8; Gmail clips near 102 kB.")
    shown: dict[str, Any] = Field(
        description="The data with display values; a value as it was sent is beside the shown one, under "
        "its name and `:raw`."
    )
    links: list[ReferenceModel] | None = Field(description="Null unless `references` are asked for.")
    images: list[ReferenceModel] | None = Field(description="Null unless `references` are asked for.")
    findings: list[FindingModel] = Field(
        description="What a lenient rendering left empty; with `checks`, all that the checks say, too."
    )
    counts: Counts = Field(description="How many `findings` there are.")
    preview: str = Field(
        description="Path of the mail as a page of its own; kept in memory for a while when data were sent. "
        "Empty for a mail of a release.",
        examples=["/preview/receipts/receipt?fixture=typical"],
    )


class ClientModel(_Model):
    """A mail client, or an approximation of one: a rough answer, labelled as such."""

    key: str = Field(examples=["gmail"])
    label: str = Field(examples=["Gmail"])
    real: bool = Field(description="Whether its own code draws, see `/drawn/{name}`, or rules like it.")
    models: str = Field(description="What is real, or modelled.")
    leaves_out: str = Field(description="What is not.")
    sources: list[str] = Field(description="Where the rules come from.")
    version: str = Field(default="", description="Of the real one that is here; empty where none is.")
    remedy: str = Field(default="", description="What installs the real one that is not here.")
    poorer_than: list[str] = Field(
        default=[], description="The real clients whose own code does what this one approximates."
    )


class ClientNotes(ClientModel):
    """The same, with what it does to one mail."""

    notes: list[str] = Field(examples=[["<style> dropped: it stands in the body"]])


class Reloaded(_Model):
    """Whether anything had changed."""

    changed: bool
    generation: int


class SendTestRequest(_Model):
    """Which mail, and to whom; by which server it goes the settings say."""

    model_config = ConfigDict(extra="forbid", strict=True)
    fixture: str = Field(default="typical", description="A fixture of the template.")
    to: str = Field(description="An address that the settings allow.", examples=["ann@example.com"])


class SentTestModel(_Model):
    """A test that the mail server has taken."""

    template: str = Field(examples=[_NAME])
    fixture: str
    to: str
    subject: str = Field(description="With an ending of its own, so that no two tests are one conversation.")
    message_id: str
