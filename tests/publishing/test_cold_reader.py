"""A reader that comes in the middle of a publish and the prune after it on a healthy target."""

from __future__ import annotations

from app.publishing.catalogue import Catalogue
from app.publishing.pruning import prune
from app.publishing.store import ObjectStore
from bbws_templates.cache import Origin, ReleaseCache
from bbws_templates.reader import StoredObject
from tests.publishing.counting import CountingStore
from tests.publishing.samples import publish_to, release
from tests.waiting import patience


class Overtaken(CountingStore):
    """As soon as the pointer was read, another release is published and the one it names is pruned."""

    def __init__(self, inner: ObjectStore, *texts: str) -> None:
        super().__init__(inner)
        self.texts = list(texts)

    def get(self, key: str) -> StoredObject | None:
        found = super().get(key)
        if key == "current.json" and self.texts:
            self._overtake()
        return found

    def _overtake(self) -> None:
        publish_to(self.inner, release(self.texts.pop(0)))
        prune(Catalogue(self.inner), 1, actor="tester@example.com")


def cache_of(store: ObjectStore) -> ReleaseCache:
    return ReleaseCache(lambda: store, place=str(store.target), ttl=60.0, patience=patience())


def test_a_cold_reader_reads_the_pointer_again_when_the_bundle_it_named_has_been_pruned(
    store: ObjectStore,
) -> None:
    publish_to(store, release("first"))
    serving = cache_of(Overtaken(store, "second")).serving()
    assert serving.bundle.release == release("second").id
    assert (serving.origin, serving.problem) == (Origin.ACTIVE, "")


def test_a_warm_reader_does_so_too(store: ObjectStore) -> None:
    publish_to(store, release("first"))
    cache = cache_of(store)
    cache.serving()
    publish_to(store, release("second"))
    overtaken = Overtaken(store, "third")
    cache._reader = RevalidatesByReading(overtaken)
    cache.expire()
    serving = cache.serving()
    assert (serving.bundle.release, serving.problem) == (release("third").id, "")


class RevalidatesByReading(CountingStore):
    """As a store whose revalidation always brings the object."""

    def revalidate(self, key: str, etag: str) -> StoredObject | None:
        return self.inner.get(key)


def test_a_bundle_that_is_missing_for_good_is_damage_all_the_same(store: ObjectStore) -> None:
    publish_to(store, release("first"))
    publish_to(store, release("second"))
    store.delete(f"releases/{release('second').id}/bundle.json")
    counted = CountingStore(store)
    serving = cache_of(counted).serving()
    assert serving.origin is Origin.PREVIOUS
    assert "not replicated there yet" in serving.problem
    assert len(counted.requests) == 4, "pointer, bundle, pointer again, the bundle before"


def test_a_target_that_moves_on_again_and_again_is_followed(store: ObjectStore) -> None:
    texts = ["second", "third", "fourth"]
    publish_to(store, release("first"))
    serving = cache_of(RevalidatesByReading(Overtaken(store, *texts))).serving()
    assert serving.bundle.release == release(texts[-1]).id


def test_a_promotion_takes_what_is_active_when_what_was_has_been_pruned(store: ObjectStore) -> None:
    publish_to(store, release("first"))
    assert Catalogue(Overtaken(store, "second")).proven("active").id == release("second").id
