"""Somebody's own wardrobe: garments and saved looks, found, corrected, and put into collections."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from uuid import UUID

import streamlit as st

from components import acting, address, card, launch_choice, picture
from components.filters import CATEGORIES, category_name
from components.plain import markdown, shortened
from metrics import counted

_PAGE = 48
_ALIKE = 12
_MORE = "wardrobe.shown"
_OPEN, _SIMILAR = "item", "similar"
_KINDS = {"Everything": "", "Garments": "item", "Looks": "look"}
_CATEGORY_NAMES = {category_name(name): name for name in CATEGORIES}
_ALL, _ANY_COLOR, _NO_COLLECTION = "All categories", "Any colour", "Whole wardrobe"


class Powers(Protocol):
    """What can be done with one's own wardrobe; each act may raise one of ``known``."""

    @property
    def known(self) -> tuple[type[Exception], ...]: ...

    @property
    def most_mb(self) -> int: ...

    @property
    def colors(self) -> Sequence[str]: ...

    @property
    def who(self) -> str: ...

    @property
    def may_borrow(self) -> bool: ...

    @property
    def refusal(self) -> str | None: ...

    def items(
        self, count: int, *, category: str, kind: str, color: str, words: str, collection: str
    ) -> Sequence[Any]: ...

    def item(self, item: str) -> Any: ...

    def similar(self, item: str, count: int) -> Sequence[Any]: ...

    def collections(self) -> Sequence[Any]: ...

    def collections_of(self, item: str) -> set[str]: ...

    def add(self, name: str, content: bytes) -> Any: ...

    def borrow(self) -> int: ...

    def change(
        self,
        item: str,
        *,
        name: str,
        label: str,
        category: str,
        tags: Sequence[str],
        colors: Sequence[str],
    ) -> None: ...

    def put(self, item: str, collections: Collection[str]) -> None: ...

    def remove(self, item: str) -> None: ...

    def add_collection(self, name: str) -> str: ...

    def remove_collection(self, collection: str) -> None: ...


@dataclass(frozen=True)
class _Wanted:
    """What is looked for, as the powers take it."""

    words: str
    category: str
    kind: str
    color: str
    collection: str

    @property
    def is_everything(self) -> bool:
        return not any((self.words, self.category, self.kind, self.color, self.collection))


def show(powers: Powers) -> None:
    """The wardrobe as a page."""
    acting.said()
    try:
        collections = powers.collections()
        wanted = _filters(powers, collections)
        _acts(powers)
        like = st.query_params.get(_SIMILAR)
        if like is not None:
            _alike(like, powers)
        else:
            _collections(collections, wanted, powers)
            _wall(wanted, powers)
        opened = st.query_params.get(_OPEN)
        if opened is not None:
            _drawer(opened, powers)
    except powers.known as error:
        st.warning(markdown(str(error)), icon=":material/cloud_off:")
        st.button("Try again", icon=":material/refresh:")


def labelled(collections: Sequence[Any]) -> dict[str, Any]:
    """Collections, given the newest first, by what tells them apart: a name may be there twice."""
    found: dict[str, Any] = {}
    for one in reversed(collections):
        label, number = one.name, 2
        while label in found or label == _NO_COLLECTION:
            label, number = f"{one.name} ({number})", number + 1
        found[label] = one
    return found


def _filters(powers: Powers, collections: Sequence[Any]) -> _Wanted:
    named = {label: str(one.id) for label, one in labelled(collections).items()}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        words = st.text_input(
            "Search",
            type="search",
            key="search",
            bind="query-params",
            max_chars=100,
            placeholder="Name, label, tag or colour",
            icon=":material/search:",
            width=240,
        )
        address.check("category", "category", [_ALL, *_CATEGORY_NAMES])
        category = st.selectbox(
            "Category", [_ALL, *_CATEGORY_NAMES], key="category", bind="query-params", width=170
        )
        colors = [_ANY_COLOR, *(color.capitalize() for color in powers.colors)]
        address.check("color", "colour", colors)
        color = st.selectbox("Colour", colors, key="color", bind="query-params", width=150)
        address.check("collection", "collection", [_NO_COLLECTION, *named])
        collection = st.selectbox(
            "Collection",
            [_NO_COLLECTION, *named],
            key="collection",
            bind="query-params",
            width=180,
        )
        address.check("kind", "kind", _KINDS)
        kind = st.segmented_control(
            "Kind", list(_KINDS), default="Everything", required=True, key="kind",
            bind="query-params",
        )  # fmt: skip
    return _Wanted(
        words=" ".join((words or "").split()),
        category=_CATEGORY_NAMES.get(category, ""),
        kind=_KINDS.get(kind or "", ""),
        color="" if color == _ANY_COLOR else color.lower(),
        collection=named.get(collection, ""),
    )


def _acts(powers: Powers) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        refusal = powers.refusal
        if refusal is None and st.button("Add garments", icon=":material/add:", type="primary"):
            _add(powers)
        if st.button("New collection", icon=":material/create_new_folder:"):
            _new_collection(powers)
    if refusal is not None:
        st.caption(f":material/lock: {refusal}")


def _collections(collections: Sequence[Any], wanted: _Wanted, powers: Powers) -> None:
    if wanted.collection:
        if st.button("Delete this collection", icon=":material/delete:", type="tertiary"):
            _drop_collection(wanted.collection, powers)
        return
    if not collections or not wanted.is_everything:
        return
    with st.container(horizontal=True, gap="small", key="wardrobe-collections"):
        for label, one in [*reversed(labelled(collections).items())][:8]:
            with st.container(border=True, gap="xsmall", width=150, key=f"collection-{one.id}"):
                if one.cover is not None:
                    st.html(picture.tag(one.cover, f"Cover of {one.name}", _COVER, small=True))
                else:
                    st.html(_EMPTY_COVER)
                st.button(
                    f"{markdown(shortened(label, 18))} ({one.item_count})",
                    type="tertiary",
                    key=f"show-{one.id}",
                    on_click=_pick_collection,
                    args=[label],
                    help=f"Show {markdown(label)}",
                )


def _pick_collection(name: str) -> None:
    st.session_state["collection"] = name


_FRAME = (
    "width:100%;aspect-ratio:4/5;object-fit:contain;display:block;"
    "border-radius:0.5rem;background:rgba(128,118,111,0.12)"
)
_COVER = _FRAME.replace("aspect-ratio:4/5", "aspect-ratio:4/3")
_EMPTY_COVER = (
    '<div role="img" aria-label="Empty" style="width:100%;aspect-ratio:4/3;display:grid;'
    "place-items:center;border-radius:0.5rem;background:rgba(128,118,111,0.12);"
    'font-size:0.85rem">Empty</div>'
)


def _wall(wanted: _Wanted, powers: Powers) -> None:
    count = st.session_state.setdefault(_MORE, _PAGE)
    found = powers.items(
        count + 1,
        category=wanted.category,
        kind=wanted.kind,
        color=wanted.color,
        words=wanted.words,
        collection=wanted.collection,
    )
    if not found:
        _nothing(wanted, powers)
        return
    shown = found[:count]
    more = len(found) > count
    items = counted(len(shown), "item")
    st.caption(f"{items}, and there are more" if more else items)
    _grid(shown)
    if more:
        st.button("Show more", icon=":material/expand_more:", on_click=_show_more)


def _show_more() -> None:
    st.session_state[_MORE] += _PAGE


def _nothing(wanted: _Wanted, powers: Powers) -> None:
    if not wanted.is_everything:
        card.empty("Nothing like this hangs here.")
        return
    with st.container(border=True):
        st.markdown("**This wardrobe is empty.**")
        if powers.refusal is None:
            st.caption("Add pictures of garments: colours and tags are read from them.")
        st.caption("Looks come from the Gallery, where you save a picture.")
        if powers.may_borrow and st.button(
            "Borrow the demo's garments", icon=":material/checkroom:", type="primary"
        ):
            _borrow(powers)


def _borrow(powers: Powers) -> None:
    with st.spinner("Looking at each of them"):
        hung: list[int] = []
        trouble = acting.attempt(lambda: hung.append(powers.borrow()), powers.known)
    if trouble is None and not hung[0]:
        trouble = "The demo's garments are being drawn: try it again in a minute."
    if trouble is not None:
        acting.say(trouble, is_trouble=True)
    st.rerun()


def _grid(items: Sequence[Any]) -> None:
    with st.grid("auto", min_column_width=150, gap="medium", key="wardrobe-grid"):
        for one in items:
            with st.container(gap="xsmall", key=f"hung-{one.id}"):
                _tile(one)


def _tile(one: Any) -> None:
    if one.picture is None:
        st.html(_EMPTY_COVER)
    else:
        st.html(picture.tag(one.picture, one.name, _FRAME, small=True))
    st.markdown(f"**{markdown(shortened(one.name, 40))}**")
    kind = "Look" if one.kind == "look" else category_name(one.category) if one.category else ""
    st.caption(" · ".join(markdown(part) for part in (kind, *one.colors[:2]) if part))
    st.button(
        "Open",
        icon=":material/open_in_full:",
        type="tertiary",
        key=f"open-{one.id}",
        on_click=_open,
        args=[str(one.id)],
        help=f"Open {one.name}",
    )


def _open(item: str) -> None:
    st.query_params[_OPEN] = item


def _close() -> None:
    st.query_params.pop(_OPEN, None)


# What looks alike


def _alike(item: str, powers: Powers) -> None:
    try:
        UUID(item)
        like = powers.item(item)
    except ValueError:
        st.warning("The address names an item that does not exist.")
        return
    st.subheader(f"Similar to {markdown(like.name)}", anchor=False)
    st.caption("By colour, texture and shape, as they are read from the picture.")
    st.button("Back to the wardrobe", icon=":material/arrow_back:", on_click=_forget_alike)
    found = powers.similar(item, _ALIKE)
    if not found:
        card.empty("There is nothing to compare it with yet.")
        return
    _grid(found)


def _forget_alike() -> None:
    st.query_params.pop(_SIMILAR, None)


def _show_alike(item: str) -> None:
    _close()
    st.query_params[_SIMILAR] = item


# One item


def _drawer(item: str, powers: Powers) -> None:
    @st.dialog("Wardrobe item", width="large", position="right", on_dismiss=_close)
    def drawer() -> None:
        try:
            UUID(item)
            _item(powers.item(item), powers)
        except ValueError:
            st.warning("The address names an item that does not exist.")
        except powers.known as error:
            st.warning(markdown(str(error)), icon=":material/info:")

    drawer()


def _item(one: Any, powers: Powers) -> None:
    st.header(one.name, anchor=False)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        if one.picture is not None:
            st.html(picture.tag(one.picture, one.name, _FRAME))
        if one.looks:
            st.markdown(" ".join(f":gray-badge[{markdown(look)}]" for look in one.looks))
        _uses(one, powers)
    with right:
        _form(one, powers)
        _membership(one, powers)
        with st.popover("Take it out", icon=":material/delete:"):
            st.caption(
                "An uploaded picture is deleted with it; a look's picture stays in the Gallery."
            )
            if st.button("Take it out of the wardrobe", type="primary", key=f"gone-{one.id}"):
                acting.act(lambda: powers.remove(str(one.id)), powers.known, f"{one.name} is gone.")
                _close()
                st.rerun()


def _uses(one: Any, powers: Powers) -> None:
    if powers.similar(str(one.id), 1) and st.button(
        "Similar to this", icon=":material/image_search:", key=f"alike-{one.id}"
    ):
        _show_alike(str(one.id))
        st.rerun()
    if one.kind == "item" and one.picture is not None:
        launch_choice.offer(
            powers.who, "item", str(one.id), str(one.picture), one.name, str(one.category)
        )


def _form(one: Any, powers: Powers) -> None:
    with st.form(f"wardrobe-form-{one.id}", border=False):
        name = st.text_input("Name", value=one.name, max_chars=200)
        label = st.text_input("Label in it", value=one.label or "", max_chars=100)
        category = ""
        if one.kind == "item":
            names = list(_CATEGORY_NAMES)
            current = names.index(category_name(one.category)) if one.category else 0
            category = _CATEGORY_NAMES[st.selectbox("Category", names, index=current)]
        colors = st.multiselect("Colours", list(powers.colors), default=list(one.colors))
        tags = st.text_input("Tags", value=", ".join(one.tags), help="With commas between them.")
        sent = st.form_submit_button("Save", type="primary", icon=":material/save:")
    if not sent:
        return
    said = [tag.strip() for tag in tags.split(",") if tag.strip()]
    trouble = acting.attempt(
        lambda: powers.change(
            str(one.id), name=name, label=label, category=category, tags=said, colors=colors
        ),
        powers.known,
    )
    if trouble is not None:
        st.error(markdown(trouble), icon=":material/error:")
        return
    st.toast("Saved.", icon=":material/check:")
    st.rerun(scope="fragment")


def _membership(one: Any, powers: Powers) -> None:
    known = {str(each.id): label for label, each in labelled(powers.collections()).items()}
    if not known:
        return
    now = powers.collections_of(str(one.id))
    chosen = st.pills(
        "Collections",
        list(known),
        default=[each for each in known if each in now],
        format_func=lambda each: shortened(known.get(each, ""), 30),
        selection_mode="multi",
        key=f"collections-{one.id}",
    )
    if set(chosen) != now:
        trouble = acting.attempt(lambda: powers.put(str(one.id), chosen), powers.known)
        if trouble is not None:
            st.error(markdown(trouble), icon=":material/error:")


# New ones


@st.dialog("Add garments")
def _add(powers: Powers) -> None:
    st.caption(
        "One garment a picture, laid out or hanging. Its category, colours and tags are read from "
        "it; correct them afterwards."
    )
    sent = st.file_uploader(
        "Pictures",
        type=["jpg", "jpeg", "png", "webp", "heic"],
        accept_multiple_files=True,
        max_upload_size=powers.most_mb,
        key="wardrobe-files",
    )
    if not sent or not st.button(
        f"Add {len(sent)}", type="primary", icon=":material/checkroom:", key="wardrobe-add"
    ):
        return
    bar = st.progress(0.0, "Looking at them")
    refused = []
    for number, file in enumerate(sent, start=1):
        trouble = acting.attempt(partial(powers.add, file.name, file.getvalue()), powers.known)
        if trouble is not None:
            refused.append(f"{file.name}: {trouble}")
        bar.progress(number / len(sent), f"{number} of {len(sent)}")
    if refused:
        for sentence in refused:
            st.error(markdown(sentence), icon=":material/error:")
        hung = len(sent) - len(refused)
        st.caption(f"{hung} added. Close this to see them.")
        return
    acting.say(f"{len(sent)} added.")
    st.rerun()


@st.dialog("New collection")
def _new_collection(powers: Powers) -> None:
    with st.form("collection-new", border=False):
        name = st.text_input("Name", max_chars=255, placeholder="Summer")
        sent = st.form_submit_button("Make it", type="primary")
    if sent:
        trouble = acting.attempt(lambda: powers.add_collection(name), powers.known)
        if trouble is None:
            acting.say("The collection is there: open an item to put it in.")
            st.rerun()
        st.error(markdown(trouble), icon=":material/error:")


@st.dialog("Delete this collection?")
def _drop_collection(collection: str, powers: Powers) -> None:
    st.markdown("What is in it stays in the wardrobe.")
    if st.button("Delete it", type="primary", icon=":material/delete:"):
        acting.act(
            lambda: powers.remove_collection(collection), powers.known, "The collection is gone."
        )
        st.query_params.pop("collection", None)
        st.session_state.pop("collection", None)
        st.rerun()
