"""A job worker: takes the job that is next, has its engine make it, and says how it ended.

One process makes one picture at a time, and waits for several that providers make meanwhile. It
may be killed at any moment. What it holds is then taken by another when the lease has run out, and
whatever it would have said afterwards counts for nothing. So a job that hangs in code which cannot
be interrupted ends the whole process: whoever looks after it starts the next.
"""

import contextlib
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, NoReturn
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from database import background
from database.connections import DatabaseUnavailableError, writer
from database.tenancy import Scope
from settings import LOG_FORMAT, settings
from tryon import pictures, queue, storage
from tryon.engines import (
    BUILT_IN,
    Category,
    Code,
    Engine,
    EngineError,
    Garment,
    Mode,
    Request,
    Result,
    registry,
)
from tryon.queue import Claim
from tryon.storage import MissingPictureError, Owner, StorageError

_log = logging.getLogger(__name__)

# A job whose wake-up is lost waits no longer than 5 s: every four, as cron says it with seconds
# in the last place, and the schedule may be half a second late.
_LOOK_AGAIN: Final = "* * * * * */4"
_PROVIDERS_LIMIT = timedelta(minutes=5)
# What the process ends with when a job hangs: the kernel's number for an internal software error.
_HUNG = 70


@dataclass(frozen=True)
class Worker:
    """How one worker works; the tests make everything shorter.

    `lease` is how long a job stays with a worker that is not heard of, `time_limit` how long an
    engine may take for one. It takes jobs of the engines in `only`, None for any, and of none in
    `never`, and as many `at_once`.
    """

    engines: Mapping[str, Engine]
    lease: timedelta = timedelta(seconds=15)
    time_limit: timedelta = timedelta(minutes=2)
    name: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")
    only: Collection[str] | None = None
    never: Collection[str] = ()
    at_once: int = 1
    # What it holds, each with the event that ends the renewing of its lease.
    _in_hand: dict[Claim, threading.Event] = field(default_factory=dict, init=False, repr=False)

    def run(self, beside: "Worker | None" = None) -> NoReturn:
        """Work until the process is ended; SIGTERM gives back what is being worked on.

        One `beside` waits for providers, while this one makes pictures itself.
        """
        if beside is None:
            services = [self._service(queue.QUEUES)]
        else:
            services = [self._service([queue.HERE]), beside._service([queue.ELSEWHERE])]

        def give_back() -> None:
            self._give_back()
            if beside is not None:
                beside._give_back()

        background.run(*services, at_sigterm=give_back)

    def _service(self, queues: Sequence[str]) -> background.Service:
        app = background.new_app()
        background.schedule(
            app,
            self.work_off,
            name=queue.LOOK,
            queue=queues[0],
            cron=_LOOK_AGAIN,
            is_tried_again=False,  # it is soon enough
        )
        return background.Service(app, queues, at_once=self.at_once)

    def work_off(self) -> int:
        """Do what there is to do, and return how many attempts that were."""
        done = 0
        while held := queue.claim(self.name, self.lease, only=self.only, never=self.never):
            self._attempt(held)
            done += 1
        return done

    def _give_back(self) -> None:
        for held, over in tuple(self._in_hand.items()):
            over.set()
            with contextlib.suppress(DatabaseUnavailableError, DBAPIError):
                queue.release(held)

    def _attempt(self, held: Claim) -> None:
        with self._held(held) as lost:
            try:
                self._make(held, lost)
            except EngineError as error:
                wait = error.retry_after_s
                queue.fail(
                    held,
                    error.code,
                    error.sentence,
                    retryable=error.retryable,
                    wait=timedelta(seconds=wait) if wait is not None else None,
                )
            except MissingPictureError:
                queue.fail(
                    held,
                    "picture_gone",
                    "A picture of this job has been deleted.",
                    retryable=False,
                )
            except StorageError as error:
                _log.warning("job %s: %s", held.job, error, exc_info=True)
                queue.fail(held, "storage_unavailable", str(error), retryable=True)
            except (DatabaseUnavailableError, DBAPIError):
                raise  # nothing can be said where it is to be kept; the lease runs out by itself
            except Exception:  # noqa: BLE001 – logged; the user is told in a sentence
                reference = secrets.token_hex(4)
                _log.exception("job %s failed, reference %s", held.job, reference)
                queue.fail(
                    held,
                    "engine_error",
                    f"The engine ran into a problem (reference {reference}).",
                    retryable=False,
                )

    @contextlib.contextmanager
    def _held(self, held: Claim) -> Iterator[threading.Event]:
        """Renew the lease meanwhile; the event says that the job is not ours any more.

        When this is left early, by SIGTERM for one, the job is given back.
        """
        lost, over = threading.Event(), threading.Event()
        self._in_hand[held] = over
        renewing = threading.Thread(
            target=self._keep, args=[held, lost, over], name="lease", daemon=True
        )
        renewing.start()
        try:
            yield lost
        except BaseException:
            self._give_back()
            raise
        finally:
            over.set()
            renewing.join()
            del self._in_hand[held]

    def _keep(self, held: Claim, lost: threading.Event, over: threading.Event) -> None:
        started = time.monotonic()
        # The engine is asked first to keep to its time; this is for one that cannot be asked.
        latest = started + self.time_limit.total_seconds() * 1.2
        every = self.lease.total_seconds() / 3
        while not over.wait(every):
            try:
                if not queue.renew(held, self.lease):
                    # Given back, it is another's: what a provider is making goes on.
                    if not over.is_set():
                        lost.set()
                    return
                if time.monotonic() > latest:
                    _log.error("job %s hangs: this worker ends", held.job)
                    queue.fail(held, Code.TIMEOUT, _TOOK_TOO_LONG, retryable=True)
                    os._exit(_HUNG)
            except (DatabaseUnavailableError, DBAPIError) as error:
                # Tried again soon; if that is too late, somebody else has the job by then.
                _log.warning("job %s: %s", held.job, error)

    def _make(self, held: Claim, lost: threading.Event) -> None:
        engine = self.engines.get(held.engine)
        if engine is None:
            raise EngineError(
                Code.PROVIDER_UNAVAILABLE, f"The engine {held.engine} is not available here."
            )
        request, owner = _request(held.job)
        result = self._result(engine, request, held, lost)
        if result is None:
            return
        files = [
            storage.write(owner, "result", _checked(picture.data), job=held.job)
            for picture in result.pictures
        ]
        signals: dict[str, object] = dict(result.signals)
        if result.warnings:
            signals["warnings"] = list(result.warnings)
        completed = queue.complete(
            held,
            files,
            version=result.engine_version,
            confidence=result.confidence,
            signals=signals,
            cost=result.cost_usd,
        )
        if not completed:
            for file in files:
                storage.discard(file)

    def _result(
        self, engine: Engine, request: Request, held: Claim, lost: threading.Event
    ) -> Result | None:
        """What the engine makes; None when the job was taken from us meanwhile."""
        deadline = time.monotonic() + self.time_limit.total_seconds()
        reference = inherited = held.reference
        while True:
            try:
                if reference is None:
                    reference = engine.submit(request, held.key)
                    if not queue.note_reference(held, reference):
                        engine.cancel(reference)
                        return None
                while not (progress := engine.poll(reference)).done:
                    if lost.wait(progress.again_s):
                        engine.cancel(reference)
                        return None
                    if time.monotonic() > deadline:
                        engine.cancel(reference)
                        raise EngineError(Code.TIMEOUT, _TOOK_TOO_LONG, retryable=True)
                result = engine.fetch(reference)
            except EngineError as error:
                # What another process had begun in its own memory went with it.
                if error.code is Code.UNKNOWN_REFERENCE and inherited is not None:
                    reference = inherited = None
                    continue
                raise
            if not result.pictures:
                raise EngineError(Code.NO_PICTURE, "The engine made no picture.", retryable=True)
            return result


_TOOK_TOO_LONG = "The engine took too long."


def _checked(content: bytes) -> pictures.Picture:
    try:
        return pictures.checked(content)
    except pictures.PictureError as error:
        raise EngineError(
            Code.BAD_ANSWER, "The engine's answer is no picture that can be read.", retryable=True
        ) from error


_JOB = text(
    """
    select
      j.mode,
      j.origin,
      j.user_id,
      j.brand_id,
      j.prompt,
      j.parameters,
      j.persona_id is not null or j.selfie_object_id is not null as has_person,
      coalesce(
        j.selfie_object_id,
        p.thumbnail_object_id,
        (
          select x.object_id from persona_pictures x
          where x.persona_id = j.persona_id
          order by x.position, x.object_id
          limit 1
        )
      ) as person_object_id
    from tryon_jobs j
    left join personas p on p.id = j.persona_id
    where j.id = :job
    """
)
# Put by hand, they hold wherever the picture is used.
_POINTS = text("select body_points from stored_objects where id = :id")
_GARMENTS = text(
    """
    select
      coalesce(g.category, i.category, p.category) as category,
      coalesce(
        g.object_id,
        i.object_id,
        (
          select x.object_id from product_images x
          where x.product_id = g.product_id
          order by x.is_primary desc, x.position, x.object_id
          limit 1
        )
      ) as object_id
    from tryon_garments g
    left join wardrobe_items i on i.id = g.item_id
    left join products p on p.id = g.product_id
    where g.job_id = :job
    order by g.position
    """
)


def _request(job: UUID) -> tuple[Request, Owner]:
    """What a job asks of its engine, and whose its pictures will be."""
    with writer(Scope.system()) as connection:
        row = connection.execute(_JOB, {"job": job}).one()
        points = connection.scalar(_POINTS, {"id": row.person_object_id})
        request = Request(
            mode=Mode(row.mode),
            person=_picture(connection, row.person_object_id) if row.has_person else None,
            garments=tuple(
                Garment(_picture(connection, garment.object_id), Category(garment.category))
                for garment in connection.execute(_GARMENTS, {"job": job})
            ),
            prompt=row.prompt,
            parameters={**({"points": points} if points else {}), **(row.parameters or {})},
        )
    return request, _owner(row.origin, row.user_id, row.brand_id)


def _picture(connection: Connection, object_id: UUID | None) -> bytes:
    if object_id is None:
        raise MissingPictureError("This picture is not there any more.")
    return storage.load(connection, object_id)


def _owner(origin: str, user: UUID | None, brand: UUID | None) -> Owner:
    """Whose the pictures of a job are: who may see them, and with whom they go.

    A studio's stay with the brand when the manager goes; a demo visitor's are nobody else's; a
    shopper's are the shopper's, and the brand sees them.
    """
    match origin:
        case "studio":
            return Owner(brand=brand)
        case "demo":
            return Owner(user=user)
        case _:
            return Owner(user=user, brand=brand)


def main() -> None:
    """Run one job worker, as a process of its own."""
    logging.basicConfig(level=settings().log_level.upper(), format=LOG_FORMAT)
    engines = registry.engines()
    _log.info("engines: %s", ", ".join(engines))
    elsewhere = engines.keys() - BUILT_IN
    here = Worker(engines, never=elsewhere)
    if not elsewhere:
        here.run()
    # Providers may have a queue of their own, or start a machine first.
    waiting = Worker(
        engines, time_limit=_PROVIDERS_LIMIT, only=elsewhere, at_once=settings().provider_jobs
    )
    here.run(waiting)


if __name__ == "__main__":
    main()
