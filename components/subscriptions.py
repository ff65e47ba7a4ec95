"""Subscriptions and payments: who is past due, what was paid, by whom it is collected."""

from datetime import date

import pandas as pd
import streamlit as st

import metrics
from components.asked import Row, kept
from components.card import Forget, Load, Table
from components.notes import many
from components.question import Answer, Question
from metrics import METRICS

_ROWS = 1000
STATES = {
    "All": "all",
    "Past due": "past_due",
    "Active": "active",
    "Trialing": "trialing",
    "Canceled": "canceled",
}
PAID = {
    "All": "all",
    "Open": "pending",
    "Received": "succeeded",
    "Given up": "canceled",
    "Refunded": "refunded",
}
_PAID_WORDS = {status: label for label, status in PAID.items()}
_PROVIDERS = {"stripe": "Stripe", "tbank": "T-Bank", "demo": "Demo"}


def by_status(row: Row) -> str:
    """Of active subscriptions: how many others there are, and how many will end."""
    parts = [f"{int(row['trialing_count']):,} on trial"]
    if row["scheduled_count"]:
        parts.append(f"{int(row['scheduled_count']):,} will end with their period")
    return ", ".join(parts)


def failed(row: Row) -> str:
    """Of MRR at risk: how many subscriptions it is."""
    return f"{many(int(row['past_due_count']), 'subscription')} past due"


def unpaid(row: Row) -> str:
    """Of open payments: how many."""
    return many(int(row["open_count"]), "payment")


def received(row: Row) -> str:
    """Of payments received: how many, for what, and what was given back."""
    parts = [many(int(row["received_count"]), "payment")]
    if row["credits_usd"]:
        parts.append(f"{metrics.text('usd', row['credits_usd'])} for credits")
    if row["refunded_usd"]:
        parts.append(f"{metrics.text('usd', row['refunded_usd'])} refunded")
    if row["unconverted_count"]:
        count = int(row["unconverted_count"])
        parts.append(f"{count:,} in a currency without a known rate left out")
    return ", ".join(parts)


def _provider(name: str) -> str:
    return _PROVIDERS.get(name, name)


def _money(amounts: pd.Series, currencies: pd.Series) -> list[str]:
    return [
        f"{amount:,.2f} {currency}" for amount, currency in zip(amounts, currencies, strict=True)
    ]


def _purpose(purpose: str, plan: object) -> str:
    if purpose == "credits":
        return "Credits"
    return "Subscription" if pd.isna(plan) else f"Subscription, {plan}"  # type: ignore[call-overload]


def table(question: Question) -> tuple[Load[Table], Forget]:
    """Subscriptions as they stand, as load and forget of a card."""
    asked = question.narrowed({"row_count": _ROWS})
    return lambda: _subscriptions(asked.read()), asked.forget


@kept
def _subscriptions(answer: Answer) -> Table:
    config = st.column_config
    frame = answer.frame
    rows = frame.assign(
        plan=frame["plan"].fillna("Own price"),
        status=frame["status"].str.replace("_", " ").str.capitalize(),
        price=[
            f"{money} a {period}"
            for money, period in zip(
                _money(frame["price"], frame["currency"]), frame["period"], strict=True
            )
        ],
        mrr_usd=frame["mrr_usd"].astype(float),
        reason=frame["reason"].map({"voluntary": "Canceled", "delinquent": "Never paid"}),
        provider=frame["provider"].map(_provider),
    )
    return Table(
        rows,
        {
            "brand": config.TextColumn("Brand"),
            "plan": config.TextColumn("Plan"),
            "status": config.TextColumn("Status"),
            "quantity": config.NumberColumn("Quantity", format="%,d"),
            "price": config.TextColumn("Price of one"),
            "mrr_usd": config.NumberColumn("MRR", format="$%,.2f", help=METRICS["mrr"].help),
            "renews_at": config.DateColumn("Renews", format="D MMM YYYY"),
            "ends_at": config.DateColumn(
                "Ends", format="D MMM YYYY", help="Canceled: status and MRR stay until then."
            ),
            "reason": config.TextColumn("Why it ended"),
            "provider": config.TextColumn("Collected by"),
        },
        alt="Subscriptions, past due ones first",
        as_of=answer.as_of,
        empty="No such subscription.",
        note=f"The first {_ROWS:,}." if len(rows) == _ROWS else "",
    )


def payments(question: Question, since: date, until: date) -> tuple[Load[Table], Forget]:
    """Payments of the period, as load and forget of a card."""
    asked = question.narrowed({"row_count": _ROWS})
    days = {"since": since, "until": until}
    return lambda: _payments(asked.read(**days)), lambda: asked.forget(**days)


@kept
def _payments(answer: Answer) -> Table:
    config = st.column_config
    frame = answer.frame
    rows = frame.assign(
        purpose=[_purpose(*said) for said in zip(frame["purpose"], frame["plan"], strict=True)],
        amount=_money(frame["amount"], frame["currency"]),
        status=frame["status"].map(_PAID_WORDS),
        provider=frame["provider"].map(_provider),
    )
    return Table(
        rows,
        {
            "paid_at": config.DatetimeColumn("Asked for (UTC)", format="D MMM YYYY, HH:mm"),
            "brand": config.TextColumn("Brand"),
            "purpose": config.TextColumn("For"),
            "amount": config.TextColumn("Amount"),
            "status": config.TextColumn("State"),
            "provider": config.TextColumn("Collected by"),
            "reference": config.TextColumn("Their number"),
        },
        alt="Payments, the newest first",
        as_of=answer.as_of,
        empty="No such payment in this period.",
        note=f"The newest {_ROWS:,}: a shorter period shows the others."
        if len(rows) == _ROWS
        else "",
    )
