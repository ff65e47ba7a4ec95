"""What do I have, and what goes with it? One's own garments and saved looks, in collections."""

import streamlit as st

from accounts import gate
from components import wardrobe
from tryon.closet import Closet

account = gate.account()

st.title("Wardrobe", anchor=False)
st.caption("Yours alone: nobody else sees what hangs here.")
# Every act has the scope that whoever clicks has at that moment.
wardrobe.show(Closet(lambda: gate.account().scope))
