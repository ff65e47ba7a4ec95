"""What do the pictures look like? All of them: find, compare, save, take along."""

from datetime import UTC, datetime, timedelta

import streamlit as st

import queries
from accounts import gate
from components import brand, drill, filters, gallery, queue_filters
from components.question import asking
from tryon import acts
from tryon import gallery as saved
from tryon.engines import registry

account = gate.account()
today = datetime.now(UTC).date()
this_year = {"since": today - timedelta(days=365), "until": today + timedelta(days=1)}

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Gallery", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)

ask = asking(queries, lambda: gate.account().scope_of(picked))
used = ask("tryons/volume_by_engine", origin="all").read(**this_year).frame["engine"]
batches = ask("studio/batches", row_count=50).read().frame
with filters.row():
    words = gallery.words()
    category = filters.category()
    engine = queue_filters.engine([*used, *(offer.name for offer in registry.offers())])
    verdict = gallery.verdict()
    batch = queue_filters.batch(batches)
    window = gallery.made(today)
    favorite = gallery.favorite()

pictures = ask(
    "studio/gallery",
    words=words,
    category=category,
    engine=engine,
    verdict=verdict,
    batch=batch,
    favorite=favorite,
)
# Each in the scope that whoever looks has at that moment.
act = gallery.Powers(take=lambda ids: acts.take(gate.account().scope, ids))
if account.may_write:
    act = gallery.Powers(
        take=act.take,
        favor=lambda ids, favorite: acts.favor(gate.account().scope, ids, favorite=favorite),
        save=lambda ids, collection: acts.save(gate.account().scope, ids, collection),
        collections=lambda: saved.collections(gate.account().scope),
    )
gallery.show(pictures, act, window)
drill.linked(ask)
