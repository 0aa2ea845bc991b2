"""The generated types: clean under mypy, and unforgiving of a wrong field."""

from __future__ import annotations

import fcntl
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NotRequired, get_origin, get_type_hints

import pytest

from app.cli import run
from app.core.caller_types import caller_types
from app.core.errors import ReleaseError

ROOT = Path(__file__).parents[2]

ODD: dict[str, Any] = {
    "$defs": {
        "node": {
            "type": "object",
            "properties": {"label": {"type": "string"}, "next": {"$ref": "#/$defs/node"}},
        },
        "shared.address": {
            "type": "object",
            "required": ["street"],
            "properties": {"street": {"type": "string"}},
        },
    },
    "type": "object",
    "required": ["tree", "kind"],
    "properties": {
        "tree": {"$ref": "#/$defs/node"},
        "kind": {"enum": ["a", "b", 3, None]},
        "fixed": {"const": True},
        "either": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": ["integer", "null"]}}]},
        "map": {"type": "object", "additionalProperties": {"type": "number"}},
        "anything": {},
        "addresses": {"type": "array", "items": {"$ref": "#/$defs/shared.address"}},
        "quoted": {"type": "string", "description": 'Says "hello" and \\ and """'},
    },
}
NOT_A_NAME: dict[str, Any] = {
    "type": "object",
    "required": ["first-name"],
    "properties": {
        "first-name": {"type": "string"},
        "class": {"type": "integer"},
        "inner": {"$ref": "#/$defs/a"},
    },
    "$defs": {"a": {"type": "object", "properties": {"b": {"type": "boolean"}}}},
}


def mypy(*files: Path) -> subprocess.CompletedProcess[str]:
    """Its cache is kept from run to run; two at once would each tear what the other writes."""
    cache = ROOT / ".mypy_cache" / "callers"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), *map(str, files)],
            cwd=files[0].parent,
            env={"MYPYPATH": f"{ROOT}:{files[0].parent}", "PATH": "/usr/bin"},
            capture_output=True,
            text=True,
            check=False,
        )


def loaded(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def types_of_the_twelve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(ROOT)
    file = tmp_path / "email_types.py"
    assert run(["types", "--out", str(file)]) == 0
    return file


def test_right_data_pass_and_every_mistake_fails_in_the_editor(types_of_the_twelve: Path) -> None:
    caller = types_of_the_twelve.with_name("caller.py")
    caller.write_text(
        "from email_types import InvoiceLine, InvoicesInvoice, TypedTemplates\n"
        "\n"
        "templates = TypedTemplates()\n"
        "line: InvoiceLine = {'description': 'a', 'quantity': 1, 'unitPrice': '1.00', 'total': '1.00'}\n"
        "data: InvoicesInvoice = {\n"
        "    'tenantEmail': 'a@example.com', 'invoiceId': 'INV', 'orderId': 'o', 'invoiceDate': 'd',\n"
        "    'dueDate': 'd', 'lineItems': [line], 'subtotal': '1.00', 'tax': '0.15', 'amount': '1.15',\n"
        "    'currency': 'ZAR', 'invoiceUrl': 'u', 'unsubscribeUrl': 'u', 'companyAddress': 'c',\n"
        "    'copyrightYear': '2026', 'billingAddress': {'street': 's', 'city': 'c', 'province': 'p',\n"
        "    'postalCode': '1', 'country': 'z'},\n"
        "}\n"
        "mail = templates.render('invoices/invoice', data)\n"
        "subject: str = mail.subject\n"
        "templates.render('invoices/invoice', data, locale='af-ZA')\n"
        "templates.render('invoices/invoyce', data)\n"
        "templates.render('receipts/receipt', data)\n"
        "wrong: InvoiceLine = {'description': 'a', 'quantity': '1', 'unitPrice': '1.00', 'total': '1.00'}\n"
        "missing: InvoiceLine = {'description': 'a', 'unitPrice': '1.00', 'total': '1.00'}\n"
        "data['tenantNmae'] = 'John'\n",
        "utf-8",
    )
    done = mypy(caller, types_of_the_twelve)
    complaints = {
        int(line.split(":")[1])
        for line in done.stdout.splitlines()
        if " error: " in line and line.startswith("caller.py")
    }
    assert complaints == {15, 16, 17, 18, 19}, done.stdout
    assert "email_types.py" not in done.stdout


def test_odd_contracts_make_a_clean_module(tmp_path: Path) -> None:
    file = tmp_path / "odd_types.py"
    file.write_text(
        caller_types(
            {
                "a/odd": ODD,
                "a/odd-2": {**ODD, "title": "x"},
                "b/names": NOT_A_NAME,
                "bare": None,
                "3/it's": {},
            }
        ),
        "utf-8",
    )
    done = mypy(file)
    assert done.returncode == 0, done.stdout
    module = loaded(file)
    hints = get_type_hints(module.AOdd)
    assert hints["tree"] is module.Node
    assert get_type_hints(module.Node)["next"] is module.Node
    extras = get_type_hints(module.AOdd, include_extras=True)
    assert {name for name, hint in extras.items() if get_origin(hint) is not NotRequired} == {"tree", "kind"}
    assert get_type_hints(module.BNames)["first-name"] is str


def test_a_single_template_needs_no_overload(tmp_path: Path) -> None:
    file = tmp_path / "single_types.py"
    file.write_text(caller_types({"only/one": NOT_A_NAME}), "utf-8")
    done = mypy(file)
    assert done.returncode == 0, done.stdout


def test_the_order_in_which_a_contract_was_written_does_not_matter() -> None:
    turned = {key: ODD[key] for key in reversed(ODD)}
    assert caller_types({"a": ODD, "b": None}) == caller_types({"b": None, "a": turned})


def test_no_template_is_an_error() -> None:
    with pytest.raises(ReleaseError):
        caller_types({})


def test_an_outdated_file_is_noticed(types_of_the_twelve: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check = ["types", "--out", str(types_of_the_twelve), "--check"]
    assert run(check) == 0
    types_of_the_twelve.write_text("# edited\n", "utf-8")
    assert run(check) == 1
    assert "not up to date" in capsys.readouterr().err
