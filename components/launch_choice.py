"""Who tries on what: the pictures to choose from, what is chosen, and pictures dropped in."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Protocol, TypeVar

import pandas as pd
import streamlit as st

from components import body_points, filters, picture
from components.body_points import Points
from components.charts import PLUM
from components.plain import markdown, shortened
from components.question import Question
from metrics import counted

log = logging.getLogger(__name__)

# Garments of one kind to look through at a time; a filter finds the others.
ROWS = 60
# Files of one drop: reading them takes a second each.
_MOST_FILES = 20
# How much of a wall of pictures is seen at once, in pixels; it scrolls.
_WALL = 400
_TILE = 104
_LONGEST = 15

_CHOICE = "launch.choice"
_SAID = "launch.said"
_DROP = "launch.drop"

# What takes the same place on the body; a dress takes two.
_PLACES = {
    "dresses": {"top", "legs"},
    "tops": {"top"},
    "bottoms": {"legs"},
    "sneakers": {"feet"},
    "heels": {"feet"},
    "boots": {"feet"},
}

T = TypeVar("T")


@dataclass(frozen=True)
class Person:
    """A persona or an uploaded photo, by ``kind`` and ``id``."""

    kind: str
    id: str
    object_id: str
    name: str
    expires: str = ""


@dataclass(frozen=True)
class Garment:
    """A product or an item of one's wardrobe, by ``kind`` and ``id``."""

    kind: str
    id: str
    object_id: str
    name: str
    category: str


@dataclass
class Choice:
    """What is chosen, for one brand."""

    brand: str
    persons: list[Person] = field(default_factory=list)
    garments: list[Garment] = field(default_factory=list)


class Taken(Protocol):
    """What a dropped picture was kept as: a photo or an item, by ``kind`` and ``id``."""

    @property
    def kind(self) -> str: ...

    @property
    def id(self) -> object: ...


class Uploads(Protocol):
    """What can be done with pictures of one's own; each act may raise one of the ``known`` errors.

    ``refusal`` says why nothing can be uploaded, None where it can. ``days`` is after how many a
    person's photo is deleted. Pictures are named by their id.
    """

    @property
    def refusal(self) -> str | None: ...

    @property
    def days(self) -> int: ...

    @property
    def endings(self) -> Sequence[str]: ...

    @property
    def most_mb(self) -> int: ...

    @property
    def known(self) -> tuple[type[Exception], ...]: ...

    def take(self, name: str, content: bytes) -> Taken: ...

    def categorize(self, item: str, category: str) -> None: ...

    def call_person(self, item: str) -> Taken: ...

    def call_garment(self, photo: str) -> Taken: ...

    def forget_photo(self, photo: str) -> None: ...

    def may_fit(self, kind: str) -> bool: ...

    def points_read(self, picture: str) -> Points: ...

    def points_kept(self, picture: str) -> Points: ...

    def keep_points(self, picture: str, points: Points) -> None: ...

    def remove_item(self, item: str) -> None: ...


def tried(act: Callable[[], T], known: tuple[type[Exception], ...]) -> tuple[T | None, str]:
    """What the act gives, or what to say of why it gave nothing."""
    try:
        return act(), ""
    except known as error:
        return None, str(error)
    except Exception:
        # Whatever went wrong, whoever looks gets a sentence and the log the rest.
        log.exception("an act of the launch page failed")
        return None, "This did not work just now; nothing was launched. Please try again."


def choice(brand: str, who: str, persons: pd.DataFrame, garments: pd.DataFrame) -> Choice:
    """What is chosen for this brand: at first one person and one garment, so that one click does.

    ``persons`` and ``garments`` are the answers of the queries of that name, unfiltered.
    """
    kept: Choice | None = st.session_state.get(_CHOICE)
    if kept is None or kept.brand != brand:
        kept = st.session_state[_CHOICE] = Choice(brand)
    asked = _asked(garments, who)
    if asked is not None:
        kept.garments = [asked]
    if not kept.persons and not persons.empty:
        personas = persons[persons["kind"] == "persona"]
        kept.persons = [person((persons if personas.empty else personas).iloc[0])]
    if not kept.garments and not garments.empty:
        tops = garments[garments["category"] == "tops"]
        kept.garments = [garment((garments if tops.empty else tops).iloc[0])]
    return kept


def person(row: pd.Series) -> Person:
    """A row of the query of persons."""
    expires = "" if pd.isna(row["expires_at"]) else f"{row['expires_at'].astimezone(UTC):%-d %b %Y}"
    uploaded = f"Photo of {row['created_at'].astimezone(UTC):%-d %b, %H:%M}"
    name = uploaded if pd.isna(row["name"]) else str(row["name"])
    return Person(str(row["kind"]), str(row["person_id"]), str(row["object_id"]), name, expires)


def garment(row: pd.Series) -> Garment:
    """A row of the query of garments."""
    values = [str(row[name]) for name in ("kind", "garment_id", "object_id", "name", "category")]
    return Garment(*values)


def absent(what: str, uploads: Uploads) -> str:
    """Why there is no such picture to choose, and what to do about it."""
    if uploads.refusal is None:
        return f"No {what} with a picture yet: drop in a picture of one below."
    return f"This brand has no {what} with a picture: pick another one, or all of them."


def walls(
    persons: pd.DataFrame,
    garments: Question,
    chosen: Choice,
    uploads: Uploads,
    *,
    many: bool,
    most: int,
) -> None:
    """Everybody and everything there is to choose from; ``many`` of each, or one outfit on one.

    ``garments`` takes category, named and row_count; ``most`` is how many are worn together.
    """
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader("Persons" if many else "Person", anchor=False)
        if persons.empty:
            st.caption(absent("person", uploads))
        else:
            ids = {one.id for one in chosen.persons}
            with st.container(height=_WALL, border=False, key="launch-persons"), _row():
                for _, row in persons.iterrows():
                    one = person(row)
                    _tile(one, one.id in ids, one.name, _choose_person, (chosen, one, many))
    with right:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.subheader("Garments", anchor=False, width="stretch")
            named = st.text_input(
                "Name", key="launch-named", placeholder="Search", label_visibility="collapsed",
                width=140, max_chars=60,
            )  # fmt: skip
            picked = st.selectbox(
                "Category", ["All categories", *map(str.capitalize, filters.CATEGORIES)],
                key="launch-category", label_visibility="collapsed", width=150,
            )  # fmt: skip
        category = picked.lower() if picked.lower() in filters.CATEGORIES else "all"
        shown = garments.narrowed({"category": category, "named": named.strip()}).read().frame
        if shown.empty:
            filtered = bool(named.strip()) or category != "all"
            st.caption(
                "No garment fits the filter." if filtered
                else absent("garment", uploads)
            )  # fmt: skip
            return
        ids = {one.id for one in chosen.garments}
        with st.container(height=_WALL, border=False, key="launch-garments"), _row():
            for _, row in shown.iterrows():
                worn = garment(row)
                _tile(worn, worn.id in ids, worn.name, _choose_garment, (chosen, worn, many, most))


def _row() -> st.delta_generator.DeltaGenerator:
    return st.container(horizontal=True, gap="small")


def _tile(
    one: Person | Garment,
    is_chosen: bool,
    name: str,
    choose: Callable[..., None],
    args: tuple[object, ...],
) -> None:
    with st.container(width=_TILE, gap="xsmall", key=f"tile-{one.kind}-{one.id}"):
        ring = f"outline:3px solid {PLUM};outline-offset:-3px;" if is_chosen else ""
        style = f"width:100%;aspect-ratio:3/4;object-fit:cover;border-radius:0.6rem;{ring}"
        length = _LONGEST - 4 if is_chosen else _LONGEST  # the icon takes some
        # The button beside it says the name.
        st.html(picture.tag(one.object_id, "", f"display:block;{style}", small=True))
        st.button(
            markdown(shortened(name, length)),
            icon=":material/check_circle:" if is_chosen else None,
            key=f"choose-{one.kind}-{one.id}",
            type="tertiary",
            width="stretch",
            on_click=choose,
            args=args,
            help=markdown(name) if len(name) > length else None,
        )


def _choose_person(chosen: Choice, one: Person, many: bool) -> None:
    rest = [other for other in chosen.persons if other.id != one.id]
    if not many:
        chosen.persons = [one]
    elif len(rest) == len(chosen.persons):
        chosen.persons = [*rest, one]
    elif rest:  # somebody has to wear it
        chosen.persons = rest


def _choose_garment(chosen: Choice, one: Garment, many: bool, most: int) -> None:
    rest = [other for other in chosen.garments if other.id != one.id]
    if len(rest) < len(chosen.garments):
        if rest:
            chosen.garments = rest
    elif many:
        chosen.garments = [*rest, one]
    else:
        # Another one for the same place takes it; what no longer goes on goes off.
        kept = [other for other in rest if not _places(other) & _places(one)]
        chosen.garments = [*kept[len(kept) + 1 - most :], one] if most > 1 else [one]


def _places(one: Garment) -> set[str]:
    return _PLACES.get(one.category, {one.category})


def settle(chosen: Choice, *, many: bool, most: int) -> None:
    """Keep of what was chosen for a batch what fits a single picture."""
    if many:
        return
    chosen.persons = chosen.persons[:1]
    garments, chosen.garments = chosen.garments, []
    for one in garments:
        _choose_garment(chosen, one, many=False, most=most)


def listed(chosen: Choice, uploads: Uploads, *, persons: bool, garments: bool) -> None:
    """What is chosen, with what can be corrected about it."""
    if persons:
        for one in chosen.persons[:_LISTED]:
            with _entry(one):
                st.markdown(f"**{markdown(one.name)}**")
                if one.kind == "photo":
                    _photo(chosen, one, uploads)
                if uploads.may_fit(one.kind) and st.button(
                    "Fit the body",
                    icon=":material/accessibility_new:",
                    type="tertiary",
                    key=f"fit-{one.id}",
                    help="Put shoulders, waist and hem right for the built-in engine.",
                ):
                    _fit(one, uploads)
        _others(chosen.persons)
    if garments:
        for worn in chosen.garments[:_LISTED]:
            with _entry(worn):
                st.markdown(f"**{markdown(shortened(worn.name, 40))}**")
                _garment(chosen, worn, uploads)
        _others(chosen.garments)


# More than these are named in the walls only.
_LISTED = 4


def _others(chosen: Sequence[object]) -> None:
    if len(chosen) > _LISTED:
        st.caption(f"and {len(chosen) - _LISTED} more")


def _entry(one: Person | Garment) -> st.delta_generator.DeltaGenerator:
    row = st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="small")
    with row:
        style = "display:block;width:60px;height:80px;object-fit:cover;border-radius:0.5rem"
        with st.container(width=60):
            st.html(picture.tag(one.object_id, "", style, small=True))
        return st.container(gap="xsmall")


def _photo(chosen: Choice, one: Person, uploads: Uploads) -> None:
    st.caption(f"Deleted by itself on {one.expires}." if one.expires else "An uploaded photo.")
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Delete now",
            icon=":material/delete:",
            type="tertiary",
            key=f"forget-{one.id}",
            on_click=_forget,
            args=[chosen, one, uploads],
            help="Deletes the photo and every picture that was made of it.",
        )
        st.button(
            "It is a garment",
            type="tertiary",
            key=f"garment-{one.id}",
            on_click=_recall,
            args=[chosen, one, uploads.call_garment, uploads],
        )


def _garment(chosen: Choice, worn: Garment, uploads: Uploads) -> None:
    names = [name.capitalize() for name in filters.CATEGORIES]
    key = f"category-{worn.id}"
    st.selectbox(
        f"Category of {shortened(worn.name, 40)}",
        names,
        index=names.index(worn.category.capitalize()),
        key=key,
        label_visibility="collapsed",
        on_change=_categorize,
        args=[chosen, worn, key, uploads],
        width=150,
        help=None,
    )
    if worn.kind == "item":
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Delete",
                icon=":material/delete:",
                type="tertiary",
                key=f"remove-{worn.id}",
                on_click=_forget,
                args=[chosen, worn, uploads],
            )
            st.button(
                "It is a person",
                type="tertiary",
                key=f"person-{worn.id}",
                on_click=_recall,
                args=[chosen, worn, uploads.call_person, uploads],
            )


# Where the engine saw the body, by picture: looking takes a second.
_READ = "launch.body"


@st.dialog("Fit the body")
def _fit(one: Person, uploads: Uploads) -> None:
    st.caption(
        "Drag the points to where shoulders, waist and hem are, or move them with the arrow keys. "
        "What you leave alone is read from the picture by the built-in engine."
    )
    read: dict[str, Points] = st.session_state.setdefault(_READ, {})
    if one.object_id not in read:
        with st.spinner("Looking for the body"):
            found, trouble = tried(lambda: uploads.points_read(one.object_id), uploads.known)
        if found is None:
            st.warning(markdown(trouble), icon=":material/info:")
            return
        read[one.object_id] = found
    kept, trouble = tried(lambda: uploads.points_kept(one.object_id), uploads.known)
    if kept is None:
        st.warning(markdown(trouble), icon=":material/cloud_off:")
        return
    put = body_points.show(one.object_id, one.name, read[one.object_id], kept)
    with st.container(horizontal=True, gap="small"):
        save = st.button("Save", type="primary", icon=":material/save:", disabled=put == kept)
        forget = bool(kept) and st.button("Read it anew", icon=":material/restart_alt:")
    if not (save or forget):
        return
    _, trouble = tried(
        lambda: uploads.keep_points(one.object_id, put if save else {}), uploads.known
    )
    said = "Saved: it holds for every picture that is made of this one."
    say(
        trouble or (said if save else "The body is read from the picture again."),
        is_trouble=bool(trouble),
    )
    st.rerun()


def _categorize(chosen: Choice, worn: Garment, key: str, uploads: Uploads) -> None:
    category = str(st.session_state[key]).lower()
    if category not in filters.CATEGORIES:
        return  # the browser's word is not taken for it
    if worn.kind == "item":
        _, trouble = tried(lambda: uploads.categorize(worn.id, category), uploads.known)
        if trouble:
            say(trouble, is_trouble=True)
            return
    corrected = replace(worn, category=category)
    chosen.garments = [corrected if one.id == worn.id else one for one in chosen.garments]


def _forget(chosen: Choice, one: Person | Garment, uploads: Uploads) -> None:
    forget = uploads.forget_photo if isinstance(one, Person) else uploads.remove_item
    _, trouble = tried(lambda: forget(one.id), uploads.known)
    _drop_out(chosen, one)
    say(trouble or "Deleted; the file follows within a minute.", is_trouble=bool(trouble))


def _recall(
    chosen: Choice, one: Person | Garment, call: Callable[[str], Taken], uploads: Uploads
) -> None:
    taken, trouble = tried(lambda: call(one.id), uploads.known)
    if taken is None:
        say(trouble, is_trouble=True)
        return
    _drop_out(chosen, one)
    st.session_state.setdefault(_WANTED, []).append(taken)


def _drop_out(chosen: Choice, one: Person | Garment) -> None:
    chosen.persons = [other for other in chosen.persons if other.id != one.id]
    chosen.garments = [other for other in chosen.garments if other.id != one.id]


# Uploads that are to be chosen once the queries know them.
_WANTED = "launch.wanted"
# Garments that other pages have offered to try on, and to whom, by id; the address says which one
# it is.
_OFFERED, _GARMENT = "offered", "garment"


def offer(
    who: str,
    kind: str,
    garment_id: str,
    object_id: str,
    name: str,
    category: str,
    brand: str | None = None,
) -> None:
    """A link to Launch with a garment chosen: a "product" of a brand's, or one's own "item".

    ``who`` is the visitor's id.
    """
    worn = Garment(kind, garment_id, object_id, name, category)
    st.session_state.setdefault(_OFFERED, {})[garment_id] = (who, worn)
    st.page_link(
        "pages/studio/launch.py",
        label="Try it on",
        icon=":material/rocket_launch:",
        query_params={_GARMENT: garment_id} | ({} if brand is None else {"brand": brand}),
    )


def _asked(garments: pd.DataFrame, who: str) -> Garment | None:
    """The garment that the address asks for, once; one that is not known is none."""
    wanted = st.query_params.pop(_GARMENT, None)
    if wanted is None:
        return None
    offered: dict[str, tuple[str, Garment]] = st.session_state.get(_OFFERED, {})
    to_whom, worn = offered.get(wanted, ("", None))
    if worn is not None and to_whom == who:
        return worn
    listed = garments[garments["garment_id"] == wanted]
    return None if listed.empty else garment(listed.iloc[0])


def choose_wanted(
    chosen: Choice, persons: pd.DataFrame, garments: pd.DataFrame, *, many: bool, most: int
) -> None:
    """Choose what has just been dropped in."""
    wanted: list[Taken] = st.session_state.pop(_WANTED, [])
    ids = {str(taken.id) for taken in wanted}
    new_persons = [person(row) for _, row in persons.iterrows() if row["person_id"] in ids]
    new_garments = [garment(row) for _, row in garments.iterrows() if row["garment_id"] in ids]
    if many and new_persons:
        chosen.persons = [*chosen.persons, *new_persons]
    elif new_persons:
        chosen.persons = new_persons[:1]
    if new_garments:
        chosen.garments = [*chosen.garments, *new_garments] if many else []
        if not many:
            for worn in new_garments:
                _choose_garment(chosen, worn, many=False, most=most)


def drop(uploads: Uploads) -> None:
    """Room to drop pictures into: persons and garments together, which are told apart."""
    if uploads.refusal is not None:
        st.caption(f":material/lock: {uploads.refusal}")
        return
    number = st.session_state.setdefault(_DROP, 0)
    files = st.file_uploader(
        "Drop in photos of persons and pictures of garments, together and as many as you like",
        type=list(uploads.endings),
        accept_multiple_files=True,
        max_upload_size=uploads.most_mb,
        key=f"launch-drop-{number}",
    )
    st.caption(
        ":material/lock: Place and time are removed from every picture. A person's photo is "
        f"deleted after {uploads.days} days, or at once when you say so, with what was made of it."
    )
    if files:
        with st.spinner("Looking at the pictures…", show_time=True):
            _take(files, uploads)
        # The next one is empty, so that nothing is taken twice.
        st.session_state[_DROP] = number + 1
        st.rerun()


def _take(files: Sequence[st.runtime.uploaded_file_manager.UploadedFile], uploads: Uploads) -> None:
    counts = {"photo": 0, "item": 0}
    troubles = []
    for file in files[:_MOST_FILES]:
        content = file.getvalue()
        taken, trouble = tried(lambda f=file, c=content: uploads.take(f.name, c), uploads.known)  # type: ignore[misc]
        if taken is None:
            troubles.append(f"{markdown(shortened(file.name, 40))}: {trouble}")
        else:
            counts[taken.kind] += 1
            st.session_state.setdefault(_WANTED, []).append(taken)
    if len(files) > _MOST_FILES:
        troubles.append(f"{_MOST_FILES} are taken at a time: drop in the others once more.")
    if sum(counts.values()):
        kinds = [_count(counts["photo"], "person"), _count(counts["item"], "garment")]
        say(f"Taken: {' and '.join(kind for kind in kinds if kind)}. Correct below what is wrong.")
    for trouble in troubles:
        say(trouble, is_trouble=True)


def _count(number: int, what: str) -> str:
    return counted(number, what) if number else ""


def say(sentence: str, *, is_trouble: bool = False) -> None:
    """Have something said once, in the run that follows."""
    st.session_state.setdefault(_SAID, []).append((sentence, is_trouble))


def said() -> None:
    """Say what there is to say."""
    for sentence, is_trouble in st.session_state.pop(_SAID, []):
        if is_trouble:
            st.warning(sentence, icon=":material/error:")
        else:
            st.success(sentence, icon=":material/check:")
