"""Stored pictures: whose they are, when they go, and who may fetch them."""

import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

import worker
from accounts import sessions
from accounts.sessions import SESSION_COOKIE
from database import connections
from database.embedded import Cluster
from database.tenancy import Scope
from settings import settings
from tests.bucket import bucket
from tests.engines import Instant, picture
from tests.rows import insert
from tests.supervised import free_port, running
from tryon import jobs, pictures, queue, storage
from tryon.engines import Category
from tryon.jobs import Garment, Job
from tryon.storage import Owner
from tryon.worker import Worker

SYSTEM = Scope.system()
NOW = datetime.now(UTC)
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def place(
    database: Cluster,  # noqa: ARG001 – it must be there first
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """Give the test a folder of its own for pictures."""
    folder = tmp_path / "pictures"
    monkeypatch.setenv("CLOSETAI_FILES", str(folder))
    settings.cache_clear()
    return folder


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def keys() -> set[str]:
    with connections.owner() as connection:
        return set(connection.scalars(text("select key from stored_objects")))


def count(table: str) -> int:
    with connections.owner() as connection:
        return int(connection.execute(text(f"select count(*) from {table}")).scalar_one())


def change(statement: str, **values: Any) -> int:
    with connections.owner() as connection:
        return connection.execute(text(statement), values).rowcount


def make(table: str, **values: Any) -> UUID:
    with connections.owner() as connection:
        found = insert(connection, table, **values)
    assert isinstance(found, UUID)
    return found


def seen(scope: Scope, object_id: UUID) -> bool:
    try:
        with connections.writer(scope) as connection:
            return storage.load(connection, object_id).startswith(b"RIFF")
    except storage.MissingPictureError:
        return False


def test_a_picture_is_kept_once_an_owner_and_never_shared(place: Path) -> None:
    ana, ben, brand = make("users"), make("users"), make("brands", name="N", slug="n")
    first = storage.upload(SYSTEM, Owner(ana), "garment", picture(), NOW)
    assert storage.upload(SYSTEM, Owner(ana), "garment", picture(), NOW) == first
    others = {
        storage.upload(SYSTEM, owner, "garment", picture(), NOW)
        for owner in (Owner(ben), Owner(brand=brand), Owner(ana, brand))
    }
    assert len(others | {first}) == 4
    assert files(place) == keys()
    assert len(keys()) == 4
    # Neither whose it is nor what it shows can be told from a key, without the secret.
    assert not any(part in key for key in keys() for part in (str(ana), ana.hex, str(brand)))
    change("delete from stored_objects where id = :id", id=first)
    worker.erase_pictures()
    assert files(place) == keys()
    assert all(seen(SYSTEM, other) for other in others)


def test_the_folder_is_nobody_else_s(place: Path) -> None:
    storage.upload(SYSTEM, Owner(make("users")), "garment", picture(), NOW)
    assert place.stat().st_mode & 0o077 == 0


def test_pictures_are_seen_by_their_owners_alone(place: Path) -> None:  # noqa: ARG001
    ana, ben = make("users"), make("users")
    nord, other = make("brands", name="N", slug="n"), make("brands", name="O", slug="o")
    mine = storage.upload(Scope(user=str(ana)), Owner(ana), "garment", picture(), NOW)
    ours = storage.upload(Scope.of_brands([nord]), Owner(brand=nord), "garment", picture(), NOW)
    both = storage.upload(SYSTEM, Owner(ana, nord), "garment", picture(), NOW)
    wanted = {
        Scope(user=str(ana)): (True, False, True),
        Scope(user=str(ben)): (False, False, False),
        Scope.of_brands([nord]): (False, True, True),
        Scope.of_brands([other]): (False, False, False),
        Scope(): (False, False, False),
        SYSTEM: (True, True, True),
    }
    for scope, expected in wanted.items():
        assert tuple(seen(scope, one) for one in (mine, ours, both)) == expected


def test_nobody_uploads_for_somebody_else_and_no_file_stays(place: Path) -> None:
    ana, ben = make("users"), make("users")
    with pytest.raises(ProgrammingError, match="row-level security"):
        storage.upload(Scope(user=str(ben)), Owner(ana), "garment", picture(), NOW)
    worker.erase_pictures()
    assert files(place) == set()
    assert count("object_deletions") == 0


def test_a_file_whose_row_was_never_made_is_erased_later(place: Path) -> None:
    owner = Owner(make("users"))
    kept = storage.upload(SYSTEM, owner, "garment", picture("red"), NOW)
    # A process killed here would have left this.
    storage.write(owner, "garment", pictures.read(picture("blue")))
    assert storage.erase_requested(datetime.now(UTC)) == 0
    assert len(files(place)) == 2
    assert storage.erase_requested(LATER) == 1
    assert files(place) == keys()
    assert seen(SYSTEM, kept)
    assert count("object_deletions") == 0


def test_a_fresh_upload_that_is_deleted_is_erased_at_once(place: Path) -> None:
    made = storage.upload(SYSTEM, Owner(make("users")), "garment", picture(), NOW)
    change("delete from stored_objects where id = :id", id=made)
    worker.erase_pictures()
    assert files(place) == set()


def test_a_picture_that_comes_back_before_it_was_erased_stays(place: Path) -> None:
    owner = Owner(make("users"))
    made = storage.upload(SYSTEM, owner, "garment", picture(), NOW)
    change("delete from stored_objects where id = :id", id=made)
    again = storage.upload(SYSTEM, owner, "garment", picture(), NOW)
    assert storage.erase_requested(LATER) == 0
    assert files(place) == keys()
    assert seen(SYSTEM, again)


def test_one_file_that_cannot_be_erased_does_not_hold_up_the_others(place: Path) -> None:
    owner = Owner(make("users"))
    for color in ("red", "green", "blue"):
        storage.upload(SYSTEM, owner, "garment", picture(color), NOW)
    stuck = place / min(keys())
    stuck.unlink()
    stuck.mkdir()
    change("delete from stored_objects")
    with pytest.raises(storage.StorageError):
        worker.erase_pictures()
    assert files(place) == set()
    assert count("object_deletions") == 1
    stuck.rmdir()
    worker.erase_pictures()
    assert count("object_deletions") == 0


def test_a_place_that_cannot_be_used_is_one_sentence(place: Path) -> None:
    place.write_text("a file where the folder should be")
    with pytest.raises(storage.StorageError, match="does not answer"):
        storage.upload(SYSTEM, Owner(make("users")), "garment", picture(), NOW)


# Selfies


def studio(brand: UUID, selfie: UUID, **values: Any) -> Job:
    given = {"origin": "studio", "engine": "instant", "brand": brand, "person": selfie}
    return Job(**{**given, **values})


@pytest.fixture
def brand(place: Path) -> UUID:  # noqa: ARG001 – it must be there first
    made = make("brands", name="Nord", slug="nord")
    change("select purchase_credits(null, :brand, null, 100)", brand=made)
    return made


def test_a_selfie_goes_at_once_with_what_was_made_of_it(brand: UUID, place: Path) -> None:
    scope, owner = Scope.of_brands([brand]), Owner(brand=brand)
    selfie = storage.upload(scope, owner, "selfie", picture("pink"), NOW)
    other = storage.upload(scope, owner, "selfie", picture("tan"), NOW)
    garment = storage.upload(scope, owner, "garment", picture("navy"), NOW)
    worn = (Garment(picture=garment, category=Category.TOPS),)
    made, kept = jobs.launch(
        scope, [studio(brand, selfie, garments=worn), studio(brand, other, garments=worn)]
    ).jobs
    Worker(engines={"instant": Instant()}).work_off()
    (waiting,) = jobs.launch(scope, [studio(brand, selfie)]).jobs
    (running,) = jobs.launch(scope, [studio(brand, selfie)]).jobs
    held = [queue.claim("one", timedelta(minutes=1)) for _ in range(2)][1]
    assert held is not None
    (last,) = jobs.launch(scope, [studio(brand, selfie)]).jobs
    assert count("job_outputs") == 2
    assert storage.forget_selfie(scope, selfie)
    assert not storage.forget_selfie(scope, selfie)
    worker.erase_pictures()
    # The other selfie, the garment, and what was made of those.
    assert len(files(place)) == 3
    assert files(place) == keys()
    with connections.owner() as connection:
        found = connection.execute(text("select id, status from tryon_jobs"))
        states = {row.id: row.status for row in found}
        assert connection.scalar(text("select job_id from job_outputs")) == kept
    assert states == {
        made: "completed",
        kept: "completed",
        waiting: "canceled",
        running: "canceled",
        last: "canceled",
    }


def test_nobody_deletes_somebody_else_s_selfie(brand: UUID, place: Path) -> None:  # noqa: ARG001
    selfie = storage.upload(SYSTEM, Owner(brand=brand), "selfie", picture("pink"), NOW)
    (waiting,) = jobs.launch(SYSTEM, [studio(brand, selfie)]).jobs
    stranger = Scope.of_brands([make("brands", name="O", slug="o")], make("users"))
    assert not storage.forget_selfie(stranger, selfie)
    assert seen(SYSTEM, selfie)
    assert jobs.cancel(SYSTEM, [waiting])[waiting] is jobs.Outcome.BEFORE


def test_a_selfie_expires_but_not_under_a_job(brand: UUID, place: Path) -> None:
    owner = Owner(brand=brand)
    selfie = storage.upload(SYSTEM, owner, "selfie", picture("pink"), NOW)
    garment = storage.upload(SYSTEM, owner, "garment", picture("navy"), NOW)
    (job,) = jobs.launch(SYSTEM, [studio(brand, selfie)]).jobs
    days = timedelta(days=settings().selfie_days)
    assert storage.expire(NOW + days - timedelta(minutes=1)) == 0
    assert storage.expire(NOW + days + timedelta(minutes=1)) == 0
    Worker(engines={"instant": Instant()}).work_off()
    # Uploaded again it lives on from then.
    storage.upload(SYSTEM, owner, "selfie", picture("pink"), NOW + timedelta(days=3))
    assert storage.expire(NOW + days + timedelta(minutes=1)) == 0
    assert storage.expire(NOW + days + timedelta(days=3, minutes=1)) == 1
    worker.erase_pictures()
    assert not seen(SYSTEM, selfie)
    assert seen(SYSTEM, garment)
    assert files(place) == keys()
    # What was made of it is a picture of its own.
    assert count("job_outputs") == 1
    assert jobs.cancel(SYSTEM, [job])[job] is jobs.Outcome.COMPLETED


def test_a_deleted_person_s_pictures_are_erased(brand: UUID, place: Path) -> None:
    shopper = make("users")
    scope = Scope(user=str(shopper))
    selfie = storage.upload(scope, Owner(shopper), "selfie", picture("pink"), NOW)
    wanted = Job(
        "shopper", "instant", brand=brand, user=shopper, person=selfie, category=Category.TOPS
    )
    jobs.launch(scope, [wanted])
    Worker(engines={"instant": Instant()}).work_off()
    jobs.launch(scope, [wanted])
    held = queue.claim("one", timedelta(minutes=1))
    assert held is not None
    assert queue.note_reference(held, "order at a provider")
    assert len(files(place)) == 2
    change("delete from users where id = :id", id=shopper)
    worker.erase_pictures()
    assert files(place) == keys() == set()
    with connections.owner() as connection:
        row = connection.execute(
            text("select count(*) filter (where ended_at is null) as open, max(reference) as ref"
                 " from job_attempts")
        ).one()  # fmt: skip
    assert row == (0, None)


# Addresses


def test_an_address_is_good_for_its_session_and_picture_and_ten_minutes() -> None:
    session, other, picture_id = str(uuid4()), str(uuid4()), uuid4()
    address = storage.address(session, picture_id, NOW)
    until, signature = (part.partition("=")[2] for part in address.partition("?")[2].split("&"))

    def good(at: datetime = NOW, **values: Any) -> bool:
        given = {"session": session, "object_id": picture_id, "until": until}
        return storage.is_signed(**{**given, "signature": signature, **values}, now=at)

    assert good()
    assert good(NOW + timedelta(minutes=5))
    assert not good(NOW + timedelta(minutes=10))
    assert not good(session=other)
    assert not good(object_id=uuid4())
    assert not good(until=str(int(until) + 1))
    for broken in ("", "x", "-1", "٣", "9" * 400, f"{until} "):
        assert not good(until=broken)
    for broken in ("", signature[:-1], signature.upper(), "é" * 64):
        assert not good(signature=broken)
    # A page that is drawn again shows the browser the address that it has.
    start = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    same = storage.address(session, picture_id, start + timedelta(minutes=4))
    assert storage.address(session, picture_id, start) == same


def fetch(port: int, address: str, token: str | None = None) -> tuple[int, bytes, dict[str, str]]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{address}")
    request.add_header("Accept", "text/html,image/webp")
    if token is not None:
        request.add_header("Cookie", f"{SESSION_COOKIE}={token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read(), dict(response.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), dict(error.headers)


def sign_in(user: UUID, now: datetime) -> tuple[str, str]:
    """Begin a session of a user; return its id and the token of its cookie."""
    with connections.writer(SYSTEM) as connection:
        opened = sessions.open_for(connection, str(user), "", timedelta(days=1), now)
    redeemed = sessions.redeem(opened.ticket, "", now)
    assert redeemed
    return opened.id, redeemed[0]


def test_nobody_fetches_a_picture_signed_out_or_with_another_s_address(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port):
        try:
            nord, other = (make("brands", name=slug, slug=slug) for slug in ("nord", "other"))
            ana, ben = (make("users", role="brand_manager") for _ in range(2))
            make_member(nord, ana)
            make_member(other, ben)
            now = datetime.now(UTC)
            (mine, token), (theirs, their_token) = sign_in(ana, now), sign_in(ben, now)
            kept = storage.upload(SYSTEM, Owner(brand=nord), "result", picture(), now)
            address = storage.address(mine, kept, now)
            status, body, headers = fetch(port, address, token)
            assert (status, body[:4], headers["content-type"]) == (200, b"RIFF", "image/webp")
            assert headers["cache-control"] == "private, max-age=300"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["content-security-policy"] == "default-src 'none'; sandbox"
            status, small, headers = fetch(port, f"{address}&size=small", token)
            assert (status, headers["content-type"]) == (200, "image/webp")
            assert small == pictures.small(body)
            assert fetch(port, f"{address}&size=large", token)[0] == 404
            refused = {
                "signed out": (address, None),
                "no such session": (address, "x"),
                "another's address": (address, their_token),
                "signed for another, who does not see it": (
                    storage.address(theirs, kept, now),
                    their_token,
                ),
                "over": (storage.address(mine, kept, now - timedelta(minutes=11)), token),
                "another picture": (address.replace(str(kept), str(uuid4())), token),
                "no such picture": (storage.address(mine, uuid4(), now), token),
                "not signed": (f"/files/{kept}", token),
                "no picture at all": ("/files/secret", token),
                "a key": (f"/files/{next(iter(keys()))}", token),
            }
            for why, (asked, cookie) in refused.items():
                for size in ("", "&size=small"):
                    whole = f"{asked}{size}" if "?" in asked else f"{asked}{size.replace('&', '?')}"
                    status, body, _ = fetch(port, whole, cookie)
                    assert (status, body) == (404, b""), (why, size)
            # Nor is the folder served by another route.
            (file,) = files(tmp_path / "files")
            stored = (tmp_path / "files" / file).read_bytes()
            for path in ("media", "static", "app/static", "component", "api", "_stcore"):
                assert fetch(port, f"/{path}/{file}", token)[1] != stored
            change("update sessions set revoked_at = now() where id = :id", id=mine)
            assert fetch(port, address, token)[0] == 404
            assert fetch(port, f"{address}&size=small", token)[0] == 404
        finally:
            connections.dispose()


def make_member(brand: UUID, user: UUID) -> None:
    with connections.owner() as connection:
        insert(connection, "brand_members", brand_id=brand, user_id=user)


@pytest.mark.usefixtures("database")
def test_a_bucket_is_a_place_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    with bucket() as (address, objects):
        monkeypatch.setenv("CLOSETAI_FILES", address)
        settings.cache_clear()
        assert "hunter2" not in repr(settings())
        made = storage.upload(SYSTEM, Owner(make("users")), "garment", picture(), NOW)
        (key,) = keys()
        with connections.writer(SYSTEM) as connection:
            assert storage.load(connection, made) == objects[f"/pictures/some/prefix/{key}"]
        change("delete from stored_objects")
        worker.erase_pictures()
        # A marker of the folder may remain; it is empty.
        assert set(objects.values()) <= {b""}
        again = storage.upload(SYSTEM, Owner(make("users")), "garment", picture(), NOW)
        objects.clear()
        assert not seen(SYSTEM, again)
    settings.cache_clear()
