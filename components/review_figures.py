"""How reviewers agree with one another, and which engine wins where its name is not known."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

import metrics
from components import card
from components.card import Figure, Forget, Load, Table
from components.question import Question
from metrics import METRICS, counted

_WHERE_NONE = "No picture has two reviewers yet."


def agreement(question: Question) -> None:
    """Cards of raw agreement and of agreement beyond chance, for rows of one window."""
    # Which measure fits is seen in the rows; the cards then read them for themselves.
    found = card.read("Agreement", question.read, "review-agreement", height=132)
    if found is None:
        return
    rows = found[0].frame
    are_two = bool(len(rows)) and bool(rows["are_two"].all())

    def load(measure: Callable[[pd.DataFrame], float | None]) -> Figure:
        answer = question.read()
        count = int(answer.frame["job_count"].sum())
        note = f"n = {counted(count, 'picture')}" if count else _WHERE_NONE
        return Figure(measure(answer.frame), answer.as_of, note=note)

    measures = {
        "agreement": lambda rows: metrics.agreement(triples(rows)),
        "kappa" if are_two else "alpha": kappa
        if are_two
        else lambda rows: metrics.alpha(triples(rows)),
    }
    with card.tiles(2):
        for key, measure in measures.items():
            card.metric_card(METRICS[key], partial(load, measure), question.forget, "")


def triples(rows: pd.DataFrame) -> list[tuple[int, int, int]]:
    """Reviewers, approvals and jobs, as ``metrics.alpha`` takes them."""
    columns = rows[["reviewer_count", "approved_count", "job_count"]]
    return [(int(m), int(k), int(n)) for m, k, n in columns.itertuples(index=False)]


def kappa(rows: pd.DataFrame) -> float | None:
    """Cohen's κ of rows in which the same two people reviewed everything."""

    def count(approvals: int, *, first: bool) -> int:
        is_it = (rows["approved_count"] == approvals) & (rows["first_approved"] == first)
        return int(rows.loc[is_it, "job_count"].sum())

    return metrics.kappa(
        count(2, first=True), count(1, first=True), count(1, first=False), count(0, first=False)
    )


def wins(question: Question) -> tuple[Load[Table], Forget]:
    """A table of engines compared blindly, with the win rate and its interval."""

    def load() -> Table:
        answer = question.read()
        rows = answer.frame.copy()
        rows["interval"] = [
            _interval(int(won), int(lost))
            for won, lost in zip(rows["win_count"], rows["loss_count"], strict=True)
        ]
        config = st.column_config
        return Table(
            rows,
            {
                "engine": config.TextColumn("Engine"),
                "against": config.TextColumn("Against"),
                "win_rate_pct": config.NumberColumn(
                    "Win rate", format=card.PERCENT, help=METRICS["win_rate"].help
                ),
                "interval": config.TextColumn("95 % interval"),
                "win_count": config.NumberColumn("Wins", format="%d"),
                "loss_count": config.NumberColumn("Losses", format="%d"),
                "tie_count": config.NumberColumn("Ties", format="%d"),
            },
            alt="Win rates of engines that were compared blindly",
            as_of=answer.as_of,
            empty="Nobody has compared two engines yet.",
            note="Wilson 95 % intervals; ties are in neither.",
        )

    return load, question.forget


def _interval(won: int, lost: int) -> str:
    found = metrics.wilson(won, won + lost)
    if found is None:
        return metrics.DASH
    low, high = (metrics.text("pct", end) for end in found)
    return f"{low} to {high}"
