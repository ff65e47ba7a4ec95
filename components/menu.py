"""The menu of a card: its definition, the SQL behind it, and files of exactly what it shows.

A file is made when somebody asks for it, in the run that has just asked who they are and what they
may see. It goes to their browser as part of that answer and lies at no address at all: Streamlit's
own download button would leave it at one that anybody can fetch.
"""

import json
import re
import secrets
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from components import brand, export, plotted
from components.asked import Asked, when
from components.export import Cell, Sheet
from metrics import counted

Forget = Callable[[], None]
Rows = tuple[list[str], list[list[Cell]]]

# A font of any machine.
_FONT = "Arial, Helvetica, sans-serif"

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Shown:
    """What a card shows, as its menu needs it.

    ``rows`` gives heading and rows of it, ``figure`` what is drawn: both are called when a file is
    asked for. ``figure`` is None where nothing is drawn.
    """

    title: str
    as_of: datetime
    rows: Callable[[], Rows]
    definition: str = ""
    note: str = ""
    asked: Sequence[Asked] = ()
    figure: Callable[[], go.Figure] | None = field(default=None, compare=False)


def offer(shown: Shown, key: str, forget: Forget) -> None:
    """The menu under what is shown; it is called by when that was read.

    One element and no more: each costs the browser 2 to 3 ms on every card, and 5 where words
    stand under the pointer. What is in it is made when it is open. ``forget`` lets the next reading
    ask the database.
    """
    menu = st.popover(
        f"Details as of {shown.as_of.astimezone(UTC):%-d %b, %H:%M}",
        type="tertiary",
        key=f"menu-{key}",
        on_change="rerun",
    )
    if not menu.open:
        return
    with menu:
        said = _definition(shown)
        if said:
            st.markdown(said.replace("$", r"\$"))
        _acts(shown, key, forget)
        for name, runs in _by_query(shown.asked).items():
            ran = dict.fromkeys(_ran(run) for run in runs)
            st.caption(f"{name}: {'; '.join(ran)}")
            st.code(runs[0].sql, language="sql", height=220)


def _acts(shown: Shown, key: str, forget: Forget) -> None:
    with st.container(horizontal=True):
        st.button("Read again", icon=":material/refresh:", key=f"refresh-{key}", on_click=forget)
        pressed = {
            kind: st.button(kind.upper(), icon=":material/download:", key=f"{kind}-{key}")
            for kind in ("csv", "xlsx", *(("png",) if shown.figure is not None else ()))
        }
    name = _file_name(shown)
    if pressed["csv"]:
        hand_over(export.as_csv(_sheet(shown)), f"{name}.csv", "text/csv")
    elif pressed["xlsx"]:
        hand_over(export.as_xlsx(_sheet(shown)), f"{name}.xlsx", _XLSX)
    elif shown.figure is not None and pressed["png"]:
        st.caption("The camera above the picture saves it, with time and filters in it.")
        figure = pictured(shown, shown.figure())
        if st.context.theme.type == "dark":
            plotted.darken(figure)
        st.plotly_chart(
            figure,
            key=f"picture-{key}",
            alt=f"{shown.title}, as it is saved",
            config={
                "displayModeBar": True,
                "displaylogo": False,
                "modeBarButtons": [["toImage"]],
                "toImageButtonOptions": {
                    "format": "png",
                    "filename": name,
                    "width": 1200,
                    "height": figure.layout.height,
                    "scale": 2,
                },
            },
        )


def pictured(shown: Shown, figure: go.Figure) -> go.Figure:
    """The figure under its title and under when and for what it was read."""
    said = [f"As of {when(shown.as_of)}", _brands(shown), *_filters(shown), shown.note]
    # Plotly reads tags in what it writes; a name may look like one.
    lines = [escape(line) for line in wrap(" · ".join(filter(None, said)), 110)]
    figure = go.Figure(figure)
    figure.update_layout(plotted.small_numbers(figure))
    margin = figure.layout.margin
    above = 46 + 15 * len(lines)
    figure.update_layout(
        # A file is drawn without the page's own font: words measured in that would overlap.
        font={"family": _FONT},
        title={
            "text": shown.title,
            "font": {"family": _FONT},
            "subtitle": {"text": "<br>".join(lines), "font": {"family": _FONT, "size": 11}},
            "x": 0,
            "yref": "container",
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 10, "l": 10},
        },
        # The title has the top of the figure.
        legend={"y": 1.02, "yref": "paper", "yanchor": "bottom"},
        height=(figure.layout.height or 280) + above + 10,
        margin={"t": (margin.t or 8) + above, "b": 10, "l": 64, "r": 24},
    )
    return figure


def _sheet(shown: Shown) -> Sheet:
    heading, rows = shown.rows()
    facts = [
        ("As of", when(shown.as_of)),
        ("Brands", _brands(shown)),
        *(("Filters", words) for words in _filters(shown)),
        ("Definition", _definition(shown)),
        ("Note", shown.note),
    ]
    return Sheet(shown.title, [fact for fact in facts if fact[1]], heading, rows)


def _definition(shown: Shown) -> str:
    """The card's own, else those of its queries."""
    return shown.definition or " ".join(dict.fromkeys(one.definition for one in shown.asked))


def _brands(shown: Shown) -> str:
    return "; ".join(dict.fromkeys(brand.called(one.brands) for one in shown.asked))


def _filters(shown: Shown) -> list[str]:
    return list(dict.fromkeys(one.filters for one in shown.asked))


def _by_query(asked: Sequence[Asked]) -> dict[str, list[Asked]]:
    queries: dict[str, list[Asked]] = {}
    for one in asked:
        queries.setdefault(one.name, []).append(one)
    return queries


def _ran(one: Asked) -> str:
    rows = counted(one.row_count, "row")
    return f"{rows} in {one.elapsed_ms:,.1f} ms ({one.filters})"


def _file_name(shown: Shown) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", shown.title.lower()).strip("-")
    return f"closetai-{words or 'card'}-{shown.as_of:%Y%m%d-%H%M%S}"


def hand_over(content: bytes, name: str, mime: str) -> None:
    """Give a file to the browser of whoever asked for it, within their own session."""
    options: dict[str, Any] = {"type": mime}
    # Two files with equal content must be two scripts, or the second would not run.
    st.html(
        f"""<script>/* {secrets.token_hex(8)} */ (() => {{
          const text = atob("{b64encode(content).decode("ascii")}");
          const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
          const link = document.createElement("a");
          link.href = URL.createObjectURL(new Blob([bytes], {json.dumps(options)}));
          link.download = {json.dumps(name)};
          link.click();
          setTimeout(() => URL.revokeObjectURL(link.href), 10000);
        }})();</script>""",
        unsafe_allow_javascript=True,
    )
