"""One job in the drawer: its pictures, and what it says where there are none."""

from uuid import uuid4

import pytest

from database import connections
from tests import facts
from tests.test_drill import a_job_of
from tests.test_pages import at as opened
from tests.test_pages import busiest_brand, signed_in

VOLUME = "pages/tryons/volume.py"


@pytest.mark.usefixtures("changed", "demo")
def test_a_picture_is_shown_at_an_address_of_the_visitors_session() -> None:
    brand = busiest_brand()
    job, picture = a_job_of(brand), str(uuid4())
    with connections.owner() as c:
        facts.insert(
            c,
            "stored_objects",
            id=picture,
            brand_id=brand,
            key=picture,
            content_hash=b"x",
            kind="result",
            media_type="image/png",
            byte_count=1,
        )
        facts.insert(c, "job_outputs", job_id=job, object_id=picture)
    app = opened(signed_in("brand_manager", brand), VOLUME)
    app.query_params["job"] = job
    app.run()
    assert not app.exception
    shown = [html.value for html in app.html if f'src="/files/{picture}?until=' in html.value]
    assert len(shown) == 1
    assert "signature=" in shown[0]
    assert not any("no picture" in caption.value for caption in app.caption)
