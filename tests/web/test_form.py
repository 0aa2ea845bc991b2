"""The data as a form in a real browser: a second view of one text, in which nothing that is typed is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Locator, Page, expect

from tests.core.test_forms import CONTRACT, DATA
from tests.waiting import eventually
from tests.web.browsing import mail, opened
from tests.web.conftest import METADATA, Folders, Stage, small_set, staged

PAGE = "/templates/mails/form"
MAIL = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Form</title></head>
<body><h1>Hello {{name}}</h1>
<p id="amount">{{#amount}}{{amount}}{{/amount}}</p>
<p id="paid">{{#paid}}paid{{/paid}}</p>
<ul>{{#rows}}<li>{{city}}</li>{{/rows}}</ul>
<p id="bank">{{#payment}}{{#bank}}{{bank}}{{/bank}}{{#last4}}{{last4}}{{/last4}}{{/payment}}</p>
<p id="day">{{#day}}{{day}}{{/day}}{{#moment}}{{moment}}{{/moment}}</p>
<p id="count">{{#count}}{{count}}{{/count}}
{{#state}}{{state}}{{/state}}{{#version}}{{version}}{{/version}}
{{#remark}}{{remark}}{{/remark}}</p></body></html>
"""
TEXT = json.dumps({**DATA, "rows": [{"city": "Cape Town"}, {"city": "Durban"}]}, indent=3, ensure_ascii=False)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folders = small_set(tmp_path_factory.mktemp("forms"))
    write_form(folders)
    with staged(folders) as served:
        yield served


def write_form(folders: Folders) -> None:
    contract = {
        **CONTRACT,
        "properties": {
            **CONTRACT["properties"],
            "rows": {"type": "array", "items": {"$ref": "#/$defs/address"}},
            "payments": {"type": "array", "items": CONTRACT["properties"]["payment"]},
        },
    }
    folders.write("templates/mails/form.html", MAIL)
    folders.write("templates/mails/form.json", {**METADATA, "contract": contract})
    folders.write("fixtures/mails/form/typical.json", TEXT)
    second = {**DATA, "payment": {"kind": "transfer", "bank": "Second"}, "count": [1]}
    folders.write("fixtures/mails/form/wrong.json", second)


@pytest.fixture
def form(browser: Browser, stage: Stage) -> Iterator[Page]:
    with opened(browser, stage.server.url, PAGE) as (page, misdeeds):
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        expect(mail(page).locator("h1")).to_have_text("Hello Ann")
        page.keyboard.press("e")
        expect(field(page, "name")).to_have_value("Ann")
        yield page
        assert misdeeds.seen == []


@pytest.fixture
def folders_of_form(stage: Stage) -> Iterator[Folders]:
    yield stage.folders
    stage.put_back()


def field(page: Page, label: str, nth: int = 0) -> Locator:
    return page.locator("#form-fields").get_by_label(label, exact=True).nth(nth)


def button(page: Page, name: str) -> Locator:
    return page.locator("#form-fields").get_by_role("button", name=name, exact=True)


def data_of(page: Page) -> Any:
    return json.loads(page.locator("#data").input_value())


def test_every_kind_of_field_changes_its_own_place_in_the_text_and_the_mail(form: Page) -> None:
    field(form, "name").fill('Zoë "<i>"\n& co')
    expect(mail(form).locator("h1")).to_have_text('Hello Zoë "<i>" & co')
    field(form, "amount").fill("20.50")
    expect(mail(form).locator("#amount")).to_have_text("20.50")
    for name in ("paid", "day", "moment", "count", "state", "version", "address"):
        button(form, f"+ {name}").click()
        expect(button(form, f"+ {name}")).to_have_count(0)
    field(form, "paid").check()
    expect(mail(form).locator("#paid")).to_have_text("paid")
    form.get_by_label("Choose a day for moment").fill("2026-03-04")
    expect(field(form, "moment")).to_have_value(re.compile(r"2026-03-04T\d\d:\d\d"))
    field(form, "day").fill("2026-01-05")
    field(form, "count").fill("7")
    field(form, "state").select_option("PAID")
    form.get_by_label("Kind of remark").select_option("text")
    form.locator('textarea[data-at="/remark"]').fill("two\nlines")
    expect(mail(form).locator("#count")).to_have_text("7 PAIDv1 two lines")
    expect(form.locator("#form-fields .offence p")).to_have_count(0)
    changed = data_of(form)
    assert changed["name"] == 'Zoë "<i>"\n& co'
    assert (changed["count"], changed["paid"], changed["remark"]) == (7, True, "two\nlines")
    assert form.locator("#data").input_value().startswith('{\n   "name"'), "the rest is as it was written"
    button(form, "Remove paid").click()
    expect(button(form, "+ paid")).to_be_focused()
    assert "paid" not in data_of(form)


@pytest.mark.heavy("pictures")
def test_lists_grow_shrink_and_change_their_order_by_keys_alone(form: Page) -> None:
    items = mail(form).locator("li")
    button(form, "Move item 1 down").focus()
    form.keyboard.press("Enter")
    expect(items).to_have_text(["Durban", "Cape Town"])
    expect(button(form, "Move item 2 up")).to_be_focused()
    expect(form.locator("#data-status")).not_to_have_text("")
    button(form, "+ Add an item").press("Enter")
    expect(field(form, "city", 2)).to_be_focused()
    form.keyboard.type("Paarl")
    expect(items).to_have_text(["Durban", "Cape Town", "Paarl"])
    button(form, "Remove Item 1").press("Enter")
    expect(items).to_have_text(["Cape Town", "Paarl"])
    assert form.evaluate("document.querySelector('#form-fields').contains(document.activeElement)")
    button(form, "Remove Item 1").press("Enter")
    expect(items).to_have_text(["Paarl"])
    button(form, "Remove Item 1").press("Enter")
    expect(items).to_have_count(0)
    assert data_of(form)["rows"] == []


@pytest.mark.heavy("pictures")
def test_of_several_shapes_one_is_chosen_and_the_other_comes_back_as_it_was(form: Page) -> None:
    kind = form.get_by_label("Kind of payment")
    expect(kind.locator("option:checked")).to_have_text("Transfer")
    kind.select_option("Card")
    field(form, "last4").fill("4242")
    expect(mail(form).locator("#bank")).to_have_text("4242")
    kind.select_option("Transfer")
    expect(field(form, "bank")).to_have_value("First")
    kind.select_option("Card")
    expect(field(form, "last4")).to_have_value("4242")
    kind.select_option("Transfer")
    expect(field(form, "bank")).to_have_value("First")

    # What stood in the other shape stays with its data, and with its item.
    form.get_by_label("Fixture", exact=True).select_option("wrong")
    expect(field(form, "bank")).to_have_value("Second")
    kind.select_option("Card")
    expect(field(form, "last4")).to_be_visible()
    assert "4242" not in form.locator("#data").input_value()

    banks = [{"kind": "transfer", "bank": name} for name in ("One", "Two")]
    form.locator("#data").fill(json.dumps({"name": "Ann", "rows": [], "payments": banks}))
    kinds = form.get_by_label("Kind of Item")
    expect(kinds).to_have_count(2)
    kinds.first.select_option("Card")
    field(form, "last4").fill("4242")
    kinds.first.select_option("Transfer")
    expect(field(form, "bank")).to_have_value("One")
    button(form, "Move item 1 down").click()
    expect(field(form, "bank")).to_have_value("Two")
    kinds.first.select_option("Card")
    expect(field(form, "last4")).to_be_visible()
    assert "4242" not in form.locator("#data").input_value()
    kinds.nth(1).select_option("Card")
    expect(field(form, "last4", 1)).to_have_value("4242")


@pytest.mark.heavy("pictures")
def test_json_that_is_only_begun_outlives_a_new_drawing_and_not_its_data(form: Page) -> None:
    form.get_by_label("Fixture", exact=True).select_option("wrong")
    count = field(form, "count")
    expect(count).to_have_value("[\n  1\n ]")
    count.fill("[1, ")
    button(form, "+ paid").click()
    expect(field(form, "paid")).to_be_visible()
    expect(count).to_have_value("[1, ")
    expect(form.get_by_text("This is no JSON yet")).to_be_visible()
    field(form, "name").press("Control+z")
    expect(button(form, "+ paid")).to_be_visible()
    expect(count).to_have_value("[\n  1\n ]")
    expect(form.get_by_text("This is no JSON yet")).to_be_hidden()
    count.fill("[2")
    count.press("Control+z")
    expect(count).to_have_value("[\n  1\n ]")
    count.fill("[2]")
    expect(form.locator("#edited")).to_be_visible()
    count.fill("[2")
    form.get_by_role("button", name="Reset").click()
    expect(count).to_have_value("[\n  1\n ]")


def test_an_offence_stands_at_its_field_and_goes_when_it_is_mended(form: Page) -> None:
    field(form, "amount").fill("20,5")
    told = form.locator('[data-problems="/amount"]')
    expect(told).to_contain_text("must be text such as")
    expect(field(form, "amount")).to_have_attribute("aria-invalid", "true")
    assert "problems" in (field(form, "amount").get_attribute("aria-describedby") or "")
    expect(form.locator("#form-fields .offence p")).to_have_count(1)
    field(form, "amount").fill("20.50")
    expect(told).to_be_empty()
    button(form, "+ count").click()
    field(form, "count").fill("2,")
    expect(form.locator('[data-problems="/count"]')).to_contain_text("must be a whole number")
    expect(field(form, "count")).to_have_value("2,")


@pytest.mark.heavy("pictures")
def test_form_and_json_are_two_views_of_one_text(form: Page) -> None:
    area = form.locator("#data")
    area.fill(area.input_value().replace('"Ann"', '"By JSON"').replace('"Durban"', '"Durban", "code": "x"'))
    expect(field(form, "name")).to_have_value("By JSON")
    expect(field(form, "code")).to_have_value("x")
    text = area.input_value()
    area.fill(text[:-3])
    expect(form.locator("#form-banner")).to_contain_text("Mend the JSON")
    expect(field(form, "name")).to_have_value("By JSON")
    area.fill(text)
    expect(form.locator("#form-banner")).to_be_hidden()
    form.get_by_role("button", name="Form", exact=True).click()
    expect(area).to_be_hidden()
    field(form, "name").fill("By form")
    form.get_by_role("button", name="JSON", exact=True).click()
    expect(form.locator("#form-fields")).to_be_hidden()
    assert data_of(form)["name"] == "By form"
    expect(mail(form).locator("h1")).to_have_text("Hello By form")
    form.get_by_role("button", name="Both").click()


OVERLAPPING = """() => {
    const named = "#editor :is(.editor-head, #form-fields, #form-note, #data, .check, .keep)";
    const parts = [...document.querySelectorAll(named)];
    const boxes = parts.map((part) => [part, part.getBoundingClientRect()]).filter(([, box]) => box.height);
    return boxes.flatMap(([part, box], at) => boxes.slice(at + 1)
        .filter(([, other]) => box.top < other.bottom - 1 && other.top < box.bottom - 1)
        .map(([other]) => `${part.id || part.className} and ${other.id || other.className}`));
}"""


def test_no_part_of_the_data_panel_lies_upon_another_in_a_low_window(form: Page) -> None:
    for height in (800, 600):
        form.set_viewport_size({"width": 1280, "height": height})
        for view in ("Form", "JSON", "Both"):
            form.locator("#data-views").get_by_role("button", name=view, exact=True).click()
            eventually(lambda: form.evaluate(OVERLAPPING), lambda overlapping: overlapping == [])


@pytest.mark.heavy("pictures")
def test_every_step_can_be_undone_in_either_view_and_done_again(form: Page) -> None:
    before = form.locator("#data").input_value()
    field(form, "name").fill("One")
    button(form, "Remove amount").click()
    expect(button(form, "+ amount")).to_be_visible()
    form.keyboard.press("Control+z")
    expect(field(form, "amount")).to_have_value("1.00")
    field(form, "name").press("Control+z")
    expect(form.locator("#data")).to_have_value(before)
    expect(form.locator("#edited")).to_be_hidden()
    expect(mail(form).locator("h1")).to_have_text("Hello Ann")
    form.locator("#data").press("Control+Shift+z")
    expect(field(form, "name")).to_have_value("One")
    form.get_by_role("button", name="Redo").click()
    expect(button(form, "+ amount")).to_be_visible()
    field(form, "name").press("Escape")
    assert data_of(form)["name"] == "One", "Escape leaves the field and nothing else"


def test_what_is_typed_stays_while_the_template_is_broken_and_after(
    form: Page, folders_of_form: Folders
) -> None:
    folders_of_form.write("templates/mails/form.html", MAIL.replace("{{name}}", "{{> nowhere}}"))
    expect(form.locator("#problem")).to_contain_text("nowhere")
    field(form, "name").fill("Typed meanwhile")
    field(form, "amount").fill("x")
    expect(form.locator('[data-problems="/amount"]')).to_contain_text("must be")
    folders_of_form.write("templates/mails/form.json", "{")
    expect(form.locator("#problem")).to_contain_text("form.json")
    field(form, "amount").fill("3.00")
    expect(form.locator("#form-banner")).to_contain_text("cannot be made anew")
    write_form(folders_of_form)
    expect(mail(form).locator("h1")).to_have_text("Hello Typed meanwhile")
    expect(form.locator("#form-banner")).to_be_hidden()
    assert data_of(form)["amount"] == "3.00"


def test_a_form_becomes_a_fixture_and_changes_one(form: Page, folders_of_form: Folders) -> None:
    field(form, "name").fill("Kept")
    form.get_by_role("button", name="Save as …").click()
    form.get_by_label("Name of the new fixture").fill("by form")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form.locator("#fixture")).to_have_value("by form")
    file = folders_of_form.fixtures / "mails/form/by form.json"
    assert json.loads(file.read_text(encoding="utf-8"))["name"] == "Kept"
    field(form, "name").fill("Changed")
    form.get_by_role("button", name="Update 'by form'").click()
    # The words of the first time may still stand there: the file tells.
    eventually(lambda: json.loads(file.read_text(encoding="utf-8"))["name"], lambda name: name == "Changed")
    expect(form.locator("#edited")).to_be_hidden()


def test_hostile_names_and_values_are_text(form: Page) -> None:
    evil = "<img src=x onerror=alert(1)>"
    hostile = {
        **DATA,
        "name": evil,
        evil: {evil: [evil]},
        "constructor": evil,
        "a/b~\"']": evil,
        "__proto__": 1,
    }
    form.locator("#data").fill(json.dumps(hostile))
    expect(field(form, "name")).to_have_value(evil)
    expect(form.locator("#form-fields img")).to_have_count(0)
    field(form, "a/b~\"']").fill("mine")
    expect(form.locator("#data")).to_have_value(re.compile('"mine"'))
    button(form, "Remove __proto__").click()
    expect(field(form, "__proto__")).to_have_count(0)
    assert data_of(form) == {**{k: v for k, v in hostile.items() if k != "__proto__"}, "a/b~\"']": "mine"}


def test_a_long_number_reaches_the_mail_as_it_was_typed(form: Page) -> None:
    form.locator("#data").fill(json.dumps({**DATA, "count": 9}).replace("9}", "12345678901234567890}"))
    expect(form.locator("#data-status")).to_contain_text("/count")
    form.get_by_label("Render missing values empty").check()
    expect(mail(form).locator("#count")).to_have_text("12345678901234567890")
    form.get_by_role("button", name="Format").click()
    expect(form.locator("#data")).to_have_value(re.compile(r'\n  "count": 12345678901234567890\n}'))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | st.text('ab"\\/~{}[],: \n', max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('ab"\\/~', max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def test_one_place_of_a_text_is_changed_and_no_other(browser: Browser, stage: Stage) -> None:
    with opened(browser, stage.server.url, "/docs") as (page, misdeeds):
        splice = page.evaluate_handle("import('/static/js/splice.js')")

        def done(name: str, *arguments: Any) -> Any:
            return json.loads(page.evaluate(f"([m, a]) => m.{name}(...a)", [splice, list(arguments)]))

        @settings(max_examples=40)
        @given(st.lists(_JSON, min_size=2, max_size=4), _JSON, st.sampled_from([None, 1, 3]), st.data())
        def holds(items: list[Any], value: Any, indent: int | None, choice: st.DataObject) -> None:
            index = choice.draw(st.integers(0, len(items) - 1))
            name = choice.draw(st.text('ab"\\/~', max_size=3))
            pointer = "/" + name.replace("~", "~0").replace("/", "~1")
            text = json.dumps({name: items, "zz": 1}, indent=indent)
            new = json.dumps(value, indent=2)
            rest = [*items[:index], *items[index + 1 :]]
            replaced = [*items[:index], value, *items[index + 1 :]]
            assert done("replaced", text, f"{pointer}/{index}", new) == {name: replaced, "zz": 1}
            assert done("removed", text, f"{pointer}/{index}") == {name: rest, "zz": 1}
            assert done("removed", text, pointer) == {"zz": 1}
            assert done("added", text, pointer, None, new) == {name: [*items, value], "zz": 1}
            assert done("added", text, "", "new", new) == {name: items, "zz": 1, "new": value}
            swapped = list(items)
            if index:
                swapped[index - 1 : index + 1] = reversed(swapped[index - 1 : index + 1])
            assert done("moved", text, f"{pointer}/{index}", -1) == {name: swapped, "zz": 1}
            whole = page.evaluate("([m, text]) => m.formatted(text)", [splice, text])
            assert whole == json.dumps(json.loads(text), indent=2)

        holds()
        assert misdeeds.seen == []
