"""The short addition under a card's figure, made of the row that its query gave."""

from collections.abc import Callable

import metrics
from components.asked import Row


def paying(row: Row) -> str:
    """Of the total of MRR: how many brands pay it."""
    return many(row["paying_count"], "paying brand")


def launched(row: Row) -> str:
    """Of the total of volume: how many jobs were launched, and how many of them succeeded."""
    launched = metrics.text("count", row["launched_count"])
    return f"{launched} launched, {metrics.text('pct', row['success_pct'])} succeeded"


def succeeded(row: Row) -> str:
    """Of completed jobs: how large their share of those that completed or failed is."""
    return f"{metrics.text('pct', row['success_pct'])} succeeded"


def ended(row: Row) -> str:
    """Of the success rate: of how many jobs it is the share."""
    return f"of {many(row['completed_count'] + row['failed_count'], 'job')} completed or failed"


def pictures(row: Row) -> str:
    """Of the model's confidence: over how many pictures it is the mean."""
    return many(row["completed_count"], "picture")


def random_draws(row: Row) -> str:
    """Of calibration: over how many verdicts of random draws it is, provisional when few."""
    n = int(row["verdict_count"])
    return f"n = {n:,}{', provisional' if n < metrics.PROVISIONAL_BELOW else ''}"


def engine_cost(row: Row) -> str:
    """Of the cost per accepted image: what all jobs cost, and how many completed."""
    cost = metrics.text("usd", row["engine_cost_usd"])
    return f"{cost} for {many(row['completed_count'], 'completed job')}"


def cost_as_told(row: Row) -> str:
    """The same, with how many of the jobs no engine says the cost of."""
    unpriced = int(row["unpriced_count"])
    return engine_cost(row) + (f", {unpriced:,} of them at no known cost" if unpriced else "")


def verdicts(row: Row) -> str:
    """Of human accuracy: its Wilson 95 % interval and n, and whether n is too small to rely on."""
    n = int(row["verdict_count"])
    interval = metrics.wilson(int(row["approved_count"]), n)
    if interval is None:
        return "No verdicts yet"
    low, high = (metrics.text("pct", end) for end in interval)
    provisional = ", provisional" if n < metrics.PROVISIONAL_BELOW else ""
    return f"{low} to {high}, n = {n:,}{provisional}"


def purchases(row: Row) -> str:
    """Of attributed revenue: from how many purchases it comes."""
    return many(row["purchase_count"], "attributed purchase")


def plan_cost(row: Row) -> str:
    """Of the return on the plan: what the plan cost over the same days."""
    return f"The plan cost {metrics.text('usd', row['plan_cost_usd'])}"


def answers(row: Row) -> str:
    """Of NPS: over how many answers it is."""
    n = int(row["answer_count"])
    return f"{many(row['promoter_count'], 'promoter')}, n = {n:,}" if n else "No answers yet"


def answers_of_all(row: Row) -> str:
    """The same beside figures that are of some shoppers alone."""
    return f"{answers(row)}, of all shoppers"


def cohort(row: Row) -> str:
    """Of a retention card: how many shoppers could have come back."""
    return many(row["cohort_count"], "shopper")


def left_out(row: Row) -> str:
    """Of conversion: over how many shoppers it is, and how many are left out for now."""
    return _still_open(row["shopper_count"], row)


def begun(row: Row) -> str:
    """Of a step of the funnel: how many launched, and how many are left out for now."""
    return _still_open(row["launched_count"], row)


def _still_open(shoppers: int, row: Row) -> str:
    out = metrics.text("count", row["left_out_count"])
    return f"{many(shoppers, 'shopper')}, {out} still open"


def ltv_and_cac(row: Row) -> str:
    """Of LTV:CAC: both its parts, over how many months LTV is, and the gross margin in it."""
    months = int(row["month_count"])
    short = f" ({months} months)" if months < 12 else ""
    margin = row["gross_margin_pct"]
    shown = metrics.DASH if metrics.missing(margin) else f"{margin:.0%}"
    ltv, cac = (metrics.text("usd", row[name]) for name in ("ltv_usd", "cac_usd"))
    return f"LTV{short} {ltv}, CAC {cac}, margin {shown}"


def ltv_months(row: Row) -> str:
    """Of LTV: over how many complete months it is, and the gross margin in it."""
    margin = row["gross_margin_pct"]
    shown = metrics.DASH if metrics.missing(margin) else f"{margin:.0%}"
    return f"{many(row['month_count'], 'complete month')}, margin {shown}"


def acquired(row: Row) -> str:
    """Of CAC: what was spent, for how many new shoppers."""
    spent = metrics.text("usd", row["spend_usd"])
    return f"{spent} for {many(row['new_shopper_count'], 'new shopper')}"


def first_month(_: Row) -> str:
    """Of payback: from where its months are counted."""
    return "Month 0 is that of the first try-on"


def not_yet(row: Row) -> str:
    """Of payback: what stands in its place when the margin has not reached CAC."""
    known = row["month_count"] > 0 and not metrics.missing(row["cac_usd"])
    return "not yet" if known else metrics.DASH


def both_policies(row: Row) -> str:
    """Of MRR: what both policies make of it."""
    strict, stripe = (metrics.text("usd", row[name]) for name in ("strict_usd", "stripe_usd"))
    return f"Strict {strict}, Stripe {stripe}"


def times_12(row: Row) -> str:
    """Of ARR: the MRR that it is made of."""
    return f"12 × {metrics.text('usd', row['mrr_usd'])}"


def of_stripe(row: Row) -> str:
    """Of MRR at risk: its share of what would be MRR if every past due payment came in."""
    every = float(row["stripe_usd"])
    share = float(row["at_risk_usd"]) / every if every else None
    return f"{metrics.text('pct', share)} of MRR with past due"


def end_of_start(row: Row) -> str:
    """Of NRR: what the brands paid at the start, and what the same brands pay at the end."""
    start, end = (metrics.text("usd", row[name]) for name in ("start_usd", "end_usd"))
    return f"{start} became {end}"


def kept_of_start(row: Row) -> str:
    """Of GRR: what was kept of what the brands paid at the start."""
    start, kept = (metrics.text("usd", row[name]) for name in ("start_usd", "kept_usd"))
    return f"{kept} kept of {start}"


def gains_and_losses(row: Row) -> str:
    """Of the quick ratio: both its parts."""
    gained, lost = (metrics.text("usd", row[name]) for name in ("gained_usd", "lost_usd"))
    return f"{gained} gained, {lost} lost"


def no_losses(_: Row) -> str:
    """Of the quick ratio: what stands in its place when nothing was lost."""
    return "no losses"


def gone(row: Row) -> str:
    """Of logo churn: how many brands went, of how many."""
    return f"{row['gone_count']:,} of {many(row['paying_count'], 'brand')}"


def scheduled(row: Row) -> str:
    """Of scheduled churn: how many brands it is of."""
    return f"{many(row['scheduled_count'], 'brand')} at the period's end"


def touched(source: str) -> Callable[[Row], str]:
    """Of a source's revenue: its share of all attributed revenue, and from how many purchases."""

    def note(row: Row) -> str:
        every = float(row["attributed_usd"])
        share = float(row[f"{source}_usd"]) / every if every else None
        bought = many(row[f"{source}_count"], "purchase")
        return f"{metrics.text('pct', share)} of attributed, {bought}"

    return note


def untouched(row: Row) -> str:
    """Of unattributed revenue: from how many purchases it comes."""
    bought = many(row["purchase_count"], "purchase")
    return f"{metrics.text('count', row['unattributed_count'])} of {bought}"


def three_sources(row: Row) -> str:
    """Of attributed revenue: that its three sources are all of it."""
    parts = (f"{name}_usd" for name in ("tryon", "recommendation", "share"))
    return " + ".join(metrics.text("usd", row[part]) for part in parts)


def many(count: int, one: str) -> str:
    """A count as cards write it with its noun: 1 brand, 12.3K brands."""
    return f"{metrics.text('count', count)} {metrics.plural(one, count)}"
