"""What needs attention today: lines that are true, the weightiest first, each a way to its page."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd
import streamlit as st

import metrics
from components import card
from components.asked import Row
from components.period import Period
from components.question import Ask, Parameter, Question
from metrics import METRICS, text

# A feed without anything for so many days is missing; unusual days are looked for in as many.
_DAYS = timedelta(days=7)
# What an address says for every page.
_KEPT = ("brand", "period", "days", "compare")


@dataclass(frozen=True)
class Line:
    """One thing that needs attention: what, in words, and the page that shows it, filters set."""

    title: str
    text: str
    page: str
    icon: str
    filters: dict[str, str] = field(default_factory=dict)


def show(ask: Ask, period: Period, jobs: dict[str, Parameter]) -> None:
    """A card of lines, or the word that nothing needs attention.

    ``jobs`` are the filters of the page's figures of jobs.
    """
    card.draw(_lines, lambda: lines(ask, period, jobs))


def _lines(reading: card.Reading[list[Line]]) -> None:
    with st.container(border=True, gap="xsmall", key="card-attention"):
        st.subheader("Needs attention today", anchor=False)
        answer = reading.take("What needs attention", "attention", height=80)
        if answer is None:
            return
        found, _ = answer
        kept = {key: st.query_params.get_all(key) for key in _KEPT if key in st.query_params}
        for line in found:
            # Side by side where there is room: a link does not break its words.
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                st.page_link(
                    line.page,
                    label=line.title,
                    icon=line.icon,
                    query_params=kept | {key: [value] for key, value in line.filters.items()},
                )
                st.caption(line.text.replace("$", r"\$"), width="content")
        if not found:
            st.caption(":material/check_circle: Nothing needs attention.")


def lines(ask: Ask, period: Period, jobs: dict[str, Parameter]) -> list[Line]:
    """What is true, the weightiest first.

    What is at risk and scheduled to go at the period's end, which share fell against the period
    before beyond their intervals, which of its last days is unusual, and which feed has nothing
    there.
    """
    end = period.end
    whole = {"since": period.start, "until": end}
    checks: list[Callable[[], Iterator[Line]]] = [
        lambda: _fallen(
            ask("tryons/volume_total", **jobs),
            period,
            lambda row: (row["completed_count"], row["completed_count"] + row["failed_count"]),
            ("Success rate", "pages/tryons/speed.py", ":material/error:"),
        ),
        lambda: _fallen(
            ask("accuracy/human_accuracy_total", **jobs),
            period,
            lambda row: (row["approved_count"], row["verdict_count"]),
            (METRICS["human_accuracy"].label, "pages/tryons/accuracy.py", ":material/thumb_down:"),
        ),
        lambda: _at_risk(ask("revenue/mrr_total", policy="strict").read(**whole).row),
        lambda: _scheduled(ask("revenue/movements_total", policy="strict").read(**whole).row),
        lambda: unusual_days(
            ask("tryons/unusual_days", **jobs).read(since=end - _DAYS, until=end).frame
        ),
        lambda: _missing(ask("data/feeds").read(until=end).row, end),
    ]
    return [line for check in checks for line in check()]


def _fallen(
    question: Question,
    period: Period,
    counted: Callable[[Row], tuple[int, int]],
    told: tuple[str, str, str],
) -> Iterator[Line]:
    """A share whose Wilson 95 % interval lies below that of the period before."""
    windows = (
        {"since": period.before_start, "until": period.before_end},
        {"since": period.start, "until": period.compared_end},
    )
    counts = [counted(question.read(**window).row) for window in windows]
    before, after = (metrics.wilson(int(k), int(n)) for k, n in counts)
    if before is None or after is None or after[1] >= before[0]:
        return
    then, now = (text("pct", k / n) for k, n in counts)
    name, page, icon = told
    yield Line(name, f"Fell from {then} to {now}, {period.against}.", page, icon)


def _at_risk(row: Row) -> Iterator[Line]:
    if row["at_risk_usd"] > 0:
        yield Line(
            METRICS["mrr_at_risk"].label,
            f"{text('usd', row['at_risk_usd'])}: its payment is past due.",
            "pages/revenue/mrr.py",
            ":material/credit_card_off:",
            {"policy": "Stripe"},
        )


def _scheduled(row: Row) -> Iterator[Line]:
    if row["scheduled_usd"] > 0:
        whose = f", of {row['scheduled_count']:,} brands" if row["scheduled_count"] > 1 else ""
        yield Line(
            METRICS["scheduled_churn"].label,
            f"{text('usd', row['scheduled_usd'])} of MRR ends with its period{whose}.",
            "pages/revenue/movements.py",
            ":material/event_busy:",
        )


def unusual_days(days: pd.DataFrame) -> Iterator[Line]:
    """The unusual days, the last first; those that follow one another the same way are one line."""
    found = days[days["is_unusual"]]
    columns = (found[name].tolist() for name in ("day", "completed_count", "usual_count"))
    runs: list[list[tuple[date, float, float]]] = []
    for day, count, usual in zip(*columns, strict=True):
        if runs:
            before, count_before, usual_before = runs[-1][-1]
            same_way = (count > usual) == (count_before > usual_before)
            if same_way and day - before == timedelta(days=1):
                runs[-1].append((day, count, usual))
                continue
        runs.append([(day, count, usual)])
    for run in reversed(runs):
        first, last = run[0][0], run[-1][0]
        many = len(run) > 1
        month = "" if first.month == last.month else f" {first:%B}"
        yield Line(
            "Unusual days" if many else "Unusual day",
            f"{f'{first:%A %-d}{month} to ' if many else ''}{last:%A %-d %B}: "
            f"{_between([count for _, count, _ in run])} try-ons completed"
            f"{' a day' if many else ''}, "
            f"usually {_between([round(usual) for _, _, usual in run])}.",
            "pages/tryons/volume.py",
            ":material/show_chart:",
            {"by": "Day"},
        )


def _between(counts: Sequence[float]) -> str:
    ends = dict.fromkeys(text("count", count) for count in (min(counts), max(counts)))
    return " to ".join(ends)


def _missing(row: Row, end: date) -> Iterator[Line]:
    first = pd.Timestamp(end - _DAYS)
    # NaT is neither before nor after anything.
    if not row["job_day"] >= first:
        # Where nothing is tried on, nothing else is expected.
        return
    for column, called, page in (
        ("purchase_day", "purchases", "pages/revenue/attribution.py"),
        ("spend_day", "acquisition spend", "pages/revenue/unit_economics.py"),
    ):
        last = row[column]
        if not last >= first:
            since = "ever" if last is pd.NaT else f"since {last:%-d %B %Y}"
            yield Line(
                f"No {called}", f"None {since}, while try-ons go on.", page, ":material/power_off:"
            )
