"""The personas of a brand: their pictures, and the photo sets that are made of them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, Protocol
from uuid import UUID, uuid4

import streamlit as st

from components import acting, picture
from components.plain import markdown, shortened
from metrics import counted

_OPEN = "persona"
_SET_KEY = "personas.set"
_LOOK_EVERY = 3.0
_STATUS: dict[str, tuple[str, Literal["gray", "orange", "green"]]] = {
    "draft": ("Draft: no picture shows a person yet", "gray"),
    "processing": ("A photo set is being made", "orange"),
    "ready": ("Ready", "green"),
}
_STYLES = (
    "Studio portrait, plain light backdrop",
    "Street style in a city, daylight",
    "Editorial, dramatic light",
    "At the beach, golden hour",
)


class Powers(Protocol):
    """What can be done with a brand's personas; each act may raise one of ``known``."""

    @property
    def known(self) -> tuple[type[Exception], ...]: ...

    @property
    def most_mb(self) -> int: ...

    @property
    def most_photos(self) -> int: ...

    @property
    def engines(self) -> Mapping[str, str]: ...

    @property
    def lacking(self) -> str | None: ...

    def personas(self) -> Sequence[Any]: ...

    def persona(self, persona: str) -> Any: ...

    def pictures(self, persona: str) -> Sequence[UUID]: ...

    def photo_sets(self, persona: str) -> Sequence[Any]: ...

    def add(self, name: str) -> str: ...

    def rename(self, persona: str, name: str) -> None: ...

    def delete(self, persona: str) -> None: ...

    def add_picture(self, persona: str, content: bytes) -> bool: ...

    def make_set(self, persona: str, engine: str, style: str, count: int, key: str) -> int: ...

    def retry(self, photo_set: str) -> int: ...


_FRAME = (
    "width:100%;aspect-ratio:3/4;object-fit:cover;display:block;"
    "border-radius:0.5rem;background:rgba(128,118,111,0.12)"
)
_NONE = (
    '<div role="img" aria-label="No picture yet" style="width:100%;aspect-ratio:3/4;display:grid;'
    "place-items:center;border-radius:0.5rem;background:rgba(128,118,111,0.12);"
    'font-size:0.85rem">No picture yet</div>'
)


def show(powers: Powers, *, may_write: bool) -> None:
    """The personas as cards; one opens beside the page."""
    acting.said()
    try:
        found = powers.personas()
        if may_write and st.button("New persona", icon=":material/person_add:", type="primary"):
            _add(powers)
        if not found:
            with st.container(border=True):
                st.markdown("**No personas yet.**")
                st.caption(
                    "A persona is a person or a model by some pictures: garments are tried on it, "
                    "and photo sets are made of it."
                )
        else:
            with st.grid("auto", min_column_width=170, gap="medium", key="personas-grid"):
                for one in found:
                    with st.container(gap="xsmall", key=f"persona-{one.id}"):
                        _card(one)
        opened = st.query_params.get(_OPEN)
        if opened is not None:
            _drawer(opened, powers, may_write=may_write)
    except powers.known as error:
        st.warning(markdown(str(error)), icon=":material/cloud_off:")
        st.button("Try again", icon=":material/refresh:")


def _card(one: Any) -> None:
    st.html(
        _NONE if one.picture is None else picture.tag(one.picture, one.name, _FRAME, small=True)
    )
    st.markdown(f"**{markdown(shortened(one.name, 40))}**")
    label, color = _STATUS[one.status]
    st.badge(label.split(":")[0], color=color)
    count = one.picture_count
    st.caption(counted(count, "picture"))
    st.button(
        "Open",
        icon=":material/open_in_full:",
        type="tertiary",
        key=f"open-{one.id}",
        on_click=_open,
        args=[str(one.id)],
        help=f"Open {one.name}",
    )


def _open(persona: str) -> None:
    st.query_params[_OPEN] = persona


def _close() -> None:
    st.query_params.pop(_OPEN, None)


@st.dialog("New persona")
def _add(powers: Powers) -> None:
    with st.form("persona-new", border=False):
        name = st.text_input("Name", max_chars=255, placeholder="Dana")
        sent = st.form_submit_button("Make it", type="primary")
    if sent:
        made: list[str] = []
        trouble = acting.attempt(lambda: made.append(powers.add(name)), powers.known)
        if trouble is None:
            _open(made[0])
            st.rerun()
        st.error(markdown(trouble), icon=":material/error:")


def _drawer(persona: str, powers: Powers, *, may_write: bool) -> None:
    @st.dialog("Persona", width="large", position="right", on_dismiss=_close)
    def drawer() -> None:
        try:
            UUID(persona)
            _persona(powers.persona(persona), powers, may_write=may_write)
        except ValueError:
            st.warning("The address names a persona that does not exist.")
        except powers.known as error:
            st.warning(markdown(str(error)), icon=":material/info:")

    drawer()


def _persona(one: Any, powers: Powers, *, may_write: bool) -> None:
    st.header(one.name, anchor=False)
    label, color = _STATUS[one.status]
    st.badge(label, color=color)
    shown = powers.pictures(str(one.id))
    if shown:
        with st.grid("auto", min_column_width=120, gap="small"):
            for number, each in enumerate(shown, start=1):
                st.html(picture.tag(each, f"{one.name}, picture {number}", _FRAME, small=True))
    if may_write:
        _pictures(one, powers)
    _sets(one, powers, may_write=may_write)
    if may_write:
        _change(one, powers)


def _pictures(one: Any, powers: Powers) -> None:
    sent = st.file_uploader(
        "Add pictures: the face seen from the front, head to feet for try-ons",
        type=["jpg", "jpeg", "png", "webp", "heic"],
        accept_multiple_files=True,
        max_upload_size=powers.most_mb,
        key=f"persona-files-{one.id}-{one.picture_count}",
    )
    if not sent:
        return
    trouble = []
    for file in sent:
        seen: list[bool] = []
        said = acting.attempt(
            partial(_take, powers, str(one.id), file.getvalue(), seen), powers.known
        )
        if said is not None:
            trouble.append(f"{file.name}: {said}")
        elif not seen[0]:
            trouble.append(f"{file.name}: kept, but no face is found in it.")
    if trouble:
        for sentence in trouble:
            st.warning(markdown(sentence), icon=":material/info:")
        if not st.button("Go on"):
            return
    st.rerun(scope="fragment")


def _take(powers: Powers, persona: str, content: bytes, seen: list[bool]) -> None:
    seen.append(powers.add_picture(persona, content))


# Photo sets


def _sets(one: Any, powers: Powers, *, may_write: bool) -> None:
    st.subheader("Photo sets", anchor=False)
    if may_write:
        lacking = powers.lacking
        if lacking is not None:
            st.caption(f":material/lock: {lacking}")
        elif one.status == "draft":
            st.caption("Add a picture that shows a person first.")
        else:
            _new_set(one, powers)

    @st.fragment(run_every=_LOOK_EVERY if one.status == "processing" else None)
    def progress() -> None:
        found = powers.photo_sets(str(one.id))
        if not found:
            st.caption("None yet.")
        for each in found:
            with st.container(border=True, gap="xsmall", key=f"set-{each.id}"):
                _set(each, powers, may_write=may_write)

    progress()


def _new_set(one: Any, powers: Powers) -> None:
    with st.form(f"set-{one.id}", border=True):
        style = st.selectbox("Style", _STYLES, accept_new_options=True)
        count = st.number_input("Pictures", 1, powers.most_photos, 4)
        engine = st.selectbox("Engine", list(powers.engines))
        sent = st.form_submit_button("Make the set", type="primary", icon=":material/burst_mode:")
    if not sent:
        return
    # The same until it is launched: a second click finds the first one's.
    key = st.session_state.setdefault(_SET_KEY, str(uuid4()))
    trouble = acting.attempt(
        lambda: powers.make_set(
            str(one.id), powers.engines[str(engine)], str(style), int(count), key
        ),
        powers.known,
    )
    if trouble is not None:
        st.error(markdown(trouble), icon=":material/error:")
        return
    st.session_state.pop(_SET_KEY, None)
    st.rerun(scope="fragment")


def _set(one: Any, powers: Powers, *, may_write: bool) -> None:
    st.markdown(f"**{markdown(one.style)}**")
    st.progress(min(one.completed / one.wanted, 1.0), f"{one.completed} of {one.wanted} made")
    if one.pictures:
        with st.grid("auto", min_column_width=90, gap="small"):
            for each in one.pictures:
                st.html(picture.tag(each, f"{one.style}", _FRAME, small=True))
    if one.failed and not one.is_running:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{one.failed} failed.")
            if may_write and st.button(
                "Try them again", icon=":material/replay:", key=f"retry-{one.id}"
            ):
                trouble = acting.attempt(lambda: powers.retry(str(one.id)), powers.known)
                if trouble is not None:
                    st.error(markdown(trouble), icon=":material/error:")
                else:
                    st.rerun(scope="fragment")


def _change(one: Any, powers: Powers) -> None:
    with st.expander("Change or delete", icon=":material/edit:"):
        with st.form(f"persona-form-{one.id}", border=False):
            name = st.text_input("Name", value=one.name, max_chars=255)
            sent = st.form_submit_button("Save")
        if sent:
            trouble = acting.attempt(lambda: powers.rename(str(one.id), name), powers.known)
            if trouble is None:
                st.rerun(scope="fragment")
            st.error(markdown(str(trouble)), icon=":material/error:")
        st.caption("Its pictures are deleted with it; what was made of it stays in the Gallery.")
        if st.button("Delete it", icon=":material/delete:", key=f"delete-{one.id}"):
            acting.act(lambda: powers.delete(str(one.id)), powers.known, f"{one.name} is deleted.")
            _close()
            st.rerun()
