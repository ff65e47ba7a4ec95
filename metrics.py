"""The registry of metrics: what each figure is called, how it is written, which way is good.

``help`` is the definition that a page shows beside the figure. Pages, charts and exports take
label, unit and definition from here, so that one figure reads the same everywhere.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Unit = Literal["usd", "count", "pct", "points", "ratio", "score", "month", "ms"]
Good = Literal["up", "down"]
Number = int | float | Decimal

DASH = "–"
MINUS = "−"
# Under this many verdicts a share of pictures approved says little; it is marked provisional.
PROVISIONAL_BELOW = 30


@dataclass(frozen=True)
class Metric:
    """One figure: ``key`` names it in code, ``label`` on screen, ``help`` defines it."""

    key: str
    label: str
    unit: Unit
    help: str
    good: Good = "up"


@dataclass(frozen=True)
class Change:
    """A figure against the one of the period before.

    ``text`` is what to show (empty: nothing to compare with), ``sign`` is -1, 0 or 1, and
    ``better`` says whether that is good news (None: neither).
    """

    text: str
    sign: int
    better: bool | None


_METRICS = (
    Metric(
        "mrr",
        "MRR",
        "usd",
        "Monthly recurring revenue: of each subscription its recurring price × quantity, "
        "normalised to a month (year ÷ 12, quarter ÷ 3, week × 52 ÷ 12, day × 365 ÷ 12), less "
        "coupons that last forever, before tax, rounded half-up to the cent per subscription. "
        "Strict counts active subscriptions only; Stripe counts active and past due.",
    ),
    Metric("arr", "ARR", "usd", "Annual recurring revenue: MRR × 12."),
    Metric("arpa", "ARPA", "usd", "Average revenue per account: MRR ÷ brands with MRR > 0."),
    Metric(
        "mrr_at_risk",
        "MRR at risk",
        "usd",
        "MRR of past due subscriptions, under either policy.",
        good="down",
    ),
    Metric(
        "nrr",
        "NRR",
        "pct",
        "Net revenue retention: over brands with start > 0, Σ end ÷ Σ start.",
    ),
    Metric(
        "grr",
        "GRR",
        "pct",
        "Gross revenue retention: over brands with start > 0, Σ min(start, end) ÷ Σ start.",
    ),
    Metric(
        "quick_ratio",
        "Quick ratio",
        "ratio",
        "(new + expansion + reactivation) ÷ (contraction + churn); no losses → “no losses”.",
    ),
    Metric(
        "logo_churn",
        "Logo churn",
        "pct",
        "Brands with MRR > 0 at the start and 0 at the end ÷ brands with MRR > 0 at the start.",
        good="down",
    ),
    Metric(
        "scheduled_churn",
        "Scheduled churn",
        "usd",
        "MRR of subscriptions that are canceled at the end of their period: a cancellation at "
        "period end keeps status and MRR until then.",
        good="down",
    ),
    Metric(
        "attributed_revenue",
        "Attributed revenue",
        "usd",
        "Revenue of purchases with a touch (try-on, recommendation, share) in the 30 days before. "
        "Returns reduce the revenue of their purchase.",
    ),
    Metric(
        "tryon_revenue",
        "Try-on",
        "usd",
        "Attributed revenue by try-ons: of each purchase all to its first or last touch of the 30 "
        "days before, or to all of them alike (linear). The sources sum to the same total under "
        "each. Returns reduce the revenue of their purchase.",
    ),
    Metric(
        "recommendation_revenue",
        "Recommendation",
        "usd",
        "Attributed revenue by recommendations: of each purchase all to its first or last touch of "
        "the 30 days before, or to all of them alike (linear). The sources sum to the same total "
        "under each. Returns reduce the revenue of their purchase.",
    ),
    Metric(
        "share_revenue",
        "Share",
        "usd",
        "Attributed revenue by shares: of each purchase all to its first or last touch of the 30 "
        "days before, or to all of them alike (linear). The sources sum to the same total under "
        "each. Returns reduce the revenue of their purchase.",
    ),
    Metric(
        "unattributed_revenue",
        "Unattributed",
        "usd",
        "Revenue of purchases without a touch (try-on, recommendation, share) in the 30 days "
        "before. Returns reduce the revenue of their purchase.",
        good="down",
    ),
    Metric(
        "return_on_plan",
        "Return on plan",
        "ratio",
        "Attributed revenue ÷ what the plan costs over the same days: the MRR at the end of each "
        "day × 12 ÷ 365, added up.",
    ),
    Metric(
        "tryons",
        "Try-ons",
        "count",
        "Completed jobs that shoppers launched, counted on the day the job completed.",
    ),
    Metric(
        "launched",
        "Launched",
        "count",
        "Jobs launched, counted on the day they were created.",
    ),
    Metric(
        "completed",
        "Completed",
        "count",
        "Jobs completed, counted on the day they completed. Success rate = completed ÷ "
        "(completed + failed).",
    ),
    Metric(
        "failed",
        "Failed",
        "count",
        "Jobs failed, counted on the day they failed.",
        good="down",
    ),
    Metric(
        "canceled",
        "Canceled",
        "count",
        "Jobs canceled, counted on the day they were canceled.",
        good="down",
    ),
    Metric(
        "success_rate",
        "Success rate",
        "pct",
        "Completed ÷ (completed + failed).",
    ),
    Metric(
        "queue_p50",
        "Queue p50",
        "ms",
        "Queue time = started − created, of the jobs completed: half took no longer. "
        "From a histogram: error at most one bucket of 5 %.",
        good="down",
    ),
    Metric(
        "queue_p95",
        "Queue p95",
        "ms",
        "Queue time = started − created, of the jobs completed: 95 in 100 took no longer. "
        "From a histogram: error at most one bucket of 5 %.",
        good="down",
    ),
    Metric(
        "queue_p99",
        "Queue p99",
        "ms",
        "Queue time = started − created, of the jobs completed: 99 in 100 took no longer. "
        "From a histogram: error at most one bucket of 5 %.",
        good="down",
    ),
    Metric(
        "processing_p50",
        "Processing p50",
        "ms",
        "Processing time = completed − started, of the jobs completed: half took no longer. "
        "From a histogram: error at most one bucket of 5 %.",
        good="down",
    ),
    Metric(
        "processing_p95",
        "Processing p95",
        "ms",
        "Processing time = completed − started, of the jobs completed: 95 in 100 took no longer. "
        "From a histogram: error at most one bucket of 5 %.",
        good="down",
    ),
    Metric(
        "processing_p99",
        "Processing p99",
        "ms",
        "Processing time = completed − started, of the jobs completed: 99 in 100 took no longer. "
        "From a histogram: error at most one bucket of 5 %.",
        good="down",
    ),
    Metric(
        "dau",
        "DAU",
        "count",
        "Daily active shoppers: distinct shoppers with a launched job in the last complete day.",
    ),
    Metric(
        "wau",
        "WAU",
        "count",
        "Weekly active shoppers: distinct shoppers with a launched job in the last 7 complete "
        "days.",
    ),
    Metric(
        "mau",
        "MAU",
        "count",
        "Monthly active shoppers: distinct shoppers with a launched job in the last 30 complete "
        "days.",
    ),
    Metric(
        "stickiness",
        "Stickiness",
        "pct",
        "Mean DAU of the last 30 days ÷ MAU.",
    ),
    Metric(
        "model_confidence",
        "Model confidence",
        "pct",
        "Mean confidence over completed jobs: the engine's own estimate.",
    ),
    Metric(
        "human_accuracy",
        "Human accuracy",
        "pct",
        "Approved ÷ jobs with a verdict, over random draws only, with its Wilson 95 % interval "
        "and n; under 30 it is marked provisional.",
    ),
    Metric(
        "agreement",
        "Agreement",
        "pct",
        "Raw agreement: of all pairs of reviewers of one picture, the share that said the same.",
    ),
    Metric(
        "kappa",
        "Cohen's κ",
        "score",
        "Agreement beyond chance of two reviewers: (observed − expected) ÷ (1 − expected); 1 is "
        "perfect, 0 no better than chance.",
    ),
    Metric(
        "alpha",
        "Krippendorff's α",
        "score",
        "Agreement beyond chance of any number of reviewers: 1 − observed ÷ expected disagreement; "
        "1 is perfect, 0 no better than chance.",
    ),
    Metric(
        "win_rate",
        "Win rate",
        "pct",
        "Blind comparisons of two pictures that were asked the same of two engines: wins ÷ (wins + "
        "losses), with its Wilson 95 % interval; ties stand apart.",
    ),
    Metric(
        "ece",
        "ECE",
        "score",
        "Expected calibration error, random draws only: Σ (n_b ÷ N) · |mean confidence_b − share "
        "approved_b| over 10 equal-width bins of model confidence.",
        good="down",
    ),
    Metric(
        "brier",
        "Brier",
        "score",
        "Brier score, random draws only: mean (p − y)², p being the model confidence, y 1 for "
        "approved and 0 for rejected.",
        good="down",
    ),
    Metric(
        "cost_per_accepted",
        "Cost per accepted image",
        "usd",
        "(Engine cost of all jobs ÷ completed jobs) ÷ human accuracy.",
        good="down",
    ),
    Metric(
        "retention_d1",
        "D1 retention",
        "pct",
        "Share of shoppers who launched a job again on day 1 after their first, pooled over the "
        "cohort days whose day 1 ended inside the period.",
    ),
    Metric(
        "retention_d7",
        "D7 retention",
        "pct",
        "Share of shoppers who launched a job again on day 7 after their first, pooled over the "
        "cohort days whose day 7 ended inside the period.",
    ),
    Metric(
        "retention_d30",
        "D30 retention",
        "pct",
        "Share of shoppers who launched a job again on day 30 after their first, pooled over the "
        "cohort days whose day 30 ended inside the period.",
    ),
    Metric(
        "conversion",
        "Conversion",
        "pct",
        "Of distinct shoppers with a completed job in the period, the share with an attributed "
        "purchase within 7 days after their first such job. Shoppers whose 7 days are not over "
        "are left out and counted beside the figure.",
    ),
    Metric(
        "saved_share",
        "Saved",
        "pct",
        "Of the shoppers who launched a try-on in the period, the share with a completed one and "
        "then a saved look, each at or after the step before and within 7 days of the start. "
        "Shoppers whose 7 days are not over are left out and counted beside the figure.",
    ),
    Metric(
        "purchased_share",
        "Saved, then purchased",
        "pct",
        "Of the shoppers who launched a try-on in the period, the share who saved a look and then "
        "purchased, each at or after the step before and within 7 days of the start. Who purchased "
        "without saving before counts in conversion alone. Shoppers whose 7 days are not over are "
        "left out and counted beside the figure.",
    ),
    Metric(
        "ltv",
        "LTV (12 months)",
        "usd",
        "Gross margin × Σ over m = 0…11 of (attributed revenue in the m-th calendar month after "
        "the first job's month, over cohorts for which that month is complete) ÷ (shoppers in "
        "those cohorts).",
    ),
    Metric(
        "cac",
        "CAC",
        "usd",
        "Customer acquisition cost: acquisition spend ÷ new shoppers of the period.",
        good="down",
    ),
    Metric(
        "ltv_cac",
        "LTV:CAC",
        "ratio",
        "LTV (12 months) ÷ CAC. Fewer than 12 complete months: no ratio.",
    ),
    Metric(
        "payback",
        "Payback",
        "month",
        "First month m in which cumulative margin per shopper ≥ CAC, else “not yet”. Month 0 is "
        "the one of the first job; the margin is that of LTV's months 0 to 11.",
        good="down",
    ),
    Metric(
        "nps",
        "NPS",
        "points",
        "Net promoter score: of shoppers' answers from 0 to 10, % of 9–10 − % of 0–6, with n.",
    ),
    Metric(
        "credit_balance",
        "Credit balance",
        "count",
        "Credits that the brand's account can spend in the studio: the sum of its ledger. Bought "
        "credits do not expire.",
    ),
    Metric(
        "credits_spent",
        "Credits spent",
        "count",
        "Credits of studio jobs that completed in the period. What a failed or canceled job "
        "reserved goes back.",
    ),
    Metric(
        "cost_per_generation",
        "Cost per generation",
        "usd",
        "Engine cost of all studio jobs that ended ÷ completed studio jobs.",
        good="down",
    ),
    Metric(
        "rejected_credits",
        "Spent on rejects",
        "usd",
        "Credit waste: credits settled on rejected pictures, at what a bought credit cost on "
        "average.",
        good="down",
    ),
    Metric(
        "failed_cost",
        "Spent on failures",
        "usd",
        "Credit waste: engine cost of failed studio jobs. Their credits went back.",
        good="down",
    ),
    Metric(
        "payments_received",
        "Payments received",
        "usd",
        "Payments of the period that succeeded, for subscriptions and for credits, in dollars at "
        "the rate of their price.",
    ),
    Metric(
        "open_payments",
        "Open payments",
        "usd",
        "Payments that have neither succeeded nor been given up, in dollars at the rate of their "
        "price.",
        good="down",
    ),
    Metric(
        "active_subscriptions",
        "Active subscriptions",
        "count",
        "Subscriptions of status active. Trialing and past due ones are told apart.",
    ),
)

METRICS: dict[str, Metric] = {metric.key: metric for metric in _METRICS}


def wilson(k: int, n: int) -> tuple[float, float] | None:
    """The Wilson score interval (95 %) of k successes in n trials; None when n is 0.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209-212. Raises ValueError unless
    0 ≤ k ≤ n.
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    if n == 0:
        return None
    z = 1.959963984540054
    share = k / n
    middle = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def kappa(both: int, one: int, other: int, neither: int) -> float | None:
    """Cohen's κ of two reviewers: jobs that both, only the one, only the other, or none approved.

    None where chance alone would have them agree on everything, and without jobs. Source:
    J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
    Measurement 20 (1960), 37-46.
    """
    n = both + one + other + neither
    if n == 0:
        return None
    observed = (both + neither) / n
    yes_one, yes_other = (both + one) / n, (both + other) / n
    expected = yes_one * yes_other + (1 - yes_one) * (1 - yes_other)
    return None if expected == 1 else (observed - expected) / (1 - expected)


def alpha(jobs: Iterable[tuple[int, int, int]]) -> float | None:
    """Krippendorff's α for approvals: triples of reviewers, approvals, and jobs that had these.

    Jobs with one reviewer say nothing of agreement. None without others, and where everything was
    approved or nothing. Source: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability"
    (2011), nominal data with any number of observers and missing values.
    """
    paired = [job for job in jobs if job[0] > 1]
    approved = sum(yes * count for _, yes, count in paired)
    rejected = sum((reviewers - yes) * count for reviewers, yes, count in paired)
    if approved == 0 or rejected == 0:
        return None
    observed = sum(
        yes * (reviewers - yes) / (reviewers - 1) * count for reviewers, yes, count in paired
    )
    return 1 - (approved + rejected - 1) * observed / (approved * rejected)


def agreement(jobs: Iterable[tuple[int, int, int]]) -> float | None:
    """Raw agreement, 0 to 1, of triples as `alpha` takes them; None without two reviewers of one.

    Of all pairs of reviewers of one job, the share that said the same.
    """
    same = pairs = 0
    for reviewers, yes, count in jobs:
        no = reviewers - yes
        same += (yes * (yes - 1) + no * (no - 1)) // 2 * count
        pairs += reviewers * (reviewers - 1) // 2 * count
    return same / pairs if pairs else None


def missing(value: Number | None) -> bool:
    """Whether a figure is not available: None, or the NaN that a DataFrame holds instead."""
    return value is None or (isinstance(value, float | Decimal) and math.isnan(value))


def plural(one: str, count: float) -> str:
    """A noun for so many, whose plural ends in s."""
    return one if count == 1 else f"{one}s"


def counted(count: int, one: str) -> str:
    """A count in full with its noun: 1 brand, 12,345 brands."""
    return f"{count:,} {plural(one, count)}"


def text(unit: Unit, value: Number | None) -> str:
    """A figure as a card shows it: $2.10M, 12.4K, 94.2%, 3.8×, 840 ms; a dash when n/a."""
    if value is None or missing(value):
        return DASH
    if unit == "usd":
        return _signed(value, lambda size: "$" + _compact(size, cents=True))
    if unit == "count":
        return _signed(value, lambda size: _compact(size, cents=False))
    if unit == "pct":
        return _signed(value, lambda size: f"{size * 100:.1f}%")
    if unit == "ratio":
        # A return below 1 is told in hundredths: 0.02× is not nothing.
        return _signed(value, lambda size: f"{size:.1f}×" if size >= 1 else f"{size:.2f}×")
    if unit == "score":
        return _signed(value, lambda size: f"{size:.3f}")
    if unit == "points":
        return _signed(value, lambda size: f"{100 * size:.1f}")
    if unit == "month":
        return f"month {value:.0f}"
    return f"{value:,.0f} ms" if value < 1000 else f"{float(value) / 1000:.2f} s"


def change(metric: Metric, value: Number | None, before: Number | None) -> Change:
    """How ``value`` stands against ``before``, the same figure over the period before.

    Shares differ in percentage points, NPS in points, months in months, everything else in per
    cent. Prior 0 and now more is "new", never a percentage; an n/a on either side gives no text.
    """
    if value is None or before is None or missing(value) or missing(before):
        return Change("", 0, None)
    now, then = float(value), float(before)
    if metric.unit == "pct":
        moved = round((now - then) * 100, 1)
        words = f"{_plus(moved)}{abs(moved):.1f} pp"
    elif metric.unit == "points":
        moved = round((now - then) * 100, 1)
        words = f"{_plus(moved)}{abs(moved):.1f} points"
    elif metric.unit == "month":
        # Month 0 is a month like any other, and no base of a percentage.
        moved = now - then
        words = f"{_plus(moved)}{abs(moved):.0f} {plural('month', abs(moved))}"
    elif then == 0:
        if now == 0:
            return Change("0%", 0, None)
        moved, words = now, "new"
    else:
        moved = round((now - then) / abs(then) * 100, 1)
        words = f"{_plus(moved)}{abs(moved):,.1f}%"
    sign = (moved > 0) - (moved < 0)
    return Change(words, sign, None if sign == 0 else (sign > 0) == (metric.good == "up"))


def _plus(value: float) -> str:
    return "+" if value > 0 else MINUS if value < 0 else ""


def _signed(value: Number, write: Callable[[float], str]) -> str:
    size = abs(float(value))
    words = write(size)
    # What rounds to nothing has no sign: never "−0.0%".
    return words if value >= 0 or words == write(0.0) else MINUS + words


def _compact(size: float, *, cents: bool) -> str:
    """Three significant digits with K, M or B; in full below 10,000 (with cents below 100)."""
    # What one picture costs is told to the hundredth of a cent.
    if cents and 0 < size < 0.09995:
        return f"{size:.4f}"
    if size < 9_999.5:
        return f"{size:,.2f}" if cents and size < 99.995 and size else f"{size:,.0f}"
    for limit, unit, letter in ((999_500, 1e3, "K"), (999.5e6, 1e6, "M"), (math.inf, 1e9, "B")):
        if size < limit:
            return _three(size / unit) + letter
    raise ValueError(f"{size} is not finite")


def _three(size: float) -> str:
    return f"{size:.2f}" if size < 9.995 else f"{size:.1f}" if size < 99.95 else f"{size:,.0f}"
