"""What shoppers bring from their first try-on on: curves by cohort, and the cohorts as rows."""

from datetime import date

import pandas as pd
import streamlit as st

from components import address, charts
from components.card import Drawing, Forget, Load, Table
from components.drill import Rows
from components.parts import Parts
from components.period import Period
from components.question import Question
from components.shoppers import new_by, new_in
from metrics import METRICS, missing, text

MEAN = "All cohorts, pooled"
_VALUES = {"Margin": "margin", "Revenue": "revenue"}


def value() -> str:
    """Ask what the curves show: margin, which has to reach CAC, or revenue (``?value=``)."""
    address.check("value", "value", _VALUES)
    picked = st.segmented_control(
        "Value",
        list(_VALUES),
        default="Margin",
        required=True,
        key="value",
        bind="query-params",
        help="Margin: attributed revenue × gross margin, a setting of the brand.",
    )
    return _VALUES.get(picked, "margin")


def curves(
    question: Question, total: Question, shown: str, since: date, period: Period, shoppers: Rows
) -> tuple[Load[Drawing], Forget]:
    """Margin or revenue per shopper, added up by month, as load and forget of a card.

    ``question`` is that of the cohorts from ``since`` on, ``total`` that of LTV and CAC of the
    period: margin is drawn with CAC, and with the month in which it pays back. The ``shoppers`` of
    a cohort stand behind its curve.
    """
    window = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        answer = question.read(since=since, until=period.end)
        frame = answer.frame
        if frame.empty:
            return Drawing(None, "", answer.as_of, empty="No month is complete for any shopper.")
        column = f"cumulative_{shown}_usd"
        amounts = frame[column].astype(float)
        mean = amounts[frame["cohort_month"].isna()].tolist()
        months = list(frame["cohort_month"].dropna().unique())
        each = {
            f"{month:%b %Y}": amounts[frame["cohort_month"] == month].tolist() for month in months
        }
        threshold = marked = None
        said = ""
        if shown == "margin":
            row = total.read(**window).row
            cac, payback = row["cac_usd"], row["payback_month"]
            if not missing(cac):
                threshold = ("CAC", float(cac))
                said = f"; CAC {text('usd', cac)}, payback "
                if not missing(payback):
                    marked = (f"Payback, month {payback:.0f}", int(payback))
                said += "not yet" if missing(payback) else f"in month {payback:.0f}"
        figure = charts.curves(
            list(range(len(mean))),
            (MEAN, mean),
            each,
            "usd",
            "Month after the first job's",
            threshold,
            marked,
        )
        everybody, cohorts = new_in([month.date() for month in months])
        lines = zip((*each.values(), mean), (*cohorts, everybody), strict=True)
        traces = {trace: [part] * len(line) for trace, (line, part) in enumerate(lines)}
        drawing = Drawing(
            figure,
            f"Cumulative {shown} per shopper over all cohorts: {text('usd', mean[0])} in month "
            f"0, {text('usd', mean[-1])} by month {len(mean) - 1}{said}.",
            answer.as_of,
            note="Complete months only; a grey line a cohort.",
            parts=Parts.of(everybody, traces),
        )
        return shoppers.behind(drawing)

    def forget() -> None:
        question.forget(since=since, until=period.end)
        total.forget(**window)

    return load, forget


def by_cohort(question: Question, since: date, until: date) -> tuple[Load[Table], Forget]:
    """The answer of the query by cohort as rows, the latest first, as load and forget of a card."""
    config = st.column_config
    columns = {
        "cohort_month": config.DateColumn("First try-on", format="MMM YYYY", width=110),
        "shopper_count": config.NumberColumn("Shoppers", format="localized"),
        "month_count": config.NumberColumn(
            "Months", format="%d", help="Complete months of the cohort, at most 12."
        ),
        "revenue_usd": config.NumberColumn(
            "Revenue", format="$%,.2f", help="Attributed revenue of those months ÷ shoppers."
        ),
        "ltv_usd": config.NumberColumn(
            "LTV so far", format="$%,.2f", help="Gross margin × that revenue; LTV with 12 months."
        ),
        "cac_usd": config.NumberColumn("CAC", format="$%,.2f", help=METRICS["cac"].help),
        "ltv_cac_ratio": config.NumberColumn(
            METRICS["ltv_cac"].label, format="%.1f×", help=METRICS["ltv_cac"].help
        ),
        "payback_month": config.NumberColumn(
            METRICS["payback"].label, format="month %d", help=METRICS["payback"].help
        ),
        "spend_usd": config.NumberColumn("Spend", format="$%,.0f"),
    }

    def load() -> Table:
        answer = question.read(since=since, until=until)
        return Table(
            _in_floats(answer.frame),
            columns,
            alt="Cohorts by month with their shoppers, revenue, LTV so far, CAC and payback",
            as_of=answer.as_of,
            empty="No month is complete for any shopper.",
            parts=new_by(answer.frame["cohort_month"], answer.frame["shopper_count"]),
        )

    return load, lambda: question.forget(since=since, until=until)


def _in_floats(frame: pd.DataFrame) -> pd.DataFrame:
    money = [str(name) for name in frame if str(name).endswith("_usd")]
    return frame.assign(**{name: frame[name].astype(float) for name in money})
