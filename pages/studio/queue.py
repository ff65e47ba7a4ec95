"""What waits, what is being made, what went wrong, and what can be done about it? Live."""

from datetime import UTC, datetime, timedelta
from functools import partial

import streamlit as st

import queries
from accounts import gate
from components import brand, drill, filters, queue, queue_filters
from components.question import asking
from tryon import acts
from tryon.engines import registry

account = gate.account()
today = datetime.now(UTC).date()
this_year = {"since": today - timedelta(days=365), "until": today + timedelta(days=1)}

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Queue", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)

ask = asking(queries, lambda: gate.account().scope_of(picked))
used = ask("tryons/volume_by_engine", origin="all").read(**this_year).frame["engine"]
batches = ask("studio/batches", row_count=50).read().frame
act = queue.Powers(
    may_act=lambda is_mine: account.may_write and (is_mine or not account.is_demo),
    # Each in the scope that whoever looks has at that moment.
    cancel=lambda jobs: acts.cancel(gate.account().scope, jobs),
    retry=lambda jobs: acts.retry(gate.account().scope, jobs),
    prioritize=lambda jobs, number: acts.prioritize(gate.account().scope, jobs, number),
    pause=lambda named: acts.pause(gate.account().scope, named),
    resume=lambda named: acts.resume(gate.account().scope, named),
    cancel_rest=lambda named: acts.cancel_rest(gate.account().scope, named),
)
queue.standing(
    ask("studio/queue_state"), ask("studio/batches", row_count=8), act, partial(datetime.now, UTC)
)

st.subheader("Jobs", anchor=False)
with filters.row():
    state = queue_filters.state()
    engine = queue_filters.engine([*used, *(offer.name for offer in registry.offers())])
    batch = queue_filters.batch(batches)
if not account.may_write:
    st.caption(f"{account.title}s look on: an administrator or the brand's manager can act.")
elif account.is_demo:
    st.caption("In the demo you can change the jobs and batches that you have launched yourself.")
queue.jobs(
    ask("studio/queue", status=state, engine=engine, batch=batch), act, partial(datetime.now, UTC)
)
drill.linked(ask)
