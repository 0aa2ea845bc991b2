"""A release: named by its content, the same anywhere, refused when it was edited."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import staged_folder
from app.core.errors import ReleaseError, SurroundingsError
from app.core.release import Provenance, Release, assemble, make_release
from app.core.release_directory import read_release, write_release
from bbws_templates.bundle import parse_bundle
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.digests import Digest
from bbws_templates.faults import DamagedReleaseError, UnknownTemplateError
from tests.publishing.samples import NAMES, release, template

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)


@st.composite
def templates(draw: st.DrawFn) -> CompiledTemplate:
    name = draw(st.from_regex(r"[a-z]{1,8}(/[a-z_]{1,8}){1,2}", fullmatch=True))
    return CompiledTemplate(
        name="t/" + name,
        html=draw(TEXT),
        text=draw(TEXT),
        subject=draw(TEXT),
        preheader=draw(TEXT),
        sender=(draw(TEXT), draw(TEXT)),
        reply_to=draw(TEXT),
        audience=draw(TEXT),
        description=draw(TEXT),
        contract=draw(st.none() | st.dictionaries(TEXT, st.integers() | TEXT, max_size=3)),
        stoppable=draw(st.booleans()),
    )


@settings(deadline=None)  # time is not what this is about
@given(st.lists(templates(), min_size=1, max_size=5, unique_by=lambda template: template.name), st.randoms())
def test_the_id_depends_on_the_content_and_on_nothing_else(
    found: list[CompiledTemplate], order: random.Random
) -> None:
    one = make_release(found, {}, Provenance(commit="a", built="2026-01-01T00:00:00Z", builder="x"))
    shuffled = found[:]
    order.shuffle(shuffled)
    two = make_release(shuffled, {found[0].name: "source"}, Provenance(commit="b", built="1999"))
    assert one.id == two.id == hashlib.sha256(one.bundle_data).hexdigest()
    assert {each.name: each for each in found} == dict(
        parse_bundle(one.bundle_data, release=one.id).templates
    )


@pytest.mark.parametrize(
    "field", ["html", "text", "subject", "preheader", "reply_to", "audience", "description"]
)
def test_every_part_counts(field: str) -> None:
    changed = make_release([template("a/b", **{field: "other"})], {}, Provenance())
    assert changed.id != make_release([template("a/b")], {}, Provenance()).id


def test_that_a_mail_may_be_stopped_is_said_only_where_it_may_not() -> None:
    """So that the releases that there are keep their ids."""
    for stoppable in (True, False):
        found = make_release([template("a/b", stoppable=stoppable)], {}, Provenance())
        assert (b"stoppable" in found.bundle_data) is not stoppable
        assert found.bundle.template("a/b").stoppable is stoppable
    damaged = found.bundle_data.replace(b'"stoppable":false', b'"stoppable":"no"')
    with pytest.raises(DamagedReleaseError, match="stoppable"):
        parse_bundle(damaged, release=hashlib.sha256(damaged).hexdigest())


def test_the_id_is_the_digest_of_the_bundle_and_golden() -> None:
    """A change of this value is a change of the format: every release would get a new id."""
    golden = make_release([template("a/b", "golden")], {}, Provenance())
    assert golden.id == "3bd466f0a1f4876e37ca077f43fc13b7fd430351ad16ca5a3ab66532e3e1c433"


def test_no_part_of_the_digest_is_enough() -> None:
    data, good = release().bundle_data, release().id
    for at in (0, 12, 63):
        other = good[:at] + ("0" if good[at] != "0" else "1") + good[at + 1 :]
        with pytest.raises(DamagedReleaseError, match="is damaged: its digest is"):
            parse_bundle(data, release=other)


def test_each_file_of_a_release_is_proven_once_when_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundle of a large set has tens of megabytes."""
    made = release()
    proven: list[bytes] = []
    of = Digest.of

    def seen(data: bytes) -> Digest:
        proven.append(data)
        return of(data)

    monkeypatch.setattr(Digest, "of", seen)
    assert assemble(made.manifest_data, {**made.files, "bundle.json": made.bundle_data}.get) == made
    assert sorted(proven) == sorted([made.bundle_data, *made.files.values()])


def test_the_manifest_has_digest_and_size_of_every_file_and_the_provenance_apart() -> None:
    made = release(commit="c0ffee")
    manifest = json.loads(made.manifest_data)
    assert manifest["release"] == made.id
    assert manifest["provenance"]["commit"] == "c0ffee"
    assert set(manifest["files"]) == {"bundle.json", *made.files}
    assert set(made.files) == {f"sources/{name}.html" for name in NAMES}
    for path, data in made.files.items():
        assert manifest["files"][path] == {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}


def test_a_digest_prints_what_it_is() -> None:
    digest = Digest.of(b"")
    assert str(digest) == f"sha256:{hashlib.sha256(b'').hexdigest()}"
    assert Digest.parse(str(digest)) == digest
    for text in ("md5:abc", "sha256:xyz", "", "sha256:" + "A" * 64):
        with pytest.raises(DamagedReleaseError):
            Digest.parse(text)


def test_written_and_read_it_is_the_same_release(tmp_path: Path) -> None:
    write_release(release(), tmp_path / "deep/out")
    assert read_release(tmp_path / "deep/out") == release()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"], "nothing is left beside it"


def test_an_earlier_release_is_replaced_and_anything_else_left_alone(tmp_path: Path) -> None:
    write_release(release("first"), tmp_path / "out")
    write_release(release("second"), tmp_path / "out")
    assert read_release(tmp_path / "out") == release("second")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    with pytest.raises(ReleaseError, match="neither empty nor a release"):
        write_release(release(), tmp_path / "mine")
    assert (tmp_path / "mine/thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("renames", [0, 1])
def test_where_a_release_cannot_be_written_the_earlier_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    """Whichever step fails, also the very last; and it is the disk that failed, not the release."""
    write_release(release("first"), tmp_path / "out")
    genuine, done = os.rename, []

    def rename(source: Path, target: Path) -> None:
        done.append(target)
        if len(done) == renames + 1:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        genuine(source, target)

    monkeypatch.setattr(staged_folder, "_are_exchanged", lambda *_: False)
    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(SurroundingsError, match=r"out: Read-only file system"):
        write_release(release("second"), tmp_path / "out")
    monkeypatch.undo()
    assert read_release(tmp_path / "out") == release("first")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def edit_bundle_and_manifest(folder: Path) -> None:
    """By somebody who knows his way: the manifest is made to agree."""
    edit_bundle(folder)
    data = (folder / "bundle.json").read_bytes()
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["bundle.json"] = {"sha256": Digest.of(data).hex, "size": len(data)}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def edit_bundle(folder: Path) -> None:
    path = folder / "bundle.json"
    path.write_bytes(path.read_bytes().replace(b"Dear", b"Fear"))


def edit_source(folder: Path) -> None:
    (folder / "sources/receipts/receipt.html").write_text("other")


def remove_source(folder: Path) -> None:
    (folder / "sources/receipts/receipt.html").unlink()


def add_file(folder: Path) -> None:
    (folder / "sources/receipts/extra.html").write_text("<p>")


def empty_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{}")


def no_json(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(b"\xff\xfe not JSON")


def lead_outside(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["sources/../../secret"] = {"sha256": "0" * 64, "size": 0}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def newer_format(folder: Path) -> None:
    text = (folder / "manifest.json").read_text().replace('"format": 1', '"format": 2')
    (folder / "manifest.json").write_text(text)


@pytest.mark.parametrize(
    "edit",
    [
        edit_bundle,
        edit_bundle_and_manifest,
        edit_source,
        remove_source,
        add_file,
        empty_manifest,
        no_json,
        lead_outside,
        newer_format,
    ],
)
def test_an_edited_directory_is_refused(tmp_path: Path, edit: object) -> None:
    write_release(release(), tmp_path / "out")
    assert callable(edit)
    edit(tmp_path / "out")
    with pytest.raises(DamagedReleaseError) as caught:
        read_release(tmp_path / "out")
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_release_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"bbws-templates build --out"):
        read_release(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["../secret", "a/../b", "/etc/passwd", "a//b", "", ".", "a/.hidden", "a\\b", "a/b\n", "releases/x",
     "objects/x", "history/x", "a/" + "x" * 300, "\udc80/x", "a/b.af"],
)  # fmt: skip
def test_a_name_that_would_escape_or_clash_is_refused(name: str) -> None:
    with pytest.raises(DamagedReleaseError):
        make_release([template(name)], {}, Provenance())


def test_a_release_of_nothing_is_refused() -> None:
    with pytest.raises(ReleaseError):
        make_release([], {}, Provenance())


@pytest.mark.parametrize("change", [("html", None), ("sender", "x"), ("contract", []), ("subject", 7)])
def test_a_bundle_with_a_part_of_the_wrong_kind_is_damaged(change: tuple[str, object]) -> None:
    members = json.loads(release().bundle_data)
    members["templates"][NAMES[0]][change[0]] = change[1]
    data = json.dumps(members).encode()
    with pytest.raises(DamagedReleaseError):
        parse_bundle(data, release=Digest.of(data).hex)


def test_an_unknown_template_is_answered_with_the_nearest() -> None:
    made: Release = release()
    with pytest.raises(UnknownTemplateError, match="receipts/receipt"):
        made.bundle.template("receipt/receipt")
