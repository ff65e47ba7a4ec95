"""The products of a catalog: found, looked at one by one, and changed.

Pages are left by a cursor in the address, as in the gallery. Whoever may not write gets ``None``
for the powers and sees the same without what would change it.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import pandas as pd
import streamlit as st

import metrics
from components import address, card, drill, export, launch_choice, menu, picture
from components.filters import CATEGORIES, EVERY, category_name
from components.plain import markdown, shortened
from components.question import Ask, Question

log = logging.getLogger(__name__)

PAGE = 24
_LAST = (datetime(2100, 1, 1, tzinfo=UTC), "ffffffff-ffff-ffff-ffff-ffffffffffff")
_BEFORE, _BACK, _ASKED = "before", "products.back", "products.asked"
_PRODUCT = "product"
_SAID, _SAID_INSIDE = "products.said", "products.said_inside"
_ACTIVE = {"All": EVERY, "On offer": "yes", "Not on offer": "no"}
_VIEWS = ("Cards", "Table")
_CATEGORY_NAMES = {category_name(name): name for name in CATEGORIES}
_CANNOT = "This could not be done just now; nothing was changed. Try it again."


class Powers(Protocol):
    """What can be done with the products of one brand; each act may raise one of ``known``."""

    @property
    def known(self) -> tuple[type[Exception], ...]: ...

    @property
    def most_mb(self) -> int: ...

    def add(self, said: Mapping[str, object]) -> str: ...

    def change(self, product: str, said: Mapping[str, object], seen_at: datetime) -> None: ...

    def change_several(
        self, changes: Sequence[tuple[str, Mapping[str, object], datetime]]
    ) -> tuple[int, list[str]]: ...

    def add_picture(self, product: str, content: bytes) -> None: ...

    def put_first(self, product: str, picture: str) -> None: ...

    def remove_picture(self, product: str, picture: str) -> None: ...


# What is looked for


def wanted(terms: Question) -> dict[str, str]:
    """Ask what is looked for; the answers live in the address. Gives them as the query takes them.

    ``terms`` gives the tags and fields that there are.
    """
    known = terms.read().frame
    tags = ["All tags", *known.loc[known["kind"] == "tag", "term"]]
    fields = ["Any field", *known.loc[known["kind"] == "field", "term"]]
    said = st.text_input(
        "Search",
        type="search",
        key="search",
        bind="query-params",
        max_chars=100,
        placeholder="Name, SKU, tag or field",
        icon=":material/search:",
        width=240,
    )
    address.check("category", "category", ["All categories", *_CATEGORY_NAMES])
    category = st.selectbox(
        "Category",
        ["All categories", *_CATEGORY_NAMES],
        key="category",
        bind="query-params",
        width=170,
    )
    address.check("tag", "tag", tags)
    tag = st.selectbox("Tag", tags, key="tag", bind="query-params", width=150)
    address.check("field", "field", fields)
    field = st.selectbox("Field", fields, key="field", bind="query-params", width=150)
    value = ""
    if field != "Any field":
        value = st.text_input(
            "Value", key="value", bind="query-params", max_chars=100, placeholder="Any", width=130
        )
    address.check("offer", "offer", _ACTIVE)
    active = st.selectbox("Offer", list(_ACTIVE), key="offer", bind="query-params", width=140)
    return {
        "words": " ".join((said or "").split()),
        "category": _CATEGORY_NAMES.get(category, EVERY),
        "tag": EVERY if tag == "All tags" or tag not in tags else tag,
        "field": EVERY if field == "Any field" or field not in fields else field,
        "field_value": " ".join((value or "").split()),
        "is_active": _ACTIVE.get(active, EVERY),
    }


# The page of products


def show(question: Question, powers: Powers | None, ask: Ask, *, several: bool) -> None:
    """The products that ``question`` finds; ``several``: of more than one brand.

    ``question`` takes ``before_at``, ``before_id`` and ``row_count``.
    """
    asked = (question.params, question.scope().brands)
    if st.session_state.setdefault(_ASKED, asked) != asked:
        st.session_state[_ASKED] = asked
        _to_the_newest()
    paged = _page(question, _cursor())
    answer = card.read("The catalog", paged.read, "products", height=480)
    if answer is None:
        return
    rows = answer[0].frame
    shown = rows.head(PAGE)
    _say()
    with st.container(horizontal=True, vertical_alignment="center", key="products-bar"):
        address.check("view", "view", _VIEWS)
        view = st.segmented_control(
            "View",
            _VIEWS,
            default="Cards",
            required=True,
            key="view",
            bind="query-params",
            label_visibility="collapsed",
        )
        st.caption(_counted(len(rows)))
    if shown.empty:
        card.empty("No such products.")
    elif view == "Table":
        _table(shown, powers, paged.forget, several=several)
    else:
        with st.grid("auto", min_column_width=190, gap="medium", key="products-grid"):
            for _, row in shown.iterrows():
                with st.container(gap="xsmall", key=f"product-{row['product_id']}"):
                    _card(row, several=several)
    _pages(rows)
    menu.offer(
        menu.Shown("Products", answer[0].as_of, lambda: _listed(shown), asked=answer[1]),
        "products",
        paged.forget,
    )
    opened = st.query_params.get(_PRODUCT)
    if opened is not None:
        _drawer(opened, ask, powers, paged.forget)


def first_page(question: Question) -> Question:
    """What is asked for the newest of what ``question`` finds."""
    return _page(question, _LAST)


def _page(question: Question, cursor: tuple[datetime, str]) -> Question:
    before_at, before_id = cursor
    # One more than is shown tells whether there is more.
    return question.narrowed(
        {"before_at": before_at, "before_id": before_id, "row_count": PAGE + 1}
    )


def _counted(found: int) -> str:
    if found > PAGE:
        return f"{PAGE} products, and there are more"
    return "1 product" if found == 1 else f"{found} products"


def _say(where: str = _SAID) -> None:
    said: tuple[str, bool] | None = st.session_state.pop(where, None)
    if said is not None:
        text, is_trouble = said
        show_as = st.warning if is_trouble else st.success
        show_as(markdown(text), icon=":material/info:" if is_trouble else ":material/check:")


def say(text: str, *, is_trouble: bool = False, where: str = _SAID) -> None:
    """Say something in the next run: above the products, or in the drawer."""
    st.session_state[where] = (text, is_trouble)


# The whole picture; without one, its category's place.
_FRAME = (
    "width:100%;aspect-ratio:4/3;object-fit:contain;display:block;"
    "border-radius:0.5rem;background:rgba(128,118,111,0.12)"
)
_NO_PICTURE = (
    '<div role="img" aria-label="No picture yet" style="width:100%;aspect-ratio:4/3;display:grid;'
    "place-items:center;border-radius:0.5rem;background:rgba(128,118,111,0.12);"
    'font-size:0.85rem">No picture yet</div>'
)


def _card(row: pd.Series, *, several: bool) -> None:
    name = str(row["name"])
    has_picture = not pd.isna(row["object_id"])
    st.html(picture.tag(row["object_id"], name, _FRAME, small=True) if has_picture else _NO_PICTURE)
    st.markdown(f"**{markdown(shortened(name, 60))}**")
    facts = [row["brand"]] if several else []
    facts += [row["sku"], category_name(_text(row["category"])) if _text(row["category"]) else None]
    st.caption(" · ".join(markdown(str(fact)) for fact in facts if fact and not pd.isna(fact)))
    badges = [f":gray-badge[{markdown(tag)}]" for tag in _split(row["tags"])[:3]]
    if not row["is_active"]:
        badges.insert(0, ":orange-badge[Not on offer]")
    if badges:
        st.markdown(" ".join(badges))
    st.button(
        "Open",
        icon=":material/open_in_full:",
        type="tertiary",
        key=f"open-{row['product_id']}",
        on_click=open_product,
        args=[row["product_id"]],
        help=f"Open {name}",
    )


def open_product(product: str) -> None:
    """Open a product beside the page in the next run."""
    st.query_params[_PRODUCT] = product


def _text(value: object) -> str:
    return "" if value is None or (isinstance(value, float) and pd.isna(value)) else str(value)


def _split(tags: object) -> list[str]:
    return [tag for tag in _text(tags).split(", ") if tag]


# What a table and a file say of each product.
_COLUMNS = {
    "name": "Name",
    "sku": "SKU",
    "brand": "Brand",
    "category": "Category",
    "tags": "Tags",
    "fields": "Fields",
    "is_active": "On offer",
    "created_at": "Made (UTC)",
    "updated_at": "Changed (UTC)",
}


def _listed(rows: pd.DataFrame) -> menu.Rows:
    return export.rows_of_table(rows[list(_COLUMNS)], _COLUMNS)


_EDITED = ("name", "sku", "category", "tags", "is_active")


def _table(
    rows: pd.DataFrame, powers: Powers | None, forget: Callable[[], None], *, several: bool
) -> None:
    pictures = [
        None if pd.isna(one) else picture.address(one) for one in rows["object_id"].astype(object)
    ]
    table = pd.DataFrame(
        {
            "picture": pictures,
            "name": rows["name"],
            "sku": rows["sku"].map(_text),
            "brand": rows["brand"],
            "category": [
                category_name(_text(one)) if _text(one) else "" for one in rows["category"]
            ],
            "tags": rows["tags"].map(_text),
            "is_active": rows["is_active"],
        }
    )
    if not several:
        table = table.drop(columns="brand")
    columns = {
        "picture": st.column_config.ImageColumn("", width="small"),
        "name": st.column_config.TextColumn("Name", required=True, max_chars=255),
        "sku": st.column_config.TextColumn("SKU", max_chars=100),
        "brand": st.column_config.TextColumn("Brand"),
        "category": st.column_config.SelectboxColumn("Category", options=["", *_CATEGORY_NAMES]),
        "tags": st.column_config.TextColumn("Tags", help="With commas between them."),
        "is_active": st.column_config.CheckboxColumn("On offer"),
    }
    if powers is None:
        st.dataframe(table, column_config=columns, hide_index=True, row_height=56, alt="Products")
        return
    # What is edited belongs to these rows as they stood: others begin with nothing edited.
    key = f"products-edit-{hash(tuple(rows['updated_at']))}"
    edited = st.data_editor(
        table,
        column_config=columns,
        disabled=["picture", "brand"],
        hide_index=True,
        row_height=56,
        key=key,
    )
    changes = _changes(rows, table, edited)
    if not changes:
        st.caption("Click a cell to change it; nothing is saved before you say so.")
        return
    with st.container(border=True):
        count = len(changes)
        st.markdown(f"**{metrics.counted(count, 'product')} changed, not saved yet**")
        for _, said, _, told in changes:
            st.caption(f"{markdown(str(said['name']))}: {told}")
        with st.container(horizontal=True):
            if st.button("Save", type="primary", icon=":material/save:", key="products-save"):
                _save(powers, [one[:3] for one in changes], forget)
                st.session_state.pop(key, None)
                st.rerun()
            if st.button("Discard", key="products-discard"):
                st.session_state.pop(key, None)
                st.rerun()


_Change = tuple[str, dict[str, object], datetime, str]


def _changes(rows: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> list[_Change]:
    changes: list[_Change] = []
    for place in range(len(before)):
        old, new, row = before.iloc[place], after.iloc[place], rows.iloc[place]
        told = [
            f"{_COLUMNS[name].lower()} “{markdown(_shown(old[name]))}” → "
            f"“{markdown(_shown(new[name]))}”"
            for name in _EDITED
            if _shown(old[name]) != _shown(new[name])
        ]
        if told:
            said = _said(row) | {
                "name": _text(new["name"]),
                "sku": _text(new["sku"]),
                "category": _CATEGORY_NAMES.get(_text(new["category"]), ""),
                "tags": _text(new["tags"]),
                "is_active": bool(new["is_active"]),
            }
            changes.append((row["product_id"], said, row["updated_at"], "; ".join(told)))
    return changes


def _shown(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool | pd.BooleanDtype) else _text(value)


def _said(row: pd.Series) -> dict[str, object]:
    """A product as it stands, in the words of a form."""
    return {
        "name": row["name"],
        "sku": _text(row["sku"]),
        "category": _text(row["category"]),
        "description": _text(row["description"]),
        "tags": _text(row["tags"]),
        "fields": json.loads(row["fields"]),
        "is_active": bool(row["is_active"]),
    }


def _save(
    powers: Powers,
    changes: Sequence[tuple[str, Mapping[str, object], datetime]],
    forget: Callable[[], None],
) -> None:
    try:
        done, refused = powers.change_several(changes)
    except Exception:
        log.exception("products could not be changed")
        say(_CANNOT, is_trouble=True)
        return
    forget()
    saved = "1 product saved." if done == 1 else f"{done} products saved."
    say(" ".join([saved, *refused]), is_trouble=bool(refused))


# One product


def _drawer(product: str, ask: Ask, powers: Powers | None, forget: Callable[[], None]) -> None:
    @st.dialog("Product", width="large", position="right", on_dismiss=_close)
    def drawer() -> None:
        try:
            UUID(product)
        except ValueError:
            st.warning("The address names a product that does not exist.")
            return
        question = ask("catalog/product", product_id=product)
        answer = card.read("The product", question.read, "product", height=380)
        if answer is None:
            return
        frame = answer[0].frame
        if frame.empty:
            st.warning("There is no such product, or it is not yours.", icon=":material/block:")
            return

        def changed() -> None:
            question.forget()
            images.forget()
            forget()

        images = ask("catalog/product_images", product_id=product)
        _product(frame.iloc[0], images, ask, powers, changed)

    drawer()


def _close() -> None:
    st.query_params.pop(_PRODUCT, None)


def _product(
    row: pd.Series, images: Question, ask: Ask, powers: Powers | None, changed: Callable[[], None]
) -> None:
    product = str(row["product_id"])
    _say(_SAID_INSIDE)
    st.header(str(row["name"]), anchor=False)
    category = _text(row["category"])
    facts = [row["brand"], row["sku"], category_name(category) if category else ""]
    facts += ["on offer" if row["is_active"] else "not on offer"]
    st.caption(" · ".join(markdown(_text(fact)) for fact in facts if _text(fact)))
    _pictures(product, str(row["name"]), images, powers, changed)
    _try_on(row, category, images)
    if _text(row["description"]):
        st.markdown(markdown(str(row["description"])))
    tags = _split(row["tags"])
    if tags:
        st.markdown(" ".join(f":gray-badge[{markdown(tag)}]" for tag in tags))
    fields = json.loads(row["fields"])
    if fields:
        st.dataframe(
            pd.DataFrame(
                {"Field": list(fields), "Value": [_plain(one) for one in fields.values()]}
            ),
            hide_index=True,
            height="content",
            alt="Custom fields",
        )
    _figures(product, ask)
    _made(product, ask)
    if powers is not None:
        with st.expander("Change this product", icon=":material/edit:"):
            _form(product, row, powers, changed)


def _try_on(row: pd.Series, category: str, images: Question) -> None:
    pictures = images.read().frame["object_id"]
    if not category or not row["is_active"] or pictures.empty:
        return
    launch_choice.offer(
        images.scope().user,
        "product",
        str(row["product_id"]),
        str(pictures.iloc[0]),
        str(row["name"]),
        category,
        str(row["brand_id"]),
    )


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _pictures(
    product: str, name: str, images: Question, powers: Powers | None, changed: Callable[[], None]
) -> None:
    found = images.read().frame
    if found.empty:
        st.caption("No picture yet: without one it cannot be tried on.")
    else:
        with st.grid("auto", min_column_width=140, gap="small"):
            for number, (_, one) in enumerate(found.iterrows(), start=1):
                with st.container(gap="xsmall"):
                    st.html(
                        picture.tag(
                            one["object_id"], f"{name}, picture {number}", _FRAME, small=True
                        )
                    )
                    if powers is not None:
                        _picture_acts(product, one, powers, changed)
    if powers is not None:
        sent = st.file_uploader(
            "Add pictures",
            type=["jpg", "jpeg", "png", "webp", "heic"],
            accept_multiple_files=True,
            max_upload_size=powers.most_mb,
            key=f"product-pictures-{product}-{len(found)}",
        )
        for file in sent:
            _did(
                lambda file=file: powers.add_picture(product, file.getvalue()),  # type: ignore[misc]
                powers,
                "",
            )
        if sent:
            changed()
            st.rerun(scope="fragment")


def _picture_acts(
    product: str, one: pd.Series, powers: Powers, changed: Callable[[], None]
) -> None:
    shown = str(one["object_id"])
    with st.container(horizontal=True, gap="xsmall"):
        if one["is_primary"]:
            st.badge("Stands for it", color="gray")
        elif st.button("First", type="tertiary", key=f"first-{shown}", help="Let it stand for it"):
            _did(lambda: powers.put_first(product, shown), powers, "")
            changed()
            st.rerun(scope="fragment")
        if st.button(
            ":material/delete:", type="tertiary", key=f"drop-{shown}", help="Delete this picture"
        ):
            _did(lambda: powers.remove_picture(product, shown), powers, "")
            changed()
            st.rerun(scope="fragment")


def _figures(product: str, ask: Ask) -> None:
    question = ask("catalog/product_figures", product_id=product, as_of=datetime.now(UTC).date())
    answer = card.read("Its figures", question.read, "product-figures", height=90)
    if answer is None:
        return
    row = answer[0].frame.iloc[0]
    rating = metrics.DASH if pd.isna(row["rating"]) else f"{row['rating']:.1f} of 5"
    cost = metrics.DASH
    if not metrics.missing(row["engine_cost_usd"]):
        cost = metrics.text("usd", row["engine_cost_usd"])
    with st.grid("auto", min_column_width=120, gap="small"):
        st.metric("Try-ons launched", f"{row['launched_count']:,}")
        st.metric("Completed", f"{row['completed_count']:,}")
        st.metric("In the last 7 days", f"{row['week_count']:,}")
        st.metric("Credits", f"{row['credit_count']:,}", help="Settled for completed jobs.")
        st.metric("Engine cost", cost)
        st.metric("Rating", rating, help=f"{row['rating_count']} ratings of its pictures.")


def _made(product: str, ask: Ask) -> None:
    question = ask("catalog/product_pictures", product_id=product, row_count=12)
    answer = card.read("Its pictures", question.read, "product-made", height=160)
    if answer is None or answer[0].frame.empty:
        return
    st.markdown("**Made with it**")
    with st.grid("auto", min_column_width=110, gap="small"):
        for _, one in answer[0].frame.iterrows():
            with st.container(gap="xsmall"):
                st.html(
                    picture.tag(one["object_id"], "A try-on of this product", _TALL, small=True)
                )
                if st.button(
                    "Its job", type="tertiary", key=f"made-{one['output_id']}", width="stretch"
                ):
                    _close()
                    drill.open_job(one["job_id"])
                    st.rerun()


_TALL = _FRAME.replace("aspect-ratio:4/3;", "aspect-ratio:3/4;")


def _form(product: str, row: pd.Series, powers: Powers, changed: Callable[[], None]) -> None:
    said = _filled(_said(row), f"product-form-{product}-{row['updated_at']}")
    if said is None:
        return
    _did(lambda: powers.change(product, said, row["updated_at"]), powers, "Saved.")
    changed()
    st.rerun(scope="fragment")


@st.dialog("Add a product", width="large")
def add(powers: Powers, changed: Callable[[], None]) -> None:
    """Ask for a new product, and open it once it is made."""
    _say(_SAID_INSIDE)
    empty: dict[str, object] = {"is_active": True, "fields": {}}
    said = _filled(empty, "product-new")
    if said is None:
        return
    made: list[str] = []
    if _did(lambda: made.append(powers.add(said)), powers, "Added. Now give it a picture."):
        changed()
        open_product(made[0])
    st.rerun() if made else st.rerun(scope="fragment")


def _filled(now: Mapping[str, object], key: str) -> dict[str, object] | None:
    """A form with what a product is; gives what was filled in once it is sent."""
    with st.form(key, border=False):
        name = st.text_input("Name", value=str(now.get("name", "")), max_chars=255)
        left, right = st.columns(2)
        sku = left.text_input("SKU", value=str(now.get("sku", "")), max_chars=100)
        names = ["", *_CATEGORY_NAMES]
        current = category_name(str(now.get("category", ""))) if now.get("category") else ""
        category = right.selectbox(
            "Category", names, index=names.index(current) if current in names else 0
        )
        tags = st.text_input(
            "Tags", value=str(now.get("tags", "")), help="With commas between them."
        )
        description = st.text_area(
            "Description", value=str(now.get("description", "")), max_chars=5000
        )
        fields: Any = now.get("fields") or {}
        st.caption("Custom fields: as many as you like")
        table = pd.DataFrame(
            {"Field": list(fields), "Value": [_plain(one) for one in fields.values()]}, dtype=str
        )
        edited = st.data_editor(
            table, num_rows="dynamic", hide_index=True, key=f"{key}-fields", height="content"
        )
        is_active = st.toggle("On offer", value=bool(now.get("is_active", True)))
        if not st.form_submit_button("Save", type="primary", icon=":material/save:"):
            return None
    found = {
        _text(one["Field"]).strip(): _value(_text(one["Value"]), fields)
        for _, one in edited.iterrows()
        if _text(one["Field"]).strip()
    }
    return {
        "name": name,
        "sku": sku,
        "category": _CATEGORY_NAMES.get(category or "", ""),
        "tags": tags,
        "description": description,
        "fields": found,
        "is_active": is_active,
    }


def _value(said: str, fields: Mapping[str, object]) -> object:
    """A field's value as it was if nobody touched it: a number or a list stays one."""
    return next((one for one in fields.values() if _plain(one) == said), said)


def _did(act: Callable[[], object], powers: Powers, done: str) -> bool:
    try:
        act()
    except powers.known as error:
        say(str(error), is_trouble=True, where=_SAID_INSIDE)
        return False
    except Exception:
        log.exception("the catalog could not do what was asked")
        say(_CANNOT, is_trouble=True, where=_SAID_INSIDE)
        return False
    if done:
        say(done, where=_SAID_INSIDE)
    return True


# From page to page


def _cursor() -> tuple[datetime, str]:
    named = st.query_params.get(_BEFORE)
    if named is None:
        return _LAST
    at, _, last = named.partition("~")
    try:
        return datetime.fromisoformat(at).astimezone(UTC), str(UUID(last))
    except (ValueError, OverflowError):
        st.warning(
            "The address names a place in the catalog that does not exist: the newest are shown.",
            icon=":material/link_off:",
        )
        return _LAST


def _pages(rows: pd.DataFrame) -> None:
    with st.container(horizontal=True):
        if _BEFORE in st.query_params:
            st.button("Newer", icon=":material/arrow_back:", on_click=_newer)
            st.button("Newest", icon=":material/first_page:", on_click=_to_the_newest)
        if len(rows) > PAGE:
            last = rows.iloc[PAGE - 1]
            st.button(
                "Older",
                icon=":material/arrow_forward:",
                on_click=_older,
                args=[f"{last['created_at'].isoformat()}~{last['product_id']}"],
                key="products-older",
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
