"""``new``: a template that passes the check as it is, and never harms what is there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.browser.folders import Folders
from app.browser.screenshots import Screenshots
from app.cli import cli
from app.core.building import make_unchecked_release
from app.core.errors import SourceError, SurroundingsError, UnknownNameError
from app.core.findings import Severity
from app.core.release import Provenance
from app.core.workspace import Workspace
from tests.cli.conftest import Outcome
from tests.own_templates import NAMES

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The twelve, with their fixtures, to be added to."""
    for folder in ("templates", "fixtures"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def new(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        cli,
        ["new", *arguments, "--templates", str(home / "templates"), "--fixtures", str(home / "fixtures")],
    )


def checked(home: Path, *names: str) -> list[str]:
    """Errors and warnings of the check, in words."""
    workspace = Workspace.load(home / "templates", home / "fixtures")
    return [str(finding) for finding in workspace.check(names).findings if finding.severity != "info"]


def files(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


# --- what is made -------------------------------------------------------------------------------------------


def test_a_mail_like_another_for_both_audiences_passes_the_check(home: Path) -> None:
    before = files(home)
    result = new(home, "receipts/mail_of_a_test", "--like", "receipts/receipt", "--internal")
    assert result.exit_code == 0, result.output
    assert "bbws-templates check receipts/mail_of_a_test receipts/mail_of_a_test_internal" in result.output

    made = {name: body for name, body in files(home).items() if name not in before}
    assert {name: body for name, body in files(home).items() if name in before} == before
    assert "templates/receipts/mail_of_a_test_internal.txt" in made
    assert "fixtures/receipts/mail_of_a_test/typical.json" in made
    assert checked(home, "receipts/mail_of_a_test", "receipts/mail_of_a_test_internal") == []

    metadata = json.loads(made["templates/receipts/mail_of_a_test_internal.json"])
    assert metadata["audience"] == "internal"
    assert metadata["subject"].startswith("[Internal] ")
    assert metadata["contract"]["title"] == "Data of receipts/mail_of_a_test_internal"


def test_nothing_has_to_be_told_of_a_further_template(home: Path) -> None:
    """What lists templates asks the folder: releases, their stable keys, pictures, the list, types."""
    assert new(home, "receipts/mail_of_a_test", "--like", "receipts/receipt", "--internal").exit_code == 0
    workspace = Workspace.load(home / "templates", home / "fixtures")
    made = {"receipts/mail_of_a_test", "receipts/mail_of_a_test_internal"}
    assert set(workspace.names()) == {*NAMES, *made}
    bundle = make_unchecked_release(workspace, Provenance()).bundle
    assert set(bundle.templates) == {*NAMES, *made}
    pictures = Screenshots.of_workspace(workspace, Folders(ROOT / "tests/baselines", home / "work"))
    assert made <= {snapshot.template for snapshot in pictures.wanted()}
    folders = ["--templates", str(home / "templates"), "--fixtures", str(home / "fixtures")]
    listed = json.loads(CliRunner().invoke(cli, ["list", "--json", *folders]).output)
    assert {row["name"] for row in listed} == set(workspace.names())


def test_a_version_for_staff_is_made_where_the_other_has_none(home: Path) -> None:
    (home / "templates/receipts/receipt_internal.html").unlink()
    result = new(home, "receipts/mail_of_a_test", "--like", "receipts/receipt", "--internal")
    assert result.exit_code == 0, result.output
    metadata = json.loads((home / "templates/receipts/mail_of_a_test_internal.json").read_text())
    assert (metadata["audience"], metadata["subject"][:11]) == ("internal", "[Internal] ")


def test_the_version_for_staff_is_like_that_for_staff(home: Path) -> None:
    """Whether the other ends in ``_customer`` or not: what staff get leads nobody to a password."""
    like = "notifications/site_creation_customer"
    assert new(home, "notifications/gone_in_a_test_customer", "--like", like, "--internal").exit_code == 0
    contract = json.loads((home / "templates/notifications/gone_in_a_test_internal.json").read_text())[
        "contract"
    ]
    assert "wpPasswordResetUrl" not in contract["properties"]


def test_references_of_a_contract_lead_where_they_led_from_any_folder(home: Path) -> None:
    assert new(home, "a/b/mail_of_a_test", "--like", "receipts/receipt").exit_code == 0
    assert checked(home, "a/b/mail_of_a_test") == []


@pytest.mark.parametrize("options", [(), ("--internal",)])
def test_a_plain_mail_passes_the_check_in_the_set_of_the_twelve(home: Path, options: tuple[str, ...]) -> None:
    assert new(home, "notifications/expiry_of_a_test", *options).exit_code == 0
    names = [
        "notifications/expiry_of_a_test",
        *(["notifications/expiry_of_a_test_internal"] if options else []),
    ]
    assert checked(home, *names) == []
    metadata = json.loads((home / "templates/notifications/expiry_of_a_test.json").read_text())
    assert metadata["sender"]["address"].endswith("@kimmyai.io")


def test_a_plain_mail_is_the_first_of_an_empty_set(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "fixtures").mkdir()
    result = new(tmp_path, "mails/welcome", "--sender", "Example <noreply@example.com>", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["templates"] == ["mails/welcome"]
    assert checked(tmp_path, "mails/welcome") == []


# --- in another language ------------------------------------------------------------------------------------


def test_a_translation_begins_as_a_copy_of_all_that_has_words(home: Path) -> None:
    before = files(home)
    result = new(home, "invoices/invoice", "--locale", "zu", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["templates"] == ["invoices/invoice.zu"]
    made = {name: body.decode() for name, body in files(home).items() if name not in before}
    assert {name: body for name, body in files(home).items() if name in before} == before
    assert {f"templates/invoices/invoice.zu.{suffix}" for suffix in ("html", "txt", "json")} <= set(made)
    assert "templates/partials/greeting.zu.html" in made
    assert not [name for name in made if "legal/company" in name], "that is the same in every language"
    metadata = json.loads(made["templates/invoices/invoice.zu.json"])
    assert set(metadata) <= {"subject", "preheader", "words"}
    # It is whole, says that it is isiZulu, and what is to be translated is what the check still speaks of.
    speaks_of = set()
    for found in (
        Workspace.load(home / "templates", home / "fixtures").check(["invoices/invoice.zu"]).findings
    ):
        if found.severity is Severity.INFO:
            continue  # what a client lacks, in any language
        assert (found.code, found.severity) == ("missing-translation", "warning")
        speaks_of.add(Path(found.location.file).relative_to(home).as_posix())
    assert speaks_of == set(made)
    workspace = Workspace.load(home / "templates", home / "fixtures")
    mail = workspace.render("invoices/invoice.zu", workspace.fixture("invoices/invoice.zu", "typical").data)
    assert mail.locale == "zu"
    assert '<html lang="zu" dir="ltr">' in mail.html


def test_the_words_of_a_choice_are_there_to_be_translated(home: Path) -> None:
    assert new(home, "receipts/order", "--locale", "zu").exit_code == 0
    metadata = json.loads((home / "templates/receipts/order.zu.json").read_text())
    assert metadata["words"]["paymentStatus"]["PENDING_PAYMENT"] == "Waiting for payment"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("receipts/order", "--locale", "xx"), "'xx' is no language that CLDR knows. Write a tag of BCP 47"),
        (("receipts/order", "--locale", "AF"), "The language 'AF' is written 'af'. Write --locale af."),
        (
            ("receipts/order", "--locale", "en-ZA"),
            "'en-ZA' is the language of the set, in which receipts/order.html is. Name",
        ),
        (("notifications/order_confirmation_customer", "--locale", "af"), "is there in 'af' already"),
        (
            ("receipts/mail_of_a_test", "--locale", "af"),
            "There is no template named 'receipts/mail_of_a_test'",
        ),
    ],
)
def test_a_translation_that_cannot_be_is_refused(
    home: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    before = files(home)
    result = new(home, *arguments)
    assert isinstance(result.exception, SourceError)
    assert sentence in str(result.exception)
    assert files(home) == before


def test_a_translation_takes_no_other_option(home: Path) -> None:
    result = new(home, "receipts/order", "--locale", "af", "--internal")
    assert result.exit_code == 2
    assert "--locale stands alone" in result.output


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("receipts/receipt", "already"),
        ("mail_of_a_test", "category and a name"),
        ("../mail_of_a_test", "cannot be named"),
        ("/tmp/mail_of_a_test", "cannot be named"),
        ("receipts/../mail_of_a_test", "cannot be named"),
        ("receipts/", "cannot be named"),
        ("releases/mail_of_a_test", "cannot be named"),
        ("Releases/mail_of_a_test", "cannot be named"),
        ("current.json/mail_of_a_test", "where the active pointer lies"),
        ("receipts/receipt.html/mail_of_a_test", "where 'receipts/receipt' has a file"),
        ("receipts/Receipt", "are one file on systems that do not tell"),
        ("partials/mail_of_a_test", "category and a name"),
        ("receipts/re\nfund", "cannot be named"),
        ("", "cannot be named"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused_before_anything_is_written(
    home: Path, name: str, sentence: str
) -> None:
    before = files(home)
    result = new(home, name)
    assert isinstance(result.exception, SourceError), result.output
    assert sentence in str(result.exception)
    assert files(home) == before


def test_one_of_two_that_is_taken_keeps_the_other_from_being_made(home: Path) -> None:
    before = files(home)
    result = new(home, "receipts/order_confirmation", "--like", "receipts/receipts")
    assert isinstance(result.exception, UnknownNameError)
    (home / "fixtures/receipts/mail_of_a_test_internal").mkdir(parents=True)
    (home / "fixtures/receipts/mail_of_a_test_internal/typical.json").write_text("{}")
    before["fixtures/receipts/mail_of_a_test_internal/typical.json"] = b"{}"
    result = new(home, "receipts/mail_of_a_test", "--like", "receipts/receipt", "--internal")
    assert isinstance(result.exception, SourceError)
    assert "exists already" in str(result.exception)
    assert files(home) == before


def test_without_a_sender_anywhere_one_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "fixtures").mkdir()
    result = new(tmp_path, "mails/welcome")
    assert "--sender" in str(result.exception)
    assert new(tmp_path, "mails/welcome", "--sender", "nobody").exit_code == 2
    assert files(tmp_path) == {}


def test_a_disk_that_refuses_leaves_nothing_half_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(home)
    real = Path.open

    def refusing(self: Path, mode: str = "r", **options: object) -> object:
        if mode == "xb" and self.name == "long.json":
            raise OSError(28, "No space left on device", str(self))
        return real(self, mode, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refusing)
    result = new(home, "receipts/mail_of_a_test", "--like", "receipts/receipt")
    assert isinstance(result.exception, SurroundingsError)
    assert "No space left" in str(result.exception)
    monkeypatch.undo()
    assert files(home) == before


def test_a_name_that_is_no_text_is_refused(
    call: Callable[..., Outcome], small: Callable[..., list[str]]
) -> None:
    """Bytes of a command line that are no UTF-8, as in a terminal of another encoding."""
    done = call("new", "a/b\udcff", "--sender", "a@example.com", *small("<p>Hello"))
    assert (done.status, done.out) == (1, "")
    assert "error: The name is not UTF-8." in done.err
