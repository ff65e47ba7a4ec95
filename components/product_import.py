"""A catalog brought in from a CSV file: looked at first, then written, with what was left out."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import pandas as pd
import streamlit as st

from components import export, menu
from components.plain import markdown
from components.products import Powers, say
from metrics import counted

log = logging.getLogger(__name__)

_PARTS = {
    "": "Leave out",
    "name": "Name",
    "sku": "SKU",
    "category": "Category",
    "description": "Description",
    "tags": "Tags",
    "active": "On offer",
    "field": "A field of its own",
}
_PREVIEW = 5


class Importer(Powers, Protocol):
    """What an import takes."""

    def sheet(self, content: bytes) -> Any: ...

    def guessed(self, titles: Sequence[str]) -> dict[str, str]: ...

    def read(self, sheet: Any, mapped: Mapping[str, str]) -> tuple[Sequence[Any], list[Any]]: ...

    def bring_in(self, drafts: Sequence[Any], progress: Callable[[int], None]) -> Any: ...


@st.dialog("Import products", width="large")
def ask(do: Importer, changed: Callable[[], None]) -> None:
    """Ask for a file, show what it says, and write it on a click."""
    st.caption(
        "A CSV file with a line of titles. Products with a SKU that you have already are changed, "
        "the others are added; what the file does not say stays as it is."
    )
    sent = st.file_uploader("CSV file", type=["csv", "txt", "tsv"], key="products-file")
    if sent is None:
        return
    try:
        sheet = do.sheet(sent.getvalue())
    except do.known as error:
        st.error(markdown(str(error)), icon=":material/error:")
        return
    mapped = _columns(do, sheet)
    try:
        drafts, bad = do.read(sheet, mapped)
    except do.known as error:
        st.warning(markdown(str(error)), icon=":material/info:")
        return
    _preview(drafts)
    _left_out(bad)
    count = len(drafts)
    if st.button(
        f"Import {counted(count, 'product')}",
        type="primary",
        icon=":material/upload:",
        disabled=not count,
    ):
        _bring_in(do, drafts, len(bad), changed)


def _columns(do: Importer, sheet: Any) -> dict[str, str]:
    guessed = do.guessed(sheet.titles)
    labels = {label: part for part, label in _PARTS.items()}
    table = pd.DataFrame(
        {
            "Column": list(guessed),
            "First value": [_first(sheet, place) for place in range(len(sheet.titles))],
            "Becomes": [_PARTS[part] for part in guessed.values()],
        }
    )
    edited = st.data_editor(
        table,
        column_config={
            "Becomes": st.column_config.SelectboxColumn(options=list(labels), required=True)
        },
        disabled=["Column", "First value"],
        hide_index=True,
        height="content",
        key=f"products-columns-{hash(sheet.titles)}",
    )
    return {
        column: labels.get(becomes, "")
        for column, becomes in zip(edited["Column"], edited["Becomes"], strict=True)
    }


def _first(sheet: Any, place: int) -> str:
    cells = (row[place] for _, row in sheet.rows if place < len(row) and row[place])
    return str(next(cells, ""))[:80]


def _preview(drafts: Sequence[Any]) -> None:
    if not drafts:
        return
    st.markdown(f"**The first {min(_PREVIEW, len(drafts))} as they come in**")
    st.dataframe(
        pd.DataFrame(
            {
                "Name": [draft.name for draft in drafts[:_PREVIEW]],
                "SKU": [draft.sku or "" for draft in drafts[:_PREVIEW]],
                "Category": [(draft.category or "").capitalize() for draft in drafts[:_PREVIEW]],
                "Tags": [", ".join(draft.tags) for draft in drafts[:_PREVIEW]],
                "Fields": [
                    ", ".join(f"{name}: {value}" for name, value in (draft.fields or {}).items())
                    for draft in drafts[:_PREVIEW]
                ],
                "On offer": [draft.is_active for draft in drafts[:_PREVIEW]],
            }
        ),
        hide_index=True,
        height="content",
        alt="The first products of the file",
    )


def _left_out(bad: Sequence[Any]) -> None:
    if not bad:
        return
    rows = [[one.line, one.what, one.reason] for one in bad]
    titles = ["Line", "SKU or name", "Why it is left out"]
    st.warning(
        f"{counted(len(bad), 'row')} cannot be used and "
        f"{'is' if len(bad) == 1 else 'are'} left out.",
        icon=":material/rule:",
    )
    st.dataframe(
        pd.DataFrame(rows[:100], columns=titles),
        hide_index=True,
        height="content" if len(rows) < 8 else 280,
        alt="Rows that are left out",
    )
    if st.button("Download this list", icon=":material/download:", key="products-bad"):
        sheet = export.Sheet("Rows left out", [], titles, rows)
        menu.hand_over(export.as_csv(sheet), "rows-left-out.csv", "text/csv")


def _bring_in(do: Importer, drafts: Sequence[Any], bad: int, changed: Callable[[], None]) -> None:
    total = len(drafts)
    bar = st.progress(0.0, "Writing")

    def progress(done: int) -> None:
        bar.progress(done / total, f"{done:,} of {total:,} written")

    try:
        came = do.bring_in(drafts, progress)
    except do.known as error:
        st.error(markdown(str(error)), icon=":material/error:")
        return
    except Exception:
        log.exception("products could not be imported")
        st.error("The import failed; nothing was changed. Try it again.", icon=":material/error:")
        return
    changed()
    left = f" {bad:,} row{' was' if bad == 1 else 's were'} left out." if bad else ""
    made = f"{counted(came.made, 'product')} added"
    say(f"{made}, {came.changed:,} changed.{left}")
    st.rerun()
