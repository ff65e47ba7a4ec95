"""One job: its facts, its pictures, what was tried, what people say of it, what it cost."""

from uuid import UUID

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components import card, filters, jobs, picture
from components.card import Forget, Load, Table
from components.plain import markdown
from components.question import Ask, Question
from components.queue_failures import explained
from metrics import DASH, counted, text

UNKNOWN = "There is no such job, or it is not one of yours."


def show(ask: Ask, picked: str) -> None:
    """Everything about the job with that id, as far as the visitor may see it."""
    try:
        job_id = str(UUID(picked))
    except ValueError:
        st.warning(UNKNOWN, icon=":material/block:")
        return
    facts = card.table("The job", *_facts(ask("tryons/job", job_id=job_id)), key="job")
    # Another brand's job is no job: the rest would say no more of it.
    if facts is None or facts.rows.empty:
        return
    st.subheader("Pictures", anchor=False)
    _pictures(ask("tryons/job_outputs", job_id=job_id))
    st.subheader("Made of", anchor=False)
    _inputs(ask("tryons/job_inputs", job_id=job_id))
    for title, name, listed in (
        ("Attempts", "attempts", _attempts),
        ("Reviews", "reviews", _reviews),
        ("Credits", "credits", _credits),
    ):
        st.subheader(title, anchor=False)
        card.table(title, *listed(ask(f"tryons/job_{name}", job_id=job_id)), key=f"job-{name}")


def _facts(question: Question) -> tuple[Load[Table], Forget]:
    def load() -> Table:
        answer = question.read()
        rows = [
            {"fact": name, "value": value}
            for _, row in answer.frame.iterrows()
            for name, value in _told(row).items()
        ]
        config = st.column_config
        return Table(
            pd.DataFrame(rows, columns=["fact", "value"]),
            {
                "fact": config.TextColumn("Fact", width=170),
                "value": config.TextColumn("Value", width=420),
            },
            alt="The job's facts",
            as_of=answer.as_of,
            empty=UNKNOWN,
        )

    return load, question.forget


def _told(row: pd.Series) -> dict[str, str]:
    """The facts of a job in words, in the order of its life."""

    def said(value: str | float) -> str:
        return DASH if pd.isna(value) else str(value).replace("_", " ").capitalize()

    def known(value: str | float) -> str | None:
        return None if pd.isna(value) else str(value)

    def at(value: pd.Timestamp) -> str:
        return DASH if pd.isna(value) else f"{value:%-d %b %Y, %H:%M:%S} UTC"

    def took(value: float) -> str:
        return DASH if pd.isna(value) else f"{value / 1000:,.1f} s"

    version = "" if pd.isna(row["engine_version"]) else f" {row['engine_version']}"
    failure: dict[str, str] = {"Failure": DASH}
    if not pd.isna(row["failure"]):
        found = explained(str(row["failure"]))
        message = "" if pd.isna(row["failure_message"]) else f" – {row['failure_message']}"
        failure = {"Failure": f"{found.words}{message}", "What to do": found.advice}
    # What is often not there is said where it is.
    asked = {
        "Batch": row["batch"],
        "Prompt": row["prompt"],
        "Parameters": row["parameters"],
    }
    return {
        "Id": str(row["job_id"]),
        "Brand": DASH if pd.isna(row["brand"]) else str(row["brand"]),
        "Origin": said(row["origin"]),
        "Mode": jobs.MODES[row["mode"]],
        "Category": filters.category_name(known(row["category"])),
        "Device": filters.device_name(known(row["device"])),
        "Engine": f"{row['engine']}{version}",
        **{name: str(value) for name, value in asked.items() if not pd.isna(value)},
        "Launched": at(row["created_at"]),
        "Queued for": took(row["queue_ms"]),
        "Ended": at(row["finished_at"]),
        "Took": took(row["processing_ms"]),
        "State": said(row["status"]),
        **failure,
        "Model confidence": f"{text('pct', row['confidence_pct'])} (an estimate)"
        if not pd.isna(row["confidence_pct"])
        else DASH,
        **({} if pd.isna(row["warnings"]) else {"The engine says": str(row["warnings"])}),
        "Verdict": said(row["verdict"]),
        "Costs": counted(row["credit_count"], "credit"),
        "Engine cost": DASH
        if pd.isna(row["engine_cost_usd"])
        else f"${row['engine_cost_usd']:,.4f}",
    }


def _pictures(question: Question) -> None:
    found = card.read("Pictures", question.read, "job-pictures", height=120)
    if found is None:
        return
    rows = found[0].frame
    if rows.empty:
        st.caption(":material/image_not_supported: This job has no picture that is stored.")
        return
    if picture.address(rows["object_id"][0]) is None:
        count = counted(len(rows), "picture")
        st.caption(f":material/image: {count} stored; this dashboard cannot show pictures yet.")
        return
    with st.container(horizontal=True):
        for place, object_id in enumerate(rows["object_id"], start=1):
            picture.show(object_id, f"Picture {place} of the job", width=260)


def _inputs(question: Question) -> None:
    found = card.read("What it was made of", question.read, "job-inputs", height=120)
    if found is None:
        return
    rows = found[0].frame
    if rows.empty:
        st.caption(":material/edit_note: This job was asked for in words alone.")
        return
    with st.container(horizontal=True):
        for _, row in rows.iterrows():
            name = _input(row)
            with st.container(width=160, gap="xsmall"):
                if pd.isna(row["object_id"]):
                    st.caption(
                        ":material/image_not_supported: No picture that you may see is kept."
                    )
                else:
                    picture.show(row["object_id"], name, width=160)
                st.caption(markdown(name))


def _input(row: pd.Series) -> str:
    """What a person or a garment is called."""
    category = None if pd.isna(row["category"]) else str(row["category"])
    kind = "Person" if row["role"] == "person" else filters.category_name(category)
    return kind if pd.isna(row["name"]) else f"{row['name']} ({kind.lower()})"


def _attempts(question: Question) -> tuple[Load[Table], Forget]:
    config = st.column_config
    columns: dict[str, ColumnConfig] = {
        "attempt_number": config.NumberColumn("#", width=46, format="%d"),
        "engine": config.TextColumn("Engine"),
        "outcome": config.TextColumn("Outcome"),
        "error": config.TextColumn("Error"),
        "started_at": config.DatetimeColumn("Began (UTC)", format="D MMM HH:mm:ss"),
        "took_s": config.NumberColumn("Took", format="%.1f s"),
        "engine_cost_usd": config.NumberColumn("Engine cost", format="$%.4f"),
    }
    return _table(question, columns, "Attempts at the job", "No attempt at this job is kept.")


def _reviews(question: Question) -> tuple[Load[Table], Forget]:
    config = st.column_config
    columns: dict[str, ColumnConfig] = {
        "reviewed_at": config.DatetimeColumn("Reviewed (UTC)", format="D MMM YYYY HH:mm"),
        "verdict": config.TextColumn("Verdict"),
        "reasons": config.TextColumn("Reasons"),
        "drawn": config.TextColumn("Drawn", help="How the job came up for review."),
        "is_adjudication": config.CheckboxColumn(
            "Adjudication", help="It settles what others disagreed on."
        ),
        "rating_number": config.NumberColumn("Rating", format="%d"),
    }
    return _table(question, columns, "Reviews of the job", "Nobody has reviewed this job.")


def _credits(question: Question) -> tuple[Load[Table], Forget]:
    config = st.column_config
    columns: dict[str, ColumnConfig] = {
        "booked_at": config.DatetimeColumn("Booked (UTC)", format="D MMM YYYY HH:mm:ss"),
        "kind": config.TextColumn("Kind"),
        "lot": config.TextColumn("From", help="Free credits of the month, or bought ones."),
        "amount_count": config.NumberColumn("Credits", format="%d"),
    }
    return _table(
        question,
        columns,
        "Credits booked for the job",
        "No booking of this job on an account that you may see.",
    )


def _table(
    question: Question, columns: dict[str, ColumnConfig], alt: str, empty: str
) -> tuple[Load[Table], Forget]:
    def load() -> Table:
        answer = question.read()
        rows = answer.frame.copy()
        for name in rows.columns.intersection(["outcome", "verdict", "drawn", "kind", "lot"]):
            rows[name] = rows[name].str.capitalize()
        if "error" in rows:
            rows["error"] = [explained(code).words if code else None for code in rows["error"]]
        if "reasons" in rows:
            rows["reasons"] = rows["reasons"].str.replace("_", " ")
        if "took_ms" in rows:
            rows["took_s"] = rows["took_ms"] / 1000
            rows["engine_cost_usd"] = rows["engine_cost_usd"].astype(float)
        return Table(rows, columns, alt, answer.as_of, empty)

    return load, question.forget
