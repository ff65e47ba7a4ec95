"""A brand's own plan, and where the brand stands among others without their names or amounts."""

from dataclasses import replace
from datetime import date

import streamlit as st

from components import brand, charts
from components.card import Drawing, Forget, Load, Table
from components.parts import Part
from components.period import Period
from components.question import Question
from metrics import METRICS, text


def subscriptions(question: Question) -> tuple[Load[Table], Forget]:
    """The answer of the query of plans, as load and forget of a card."""
    config = st.column_config

    def load() -> Table:
        answer = question.read()
        rows = answer.frame.assign(
            plan=answer.frame["plan"].fillna("Own price"),
            status=answer.frame["status"].str.replace("_", " ").str.capitalize(),
            mrr_usd=answer.frame["mrr_usd"].astype(float),
        )
        return Table(
            rows,
            {
                "brand": config.TextColumn("Brand"),
                "plan": config.TextColumn("Plan"),
                "status": config.TextColumn("Status"),
                "quantity": config.NumberColumn("Quantity"),
                "mrr_usd": config.NumberColumn("MRR", format="$%,.2f", help=METRICS["mrr"].help),
                "renews_at": config.DateColumn("Renews", format="D MMM YYYY"),
                "ends_at": config.DateColumn(
                    "Ends", format="D MMM YYYY", help="Canceled: status and MRR stay until then."
                ),
            },
            alt="Subscriptions with their plan, status, MRR and renewal",
            as_of=answer.as_of,
            empty="No subscription.",
        )

    return load, question.forget


def past_due(label: str, until: date) -> Part:
    """The subscriptions that were past due at the end of the day before ``until``."""
    # Of no matter here, and so the same whatever the page's policy is.
    return Part(label, {"danger": "past_due", "policy": "stripe", "until": until})


def scheduled(label: str, policy: str, until: date) -> Part:
    """The subscriptions that were to end with their period, at the end of the day before."""
    return Part(label, {"danger": "scheduled", "policy": policy, "until": until})


# Since when, and where there is none, by the danger.
_ENDANGERED = {
    "past_due": ("Past due since", "No subscription was past due at the period's end."),
    "scheduled": ("Canceled on", "No subscription was to end with its period."),
}


def endangered(question: Question) -> tuple[Load[Table], Forget]:
    """The subscriptions whose MRR is in danger, as load and forget of a card."""
    since, empty = _ENDANGERED[str(question.params["danger"])]

    def load() -> Table:
        answer = question.read()
        config = st.column_config
        return Table(
            answer.frame.assign(
                plan=answer.frame["plan"].fillna("Own price"),
                mrr_usd=answer.frame["mrr_usd"].astype(float),
            ),
            {
                "brand": config.TextColumn("Brand"),
                "plan": config.TextColumn("Plan"),
                "mrr_usd": config.NumberColumn("MRR", format="$%,.2f", help=METRICS["mrr"].help),
                "since_at": config.DateColumn(since, format="D MMM YYYY"),
            },
            alt="Subscriptions with their brand, plan, MRR and since when",
            as_of=answer.as_of,
            empty=empty,
            **brand.opening(answer.frame["brand_id"]),
        )

    return load, question.forget


def difference(question: Question, total: Question, period: Period) -> tuple[Load[Table], Forget]:
    """The past due subscriptions by which the policies differ, as load and forget of a card.

    ``question`` is the one of endangered subscriptions, and ``total`` of MRR's total, which has
    both policies' figures.
    """
    days = {"since": period.start, "until": period.end}
    parts = past_due("Past due", period.end)
    load_rows, forget_rows = endangered(question.narrowed(parts.params))

    def load() -> Table:
        found = load_rows()
        row = total.read(**days).row
        strict, late, stripe = (
            text("usd", row[name]) for name in ("strict_usd", "at_risk_usd", "stripe_usd")
        )
        return replace(
            found,
            empty=f"{found.empty[:-1]}: both policies agree.",
            note=f"Strict {strict} + past due {late} = Stripe {stripe}.",
        )

    def forget() -> None:
        forget_rows()
        total.forget(**days)

    return load, forget


def standing(question: Question) -> tuple[Load[Drawing], Forget]:
    """The answer of the query of benchmarks, drawn, as load and forget of a card."""

    def load() -> Drawing:
        answer = question.read()
        known = answer.frame[answer.frame["band"].notna()]
        if known.empty:
            return Drawing(
                None,
                "",
                answer.as_of,
                empty="No benchmark: it takes 20 paying brands, and MRR of your own.",
            )
        row = known.iloc[0]
        quartiles = [float(row[f"{name}_usd"]) for name in _QUARTILES]
        return Drawing(
            charts.standing(float(row["mrr_usd"]), quartiles, row["name"], "usd"),
            f"{row['name']}: {row['band']} of {row['brand_count']} brands by MRR",
            answer.as_of,
            note=f"{row['name']}: {row['band']} of {row['brand_count']} brands by MRR.",
        )

    return load, question.forget


_QUARTILES = ("lower_quartile", "median", "upper_quartile")
