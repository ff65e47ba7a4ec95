"""What a shopper brings and costs: the curve of LTV, its course by month, and brand by brand."""

from datetime import date, timedelta
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components import brand, charts, notes
from components.asked import kept
from components.card import Drawing, Forget, Load, Table, tiles
from components.drill import Rows
from components.parts import Part, Parts
from components.period import Period
from components.question import Answer, Question, measure
from components.shoppers import new_by, new_in, new_until, new_within
from metrics import METRICS, missing, text


def figures(total: Question, monthly: Question, period: Period, shoppers: Rows) -> None:
    """A wall with LTV, CAC, their ratio and payback, the ``shoppers`` they are of behind them."""
    valued = shoppers.whole(valued_by(period))
    acquired = shoppers.whole(
        new_within("First try-on in all these days", period.start, period.end)
    )
    since = period.end - timedelta(days=365)
    show = partial(measure, period, total=total, course_since=since)
    with tiles(4):
        show("ltv", column="ltv_usd", course=monthly, note=notes.ltv_months, behind=valued)
        show("cac", column="cac_usd", course=monthly, note=notes.acquired, behind=acquired)
        show(
            "ltv_cac",
            column="ltv_cac_ratio",
            course=monthly,
            note=notes.ltv_and_cac,
            behind=valued,
        )
        show(
            "payback",
            column="payback_month",
            note=notes.first_month,
            absent=notes.not_yet,
            behind=valued,
        )


def valued_by(period: Period) -> Part:
    """The shoppers whose value LTV is the mean of: the month of the first try-on is complete."""
    month = _complete(0, period.end)
    return new_until(f"First try-on before {month:%B %Y}", month)


def curve(question: Question, period: Period, shoppers: Rows) -> tuple[Load[Drawing], Forget]:
    """The answer of the query of the curve, drawn with CAC, as load and forget of a card.

    The ``shoppers`` whose month is complete stand behind its point.
    """

    def load() -> Drawing:
        answer = question.read(since=period.start, until=period.end)
        rows = answer.frame
        if rows.empty:
            return Drawing(None, "", answer.as_of, empty="No month is complete for any shopper.")
        values = [float(value) for value in rows["cumulative_usd"]]
        cac = rows["cac_usd"].iloc[0]
        threshold = None if missing(cac) else ("CAC", float(cac))
        numbers = [int(number) for number in rows["month_number"]]
        months = [_complete(number, period.end) for number in numbers]
        points = [
            new_until(f"Month {number} complete: first try-on before {month:%B %Y}", month)
            for number, month in zip(numbers, months, strict=True)
        ]
        drawing = Drawing(
            charts.curve("Margin per shopper", values, threshold, "usd"),
            f"Cumulative margin per shopper: {text('usd', values[0])} in month 0, "
            f"{text('usd', values[-1])} by month {len(values) - 1}; CAC {text('usd', cac)}.",
            answer.as_of,
            parts=Parts.of(valued_by(period), {0: points}),
        )
        return shoppers.behind(drawing)

    return load, lambda: question.forget(since=period.start, until=period.end)


def ratio_by_month(
    question: Question, since: date, until: date, shoppers: Rows
) -> tuple[Load[Drawing], Forget]:
    """The answer of the query by month as bars of LTV:CAC, as load and forget of a card.

    The ``shoppers`` who were new in its month stand behind a bar.
    """

    def load() -> Drawing:
        answer = question.read(since=since, until=until)
        known = answer.frame[answer.frame["ltv_cac_ratio"].notna()]
        if known.empty:
            return Drawing(
                None, "", answer.as_of, empty="No month with 12 complete months before its end."
            )
        first, last = (
            f"{text('ratio', known['ltv_cac_ratio'].iloc[at])} in {known['month'].iloc[at]:%b %Y}"
            for at in (0, -1)
        )
        whole, each = new_in([month.date() for month in known["month"]])
        return shoppers.behind(
            Drawing(
                charts.bars(known["month"], "LTV:CAC", known["ltv_cac_ratio"], "ratio", height=300),
                f"LTV:CAC by month: {first}, {last}.",
                answer.as_of,
                parts=Parts.of(whole, {0: each}),
            )
        )

    return load, lambda: question.forget(since=since, until=until)


def _complete(number: int, until: date) -> date:
    """The first month of whose shoppers the ``number``-th month is not over by ``until``."""
    return (pd.Timestamp(until.replace(day=1)) - pd.DateOffset(months=number)).date()


# The lines of LTV = CAC and LTV = 3 × CAC.
_SLOPES = (1, 3)


def scatter(question: Question, period: Period, shoppers: Rows) -> tuple[Load[Drawing], Forget]:
    """The answer of the query by brand, a dot a brand, as load and forget of a card.

    The ``shoppers`` who were new to it stand behind a dot.
    """

    def load() -> Drawing:
        answer = question.read(since=period.start, until=period.end)
        return shoppers.behind(_scatter(answer, period.start, period.end))

    return load, lambda: question.forget(since=period.start, until=period.end)


@kept
def _scatter(answer: Answer, since: date, until: date) -> Drawing:
    frame = answer.frame
    # A logarithm has no place for nothing.
    rows = frame[frame["ltv_cac_ratio"].fillna(0) > 0]
    if rows.empty:
        return Drawing(None, "", answer.as_of, empty="No brand has an LTV:CAC in this period.")
    above = int((rows["ltv_cac_ratio"] >= 3).sum())
    dots = [
        new_within(name, since, until, str(brand_id))
        for name, brand_id in zip(rows["name"], rows["brand_id"], strict=True)
    ]
    everybody = new_within("First try-on in all these days", since, until)
    return Drawing(
        charts.scatter(
            list(rows["name"]),
            ("CAC", [float(value) for value in rows["cac_usd"]]),
            ("LTV", [float(value) for value in rows["ltv_usd"]]),
            _SLOPES,
            "usd",
        ),
        f"{len(rows):,} brands by CAC and LTV; {above:,} have an LTV:CAC of 3 or more.",
        answer.as_of,
        note=f"{len(rows):,} of {len(frame):,} brands: those with LTV:CAC above 0. "
        "Dotted: LTV = CAC and LTV = 3 × CAC.",
        # The lines come first.
        parts=Parts.of(everybody, {len(_SLOPES): dots}),
    )


def by_month(question: Question, since: date, until: date) -> tuple[Load[Table], Forget]:
    """The answer of the query by month, the latest first, as load and forget of a card."""

    def load() -> Table:
        return _table(question.read(since=since, until=until), by_month=True)

    return load, lambda: question.forget(since=since, until=until)


def by_brand(question: Question, period: Period) -> tuple[Load[Table], Forget]:
    """The answer of the query by brand as rows, as load and forget of a card."""

    def load() -> Table:
        return _table(question.read(since=period.start, until=period.end))

    return load, lambda: question.forget(since=period.start, until=period.end)


@kept
def _table(answer: Answer, *, by_month: bool = False) -> Table:
    rows = answer.frame[::-1] if by_month else answer.frame
    money = [str(name) for name in rows if str(name).endswith("_usd")]
    return Table(
        rows.assign(**{name: rows[name].astype(float) for name in money}),
        _columns(by_month=by_month),
        alt="LTV with its complete months, CAC, LTV:CAC, payback, spend and new shoppers",
        as_of=answer.as_of,
        empty="No shoppers and no spend.",
        **(
            {"parts": new_by(rows["month"], rows["new_shopper_count"])}
            if by_month
            else brand.opening(rows["brand_id"])
        ),
    )


def _columns(*, by_month: bool) -> dict[str, ColumnConfig]:
    config = st.column_config
    first = (
        {"month": config.DateColumn("Month", format="MMM YYYY", width=110)}
        if by_month
        else {"name": config.TextColumn("Brand", width=170)}
    )
    return first | {
        "ltv_usd": config.NumberColumn("LTV", format="$%,.2f", help=METRICS["ltv"].help),
        "month_count": config.NumberColumn(
            "Months", format="%d", help="Complete months in LTV, at most 12."
        ),
        "cac_usd": config.NumberColumn("CAC", format="$%,.2f", help=METRICS["cac"].help),
        "ltv_cac_ratio": config.NumberColumn(
            METRICS["ltv_cac"].label, format="%.1f×", help=METRICS["ltv_cac"].help
        ),
        "payback_month": config.NumberColumn(
            METRICS["payback"].label, format="month %d", help=METRICS["payback"].help
        ),
        "spend_usd": config.NumberColumn("Spend", format="$%,.0f"),
        "new_shopper_count": config.NumberColumn("New shoppers", format="localized"),
    }
