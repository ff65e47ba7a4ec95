"""Are the pictures good? One at a time, as people see it, and how far they agree."""

from datetime import UTC, datetime, timedelta

import streamlit as st

import queries
from accounts import gate
from components import (
    address,
    brand,
    card,
    review,
    review_compare,
    review_figures,
    review_room,
)
from components.question import asking
from tryon import reviews

VIEWS = {"Queue": "queue", "Disagreements": "disputes", "Compare engines": "compare"}
# How far back agreement is counted; what was reviewed today is in it.
AGREEMENT_DAYS = 90

account = gate.account()
tomorrow = datetime.now(UTC).date() + timedelta(days=1)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Review", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)

address.check("view", "view", VIEWS)
with st.container(horizontal=True, vertical_alignment="bottom"):
    named = st.segmented_control(
        "View", list(VIEWS), default="Queue", required=True, key="view", bind="query-params"
    )
    # The browser's word is not taken for it, nor for the order.
    view = VIEWS.get(named, "queue")
    # Within one brand its MRR changes nothing.
    orders = [name for name in review.ORDERS if picked is None or name != "MRR × uncertainty"]
    if view == "queue":
        address.check("order", "order", orders)
        order = st.selectbox("Order", orders, key="order", bind="query-params", width=220)
if account.is_demo:
    st.caption(
        ":material/science: You review for practice: what you say is seen by you alone and changes "
        "no figure."
    )

review_room.begin(account.id, view)
room = review_room.Room(
    # Every act has the scope that whoever clicks has at that moment.
    reviews.Sitting(lambda: gate.account().scope_of(picked), lambda: gate.account().scope),
    reviews.ReviewError,
    lambda: st.page_link("pages/studio/launch.py", label="Launch try-ons"),
)
ask = asking(queries, lambda: gate.account().scope_of(picked))
with st.container(key="review"):
    match view:
        case "disputes":
            review.disputes(room)
        case "compare":
            review_compare.compare(room, picked or "")
        case _:
            review.queue(room, review.ORDERS[order if order in orders else orders[0]])

if view == "compare":
    with card.wall(1):
        wins = review_figures.wins(ask("studio/review_wins"))
        card.table_card("Win rate", *wins, key="review-wins")
else:
    st.subheader("Agreement", anchor=False)
    since = tomorrow - timedelta(days=AGREEMENT_DAYS)
    review_figures.agreement(ask("studio/review_agreement", since=since, until=tomorrow))
