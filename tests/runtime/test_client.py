"""What a Lambda relies on: the right release, few requests, and mail in spite of an outage."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.release_directory import write_release
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.store import ObjectStore
from bbws_templates.cache import RETRY, Origin
from bbws_templates.client import TemplateClient
from bbws_templates.compiled import RenderedEmail
from bbws_templates.errors import ContractError
from bbws_templates.faults import TargetError, UnavailableError, UnknownTemplateError
from bbws_templates.target import BucketTarget
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, Request, since
from tests.publishing.samples import CONTRACT, publish_to, release
from tests.waiting import eventually, patience

DATA = {"name": "O'Brien <b>"}
TTL = 60.0


class Hand:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def proxy(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    """A proxy through which every S3 client made from now on talks."""
    with FaultProxy(aws) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        yield proxy


def client_of(store: ObjectStore, clock: Hand, **options: object) -> TemplateClient:
    settings: dict[str, object] = {"ttl": TTL, "patience": patience(), "clock": clock} | options
    return TemplateClient(str(store.target), **settings)  # type: ignore[arg-type]


def test_a_mail_has_every_part_and_says_which_release_it_came_from(store: ObjectStore, clock: Hand) -> None:
    publish_to(store, release())
    mail = client_of(store, clock).render("receipts/receipt", DATA)
    assert mail.html == "<h1>receipts/receipt</h1><p>Dear O&#x27;Brien &lt;b&gt;, first ünï</p>"
    assert mail.text == "Dear O'Brien <b>, first"
    assert mail.subject == "first for O'Brien <b>"
    assert (mail.preheader, mail.sender, mail.reply_to) == (
        "first",
        ("KimmyAI", "noreply@kimmyai.io"),
        "support@kimmyai.io",
    )
    assert mail.release == release().id


def test_one_error_names_every_missing_and_wrong_variable(store: ObjectStore, clock: Hand) -> None:
    contract = {
        **CONTRACT,
        "required": ["name", "amount"],
        "properties": {"name": {"type": "string"}, "amount": {"type": "string"}},
    }
    publish_to(store, release(contract=contract))
    with pytest.raises(ContractError) as caught:
        client_of(store, clock).render("receipts/receipt", {"name": 7, "extra": 1})
    assert {problem.pointer for problem in caught.value.problems} >= {"/name", "/amount", "/extra"}
    for name in ("name", "amount", "extra"):
        assert name in str(caught.value)


def test_lenient_renders_what_there_is_and_logs_what_is_missing(
    store: ObjectStore, clock: Hand, caplog: pytest.LogCaptureFixture
) -> None:
    publish_to(store, release())
    with caplog.at_level(logging.WARNING, "bbws_templates"):
        mail = client_of(store, clock).render("receipts/receipt", {}, strict=False)
    assert mail.text == "Dear , first"
    assert "name" in caplog.text


def test_an_unknown_template_is_answered_with_the_nearest_names(store: ObjectStore, clock: Hand) -> None:
    publish_to(store, release())
    with pytest.raises(UnknownTemplateError, match="Did you mean receipts/receipt"):
        client_of(store, clock).render("receipts/reciept", DATA)


def test_the_first_mail_costs_two_requests_and_later_ones_none(
    bucket: BucketStore, proxy: FaultProxy, clock: Hand
) -> None:
    publish_to(bucket, release())
    client = client_of(bucket, clock)
    assert proxy.requests == []
    for _ in range(3):
        client.render("receipts/receipt", DATA)
    assert [
        (request.method, request.path.split("?")[0].rpartition("/")[2]) for request in proxy.requests
    ] == [
        ("GET", "current.json"),
        ("GET", "bundle.json"),
    ]
    clock.now += TTL + 1
    client.render("invoices/invoice", DATA)
    assert len(proxy.requests) == 3, "a revalidation is one request"


def test_a_new_release_is_served_after_the_ttl_and_no_sooner(store: ObjectStore, clock: Hand) -> None:
    publish_to(store, release("first"))
    client = client_of(store, clock)
    client.render("receipts/receipt", DATA)
    publish_to(store, release("second"))
    assert "first" in client.render("receipts/receipt", DATA).text
    clock.now += TTL + 1
    assert "second" in client.render("receipts/receipt", DATA).text
    publish_to(store, release("third"))
    client.refresh()
    assert "third" in client.render("receipts/receipt", DATA).text


def test_many_mails_are_of_one_release_though_another_is_published_meanwhile(
    directory: DirectoryStore, clock: Hand
) -> None:
    publish_to(directory, release("first"))
    client = client_of(directory, clock)
    releases = []
    for email in client.render_many("receipts/receipt", [DATA] * 2):
        assert isinstance(email, RenderedEmail)
        releases.append(email.release)
        publish_to(directory, release("second"))
        clock.now += TTL + 1
    assert releases == [release("first").id] * 2
    assert client.render("receipts/receipt", DATA).release == release("second").id


def test_a_pinned_release_is_served_whatever_is_active(
    bucket: BucketStore, proxy: FaultProxy, clock: Hand
) -> None:
    publish_to(bucket, release("first"))
    publish_to(bucket, release("second"))
    client = client_of(bucket, clock, release=release("first").id)
    assert client.render("receipts/receipt", DATA).release == release("first").id
    clock.now += 1e9
    client.render("receipts/receipt", DATA)
    assert len(proxy.requests) == 1
    assert client.status().origin is Origin.PINNED


FAULTS = [
    Fault(Kind.DROP),
    Fault(Kind.TRUNCATE),
    Fault(Kind.STATUS, 500),
    Fault(Kind.STATUS, 503),
    Fault(Kind.STATUS, 403),
    Fault(Kind.STATUS, 400),
    Fault(Kind.LATE),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_an_outage_leaves_the_last_known_good_release_with_a_warning(
    bucket: BucketStore, proxy: FaultProxy, clock: Hand, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    publish_to(bucket, release("first"))
    is_late = fault.kind is Kind.LATE  # then patience has to end, and otherwise what the SDK tries again
    client = client_of(bucket, clock, patience=0.3 if is_late else patience(), cold_patience=patience())
    client.render("receipts/receipt", DATA)
    publish_to(bucket, release("second"))
    proxy.reset(since(1, fault))
    clock.now += TTL + 1
    with caplog.at_level(logging.WARNING, "bbws_templates"):
        assert client.render("receipts/receipt", DATA).release == release("first").id
    assert "last known good" in caplog.text
    assert client.status().problem
    eventually(lambda: proxy.requests, bool)
    asked = len(proxy.requests)
    client.render("receipts/receipt", DATA)
    assert len(proxy.requests) == asked, "an outage is not made worse by asking for every mail"
    proxy.reset()
    client._cache._patience = patience()
    clock.now += RETRY + 1
    assert client.render("receipts/receipt", DATA).release == release("second").id
    assert client.status().origin is Origin.ACTIVE


def test_a_half_replicated_release_is_not_served(store: ObjectStore, clock: Hand) -> None:
    publish_to(store, release("first"))
    warm = client_of(store, clock)
    warm.render("receipts/receipt", DATA)
    second = release("second")
    publish_to(store, second)
    store.delete(f"releases/{second.id}/bundle.json")
    clock.now += TTL + 1
    assert warm.render("receipts/receipt", DATA).release == release("first").id
    assert warm.status().origin is Origin.LAST_KNOWN_GOOD
    cold = client_of(store, clock)
    assert cold.render("receipts/receipt", DATA).release == release("first").id
    assert cold.status().origin is Origin.PREVIOUS


def test_the_release_before_is_better_than_the_deployed_copy(
    directory: DirectoryStore, clock: Hand, tmp_path: Path
) -> None:
    write_release(release("deployed"), tmp_path / "release")
    client = client_of(directory, clock, fallback=tmp_path / "release")
    client.render("receipts/receipt", DATA)
    publish_to(directory, release("first"))
    second = release("second")
    publish_to(directory, second)
    directory.delete(f"releases/{second.id}/bundle.json")
    clock.now += TTL + 1
    assert client.render("receipts/receipt", DATA).release == release("first").id
    assert client.status().origin is Origin.PREVIOUS


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\xfe", b'{"format":2,"templates":{}}'])
def test_a_damaged_release_is_not_served(store: ObjectStore, clock: Hand, damage: bytes) -> None:
    publish_to(store, release("first"))
    client = client_of(store, clock)
    client.render("receipts/receipt", DATA)
    second = release("second")
    publish_to(store, second)
    store.put(f"releases/{second.id}/bundle.json", damage)
    clock.now += TTL + 1
    assert client.render("receipts/receipt", DATA).release == release("first").id
    store.put("current.json", damage)
    clock.now += TTL + 1
    assert client.render("receipts/receipt", DATA).release == release("first").id


def test_without_any_release_the_deployed_copy_serves(
    directory: DirectoryStore, clock: Hand, tmp_path: Path
) -> None:
    write_release(release("deployed"), tmp_path / "release")
    client = client_of(directory, clock, fallback=tmp_path / "release")
    assert client.render("receipts/receipt", DATA).release == release("deployed").id
    for _ in range(2):  # a copy that nobody has ever activated is no last known good one
        assert client.status().origin is Origin.DEPLOYED
        assert "Nothing has been published" in client.status().problem
        clock.now += RETRY + 1
    publish_to(directory, release("published"))
    assert client.render("receipts/receipt", DATA).release == release("published").id


def test_without_any_copy_at_all_the_error_says_why(directory: DirectoryStore, clock: Hand) -> None:
    with pytest.raises(UnavailableError, match="Nothing has been published"):
        client_of(directory, clock).render("receipts/receipt", DATA)


@pytest.fixture
def of_sit(bucket: BucketStore) -> Iterator[BucketStore]:
    """The bucket of an environment, by the name that it has everywhere; gone with the test."""
    target = BucketTarget("bbws-templates-sit")
    name, client = target.bucket, bucket.client
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "af-south-1"})
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    yield BucketStore(client, target)
    for version in client.list_object_versions(Bucket=name)["Versions"]:
        client.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
    client.delete_bucket(Bucket=name)


def test_the_environment_says_where_the_templates_are(
    of_sit: BucketStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_to(of_sit, release("sit"))
    monkeypatch.setenv("ENVIRONMENT", "sit")
    assert TemplateClient().render("receipts/receipt", DATA).release == release("sit").id
    monkeypatch.setenv("TEMPLATE_BUCKET_NAME", "bbws-templates-elsewhere")
    with pytest.raises(UnavailableError, match="no bucket 'bbws-templates-elsewhere'"):
        TemplateClient().render("receipts/receipt", DATA)
    monkeypatch.delenv("TEMPLATE_BUCKET_NAME")
    monkeypatch.delenv("ENVIRONMENT")
    with pytest.raises(TargetError, match="TEMPLATE_BUCKET_NAME"):
        TemplateClient()


def test_threads_share_one_read(bucket: BucketStore, proxy: FaultProxy, clock: Hand) -> None:
    publish_to(bucket, release())
    client = client_of(bucket, clock)
    barrier = threading.Barrier(16)
    served: list[str] = []

    def send() -> None:
        barrier.wait()
        served.append(client.render("receipts/receipt", DATA).release)

    threads = [threading.Thread(target=send) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert served == [release().id] * 16
    assert len(proxy.requests) == 2


def test_while_one_thread_revalidates_the_others_are_served(
    bucket: BucketStore, proxy: FaultProxy, clock: Hand
) -> None:
    publish_to(bucket, release())
    client = client_of(bucket, clock)
    client.render("receipts/receipt", DATA)
    heard, go_on = threading.Event(), threading.Event()

    def held(request: Request) -> None:
        heard.set()
        assert go_on.wait(patience())

    proxy.reset(held)
    clock.now += TTL + 1
    slow = threading.Thread(target=client.render, args=("receipts/receipt", DATA))
    slow.start()
    assert heard.wait(patience())
    client.render("receipts/receipt", DATA)
    assert slow.is_alive(), "the second mail did not wait for the first one's revalidation"
    go_on.set()
    slow.join()
    assert len(proxy.requests) == 1


@pytest.mark.parametrize("reads", [2_000, pytest.param(10_000, marks=pytest.mark.heavy("cuts"))])
def test_no_read_is_ever_torn(directory: DirectoryStore, reads: int) -> None:
    """Thousands while releases change under them: every mail is wholly of the release that it names."""
    publish_to(directory, release("r0"))
    releases = [release(f"r{number}") for number in range(6)]
    wanted = {each.id: f"r{number}" for number, each in enumerate(releases)}
    stop, go_on = threading.Event(), threading.Event()

    def publish_on() -> None:
        number = 0
        while True:
            go_on.wait()
            go_on.clear()
            if stop.is_set():
                return
            number = (number + 1) % 6
            publish_to(directory, releases[number])

    publisher = threading.Thread(target=publish_on)
    publisher.start()
    seen = set()
    try:
        client = TemplateClient(str(directory.target), ttl=0.0)
        for number in range(reads):
            if number % 20 == 0:
                go_on.set()
            name = ("receipts/receipt", "invoices/invoice")[number % 2]
            mail = client.render(name, DATA)
            text = wanted[mail.release]
            seen.add(text)
            assert text in mail.text
            assert text in mail.html
            assert text in mail.subject
            if number % 10 == 0:
                stable = directory.get(f"{name}.html")
                assert stable
                assert stable.body.endswith("ünï</p>".encode())
    finally:
        stop.set()
        go_on.set()
        publisher.join()
    assert len(seen) > 1
    assert Catalogue(directory).standing()


def test_a_file_where_the_directory_of_releases_should_be(tmp_path: Path) -> None:
    file = tmp_path / "releases"
    file.write_text("not a directory")
    with pytest.raises(UnavailableError) as caught:
        TemplateClient(f"file://{file}").render("receipts/receipt", DATA)
    assert f"{file} is a file, not a directory of releases" in str(caught.value)
