"""The headline figures, each with its change and its course."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from components import attribution, behind, card, economics, funnel, movements, notes
from components import jobs as job_rows
from components.asked import Row
from components.period import Period
from components.question import Ask, Parameter, Question, measure
from components.shoppers import back_on


def figures(
    ask: Ask, period: Period, now: datetime, jobs: dict[str, Parameter], *, managed: bool
) -> None:
    """A wall of metric cards; what a brand manager earns by their plan stands first for them.

    ``now`` is an aware time; ``jobs`` are the filters of figures of jobs.
    """
    day_30: dict[str, Parameter] = {
        "as_of": now.date(),
        "day_number": 30,
        "split": "none",
        "part": "all",
    }
    moved = behind.movements(ask, "strict").whole(
        movements.moved("In all these days", "all", period.start, period.end)
    )
    tried = behind.jobs(ask, **jobs).whole(job_rows.all_ended(period))
    judged = behind.verdicts(ask, **jobs).whole(job_rows.all_judged(period))
    back = behind.shoppers(ask, step="day", as_of=now.date(), split="none", part="all")
    valued = behind.newcomers(ask, now.date()).whole(economics.valued_by(period))
    show = partial(measure, period)
    with card.tiles(4):
        if managed:
            attributed(ask, period, "strict")
            return_on_plan(ask, period, "strict")
        else:
            show(
                "mrr",
                ask("revenue/mrr_total", policy="strict"),
                "mrr_usd",
                ask("revenue/mrr_by_day", policy="strict"),
                notes.paying,
                before="mrr_before_usd",
                behind=moved,
            )
        show(
            "tryons",
            ask("tryons/volume_total", **jobs),
            "completed_count",
            ask("tryons/volume_by_day", **jobs),
            notes.launched,
            behind=tried,
        )
        show(
            "model_confidence",
            ask("accuracy/confidence_total", **jobs),
            "model_confidence_pct",
            ask("accuracy/confidence_by_day", **jobs),
            notes.pictures,
            behind=tried,
        )
        show(
            "human_accuracy",
            ask("accuracy/human_accuracy_total", **jobs),
            "human_accuracy_pct",
            ask("accuracy/human_accuracy_by_week", **jobs),
            notes.verdicts,
            behind=judged,
        )
        show(
            "retention_d30",
            ask("shoppers/retention_card", **day_30),
            "retention_pct",
            ask("shoppers/retention_by_week", **day_30),
            notes.cohort,
            behind=back.whole(back_on(period, 30)),
        )
        funnel.conversion(ask, period, now.date())
        show(
            "ltv_cac",
            ask("revenue/ltv_cac"),
            "ltv_cac_ratio",
            ask("revenue/ltv_cac_by_month"),
            notes.ltv_and_cac,
            behind=valued,
            course_since=period.end - timedelta(days=365),
        )
        if not managed:
            attributed(ask, period, "strict")


def attributed(ask: Ask, period: Period, policy: str) -> None:
    """A metric card of what try-on earned the brands in view."""
    course = ask("revenue/attributed_by_day")
    _sold(ask, period, policy, "attributed_revenue", "attributed_usd", notes.purchases, course)


def return_on_plan(ask: Ask, period: Period, policy: str) -> None:
    """A metric card of what that is to what the brands' plans cost."""
    _sold(ask, period, policy, "return_on_plan", "return_on_plan_ratio", notes.plan_cost)


def _sold(
    ask: Ask,
    period: Period,
    policy: str,
    metric: str,
    column: str,
    note: Callable[[Row], str],
    course: Question | None = None,
) -> None:
    total = ask("revenue/attributed_total", policy=policy)
    credited = attribution.credited("any", period.start, period.end)
    purchases = behind.purchases(ask, "last").whole(credited)
    measure(period, metric, total, column, course, note, behind=purchases)
