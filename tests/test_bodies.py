"""The body put right by hand: kept with the picture, by its owner alone, for every later job."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from database.tenancy import Scope
from tests.engines import Instant, picture
from tests.test_storage import SYSTEM, brand, change, make, place, studio  # noqa: F401 – fixtures
from tryon import bodies, jobs, storage
from tryon.engines import RefusalError, mannequins
from tryon.storage import MissingPictureError, Owner
from tryon.worker import Worker

NOW = datetime.now(UTC)
HEM = {"hem": (0.5, 0.61), "waist_left": (0.4, 0.5)}


def uploaded(owner: Owner, kind: storage.Kind = "selfie") -> UUID:
    return storage.upload(SYSTEM, owner, kind, picture("pink"), NOW)


def asked_with(brand: UUID, **values: object) -> dict[str, object]:  # noqa: F811
    """The parameters that an engine gets for a job."""
    jobs.launch(SYSTEM, [studio(brand, **values)])  # type: ignore[arg-type]
    engine = Instant()
    Worker(engines={"instant": engine}).work_off()
    return dict(engine.requests[-1].parameters)


def test_points_hold_for_every_job_of_the_picture(brand: UUID) -> None:  # noqa: F811
    scope = Scope.of_brands([brand])
    selfie, other = (storage.upload(scope, Owner(brand=brand), "selfie", picture(color), NOW)
                     for color in ("pink", "tan"))  # fmt: skip
    assert bodies.kept(scope, selfie) == {}
    bodies.keep(scope, selfie, HEM)
    assert bodies.kept(scope, selfie) == HEM
    said = {"points": {"hem": [0.5, 0.61], "waist_left": [0.4, 0.5]}}
    assert asked_with(brand, selfie=selfie) == said
    assert asked_with(brand, selfie=other) == {}
    # What a job says itself goes before.
    own = {"points": {"hem": [0.5, 0.7]}}
    assert asked_with(brand, selfie=selfie, parameters=own) == own
    bodies.keep(scope, selfie, {})
    assert bodies.kept(scope, selfie) == {}
    assert asked_with(brand, selfie=selfie) == {}


def test_they_hold_for_a_persona_as_well(brand: UUID) -> None:  # noqa: F811
    face = uploaded(Owner(brand=brand), "persona")
    persona = make("personas", brand_id=brand, user_id=None, name="Ada", thumbnail_object_id=face)
    bodies.keep(Scope.of_brands([brand]), face, {"hem": (0.5, 0.61)})
    assert asked_with(brand, selfie=None, persona=persona) == {"points": {"hem": [0.5, 0.61]}}


def test_nobody_puts_them_on_somebody_else_s_picture(brand: UUID) -> None:  # noqa: F811
    selfie = uploaded(Owner(brand=brand))
    stranger = Scope.of_brands([make("brands", name="O", slug="o")], make("users"))
    with pytest.raises(MissingPictureError):
        bodies.keep(stranger, selfie, HEM)
    assert bodies.kept(SYSTEM, selfie) == {}
    bodies.keep(SYSTEM, selfie, HEM)
    assert bodies.kept(stranger, selfie) == {}
    with pytest.raises(MissingPictureError):
        bodies.read(stranger, selfie)
    # Nor on a picture of a garment.
    with pytest.raises(MissingPictureError):
        bodies.keep(SYSTEM, uploaded(Owner(brand=brand), "garment"), HEM)


@pytest.mark.parametrize("wrong", [{"knee": (0.5, 0.5)}, {"hem": (0.5, 7)}, {"hem": (-0.1, 0.5)}])
def test_what_is_no_point_is_not_kept(
    brand: UUID,  # noqa: F811
    wrong: dict[str, tuple[float, float]],
) -> None:
    selfie = uploaded(Owner(brand=brand))
    with pytest.raises(ValueError, match="no point of a body"):
        bodies.keep(SYSTEM, selfie, wrong)
    assert bodies.kept(SYSTEM, selfie) == {}


@pytest.mark.parametrize("wrong", ["[]", "{}", "7"])
def test_the_database_keeps_mappings_only(brand: UUID, wrong: str) -> None:  # noqa: F811
    selfie = uploaded(Owner(brand=brand))
    with pytest.raises(IntegrityError, match="body_points"):
        change(
            "update stored_objects set body_points = cast(:wrong as jsonb) where id = :id",
            wrong=wrong, id=selfie,
        )  # fmt: skip


def test_they_are_read_from_the_picture(place: Path) -> None:  # noqa: F811, ARG001
    drawn = mannequins.draw(mannequins.family()[0])
    owner = Owner(user=make("users"))
    whole = storage.upload(SYSTEM, owner, "selfie", drawn.encoded(), NOW)
    found = bodies.read(SYSTEM, whole)
    assert tuple(found) == bodies.NAMES
    size = (mannequins.WIDTH, mannequins.HEIGHT)
    for name, truth in zip(("shoulder_left", "shoulder_right"), drawn.truth.shoulders, strict=True):
        x, y = found[name]
        assert abs(x - truth[0] / size[0]) < 0.03
        assert abs(y - truth[1] / size[1]) < 0.03
    assert found["waist_left"][0] < 0.5 < found["waist_right"][0]
    assert found["waist_left"][1] < found["hem"][1]
    with pytest.raises(RefusalError):
        bodies.read(SYSTEM, storage.upload(SYSTEM, owner, "selfie", picture("pink"), NOW))
