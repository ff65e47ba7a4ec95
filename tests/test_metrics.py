"""The registry: every figure written the one way, and the arithmetic that belongs to no query."""

import math
from decimal import Decimal

import pytest

import metrics
from metrics import METRICS


def test_wilson_matches_the_hand_computed_fixture() -> None:
    interval = metrics.wilson(8, 10)
    assert interval is not None
    assert [round(end, 3) for end in interval] == [0.490, 0.943]


def test_wilson_stays_inside_0_and_1_and_has_no_interval_without_trials() -> None:
    none, every = metrics.wilson(0, 5), metrics.wilson(5, 5)
    assert none is not None
    assert every is not None
    assert none[0] == 0.0
    assert every[1] == 1.0
    assert none[1] == pytest.approx(1 - every[0])
    assert metrics.wilson(0, 0) is None


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5), (1, 0)])
def test_wilson_refuses_what_is_no_share(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        metrics.wilson(k, n)


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        ("usd", Decimal("2104312.55"), "$2.10M"),
        ("usd", Decimal("129.99"), "$130"),
        ("usd", Decimal("43.33"), "$43.33"),
        ("usd", 2484, "$2,484"),
        ("usd", 9999.6, "$10.0K"),
        ("usd", 14_230, "$14.2K"),
        ("usd", 999_499, "$999K"),
        ("usd", 999_600, "$1.00M"),
        ("usd", 1.2e9, "$1.20B"),
        ("usd", 0, "$0"),
        ("usd", -340, "−$340"),
        ("count", 847, "847"),
        ("count", 100_230, "100K"),
        ("count", 10_000_000, "10.0M"),
        ("pct", 0.942, "94.2%"),
        ("pct", 0.0, "0.0%"),
        ("points", 0.4249, "42.5"),
        ("points", -1, "−100.0"),
        ("pct", -0.00001, "0.0%"),
        ("pct", -0.012, "−1.2%"),
        ("ratio", 3.8, "3.8×"),
        ("ratio", 0.0195, "0.02×"),
        ("month", 4.0, "month 4"),
        ("ms", 840, "840 ms"),
        ("ms", 2310, "2.31 s"),
        ("usd", None, "–"),
        ("pct", math.nan, "–"),
        ("count", Decimal("NaN"), "–"),
    ],
)
def test_text(unit: metrics.Unit, value: metrics.Number | None, expected: str) -> None:
    assert metrics.text(unit, value) == expected


@pytest.mark.parametrize(
    ("key", "value", "before", "expected"),
    [
        ("mrr", 110, 100, metrics.Change("+10.0%", 1, True)),
        ("mrr", 90, 100, metrics.Change("−10.0%", -1, False)),
        ("mrr_at_risk", 110, 100, metrics.Change("+10.0%", 1, False)),
        ("cac", 90, 100, metrics.Change("−10.0%", -1, True)),
        ("mrr", 5, 0, metrics.Change("new", 1, True)),
        ("mrr", 0, 0, metrics.Change("0%", 0, None)),
        ("mrr", 0, 100, metrics.Change("−100.0%", -1, False)),
        ("conversion", 0.42, 0.40, metrics.Change("+2.0 pp", 1, True)),
        ("conversion", 0.42, 0.42, metrics.Change("0.0 pp", 0, None)),
        ("conversion", 0.42, 0.0, metrics.Change("+42.0 pp", 1, True)),
        ("payback", 4.0, 3.0, metrics.Change("+1 month", 1, False)),
        ("payback", 0.0, 2.0, metrics.Change("−2 months", -1, True)),
        ("payback", 3.0, 3.0, metrics.Change("0 months", 0, None)),
        ("nps", 0.305, -0.12, metrics.Change("+42.5 points", 1, True)),
        ("nps", 0.1, 0.1, metrics.Change("0.0 points", 0, None)),
        ("mrr", None, 100, metrics.Change("", 0, None)),
        ("mrr", 100, math.nan, metrics.Change("", 0, None)),
    ],
)
def test_change(
    key: str,
    value: metrics.Number | None,
    before: metrics.Number | None,
    expected: metrics.Change,
) -> None:
    assert metrics.change(METRICS[key], value, before) == expected


def test_every_metric_has_its_own_label_and_a_definition() -> None:
    labels = [metric.label for metric in METRICS.values()]
    assert len(set(labels)) == len(labels)
    for key, metric in METRICS.items():
        assert key == metric.key
        assert metric.help.endswith(".")


@pytest.mark.parametrize("word", ["Accuracy", "accuracy"])
def test_accuracy_is_never_the_bare_word(word: str) -> None:
    assert all(metric.label.split() != [word] for metric in METRICS.values())


# What METRICS.md says, word for word; a page calls its window a period.
DEFINITIONS = {
    "mrr": "its recurring price × quantity, normalised to a month (year ÷ 12, quarter ÷ 3, "
    "week × 52 ÷ 12, day × 365 ÷ 12), less coupons that last forever, before tax, rounded half-up "
    "to the cent per subscription",
    "arr": "MRR × 12",
    "arpa": "MRR ÷ brands with MRR > 0",
    "mrr_at_risk": "subscriptions, under either",
    "grr": "Σ min(start, end) ÷ Σ start",
    "nrr": "Σ end ÷ Σ start",
    "quick_ratio": "(new + expansion + reactivation) ÷ (contraction + churn); no losses",
    "logo_churn": "brands with MRR > 0 at the start and 0 at the end ÷ brands with MRR > 0 at the "
    "start",
    "scheduled_churn": "cancellation at period end keeps status and MRR until then",
    "attributed_revenue": "Returns reduce the revenue of their purchase",
    "unattributed_revenue": "Returns reduce the revenue of their purchase",
    "launched": "counted on the day",
    "completed": "completed ÷ (completed + failed)",
    "success_rate": "completed ÷ (completed + failed)",
    "queue_p95": "started − created",
    "processing_p95": "completed − started",
    "dau": "distinct shoppers with a launched job in the",
    "wau": "last 7",
    "mau": "30 complete days",
    "stickiness": "mean DAU of the last 30 days ÷ MAU",
    "model_confidence": "over completed jobs: the engine's own estimate",
    "human_accuracy": "approved ÷ jobs with a verdict, over random draws only",
    "win_rate": "wins ÷ (wins + losses)",
    "ece": "Σ (n_b ÷ N) · |mean confidence_b − share approved_b| over",
    "brier": "mean (p − y)²",
    "cost_per_accepted": "(engine cost of all jobs ÷ completed jobs) ÷ human accuracy",
    "rejected_credits": "credits settled on rejected pictures",
    "failed_cost": "engine cost of failed",
    "nps": "% of 9–10 − % of 0–6, with n",
    "conversion": "distinct shoppers with a completed job in the window, the share with an "
    "attributed purchase within 7 days after their first such job",
    "saved_share": "each at or after the step before and within 7 days of the start",
    "purchased_share": "each at or after the step before and within 7 days of the start",
    "retention_d7": "ended inside the window",
    "ltv": "gross margin × Σ over m = 0…11 of (attributed revenue in the m-th calendar month after "
    "the first job's month, over cohorts for which that month is complete) ÷ (shoppers in those "
    "cohorts)",
    "cac": "acquisition spend ÷ new shoppers of the window",
    "payback": "first month m in which cumulative margin per shopper ≥ CAC, else",
}


@pytest.mark.parametrize("key", DEFINITIONS)
def test_the_help_of_a_figure_is_its_definition(key: str) -> None:
    definition = DEFINITIONS[key].replace("window", "period").lower()
    assert definition in METRICS[key].help.lower()
