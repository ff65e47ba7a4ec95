"""The product's own server, with one more address: /bench/forget empties what answers are kept."""

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

import server

FORGET = "/bench/forget"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as the dashboard does; on loopback alone, for the bench starts it there."""
    if scope["type"] == "http" and scope["path"] == FORGET:
        st.cache_resource.clear()
        await PlainTextResponse("Forgotten.")(scope, receive, send)
    else:
        await server.app(scope, receive, send)
