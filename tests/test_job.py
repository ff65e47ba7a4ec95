"""One job in the drawer: its pictures, and what it says where there are none."""

import pytest
from sqlalchemy import text

from components import jobs
from database import connections
from tests import facts
from tests.test_drill import a_job_of
from tests.test_pages import at as opened
from tests.test_pages import busiest_brand, signed_in

VOLUME = "pages/tryons/volume.py"


@pytest.mark.usefixtures("changed", "demo")
def test_a_picture_is_shown_at_an_address_of_the_visitors_session() -> None:
    brand = busiest_brand()
    job = a_job_of(brand)
    with connections.owner() as c:
        picture = facts.picture(c, brand_id=brand)
        facts.insert(c, "job_outputs", job_id=job, object_id=picture)
    app = opened(signed_in("brand_manager", brand), VOLUME)
    app.query_params["job"] = job
    app.run()
    assert not app.exception
    shown = [html.value for html in app.html if f'src="/files/{picture}?until=' in html.value]
    assert len(shown) == 1
    assert "signature=" in shown[0]
    assert not any("no picture" in caption.value for caption in app.caption)


@pytest.mark.usefixtures("demo")
def test_every_mode_of_the_database_has_a_name() -> None:
    with connections.owner() as c:
        known = c.execute(text("select cast(unnest(enum_range(null::job_mode)) as text)"))
        assert set(jobs.MODES) == set(known.scalars())
