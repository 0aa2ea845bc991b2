"""What lies in a directory already where the emails of a release belong.

A directory keeps no old version of what is overwritten, and may be a folder of something else that was named
by mistake: of the authors' sources, say, which have the same paths. So a file that no release has put there
is overwritten only by whoever says so. A bucket is for nothing else and keeps old versions; what a script has
put there until now is replaced by the first publish, as it is meant to be.

And on a disk something may be in the way that cannot be overwritten at all. What is in the way is found out
before anything is activated: the emails are written last, and no further publish would come past it.
"""

from __future__ import annotations

from app.core.portable_names import unportable_names
from app.core.release import Release, editions_of
from app.publishing.activation import stable_files
from app.publishing.catalogue import UNREADABLE, Catalogue
from app.publishing.errors import OccupiedError
from app.publishing.parallel import in_parallel
from bbws_templates.bundle import Bundle
from bbws_templates.layout import manifest_key, stable_key
from bbws_templates.target import DirectoryTarget

_SHOWN = 10


def obstacles(catalogue: Catalogue, release: Release) -> tuple[str, ...]:
    """Why ``release`` could not all be written to a directory, a sentence each; to a bucket it can."""
    if not isinstance(catalogue.store.target, DirectoryTarget):
        return ()
    unfit = tuple(problem.message for problem in unportable_names(editions_of(release.bundle)))
    files = [*catalogue.keys(release.manifest).values(), manifest_key(release.id)]
    return unfit or (*obstacles_to_emails(catalogue, release), *catalogue.store.obstacles(files))


def obstacles_to_emails(catalogue: Catalogue, release: Release) -> tuple[str, ...]:
    """As ``obstacles``, for the stable keys alone, and whatever the names: what is there already has them."""
    if not isinstance(catalogue.store.target, DirectoryTarget):
        return ()
    names = editions_of(release.bundle)
    return tuple(
        catalogue.store.obstacles([stable_key(name, suffix) for name in names for suffix in ("html", "txt")])
    )


def occupied(catalogue: Catalogue, release: Release, active: Bundle | None) -> tuple[str, ...]:
    """The stable keys of ``release`` at which a directory has a file that no release has put there.

    ``active`` has the emails that are ours for certain, whoever has changed them since: None for nothing.
    """
    store = catalogue.store
    if not isinstance(store.target, DirectoryTarget):
        return ()
    known = {*editions_of(active)} if active else set()
    if known.issuperset(editions_of(release.bundle)):
        return ()
    ours = {stable_key(name, suffix) for name in known for suffix in ("html", "txt")}
    files = {key: body for key, body in stable_files(release.bundle).items() if key not in ours}
    seen = store.look(files)
    differing = {key: found.etag for key, found in seen.items() if found.etag != store.etag_for(files[key])}
    if not differing:
        return ()

    def put_there(identity: str) -> set[str]:
        """The differing keys that a release has put there, and whoever published it has not taken away."""
        try:
            had = stable_files(catalogue.bundle(identity))
        except UNREADABLE:
            return set()  # it vouches for nothing
        return {key for key, etag in differing.items() if key in had and store.etag_for(had[key]) == etag}

    left = set().union(*in_parallel(put_there, catalogue.releases()))
    return tuple(sorted(differing.keys() - left))


def require_room(target: str, ways: tuple[str, ...], taken: tuple[str, ...], *, adopt: bool) -> None:
    """Let a release pass if its emails can be written and overwrite nothing, or with ``adopt`` anything.

    ``ways`` are its ``obstacles``, and ``taken`` the keys that are ``occupied``.

    Raises:
        OccupiedError: they cannot, or would.
    """
    if ways:
        raise OccupiedError(
            f"{target} cannot hold all of this release: {_listed(ways, ' ')}",
            remedy="Move what lies there out of the way, rename the template, or name another target.",
        )
    if taken and not adopt:
        raise OccupiedError(
            f"Where emails of this release belong, {target} has files that no readable release has put "
            f"there: {_listed(taken, ', ')}.",
            remedy="Name another directory, or move them away. With --adopt they are overwritten, and gone: "
            "a directory keeps no old version.",
        )


def _listed(items: tuple[str, ...], between: str) -> str:
    more = f"{between}and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return between.join(items[:_SHOWN]) + more
