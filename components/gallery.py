"""The gallery: pictures as a grid, those that are picked side by side, saved, or taken along.

A picture is picked by its id, over as many pages as somebody likes. Pages are left by a cursor (the
last picture that was looked at), which lives in the address: a page further back costs no more.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

import pandas as pd
import streamlit as st

from components import address, card, drill, export, menu, picture
from components.filters import EVERY
from components.launch_result import LEVELS
from components.menu import Shown
from components.period import FIRST_DAY
from components.plain import markdown, shortened
from components.question import Question

log = logging.getLogger(__name__)

# Pictures of a page, and how many are looked at for it.
PAGE, LOOK = 30, 2000
# Side by side, more than this are too small to tell apart.
_COMPARED = 4
# What lies before every cursor.
_LAST = (datetime(2100, 1, 1, tzinfo=UTC), "ffffffff-ffff-ffff-ffff-ffffffffffff")

_BEFORE = "before"
_BACK = "gallery.back"
_ASKED = "gallery.asked"
_PICKED = "gallery.picked"
_SAID = "gallery.said"

# What people say of a picture, by the word of the queries.
VERDICTS = {
    "approved": (":green-badge[:material/check: Approved]", "Approved"),
    "rejected": (":red-badge[:material/close: Rejected]", "Rejected"),
    "disagreed": (":orange-badge[:material/contrast: Disagreed]", "Disagreed"),
}
_REVIEWS = {
    "All reviews": EVERY,
    "Approved": "approved",
    "Rejected": "rejected",
    "Disagreed": "disagreed",
    "Not reviewed": "none",
}


class File(Protocol):
    """A file for whoever asked for it."""

    @property
    def name(self) -> str: ...

    @property
    def content(self) -> bytes: ...

    @property
    def media_type(self) -> str: ...


@dataclass(frozen=True)
class Powers:
    """What whoever looks can do with pictures, by id; each gives a sentence on what came of it.

    ``favor`` is None for whoever may change nothing, ``save`` (with the name of a collection, or
    None) too. ``take`` gives a file as well, unless there is none.
    """

    take: Callable[[Sequence[str]], tuple[File | None, str]]
    favor: Callable[[Sequence[str], bool], str] | None = None
    save: Callable[[Sequence[str], str | None], str] | None = None
    collections: Callable[[], Sequence[str]] = tuple


# What is looked for


def words() -> str:
    """Ask for words to search by (``?search=``)."""
    said = st.text_input(
        "Search",
        type="search",
        key="search",
        bind="query-params",
        max_chars=100,
        placeholder="Product, prompt or batch",
        icon=":material/search:",
        width=240,
    )
    return " ".join((said or "").split())


def verdict() -> str:
    """Ask for what people say of pictures (``?review=``), as queries take it."""
    address.check("review", "review", _REVIEWS)
    picked = st.selectbox("Review", list(_REVIEWS), key="review", bind="query-params", width=150)
    return _REVIEWS.get(picked, EVERY)


def favorite() -> str:
    """Ask for favourites alone (``?favourites=``), as queries take it."""
    address.check("favourites", "favourites", ("true", "false"))
    wanted = st.toggle("Favourites", key="favourites", bind="query-params")
    return "yes" if wanted else EVERY


def made(today: date) -> tuple[date, date]:
    """Ask when pictures were made (``?made=&made=``): the first day in, and the first one out."""
    latest = today + timedelta(days=1)
    address.check_days("made", "days", FIRST_DAY, latest)
    picked = st.date_input(
        "Made",
        value=[],
        min_value=FIRST_DAY,
        max_value=latest,
        key="made",
        bind="query-params",
        format="YYYY-MM-DD",
        width=240,
        help="From the first day to the last, both in. Empty: at any time.",
    )
    days = [day for day in picked if FIRST_DAY <= day <= latest]
    if not days:
        return FIRST_DAY, latest
    return min(days), max(days) + timedelta(days=1)


# The page of pictures


@st.fragment
def show(question: Question, powers: Powers, window: tuple[date, date]) -> None:
    """The pictures that ``question`` finds, and what can be done with them.

    ``question`` takes ``since``, ``until``, ``before_at``, ``before_id``, ``look_count`` and
    ``row_count``.
    """
    # Other pictures are asked for than before: they begin with the newest.
    asked = (question.params, question.scope().brands, window)
    if st.session_state.setdefault(_ASKED, asked) != asked:
        st.session_state[_ASKED] = asked
        _to_the_newest()
    before_at, before_id = _cursor()
    narrowed = question.narrowed(
        {
            "before_at": before_at,
            "before_id": before_id,
            "look_count": LOOK,
            # One more than is shown tells whether there is more.
            "row_count": PAGE + 1,
        }
    )
    since, until = window

    def forget() -> None:
        narrowed.forget(since=since, until=until)

    answer = card.read(
        "The gallery", lambda: narrowed.read(since=since, until=until), "gallery", height=480
    )
    if answer is None:
        return
    found = answer[0].frame
    rows = found[found["output_id"].notna()]
    _bar(powers, forget, hint=not rows.empty)
    if rows.empty:
        card.empty("No such pictures." if pd.isna(found["reached_at"].iloc[0]) else _LOOKED_ON)
    else:
        with st.grid("auto", min_column_width=160, gap="medium", key="gallery-grid"):
            for _, row in rows.head(PAGE).iterrows():
                with st.container(gap="xsmall", key=f"picture-{row['output_id']}"):
                    _picture(row)
    _pages(found, rows)
    listed = partial(_listed, rows.head(PAGE))
    menu.offer(Shown("Gallery", answer[0].as_of, listed, asked=answer[1]), "gallery", forget)


# What a file says of each picture.
_COLUMNS = {
    "made_at": "Made (UTC)",
    "subject": "Product or prompt",
    "category": "Category",
    "brand": "Brand",
    "engine": "Engine",
    "engine_version": "Version",
    "batch": "Batch",
    "confidence_pct": "Confidence, an estimate",
    "verdict": "Verdict",
    "is_favorite": "Favourite",
    "job_id": "Job",
}


def _listed(rows: pd.DataFrame) -> menu.Rows:
    shown = rows[list(_COLUMNS)].assign(confidence_pct=rows["confidence_pct"] * 100)
    return export.rows_of_table(shown, _COLUMNS)


_LOOKED_ON = f"None among the {LOOK:,} pictures that were looked at; there are older ones."


def _picture(row: pd.Series) -> None:
    output, name = str(row["output_id"]), _name(row)
    st.html(picture.tag(row["object_id"], _alt(row), _FRAME, small=True))
    picked: dict[str, pd.Series] = st.session_state.setdefault(_PICKED, {})
    key = f"pick-{output}"
    st.session_state.setdefault(key, output in picked)
    st.checkbox(
        f"**{markdown(shortened(name, 60))}**",
        key=key,
        on_change=_pick,
        args=[output, row],
    )
    st.caption(_facts(row))
    st.markdown(_badges(row))
    if st.button(
        "History",
        icon=":material/history:",
        type="tertiary",
        key=f"history-{output}",
        on_click=drill.open_job,
        args=[row["job_id"]],
    ):
        st.rerun()  # the drawer is the page's


# The whole picture: what it shows at its edges may be what somebody looks for.
_FRAME = (
    "width:100%;aspect-ratio:3/4;object-fit:contain;display:block;"
    "border-radius:0.5rem;background:rgba(128,118,111,0.12)"
)


def _name(row: pd.Series) -> str:
    """What a picture is called: its product or prompt, else its category, else its kind."""
    for column in ("subject", "category", "mode"):
        said = row[column]
        if not pd.isna(said):
            return str(said) if column == "subject" else str(said).replace("_", " ").capitalize()
    return "Picture"


def _alt(row: pd.Series) -> str:
    brand = "" if pd.isna(row["brand"]) else f" for {row['brand']}"
    return f"{_name(row)}{brand}, made by {row['engine']}"


def _facts(row: pd.Series) -> str:
    words = [str(row[name]) for name in ("brand", "batch") if not pd.isna(row[name])]
    version = "" if pd.isna(row["engine_version"]) else f" {row['engine_version']}"
    words += [f"{row['engine']}{version}", f"{row['made_at']:%-d %b %Y}"]
    if row["origin"] == "demo":
        words.append("your demo")
    return " · ".join(markdown(word) for word in words)


def _badges(row: pd.Series) -> str:
    badges = []
    if row["is_favorite"]:
        badges.append(":orange-badge[:material/star: Favourite]")
    if not pd.isna(row["verdict"]):
        badges.append(VERDICTS[str(row["verdict"])][0])
    if not pd.isna(row["confidence_pct"]):
        share = float(row["confidence_pct"])
        level = next(word for least, word, _ in LEVELS if share >= least)
        badges.append(f":gray-badge[Estimate: {level}, {share:.0%}]")
    return " ".join(badges)


# What is picked, and what is done with it


def _picked() -> dict[str, pd.Series]:
    picked: dict[str, pd.Series] = st.session_state.get(_PICKED, {})
    return picked


def _pick(output: str, row: pd.Series) -> None:
    if st.session_state[f"pick-{output}"]:
        _picked()[output] = row
    else:
        _picked().pop(output, None)


def _pick_none() -> None:
    for output in _picked():
        st.session_state[f"pick-{output}"] = False
    st.session_state[_PICKED] = {}


def _bar(powers: Powers, forget: Callable[[], None], *, hint: bool) -> None:
    picked = _picked()
    with st.container(horizontal=True, vertical_alignment="center", key="gallery-bar"):
        if picked:
            _actions(powers, forget)
            st.button("Clear", type="tertiary", on_click=_pick_none)
            more = f" Up to {_COMPARED} can be compared." if len(picked) > _COMPARED else ""
            st.caption(f"{len(picked):,} picked.{more}")
        elif hint:
            st.caption("Pick pictures to compare them, save them or take them along.")
    said = st.session_state.pop(_SAID, None)
    if said:
        st.info(markdown(said), icon=":material/info:")


def _actions(powers: Powers, forget: Callable[[], None]) -> None:
    picked = _picked()
    if 2 <= len(picked) <= _COMPARED and st.button("Compare", icon=":material/compare:"):
        _compare(list(picked.values()))
    if powers.favor is not None:
        favored = all(row["is_favorite"] for row in picked.values())
        st.button(
            "No favourite" if favored else "Favourite",
            icon=":material/star:",
            on_click=_favor,
            args=[powers.favor, not favored, forget],
            key="gallery-favor",
        )
    if powers.save is not None:
        _save_menu(powers.save, powers.collections)
    if st.button(
        "Download",
        icon=":material/download:",
        help="One picture as it is, several in a zip.",
    ):
        _take(powers)


def _favor(
    favor: Callable[[Sequence[str], bool], str], favorite: bool, forget: Callable[[], None]
) -> None:
    picked = _picked()
    st.session_state[_SAID] = _did(lambda: favor(list(picked), favorite))
    forget()
    _pick_none()


def _save_menu(
    save: Callable[[Sequence[str], str | None], str], collections: Callable[[], Sequence[str]]
) -> None:
    popover = st.popover(
        "Save",
        icon=":material/checkroom:",
        key="gallery-save",
        on_change="rerun",
    )
    if not popover.open:
        return
    with popover:
        name = st.selectbox(
            "Collection",
            list(collections()),
            index=None,
            accept_new_options=True,
            key="gallery-collection",
            placeholder="None, or a new one's name",
            help="Pictures are saved in your wardrobe, and in this collection if you name one.",
        )
        st.button(
            "Save to wardrobe" if not name else "Save to collection",
            type="primary",
            key="gallery-save-now",
            on_click=_save,
            args=[save],
        )


def _save(save: Callable[[Sequence[str], str | None], str]) -> None:
    name = st.session_state.get("gallery-collection")
    picked = list(_picked())
    st.session_state[_SAID] = _did(lambda: save(picked, name or None))
    _pick_none()


def _did(act: Callable[[], str]) -> str:
    try:
        return act()
    except Exception:
        log.exception("the gallery could not do what was asked")
        return "This could not be done just now; nothing was changed. Try it again."


def _take(powers: Powers) -> None:
    try:
        file, said = powers.take(list(_picked()))
    except Exception:
        log.exception("pictures could not be taken along")
        file, said = None, "The pictures could not be read just now. Try it again."
    st.session_state[_SAID] = said
    if file is not None:
        menu.hand_over(file.content, file.name, file.media_type)


@st.dialog("Side by side", width="large")
def _compare(rows: Sequence[pd.Series]) -> None:
    with st.grid(len(rows), min_column_width=150, key="gallery-compared"):
        for row in rows:
            with st.container(gap="xsmall"):
                picture.show(str(row["object_id"]), _alt(row))
                st.markdown(f"**{markdown(shortened(_name(row), 60))}**")
                st.caption(_facts(row))
                st.markdown(_badges(row))


# From page to page


def _cursor() -> tuple[datetime, str]:
    """Before which picture the page begins, as the address says."""
    named = st.query_params.get(_BEFORE)
    if named is None:
        return _LAST
    at, _, object_id = named.partition("~")
    try:
        made_at = datetime.fromisoformat(at)
        return made_at.astimezone(UTC), str(UUID(object_id))
    except (ValueError, OverflowError):
        st.warning(
            "The address names a place in the gallery that does not exist: the newest are shown.",
            icon=":material/link_off:",
        )
        return _LAST


def _pages(found: pd.DataFrame, rows: pd.DataFrame) -> None:
    at, last = found["reached_at"].iloc[0], found["reached_id"].iloc[0]
    label, is_on = "Look further back", not pd.isna(at)
    if len(rows) > PAGE:
        shown = rows.iloc[PAGE - 1]
        at, last, label, is_on = shown["made_at"], shown["object_id"], "Older", True
    with st.container(horizontal=True):
        if _BEFORE in st.query_params:
            st.button("Newer", icon=":material/arrow_back:", on_click=_newer)
            st.button("Newest", icon=":material/first_page:", on_click=_to_the_newest)
        if is_on:
            st.button(
                label,
                icon=":material/arrow_forward:",
                on_click=_older,
                args=[f"{at.isoformat()}~{last}"],
                key="gallery-older",
            )


def _older(cursor: str) -> None:
    st.session_state.setdefault(_BACK, []).append(st.query_params.get(_BEFORE))
    st.query_params[_BEFORE] = cursor


def _newer() -> None:
    back: list[str | None] = st.session_state.get(_BACK, [])
    cursor = back.pop() if back else None
    if cursor is None:
        _to_the_newest()
    else:
        st.query_params[_BEFORE] = cursor


def _to_the_newest() -> None:
    st.session_state.pop(_BACK, None)
    st.query_params.pop(_BEFORE, None)
