"""Which subscriptions count as MRR: the switch between the two policies."""

import streamlit as st

from components import address

_POLICIES = {"Strict": "strict", "Stripe": "stripe"}


def pick() -> str:
    """Ask for the policy, which lives in the address; what is not offered is strict."""
    address.check("policy", "policy", _POLICIES)
    chosen = st.segmented_control(
        "Policy",
        list(_POLICIES),
        default="Strict",
        required=True,
        key="policy",
        bind="query-params",
        help="Strict counts active subscriptions, Stripe counts past due ones as well: under "
        "strict a failed payment is churn and its recovery a reactivation.",
    )
    return _POLICIES.get(chosen, "strict")
