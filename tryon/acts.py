"""What people do with jobs, batches and pictures at once, and what came of it, in sentences.

Jobs and batches come with the names by which people know them. What the scope may not change stays
as it is, and is said to be refused.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import text

from database.connections import writer
from database.tenancy import Scope
from tryon import gallery, jobs
from tryon.gallery import GalleryError, Taken
from tryon.jobs import JobError, Outcome
from tryon.storage import StorageError

# Names by id.
Named = Mapping[str, str]

REFUSED = "Not yours to change, or not there any more."
_RUNS = {jobs.LAUNCH: "before others", jobs.BATCH: "as usual", jobs.GALLERY: "after others"}
# More names than this are not written out.
_FEW = 6


def cancel(scope: Scope, named: Named) -> list[str]:
    """Cancel jobs in whatever state they are by now. Raises DatabaseUnavailableError."""
    came = jobs.cancel(scope, [UUID(job) for job in named])
    return _told((named[str(job)], _outcome(came[job])) for job in came)


def retry(scope: Scope, named: Named) -> list[str]:
    """Launch failed or canceled jobs again, each for itself. Raises DatabaseUnavailableError."""

    def again(job: str) -> str:
        try:
            jobs.retry(scope, UUID(job))
        except JobError as error:
            return str(error)
        return "Launched again, as a new job."

    return _told([(name, again(job)) for job, name in named.items()])


def prioritize(scope: Scope, named: Named, priority: int) -> list[str]:
    """Let waiting jobs run sooner or later. Raises DatabaseUnavailableError."""
    try:
        changed = jobs.set_priority(scope, [UUID(job) for job in named], priority)
    except JobError as error:
        return [str(error)]
    said = f"{_jobs(changed)} will run {_RUNS[priority]}."
    others = len(named) - changed
    if others:
        said += f" {_jobs(others)} stayed as they are: only waiting jobs of yours have a turn."
    return [said]


def pause(scope: Scope, named: Named) -> list[str]:
    """Let nothing further of batches begin. Raises DatabaseUnavailableError."""
    return _each(jobs.pause, scope, named, "Paused. What is being made is finished.")


def resume(scope: Scope, named: Named) -> list[str]:
    """Let paused batches go on. Raises DatabaseUnavailableError."""
    return _each(jobs.resume, scope, named, "It goes on.")


_OPEN = text(
    "select id from tryon_jobs where batch_id = :batch and status in ('queued', 'processing')"
)


def cancel_rest(scope: Scope, named: Named) -> list[str]:
    """Cancel what has not ended of batches. Raises DatabaseUnavailableError."""
    said = []
    for batch, name in named.items():
        with writer(scope) as connection:
            rest = connection.scalars(_OPEN, {"batch": UUID(batch)}).all()
        came = list(jobs.cancel(scope, rest).values())
        counts = {outcome: came.count(outcome) for outcome in dict.fromkeys(came)}
        told = [f"{_jobs(count)}: {_outcome(outcome)}" for outcome, count in counts.items()]
        said.append(f"{name}: {' '.join(told) or 'Nothing of it was left to cancel.'}")
    return said


def favor(scope: Scope, outputs: Sequence[str], *, favorite: bool) -> str:
    """Make pictures favourites, or no longer. Raises DatabaseUnavailableError."""
    changed = gallery.set_favorite(scope, [UUID(one) for one in outputs], favorite=favorite)
    kind = "favourites now" if favorite else "no favourites any more"
    others = len(outputs) - changed
    left = (
        f" {_pictures(others)} stayed as they were, or are not yours to change." if others else ""
    )
    return f"{_pictures(changed)}: {kind}.{left}"


def save(scope: Scope, outputs: Sequence[str], collection: str | None) -> str:
    """Save pictures to the own wardrobe and a collection. Raises DatabaseUnavailableError."""
    try:
        saved = gallery.save(scope, [UUID(one) for one in outputs], collection=collection)
    except GalleryError as error:
        return str(error)
    known = saved.looks - saved.new
    before = f" {known:,} of them had been there before." if known else ""
    place = f" and in the collection “{' '.join(collection.split())}”" if collection else ""
    return f"{_pictures(saved.looks)}: in your wardrobe{place}.{before}"


def take(scope: Scope, outputs: Sequence[str]) -> tuple[Taken | None, str]:
    """A file of pictures, or none, and what there is to say. Raises DatabaseUnavailableError."""
    try:
        taken = gallery.take(scope, [UUID(one) for one in outputs])
    except (GalleryError, StorageError) as error:
        return None, str(error)
    lost = f" {_pictures(taken.missing)} are not there any more." if taken.missing else ""
    return taken, f"{_pictures(taken.count)} in {taken.name}.{lost}"


def _each(do: Callable[[Scope, UUID], None], scope: Scope, named: Named, done: str) -> list[str]:
    def came(batch: str) -> str:
        try:
            do(scope, UUID(batch))
        except JobError:
            return REFUSED
        return done

    return _told([(name, came(batch)) for batch, name in named.items()])


def _outcome(outcome: Outcome) -> str:
    # Whoever acts has seen it a moment ago: what is not there is not theirs to change.
    return REFUSED if outcome is Outcome.UNKNOWN else str(outcome)


def _pictures(count: int) -> str:
    return f"{count:,} picture{'' if count == 1 else 's'}"


def _jobs(count: int) -> str:
    return f"{count:,} job{'' if count == 1 else 's'}"


def _told(came: Iterable[tuple[str, str]]) -> list[str]:
    """A sentence for each thing that came of it, with the names that it came of."""
    names: dict[str, list[str]] = {}
    for name, said in came:
        names.setdefault(said, []).append(name)
    return [f"{_listed(those)}: {said}" for said, those in names.items()]


def _listed(names: Sequence[str]) -> str:
    few = list(names)
    if len(few) > _FEW:
        few = [*few[: _FEW - 1], f"{len(few) - _FEW + 1} more"]
    return " and ".join(filter(None, [", ".join(few[:-1]), few[-1]]))
