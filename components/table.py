"""A table that is read: rows under headings that sort it, drawn by static/table.js.

It takes the columns of ``st.dataframe``, whose grid is for tables that are edited or picked from:
it costs the browser ten times as much, and a screen reader or a search of the page finds of it
what is in sight.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import pandas as pd

from components import charts, picture
from components.drawn import component
from metrics import DASH, MINUS

# By the names of what they show of a frame.
Columns = Mapping[str, Any]

_table = component("table", "div")

# A longer table scrolls within its card, and can be searched.
_ROWS: Final = 20
_PICTURE: Final = "picture"
# Longer words than these go over several lines.
_LONG: Final = 48

_PRINTF: Final = re.compile(r"([^%]*)%(\+?)(,?)(?:\.(\d))?[df]((?:[^%]|%%)*)")
_NAMED: Final = {"localized": "%,.0f", "dollar": "$%,.2f"}
_MOMENTS: Final = {
    "YYYY": "%Y",
    "MMM": "%b",
    "MM": "%m",
    "DD": "%d",
    "D": "%-d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
}


def draw(drawn: Mapping[str, Any], card: str, opened: Callable[[str], None] | None = None) -> None:
    """Draw what ``data`` made, as the table of ``card``.

    ``opened`` is called where a row has been opened, and told the key that the table has.
    """
    key = f"table-{card}"
    # Many look at one table; the addresses of its pictures are each visitor's own.
    if any(column["kind"] == _PICTURE for column in drawn["columns"]):
        drawn = {**drawn, "columns": [_addressed(column) for column in drawn["columns"]]}
    if opened is None:
        _table(key=key, data=drawn)
    else:
        _table(key=key, data=drawn, on_opened_change=partial(opened, key))


def _addressed(column: Mapping[str, Any]) -> Mapping[str, Any]:
    if column["kind"] != _PICTURE:
        return column
    ids = column["values"]
    return {**column, "addresses": [None if one is None else picture.address(one) for one in ids]}


def data(
    rows: pd.DataFrame,
    columns: Columns,
    alt: str,
    opening: str = "",
    opens: Sequence[bool] = (),
) -> dict[str, Any]:
    """What static/table.js draws of the columns of a frame, each as its configuration says.

    ``said`` is what a cell shows, ``values`` what it is sorted by. The column named ``opening``
    opens what is behind a row, if its place in ``opens`` says so.

    Words are sorted as they are said, where none is missing; what is missing comes last. Columns
    that stay in sight when the others are scrolled have their distance from the ``left``: those
    that are pinned, else the first.

    Raises KeyError for a kind of column that is not for reading, ValueError for an unknown format.
    """
    made = []
    left = 0
    for name, how in columns.items():
        column = _SAID[how["type_config"]["type"]](rows[name], how["type_config"])
        column |= {"name": name, "label": how["label"], "help": how["help"] or ""}
        if name == opening:
            column["opens"] = list(opens)
        if how.get("pinned"):
            # Only those that stand before another one have to say how wide they are.
            column |= {"left": left, "width": how["width"]}
            left += int(how["width"] or 0)
        made.append(column)
    if not left and made[0]["kind"] != "words":
        made[0]["left"] = 0
    return {
        "alt": alt,
        "colour": charts.PLUM,
        "columns": made,
        "count": len(rows),
        "isLong": len(rows) > _ROWS,
    }


def _known(values: pd.Series) -> Iterable[tuple[Any, bool]]:
    """Each value, and whether it is missing."""
    return zip(values.tolist(), values.isna().tolist(), strict=True)


def _written(form: str) -> Callable[[float], str]:
    """How a number is written, by a format of ``st.column_config``."""
    found = _PRINTF.fullmatch(_NAMED.get(form, form))
    if found is None:
        raise ValueError(f"A table does not know how to write {form!r}.")
    before, plus, comma, digits, after = found.groups()
    spec = f"{comma}.{digits or 0}f"
    after = after.replace("%%", "%")
    nothing = format(0.0, spec)

    def write(number: float) -> str:
        size = format(abs(number), spec)
        # What rounds to nothing has no sign: never "−0.0%".
        sign = "" if size == nothing else MINUS if number < 0 else plus
        return f"{sign}{before}{size}{after}"

    return write


def _words(values: pd.Series, _: Mapping[str, Any]) -> dict[str, Any]:
    words = [None if missing else str(value) for value, missing in _known(values)]
    said = [DASH if word is None else word for word in words]
    is_long = max(map(len, said), default=0) > _LONG
    made: dict[str, Any] = {"kind": "words" if is_long else "word", "said": said}
    return made | {"values": words} if None in words else made


def _numbers(values: pd.Series, how: Mapping[str, Any]) -> dict[str, Any]:
    numbers = [None if missing else float(value) for value, missing in _known(values)]
    write = _written(how["format"] or "localized")
    said = [DASH if number is None else write(number) for number in numbers]
    return {"kind": "number", "said": said, "values": numbers}


def _shares(values: pd.Series, how: Mapping[str, Any]) -> dict[str, Any]:
    return _numbers(values, how) | {"kind": "share", "most": how["max_value"] or 1}


def _times(values: pd.Series, how: Mapping[str, Any]) -> dict[str, Any]:
    times = pd.to_datetime(values)
    written = re.sub("|".join(_MOMENTS), lambda found: _MOMENTS[found[0]], how["format"])
    said = times.dt.strftime(written).fillna(DASH).tolist()
    seconds = [None if missing else time.timestamp() for time, missing in _known(times)]
    return {"kind": "time", "said": said, "values": seconds}


def _states(values: pd.Series, how: Mapping[str, Any]) -> dict[str, Any]:
    colours = {option["value"]: option["color"] for option in how["options"]}
    return _words(values, how) | {
        "kind": "state",
        "colours": [colours.get(value, "") for value in values],
    }


def _flags(values: pd.Series, _: Mapping[str, Any]) -> dict[str, Any]:
    said = [DASH if missing else "Yes" if value else "No" for value, missing in _known(values)]
    return {"kind": "word", "said": said}


def _lines(values: pd.Series, _: Mapping[str, Any]) -> dict[str, Any]:
    """Each course of values from 0 up, in hundredths of its highest."""
    courses = values.tolist()
    shares = [100 / (max(course, default=0) or 1) for course in courses]
    scaled = [
        [round(value * share) for value in course]
        for course, share in zip(courses, shares, strict=True)
    ]
    said = [f"from {c[0]:,.0f} to {c[-1]:,.0f}" if len(c) else DASH for c in courses]
    return {"kind": "line", "said": said, "values": scaled}


def _pictures(values: pd.Series, _: Mapping[str, Any]) -> dict[str, Any]:
    """Stored pictures by their ids."""
    ids = [None if missing else str(value) for value, missing in _known(values)]
    said = [DASH if one is None else "Picture" for one in ids]
    return {"kind": _PICTURE, "said": said, "values": ids}


# What is made of a column, by the kind that its configuration names.
_SAID: Final = {
    "text": _words,
    "number": _numbers,
    "progress": _shares,
    "datetime": _times,
    "date": _times,
    "checkbox": _flags,
    "multiselect": _states,
    "line_chart": _lines,
    "image": _pictures,
}
