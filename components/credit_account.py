"""The credits of brands: what they have, what they spent it on, and every booking."""

from datetime import date

import streamlit as st

import metrics
from components import charts
from components.asked import Row
from components.card import Drawing, Figure, Forget, Load, Table, metric_card
from components.period import Period
from components.question import Question
from metrics import METRICS

_BOOKINGS = 500
_PRODUCTS = 200
_KINDS = {
    "grant": "Granted",
    "purchase": "Bought",
    "reserve": "Reserved",
    "settle": "Settled",
    "release": "Given back",
    "expire": "Expired",
    "refund": "Refunded",
}


def reserved(row: Row) -> str:
    """Of the balance: what open jobs hold beside it."""
    held = metrics.text("count", row["reserved_count"])
    return f"{held} more reserved by open jobs"


def completed(row: Row) -> str:
    """Of credits spent: for how many jobs."""
    count = metrics.text("count", row["completed_count"])
    return f"{count} completed, {metrics.text('count', row['failed_count'])} failed"


def rejects(period: Period, spent: Question, standing: Question) -> None:
    """A card of the credits that were settled on rejected pictures, in money.

    ``spent`` gives how many, ``standing`` what one cost.
    """

    def load() -> Figure:
        answer = spent.read(since=period.start, until=period.end)
        row = answer.row
        count, price = int(row["rejected_credit_count"]), standing.read().frame["price_usd"].iloc[0]
        rejected = metrics.text("count", int(row["rejected_count"]))
        if metrics.missing(price):
            return Figure(
                None,
                answer.as_of,
                note=f"{count:,} credits on {rejected} rejected pictures; no price is known",
            )
        each = metrics.text("usd", price)
        note = f"{count:,} credits on {rejected} rejected pictures, at {each} a credit"
        return Figure(count * price, answer.as_of, note=note)

    def forget() -> None:
        spent.forget(since=period.start, until=period.end)
        standing.forget()

    metric_card(METRICS["rejected_credits"], load, forget, "")


def by_day(question: Question, since: date, until: date) -> tuple[Load[Drawing], Forget]:
    """Credits spent by day, as load and forget of a card."""

    def load() -> Drawing:
        answer = question.read(since=since, until=until)
        counts = answer.frame["credit_count"].astype(float)
        if not counts.any():
            return Drawing(None, "", answer.as_of, empty="No credits were spent in this period.")
        total = metrics.text("count", counts.sum())
        return Drawing(
            charts.bars(answer.frame["day"], "Credits", list(counts), "count"),
            f"Credits spent by day, {total} in the period.",
            answer.as_of,
        )

    return load, lambda: question.forget(since=since, until=until)


def by_product(question: Question, period: Period) -> tuple[Load[Table], Forget]:
    """Credits spent by product, as load and forget of a card."""
    config = st.column_config
    asked = question.narrowed({"row_count": _PRODUCTS})
    days = {"since": period.start, "until": period.end}

    def load() -> Table:
        answer = asked.read(**days)
        frame = answer.frame
        rows = frame.assign(
            product=frame["product"].fillna("No product"),
            engine_cost_usd=frame["engine_cost_usd"].astype(float),
            cost_per_generation_usd=frame["cost_per_generation_usd"].astype(float),
        )
        return Table(
            rows,
            {
                "product": config.TextColumn("Product"),
                "brand": config.TextColumn("Brand"),
                "credit_count": config.NumberColumn("Credits", format="%,d"),
                "completed_count": config.NumberColumn("Completed", format="%,d"),
                "failed_count": config.NumberColumn("Failed", format="%,d"),
                "engine_cost_usd": config.NumberColumn("Engine cost", format="$%,.2f"),
                "cost_per_generation_usd": config.NumberColumn(
                    "A generation", format="$%.4f", help=METRICS["cost_per_generation"].help
                ),
            },
            alt="Credits spent by product, most first",
            as_of=answer.as_of,
            empty="The studio made nothing in this period.",
            note=_cut(len(rows), _PRODUCTS, "products"),
        )

    return load, lambda: asked.forget(**days)


def ledger(question: Question, since: date, until: date) -> tuple[Load[Table], Forget]:
    """The bookings of the period, as load and forget of a card."""
    config = st.column_config
    asked = question.narrowed({"row_count": _BOOKINGS})
    days = {"since": since, "until": until}

    def load() -> Table:
        answer = asked.read(**days)
        rows = answer.frame.assign(
            kind=answer.frame["kind"].map(_KINDS),
            lot=answer.frame["lot"].map({"free": "Free month", "purchase": "Purchase"}),
        )
        return Table(
            rows,
            {
                "booked_at": config.DatetimeColumn("When (UTC)", format="D MMM YYYY, HH:mm:ss"),
                "brand": config.TextColumn("Brand"),
                "kind": config.TextColumn("Booking"),
                "amount_count": config.NumberColumn("Credits", format="%+d"),
                "lot": config.TextColumn("From"),
                "job_id": config.TextColumn("Job"),
            },
            alt="Bookings of the credit ledger, the newest first",
            as_of=answer.as_of,
            empty="No booking in this period.",
            note=_cut(len(rows), _BOOKINGS, "bookings"),
        )

    return load, lambda: asked.forget(**days)


def _cut(shown: int, most: int, what: str) -> str:
    return f"The first {most:,} {what}: a shorter period shows the others." if shown == most else ""
