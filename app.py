"""The script that Streamlit runs: page config, sign-in, navigation. Pages know nothing of these."""

from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

import queries
from accounts import gate
from components import address, notice, picture
from tryon import storage

STATIC = Path(__file__).parent / "static"

account = gate.enter()

st.set_page_config(
    page_title="ClosetAI",
    page_icon=str(STATIC / "mark.svg"),
    layout="wide",
    initial_sidebar_state="auto" if account else "collapsed",
    # Without an entry of its own the menu, and with it the switch of light and dark, is hidden.
    menu_items={"About": "**ClosetAI**: what virtual try-on costs, earns and looks like."},
)
st.logo(str(STATIC / "logo.svg"), icon_image=str(STATIC / "mark.svg"), size="large")
st.html(STATIC / "look.css")


def page(path: str, title: str, icon: str, sentence: str, default: bool = False) -> st.Page:
    """One page under its file's name; signed out, the log-in page stands in its place."""
    return st.Page(
        path if account else gate.closed,
        title=title,
        icon=f":material/{icon}:",
        url_path=Path(path).stem.replace("_", "-"),
        default=default,
        help=sentence,
    )


# One entry a page. Called on every run, signed in or not, or a reload forgets its page.
chosen = st.navigation(
    {
        "": [
            page(
                "pages/home/overview.py",
                "Overview",
                "space_dashboard",
                "Revenue, try-ons, accuracy, retention and return at a glance.",
                default=True,
            ),
        ],
        "Revenue": [
            page(
                "pages/revenue/mrr.py",
                "MRR",
                "leaderboard",
                "The leaderboard of brands by MRR, and MRR over time.",
            ),
            page(
                "pages/revenue/movements.py",
                "Movements",
                "waterfall_chart",
                "New, expansion, reactivation, contraction, churn: why MRR is what it is.",
            ),
            page(
                "pages/revenue/attribution.py",
                "Attribution",
                "conversion_path",
                "Which touch brought the revenue: try-on, recommendation or share.",
            ),
            page(
                "pages/revenue/unit_economics.py",
                "Unit economics",
                "balance",
                "What a shopper brings and what one costs: LTV, CAC and when it pays back.",
            ),
        ],
        "Try-ons": [
            page(
                "pages/tryons/volume.py",
                "Volume",
                "stacked_bar_chart",
                "Jobs over time, by category, device and hour; daily to monthly active shoppers.",
            ),
            page(
                "pages/tryons/speed.py",
                "Speed",
                "speed",
                "How long jobs wait and take, how many succeed, why the others fail.",
            ),
            page(
                "pages/tryons/accuracy.py",
                "Accuracy",
                "verified",
                "Model confidence, human accuracy, how the two agree, cost per accepted image.",
            ),
        ],
        "Shoppers": [
            page(
                "pages/shoppers/retention.py",
                "Retention",
                "group",
                "How many shoppers come back 1, 7 and 30 days after their first try-on.",
            ),
            page(
                "pages/shoppers/funnel.py",
                "Funnel",
                "filter_alt",
                "From launching a try-on to a purchase within 7 days, step by step.",
            ),
            page(
                "pages/shoppers/lifetime_value.py",
                "Lifetime value",
                "savings",
                "What shoppers bring month by month after their first try-on, and when it pays.",
            ),
        ],
        "Catalog": [
            page(
                "pages/catalog/products.py",
                "Products",
                "sell",
                "What is sold, how it does in try-ons, and a catalog brought in from a file.",
            ),
            page(
                "pages/catalog/wardrobe.py",
                "Wardrobe",
                "checkroom",
                "Your own garments and saved looks: found by what they look like, in collections.",
            ),
            page(
                "pages/catalog/personas.py",
                "Personas",
                "face",
                "Whom garments are shown on: models by their pictures, and photo sets of them.",
            ),
        ],
        "Billing": [
            page(
                "pages/billing/subscriptions.py",
                "Subscriptions",
                "receipt_long",
                "Who pays for what, who is past due, and what has come in.",
            ),
            page(
                "pages/billing/credits.py",
                "Credits",
                "toll",
                "What is left, what it was spent on by day and product, and every booking.",
            ),
        ],
        "Integrations": [
            page(
                "pages/integrations/api_access.py",
                "API access",
                "key",
                "The keys that a shop's own app calls with: made, listed, revoked.",
            ),
            page(
                "pages/integrations/webhooks.py",
                "Webhooks",
                "webhook",
                "Where a shop's server is told what became of try-ons, and the log of every call.",
            ),
            page(
                "pages/integrations/feeds.py",
                "Feeds",
                "rss_feed",
                "Which data a brand sends, which is missing, and what that leaves blank.",
            ),
        ],
        "Studio": [
            page(
                "pages/studio/launch.py",
                "Launch",
                "rocket_launch",
                "Try garments on a person: one click, and the picture appears.",
            ),
            page(
                "pages/studio/advisor.py",
                "Advisor",
                "style",
                "Ask what to wear: answers from your own wardrobe, tried on with one click.",
            ),
            page(
                "pages/studio/queue.py",
                "Queue",
                "format_list_numbered",
                "What waits, what is being made, what went wrong and what to do about it.",
            ),
            page(
                "pages/studio/review.py",
                "Review",
                "rate_review",
                "Judge pictures one by one, settle disagreements, compare engines blindly.",
            ),
            page(
                "pages/studio/gallery.py",
                "Gallery",
                "photo_library",
                "Every picture: find it, compare it, save it, take it along.",
            ),
        ],
    },
    position="sidebar" if account else "hidden",
    # Nobody finds the studio behind "View more".
    expanded=True,
)

if account:
    with st.sidebar:
        gate.user_menu(account)
    scope = account.scope
    session = gate.session()
    picture.addressed_by(lambda object_id: storage.address(session, object_id, datetime.now(UTC)))
    notice.of_the_data(lambda: queries.read("data/state", scope).frame, datetime.now(UTC))
above = st.empty()
chosen.run()
address.tell(above)
