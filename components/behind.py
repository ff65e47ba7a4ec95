"""The lists that can stand behind a figure: jobs, shoppers and what they did, subscriptions."""

from collections.abc import Callable
from datetime import date
from functools import partial

from components import answers as answer_rows
from components import drill, plan
from components import jobs as job_rows
from components import movements as movement_rows
from components import purchases as purchase_rows
from components import shoppers as shopper_rows
from components.card import Forget, Load, Table
from components.drill import Rows
from components.filters import EVERY
from components.question import Ask, Parameter, Question


def jobs(ask: Ask, **filters: Parameter) -> Rows:
    """The jobs behind figures of volume; ``filters`` are those of the page.

    Parts say ``since``, ``until`` and ``dated``, and whatever else of the query's parameters.
    """
    names = ("origin", "category", "device", "engine", "status", "failure", "shopper")
    unfiltered: dict[str, Parameter] = dict.fromkeys(names, EVERY)
    unfiltered |= {"weekday_number": 0, "hour_number": -1, "bin_number": -1}
    question = ask("tryons/jobs", **(unfiltered | filters))
    return Rows("Jobs", question, _opening, ask)


def verdicts(ask: Ask, **filters: Parameter) -> Rows:
    """The judged jobs behind human accuracy and calibration; ``filters`` are those of the page."""
    unfiltered: dict[str, Parameter] = {"verdict": EVERY, "reason": EVERY, "bin_number": -1}
    question = ask("tryons/verdicts", **(unfiltered | filters))
    return Rows("Random draws with a verdict", question, _opening, ask)


def shoppers(ask: Ask, **params: Parameter) -> Rows:
    """The shoppers behind retention; ``params`` are what all its parts have in common.

    Behind a shopper are their jobs.
    """
    return _with_jobs("Shoppers", ask("tryons/shoppers", **params), shopper_rows.listed, ask)


def newcomers(ask: Ask, today: date) -> Rows:
    """The shoppers who were new in some days, with their jobs in the month of the first.

    Parts say which (``components.shoppers.new_in``).
    """
    return shoppers(ask, step="month", as_of=today, split="none", part="all")


def reached(ask: Ask, today: date) -> Rows:
    """The shoppers behind the funnel; parts say ``since``, ``until`` and the step ``reached``.

    Behind a shopper are their jobs.
    """
    return _with_jobs("Shoppers", ask("shoppers/reached", as_of=today), shopper_rows.listed, ask)


def converted(ask: Ask, as_of: date) -> Rows:
    """The shoppers behind conversion, who purchased in time; parts say ``since`` and ``until``.

    Behind a shopper are their jobs.
    """
    return _with_jobs("Shoppers", ask("shoppers/converted", as_of=as_of), shopper_rows.listed, ask)


def purchases(ask: Ask, model: str) -> Rows:
    """The purchases behind attributed revenue; parts say ``since``, ``until`` and ``source``.

    Behind a purchase are its shopper's jobs.
    """
    question = ask("revenue/purchases", model=model)
    return _with_jobs("Purchases", question, purchase_rows.listed, ask)


def answers(ask: Ask) -> Rows:
    """The answers behind NPS; parts say ``since`` and ``until``.

    Behind an answer are its shopper's jobs.
    """
    return _with_jobs("Answers", ask("shoppers/answers"), answer_rows.listed, ask)


_Listed = Callable[[Question, Callable[[str], None]], tuple[Load[Table], Forget]]


def _with_jobs(title: str, question: Question, listed: _Listed, ask: Ask) -> Rows:
    """A list of which each row opens its shopper's jobs."""

    def opening(asked: Question) -> tuple[Load[Table], Forget]:
        return listed(asked, drill.open_shopper)

    return Rows(title, question, opening, ask, inner=partial(_their_jobs, ask))


def _their_jobs(ask: Ask, shopper: str) -> Rows:
    return jobs(ask, origin="shopper", shopper=shopper)


def movements(ask: Ask, policy: str) -> Rows:
    """The movements of brands behind figures of MRR; parts say ``since``, ``until``, ``kind``."""
    question = ask("revenue/movements", policy=policy)
    return Rows("Movements", question, movement_rows.listed, ask, is_paged=False)


def endangered(ask: Ask) -> Rows:
    """The subscriptions behind MRR at risk and scheduled churn; parts are those of ``plan``."""
    return Rows("Subscriptions", ask("revenue/endangered"), plan.endangered, ask, is_paged=False)


def _opening(question: Question) -> tuple[Load[Table], Forget]:
    return job_rows.listed(question, drill.open_job)
