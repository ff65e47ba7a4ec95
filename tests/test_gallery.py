"""The gallery: which pictures it finds, what is done with them, by whom, and what is said."""

import io
import zipfile
from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pandas as pd
import pytest
import streamlit as st
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

import queries
from components.gallery import PAGE
from components.job import UNKNOWN
from database import connections
from database.tenancy import Scope
from tests import facts, rows
from tests.engines import picture as encoded
from tests.shown import tables
from tests.test_pages import at as opened
from tests.test_pages import signed_in
from tryon import acts, gallery, pictures, storage
from tryon.gallery import GalleryError

GALLERY = "pages/studio/gallery.py"
NOW = datetime.now(UTC).replace(microsecond=0)
SYSTEM = Scope.system()
LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff"
ALL: dict[str, queries.Parameter] = {
    "since": date(2020, 1, 1),
    "until": NOW.date() + timedelta(days=2),
    "before_at": NOW + timedelta(days=9),
    "before_id": LAST,
    "category": "all",
    "engine": "all",
    "verdict": "all",
    "favorite": "all",
    "batch": "all",
    "words": "",
    "look_count": 100,
    "row_count": 50,
}


def made(brand: str, minutes_ago: int = 0, **values: object) -> str:
    """A job of the brand's studio with a stored picture (no file), and that picture's output."""
    with connections.owner() as c:
        job = rows.job(c, **{"brand_id": UUID(brand), "origin": "studio", "credits": 0, **values})
        rows.finish(c, job, "completed")
        stored = facts.picture(
            c,
            brand_id=None if values.get("origin") == "demo" else UUID(brand),
            user_id=values.get("user_id"),
            created_at=NOW - timedelta(minutes=minutes_ago),
        )
        return str(rows.insert(c, "job_outputs", job_id=job, object_id=stored))


def drawn(brand: str, color: str) -> str:
    """The same with a file."""
    output = made(brand)
    file = storage.write(
        storage.Owner(brand=UUID(brand)), "result", pictures.read(encoded(color)), job=uuid4()
    )
    with connections.writer(SYSTEM) as c:
        stored = storage.record(c, file)
        c.execute(
            text("update job_outputs set object_id = :stored where id = :id"),
            {"stored": stored, "id": UUID(output)},
        )
    return output


def job_of(output: str) -> UUID:
    with connections.owner() as c:
        found: UUID = c.execute(
            text("select job_id from job_outputs where id = :id"), {"id": UUID(output)}
        ).scalar_one()
    return found


@pytest.fixture
def brand(database: object) -> str:  # noqa: ARG001 (needs a database)
    """A brand with no picture yet, beside another one with a picture a minute."""
    st.cache_resource.clear()
    with connections.owner() as c:
        noise = facts.brand(c, "Noise")
    for minute in range(5):
        made(noise, minute, prompt="a red coat")
    with connections.owner() as c:
        return facts.brand(c, "Aurora")


def noise() -> str:
    with connections.owner() as c:
        return str(c.scalar(text("select id from brands where name = 'Noise'")))


def outputs_of(brand: str) -> list[str]:
    with connections.owner() as c:
        found = c.scalars(
            text(
                "select o.id from job_outputs o join tryon_jobs j on j.id = o.job_id"
                " where j.brand_id = :brand order by o.id"
            ),
            {"brand": UUID(brand)},
        )
        return [str(output) for output in found]


def ask(scope: Scope, **params: queries.Parameter) -> pd.DataFrame:
    st.cache_resource.clear()
    return queries.read("studio/gallery", scope, **{**ALL, **params}).frame


def found(scope: Scope, **params: queries.Parameter) -> list[str]:
    return [str(one) for one in ask(scope, **params)["output_id"].dropna()]


# The query


def test_pictures_are_found_newest_first_by_all_that_can_be_asked(brand: str) -> None:
    with connections.owner() as c:
        product = rows.insert(c, "products", brand_id=UUID(brand), name="Wool Coat Nord")
        worn = rows.insert(c, "products", brand_id=UUID(brand), name="Felt hat")
        batch = rows.insert(c, "batches", brand_id=UUID(brand), name="Autumn 2026")
    coat = made(brand, 10, product_id=product, category="jackets", engine="loom")
    hat = made(brand, 20, prompt="by the sea, 100% sun", category="hats")
    with connections.owner() as c:
        rows.insert(c, "tryon_garments", job_id=job_of(hat), position=0, product_id=worn)
    lot = made(brand, 30, batch_id=batch, category=None)
    old = made(brand, 60 * 24 * 40)
    # Without a stored picture there is nothing to see.
    with connections.owner() as c:
        facts.job(c, brand, facts.shopper(c), NOW - timedelta(minutes=5))
    own = Scope.of_brands([brand])
    assert found(own) == [coat, hat, lot, old]
    assert found(own, category="hats") == [hat]
    assert found(own, category="none") == [lot]
    assert found(own, engine="loom") == [coat]
    assert found(own, batch=str(batch)) == [lot]
    assert found(own, since=NOW.date() - timedelta(days=3)) == [coat, hat, lot]
    assert found(own, until=NOW.date() - timedelta(days=3)) == [old]
    for words, expected in {
        "coat": [coat],
        "NORD wool": [coat],
        "coat hat": [],
        "felt": [hat],
        "sea": [hat],
        "100%": [hat],
        "autumn": [lot],
        "%": [hat],
        "tops": [old],
        "  ": [coat, hat, lot, old],
    }.items():
        assert found(own, words=words) == expected, words
    subjects = ask(own)["subject"].tolist()
    assert subjects[:2] == ["Wool Coat Nord", "Felt hat"]


def test_what_people_say_of_a_picture_is_a_filter(brand: str) -> None:
    good, bad, disputed, unseen, practised = (made(brand, minute) for minute in range(5))
    with connections.owner() as c:
        for output, verdicts in ((good, [True]), (bad, [False]), (disputed, [True, False])):
            for approved in verdicts:
                facts.review(
                    c,
                    brand,
                    str(job_of(output)),
                    approved=approved,
                    reviewer_id=facts.shopper(c),
                )
        rows.insert(
            c,
            "reviews",
            brand_id=UUID(brand),
            job_id=job_of(practised),
            approved=True,
            drawn="newest",
            is_practice=True,
        )
    own = Scope.of_brands([brand])
    assert found(own, verdict="approved") == [good]
    assert found(own, verdict="rejected") == [bad]
    assert found(own, verdict="disagreed") == [disputed]
    # A demo visitor's practice says nothing.
    assert found(own, verdict="none") == [unseen, practised]
    told = ask(own)["verdict"].tolist()
    assert told[:3] == ["approved", "rejected", "disagreed"]
    assert pd.isna(told[3])


@pytest.mark.parametrize("wide", [False, True])
def test_pages_hold_each_picture_once_and_say_how_far_was_looked(brand: str, wide: bool) -> None:
    # Several at the same time: the id decides.
    mine = [made(brand, minute // 3, prompt="odd" if minute % 2 else None) for minute in range(9)]
    scope = SYSTEM if wide else Scope.of_brands([brand])
    expected = found(scope)
    assert set(mine) <= set(expected)
    assert len(expected) == (14 if wide else 9)
    seen: list[str] = []
    cursor: dict[str, queries.Parameter] = {}
    while len(seen) <= len(expected) and (page := found(scope, row_count=4, **cursor)):
        seen += page
        last = ask(scope, row_count=4, **cursor).iloc[-1]
        cursor = {"before_at": last["made_at"].to_pydatetime(), "before_id": last["object_id"]}
    assert seen == expected
    # Only so many are looked at, whatever is asked for.
    none = ask(scope, words="nothing like it", look_count=4)
    assert none["output_id"].isna().all()
    reached = none.iloc[0]
    assert reached["reached_id"] == ask(scope).iloc[3]["object_id"]
    on = {"before_at": reached["reached_at"].to_pydatetime(), "before_id": reached["reached_id"]}
    assert found(scope, **on) == expected[4:]
    end = ask(scope, look_count=100).iloc[0]
    assert pd.isna(end["reached_at"])


def test_favourites_are_found_however_old(brand: str) -> None:
    old = made(brand, 60 * 24 * 300)
    for minute in range(4):
        made(brand, minute)
    own = Scope.of_brands([brand])
    assert gallery.set_favorite(own, [UUID(old)], favorite=True) == 1
    assert found(own, favorite="yes", look_count=2) == [old]
    assert found(SYSTEM, favorite="yes") == [old]
    with connections.owner() as c:
        rival = Scope.of_brands([facts.brand(c, "Rival")])
    assert found(rival, favorite="yes") == []


def test_a_visitor_sees_demo_pictures_and_those_of_their_own_jobs(brand: str) -> None:
    with connections.owner() as c:
        c.execute(text("update brands set is_demo = true where id = :id"), {"id": UUID(brand)})
        me, other = (rows.insert(c, "users", role="demo_viewer") for _ in range(2))
    shown = made(brand, 1)
    mine = made(brand, 2, origin="demo", user_id=me)
    theirs = made(brand, 3, origin="demo", user_id=other)
    assert found(Scope("demo", str(me))) == [shown, mine]
    assert found(Scope("demo", str(me)).narrowed_to(brand)) == [shown, mine]
    assert found(Scope("demo", str(other))) == [shown, theirs]
    # The manager sees no visitor's.
    assert found(Scope.of_brands([brand], me)) == [shown, mine]
    assert found(Scope.of_brands([brand])) == [shown]


def test_one_brand_is_that_brand_also_for_somebody_with_pictures_of_another(brand: str) -> None:
    with connections.owner() as c:
        me = UUID(facts.shopper(c))
        other = facts.brand(c, "Second")
    output = made(other, user_id=me)
    mine = made(other, user_id=me, origin="demo")
    gallery.set_favorite(SYSTEM, [UUID(output)], favorite=True)
    scope = Scope.of_brands([brand], me)
    assert found(scope) == []
    assert found(scope, favorite="yes") == []
    assert set(found(Scope.of_brands([other], me))) == {output, mine}


# What is done with them


def test_a_favourite_is_the_brands_and_nobody_elses_to_set(brand: str) -> None:
    output = made(brand)
    with connections.owner() as c:
        c.execute(text("update brands set is_demo = true where id = :id"), {"id": UUID(brand)})
        visitor = rows.insert(c, "users", role="demo_viewer")
        rival = Scope.of_brands([facts.brand(c, "Rival")], facts.shopper(c))
    mine = made(brand, origin="demo", user_id=visitor)
    demo = Scope("demo", str(visitor))
    for scope in (rival, demo):
        assert gallery.set_favorite(scope, [UUID(output)], favorite=True) == 0
    assert gallery.set_favorite(demo, [UUID(mine)], favorite=True) == 1
    own = Scope.of_brands([brand])
    assert acts.favor(own, [output], favorite=True) == "1 picture: favourites now."
    assert acts.favor(own, [output], favorite=True).startswith("0 pictures: favourites now. 1 ")
    assert found(own, favorite="yes") == [output]
    assert acts.favor(own, [output], favorite=False) == "1 picture: no favourites any more."


def looks(user: str) -> list[tuple[str, str]]:
    """Names of the looks in somebody's wardrobe, with their collections."""
    with connections.owner() as c:
        found = c.execute(
            text(
                "select w.name, coalesce(string_agg(c.name, ',' order by c.name), '')"
                " from wardrobe_items w"
                " left join collection_items i on i.item_id = w.id"
                " left join collections c on c.id = i.collection_id"
                " where w.user_id = :user and w.kind = 'look' group by w.id, w.name order by w.name"
            ),
            {"user": UUID(user)},
        )
        return [(str(name), str(collections)) for name, collections in found]


def test_a_picture_is_saved_once_and_may_be_in_several_collections(brand: str) -> None:
    with connections.owner() as c:
        me = facts.shopper(c)
    one, two = made(brand, 1, prompt="Sea"), made(brand, 2, prompt="Wood")
    own = Scope.of_brands([brand], me)
    ids = [UUID(one), UUID(two)]
    assert gallery.save(own, ids) == gallery.Saved(2, 2)
    assert gallery.save(own, ids, collection=" Summer  26 ") == gallery.Saved(2, 0)
    assert gallery.save(own, ids[:1], collection="Summer 26") == gallery.Saved(1, 0)
    gallery.save(own, ids[:1], collection="Best")
    assert looks(me) == [("Sea", "Best,Summer 26"), ("Wood", "Summer 26")]
    assert gallery.collections(own) == ["Best", "Summer 26"]
    # The team sees every wardrobe, but their own alone are theirs.
    assert gallery.collections(Scope("all", str(uuid4()))) == []
    assert gallery.collections(SYSTEM) == []
    # When the picture is deleted, the look goes too.
    with connections.owner() as c:
        c.execute(
            text(
                "delete from stored_objects where id ="
                " (select object_id from job_outputs where id = :id)"
            ),
            {"id": UUID(one)},
        )
    assert looks(me) == [("Wood", "Summer 26")]


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_collection_has_a_name(brand: str, name: str) -> None:
    with connections.owner() as c:
        own = Scope.of_brands([brand], facts.shopper(c))
    with pytest.raises(GalleryError, match="name has 1 to 200 characters"):
        gallery.save(own, [UUID(made(brand))], collection=name)


def test_a_demo_visitor_saves_demo_pictures_in_their_own_wardrobe(brand: str) -> None:
    with connections.owner() as c:
        c.execute(text("update brands set is_demo = true where id = :id"), {"id": UUID(brand)})
        visitor = str(rows.insert(c, "users", role="demo_viewer"))
    said = acts.save(Scope("demo", visitor), [made(brand, prompt="Sea")], "Ideas")
    assert said == "1 picture: in your wardrobe and in the collection “Ideas”."
    assert looks(visitor) == [("Sea", "Ideas")]


def test_what_another_brand_has_is_not_there_to_be_saved_or_taken(brand: str) -> None:
    foreign = outputs_of(noise())
    with connections.owner() as c:
        me = facts.shopper(c)
    own = Scope.of_brands([brand], me)
    assert acts.save(own, foreign, None) == "These pictures are not there (any more)."
    assert acts.take(own, foreign) == (None, "These pictures are not there (any more).")
    assert looks(me) == []
    assert gallery.set_favorite(own, [UUID(one) for one in foreign], favorite=True) == 0


def test_one_picture_is_taken_as_it_is_and_several_in_a_zip(brand: str) -> None:
    red, blue = drawn(brand, "red"), drawn(brand, "blue")
    own = Scope.of_brands([brand])
    one = gallery.take(own, [UUID(red)])
    assert one.media_type == "image/webp"
    assert one.name == f"tops-{UUID(red).hex[-8:]}.webp"
    assert one.content == pictures.read(encoded("red")).data
    without_file = made(brand)
    several, said = acts.take(own, [red, blue, without_file, *outputs_of(noise())])
    assert several is not None
    assert said == "2 pictures in closetai-2-pictures.zip. 6 pictures are not there any more."
    with zipfile.ZipFile(io.BytesIO(several.content)) as archive:
        assert archive.testzip() is None
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held == {
        f"tops-{UUID(output).hex[-8:]}.webp": pictures.read(encoded(color)).data
        for output, color in ((red, "red"), (blue, "blue"))
    }
    assert gallery.take(own, [UUID(red), UUID(blue)]) == gallery.take(own, [UUID(red), UUID(blue)])
    many = [uuid4() for _ in range(gallery.MOST_AT_ONCE + 1)]
    with pytest.raises(GalleryError, match="At most 100 pictures"):
        gallery.take(own, many)


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x", "a/b", "ÄÖ", "\n"])
def test_a_files_name_is_harmless(brand: str, name: str) -> None:
    output = drawn(brand, "red")
    with connections.owner() as c:
        c.execute(
            text("update tryon_jobs set prompt = :name where id = :id"),
            {"name": name, "id": job_of(output)},
        )
    taken = gallery.take(Scope.of_brands([brand]), [UUID(output)])
    assert set(taken.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    assert taken.name.endswith(f"-{UUID(output).hex[-8:]}.webp")


# The page


def shown(app: AppTest) -> list[str]:
    """The pictures of the grid, by their outputs."""
    return [
        str(one.key).removeprefix("pick-")
        for one in app.checkbox
        if str(one.key).startswith("pick")
    ]


def press(app: AppTest, label: str) -> AppTest:
    (button,) = (one for one in app.button if one.label == label)
    return button.click().run()


def infos(app: AppTest) -> str:
    return " ".join(str(one.value).replace("\\", "") for one in app.info)


def pick(app: AppTest, outputs: Sequence[str]) -> None:
    for output in outputs:
        app.checkbox(key=f"pick-{output}").check()
    app.run()


def test_a_manager_sees_their_brands_pictures_with_alternative_texts(brand: str) -> None:
    outputs = [made(brand, minute, prompt=f'Look "{minute}" <b>') for minute in range(3)]
    app = opened(signed_in("brand_manager", brand), GALLERY)
    assert not app.exception
    assert shown(app) == outputs
    tags = [html.value for html in app.html if "<img" in html.value]
    assert len(tags) == 3
    for minute, tag in enumerate(tags):
        assert 'src="/files/' in tag
        assert "signature=" in tag
        assert 'loading="lazy"' in tag
        assert f'alt="Look &quot;{minute}&quot; &lt;b&gt; for Aurora, made by classic"' in tag


def test_what_is_picked_is_made_a_favourite_and_saved(brand: str) -> None:
    outputs = [made(brand, minute) for minute in range(3)]
    app = opened(signed_in("brand_manager", brand), GALLERY)
    pick(app, outputs[:1])
    assert "Compare" not in {button.label for button in app.button}
    pick(app, outputs[:2])
    assert "Compare" in {button.label for button in app.button}
    press(app, "Favourite")
    assert "2 pictures: favourites now." in infos(app)
    # What is drawn next knows of it already, and nothing is picked any more.
    assert sum("Favourite" in markdown.value for markdown in app.markdown) == 2
    assert not any(app.checkbox(key=f"pick-{output}").value for output in outputs)
    assert found(Scope.of_brands([brand]), favorite="yes") == outputs[:2]


def test_pictures_side_by_side(brand: str) -> None:
    outputs = [made(brand, minute, engine=engine) for minute, engine in enumerate(("loom", "knit"))]
    app = opened(signed_in("brand_manager", brand), GALLERY)
    before = sum("<img" in html.value for html in app.html)
    pick(app, outputs)
    press(app, "Compare")
    assert not app.exception
    assert sum("<img" in html.value for html in app.html) == before + 2


def test_a_download_travels_in_the_session(brand: str) -> None:
    output = drawn(brand, "red")
    app = opened(signed_in("brand_manager", brand), GALLERY)
    pick(app, [output])
    press(app, "Download")
    assert not app.exception
    (script,) = (html.value for html in app.html if "createObjectURL" in html.value)
    sent = b64decode(script.split('atob("')[1].split('")')[0])
    assert sent == pictures.read(encoded("red")).data
    assert "1 picture in tops-" in infos(app)
    # Once: the next run sends nothing again.
    app.run()
    assert not any("createObjectURL" in html.value for html in app.html)


def test_a_file_that_is_gone_is_one_sentence(brand: str) -> None:
    output = made(brand)
    app = opened(signed_in("brand_manager", brand), GALLERY)
    pick(app, [output])
    press(app, "Download")
    assert not app.exception
    assert "These pictures are not there (any more)." in infos(app)


def test_search_and_filters_live_in_the_address(brand: str) -> None:
    coat, hat = made(brand, 1, prompt="Coat"), made(brand, 2, prompt="Hat")
    app = signed_in("brand_manager", brand)
    app.query_params["search"] = "hat"
    opened(app, GALLERY)
    assert shown(app) == [hat]
    app.text_input(key="search").set_value("").run()
    assert shown(app) == [coat, hat]
    app.selectbox(key="review").select("Approved").run()
    assert shown(app) == []
    assert any("No such pictures." in caption.value for caption in app.caption)


def test_a_page_is_left_by_a_cursor_in_the_address(brand: str) -> None:
    outputs = [made(brand, minute) for minute in range(PAGE + 2)]
    app = opened(signed_in("brand_manager", brand), GALLERY)
    assert shown(app) == outputs[:PAGE]
    pick(app, outputs[:1])
    press(app, "Older")
    assert shown(app) == outputs[PAGE:]
    cursor = app.query_params["before"]
    # What was picked stays so.
    assert any("1 picked" in caption.value for caption in app.caption)
    press(app, "Newer")
    assert shown(app) == outputs[:PAGE]
    assert app.checkbox(key=f"pick-{outputs[0]}").value
    # The address leads there again, and another question to its own first page.
    other = signed_in("brand_manager", brand)
    other.query_params["before"] = cursor
    opened(other, GALLERY)
    assert shown(other) == outputs[PAGE:]
    other.selectbox(key="category").select("Tops").run()
    assert shown(other) == outputs[:PAGE]


@pytest.mark.parametrize("cursor", ["x", "2026-01-01~", "~", "9999-99-99~" + LAST, "'; drop~1"])
def test_a_cursor_that_is_none_is_one_sentence(brand: str, cursor: str) -> None:
    output = made(brand)
    app = signed_in("brand_manager", brand)
    app.query_params["before"] = cursor
    opened(app, GALLERY)
    assert not app.exception
    assert shown(app) == [output]
    assert any("a place in the gallery that does not exist" in one.value for one in app.warning)


def test_a_picture_opens_its_history_with_what_it_was_made_of(brand: str) -> None:
    with connections.owner() as c:
        person, garment = (
            facts.picture(c, brand_id=brand, kind=kind) for kind in ("selfie", "garment")
        )
    output = made(brand, selfie_object_id=person, prompt="by the sea")
    with connections.owner() as c:
        rows.insert(
            c,
            "tryon_garments",
            job_id=job_of(output),
            position=0,
            object_id=garment,
            category="hats",
        )
    app = opened(signed_in("brand_manager", brand), GALLERY)
    app.query_params["job"] = str(job_of(output))
    app.run()
    assert not app.exception
    tags = "".join(html.value for html in app.html)
    assert f"/files/{person}?" in tags
    assert 'alt="Person"' in tags
    assert f"/files/{garment}?" in tags
    assert 'alt="Hats"' in tags
    told = tables(app)[0].set_index("fact")["value"]
    assert told["Prompt"] == "by the sea"


def test_a_shoppers_own_photo_is_not_the_brands_to_see(brand: str) -> None:
    with connections.owner() as c:
        shopper = UUID(facts.shopper(c))
        selfie = facts.picture(c, user_id=shopper, kind="selfie")
    output = made(brand, origin="shopper", user_id=shopper, selfie_object_id=selfie)
    st.cache_resource.clear()
    ask_of = {"job_id": str(job_of(output))}
    own = queries.read("tryons/job_inputs", Scope(user=str(shopper)), **ask_of).frame
    assert own["object_id"].tolist() == [selfie]
    brands = queries.read("tryons/job_inputs", Scope.of_brands([brand]), **ask_of).frame
    assert brands["role"].tolist() == ["person"]
    assert brands["object_id"].isna().all()
    app = opened(signed_in("brand_manager", brand), GALLERY)
    app.query_params["job"] = str(job_of(output))
    app.run()
    assert any("No picture that you may see is kept." in one.value for one in app.caption)


def test_another_brands_job_and_batch_by_address_are_nothing(brand: str) -> None:
    mine = made(brand)
    (foreign, *_) = outputs_of(noise())
    app = signed_in("brand_manager", brand)
    app.query_params["job"] = str(job_of(foreign))
    app.query_params["batch"] = str(uuid4())
    opened(app, GALLERY)
    assert not app.exception
    assert shown(app) == [mine]
    assert any(UNKNOWN in str(one.value) for one in [*app.warning, *app.caption])
    assert any("asks for what is not offered (batch" in one.value for one in app.warning)
    other = signed_in("brand_manager", brand)
    other.query_params["brand"] = noise()
    opened(other, GALLERY)
    assert shown(other) in ([], [mine])


def test_an_analyst_looks_and_takes_but_changes_nothing(brand: str) -> None:
    output = made(brand)
    app = opened(signed_in("analyst"), GALLERY)
    pick(app, [output])
    labels = {button.label for button in app.button}
    assert "Download" in labels
    assert not {"Favourite", "Save"} & labels
    assert len(shown(app)) == 6


def test_a_visitor_changes_what_is_their_own_and_is_told_so(brand: str) -> None:
    with connections.owner() as c:
        c.execute(text("update brands set is_demo = true where id = :id"), {"id": UUID(brand)})
        rows.insert(c, "demo_state", job_target=1, completed_at=NOW)
    output = made(brand)
    app = opened(signed_in("demo_viewer"), GALLERY)
    assert shown(app) == [output]
    pick(app, [output])
    press(app, "Favourite")
    assert "1 picture stayed as they were, or are not yours to change." in infos(app)
    assert found(SYSTEM, favorite="yes") == []


def test_an_empty_brand_has_an_empty_gallery(brand: str) -> None:
    app = opened(signed_in("brand_manager", brand), GALLERY)
    assert not app.exception
    assert shown(app) == []
    assert any("No such pictures." in caption.value for caption in app.caption)
