"""The 847 brands: names, sizes, tastes, and the life of their subscriptions."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Literal

import numpy as np
import pyarrow as pa

from database.demo import story
from database.demo.draws import (
    DAY_MS,
    Flags,
    Floats,
    Ints,
    Keys,
    day_number,
    keys,
    normal,
    pick,
    uniform,
    uuids,
)

_FIRST = [
    "Aurel",
    "Bexa",
    "Calvo",
    "Dorvi",
    "Elmar",
    "Fenno",
    "Galti",
    "Halvo",
    "Imbri",
    "Jorun",
    "Kesta",
    "Lumer",
    "Morvi",
    "Nesta",
    "Orlin",
    "Pavri",
    "Quilla",
    "Rovan",
    "Selda",
    "Tarvo",
    "Ulmer",
    "Vesti",
    "Wexo",
    "Yarli",
    "Zelto",
    "Brenna",
    "Corvi",
    "Dalmi",
    "Ferro",
    "Gresta",
]
_LAST = [
    "ne",
    "lle",
    "ra",
    "nto",
    "via",
    "ska",
    "mor",
    "dine",
    "th",
    "lio",
    "que",
    "zan",
    "ria",
    "sen",
    "tta",
    "ndo",
    "leo",
    "mira",
    "vance",
]
_KIND_WORDS = [
    ["Studio", "Atelier", "Wear", "Threads", "Label"],
    ["Footwear", "Shoes", "Soles", "Steps", "Lasts"],
    ["Leather", "Goods", "Accessories", "Carry", "Bags"],
    ["Jewelry", "Fine Jewelry", "Gems", "Ornaments", "Rings"],
]

# Currency of a brand's prices and of its orders, with the dollars per unit that its price was made
# at.
CURRENCIES = ["USD", "EUR", "GBP", "CAD"]
_CURRENCY_SHARES = [0.72, 0.15, 0.08, 0.05]
USD_RATES = [1.0, 1.085, 1.270, 0.735]

PLANS = ["Starter", "Growth", "Scale", "Enterprise", "Dataset licence"]
PLAN_PRICES = [120, 240, 480, 900, 400]
# From this MRR on, which plan.
_PLAN_STEPS = [0, 1_200, 4_000, 12_000]

Interval = Literal["week", "month", "quarter", "year"]
_INTERVALS: list[Interval] = ["month", "year", "quarter", "week"]
_INTERVAL_SHARES = [0.70, 0.18, 0.08, 0.04]
_MONTHS_IN = {"month": 1.0, "year": 12.0, "quarter": 3.0, "week": 12 / 52}
_DAYS_IN = {"month": 30.4375, "year": 365.25, "quarter": 91.3125, "week": 7.0}

# Brands so large that none of them leaves: the total would jump.
_STEADY = 60
# The monthly lottery of a subscription: expansion, contraction, failed payment, cancellation.
_EXPANDS, _CONTRACTS, _FAILS, _CANCELS = 0.030, 0.022, 0.020, 0.013
_RETURNS = 0.10
# MRR is this share of what it would be if no brand were away, on trial or past due: the mean over
# the two years from the plateau on, counted; no day of them is further than 2 % from it.
_PAYING = 0.9095


@dataclass(frozen=True, slots=True)
class State:
    """A subscription from `at` on."""

    at: datetime
    status: str
    quantity: int
    cancel_at_period_end: bool = False
    reason: str | None = None


@dataclass(slots=True)
class Subscription:
    """One subscription with all its states, oldest first, up to the end of the story that was asked
    for.
    """

    brand: int
    number: int
    plan: int
    unit_amount: int
    currency: int
    interval: Interval
    percent_off: int
    states: list[State] = field(default_factory=list)

    def period(self, at: datetime) -> tuple[datetime, datetime]:
        """Begin and end of the billing period that holds this moment."""
        start = self.states[0].at
        length = timedelta(days=_DAYS_IN[self.interval])
        periods = max((at - start) // length, 0)
        return start + periods * length, start + (periods + 1) * length


@dataclass(frozen=True, slots=True)
class Brands:
    """One entry a brand, largest first by what it pays."""

    key: Keys
    ids: pa.Array
    names: list[str]
    slugs: list[str]
    kind: Ints
    currency: Ints
    target_mrr: Floats
    joined_ms: Ints
    shopper_share: Floats
    return_level: Floats
    return_decay: Floats
    purchase_factor: Floats
    order_usd: Floats
    confidence: Floats


@cache
def brands() -> Brands:
    """All brands, the same at every scale and on every day."""
    count = story.BRAND_COUNT
    rank = np.arange(count)
    key = keys(keys(story.SEED, np.array([1])), rank)
    kind = pick(key, 1, story.KIND_SHARES)

    stems = [first + last for last in _LAST for first in _FIRST]
    order = np.argsort(uniform(keys(key[:1], np.arange(len(stems))), 2))
    words = (uniform(key, 3) * 5).astype(int)
    with_word = uniform(key, 4) < 0.55
    names, slugs = [], []
    for b in range(count):
        stem = stems[order[b % len(stems)]]
        # The stems do not reach for all brands: those of the second round always carry a word.
        again = b >= len(stems)
        word = _KIND_WORDS[kind[b]][words[b]]
        name = f"{stem} {word}" if with_word[b] or again else stem
        if name in names:
            name = f"{stem} & {stem[:3]}ette"
        names.append(name)
        slugs.append(name.lower().replace(" & ", "-and-").replace(" ", "-"))

    # Zipf's law with Mandelbrot's shift: the first of 847 holds 2.4 % of the money, and 6 % of the
    # shoppers.
    size = 1.0 / (rank + 9.0)
    target = size / size.sum() * story.MRR_USD / _PAYING
    crowd = 1.0 / (rank + 4.0) ** 1.05 * np.exp(0.5 * normal(key, 5))

    # Four in ten were there before the story begins, half join until its plateau; the last replace
    # those who leave.
    joins = uniform(key, 7)
    begin = day_number(story.STORY_START)
    plateau = day_number(story.MRR_PLATEAU)
    joined = np.interp(
        joins, [0.0, 0.4, 0.4, 0.95, 1.0], [begin - 680, begin - 30, begin, plateau, plateau + 300]
    )
    factor = np.exp(0.35 * normal(key, 9) - 0.06)
    return Brands(
        key=key,
        ids=uuids(np.full(count, (begin - 800) * DAY_MS) + rank, key),
        names=names,
        slugs=slugs,
        kind=kind,
        currency=pick(key, 11, _CURRENCY_SHARES),
        target_mrr=target,
        joined_ms=(joined * DAY_MS).astype(np.int64) // 1000 * 1000,
        shopper_share=crowd / crowd.sum(),
        return_level=_between(story.RETURN_LEVEL, uniform(key, 12)),
        return_decay=_between(story.RETURN_DECAY, uniform(key, 13)),
        purchase_factor=np.clip(factor, 0.4, 2.0),
        order_usd=story.ORDER_USD * np.exp(0.4 * normal(key, 14) - 0.08),
        confidence=np.clip(0.006 * normal(key, 16), -0.015, 0.015),
    )


def _between(ends: tuple[float, float], share: Floats) -> Floats:
    return ends[0] + share * (ends[1] - ends[0])


def _time(day: float) -> datetime:
    return datetime.fromtimestamp(int(day * 86_400), UTC)


def _opened(
    brand: int, number: int, mrr: float, plan: int, draw: Floats
) -> tuple[Subscription, int]:
    currency = int(brands().currency[brand])
    interval = _INTERVALS[int(np.searchsorted(np.cumsum(_INTERVAL_SHARES), draw[0]))]
    percent_off = [0, 10, 15, 20][int(np.searchsorted([0.86, 0.92, 0.96], draw[1]))]
    quantity = max(round(mrr / PLAN_PRICES[plan]), 1)
    # The price is negotiated, so that quantity × price is what the brand's size calls for.
    price = mrr / quantity * _MONTHS_IN[interval] / USD_RATES[currency] / (1 - percent_off / 100)
    subscription = Subscription(brand, number, plan, round(price), currency, interval, percent_off)
    return subscription, quantity


def _life(brand: int, until: datetime) -> list[Subscription]:
    """The subscriptions of a brand and what happens to them, month by month from its first day."""
    known = brands()
    mrr = float(known.target_mrr[brand])
    plan = int(np.searchsorted(_PLAN_STEPS, mrr, side="right")) - 1
    joined = float(known.joined_ms[brand]) / DAY_MS
    months = max(int((until.timestamp() / 86_400 - joined) / 30) + 1, 1)
    months_key = keys(known.key[brand : brand + 1], np.arange(months) + 100)
    draws = np.stack([uniform(months_key, stream) for stream in range(6)], axis=1)
    steady = brand < _STEADY

    subscriptions: list[Subscription] = []
    subscription, usual = _opened(brand, 0, mrr, plan, draws[0])
    subscriptions.append(subscription)
    quantity = usual
    # A third begins with a fortnight's trial.
    trial = draws[0][2] < 0.33
    subscription.states.append(State(_time(joined), "trialing" if trial else "active", quantity))
    if trial:
        subscription.states.append(State(_time(joined + 14), "active", quantity))
    if steady and brand % 3 == 0:
        extra, seats = _opened(brand, 1, 0.06 * mrr, 4, draws[0][::-1])
        extra.states.append(State(_time(joined + 120.4), "active", seats))
        subscriptions.append(extra)

    away = False
    free_from = joined + 20
    for month in range(1, months):
        lot, moment, second, third = draws[month][:4]
        day = joined + 30 * month + 1 + 27 * moment
        if day < free_from:
            continue
        if away:
            if lot < _RETURNS:
                subscription, quantity = _opened(
                    brand, subscription.number + 2, mrr, plan, draws[month][2:]
                )
                usual = quantity
                on_trial = second < 0.5
                subscription.states.append(
                    State(_time(day), "trialing" if on_trial else "active", quantity)
                )
                if on_trial:
                    subscription.states.append(State(_time(day + 14), "active", quantity))
                subscriptions.append(subscription)
                away, free_from = False, day + 30
            continue
        step = max(round((0.05 if steady else 0.2) * usual), 1)
        # Back to the usual size more often than further away from it.
        grows = _EXPANDS * (2.5 if quantity < usual else 1 if quantity == usual else 0.3)
        shrinks = _CONTRACTS * (2.5 if quantity > usual else 1 if quantity == usual else 0.3)
        if lot < grows:
            quantity += step
            subscription.states.append(State(_time(day), "active", quantity))
        elif lot < grows + shrinks and quantity > step:
            quantity -= step
            subscription.states.append(State(_time(day), "active", quantity))
        elif steady:
            continue
        elif lot > 1 - _FAILS:
            subscription.states.append(State(_time(day), "past_due", quantity))
            if second < 0.75:
                paid = day + 3 + 12 * third
                subscription.states.append(State(_time(paid), "active", quantity))
                free_from = paid + 5
            else:
                subscription.states.append(
                    State(_time(day + 21), "canceled", quantity, reason="delinquent")
                )
                away, free_from = True, day + 60
        elif lot > 1 - _FAILS - _CANCELS:
            end = day
            if second < 0.55:
                # At the end of the period: until then it pays, and is known to leave.
                end = day + 6 + 20 * third
                subscription.states.append(
                    State(_time(day), "active", quantity, cancel_at_period_end=True)
                )
            subscription.states.append(State(_time(end), "canceled", quantity, reason="voluntary"))
            away, free_from = True, end + 60
    for subscription in subscriptions:
        subscription.states = [state for state in subscription.states if state.at <= until]
    return [subscription for subscription in subscriptions if subscription.states]


@cache
def subscriptions(until: datetime) -> list[Subscription]:
    """Every subscription with its states up to and including this moment."""
    return [each for brand in range(story.BRAND_COUNT) for each in _life(brand, until)]


def service(first: int, last: int) -> Flags:
    """Whether each brand's shops offer try-on, by brand and day number from first to last."""
    # To the end of the last day, so that a day that is still running is the same as when it is
    # over.
    until = datetime.fromtimestamp((last + 1) * 86_400, UTC)
    open_days = np.zeros((story.BRAND_COUNT, last - first + 1), dtype=bool)
    for subscription in subscriptions(until):
        if subscription.number == 1:
            continue
        start = subscription.states[0].at
        end = subscription.states[-1]
        begin = max(day_number(start.date()) + 1 - first, 0)
        stop = day_number(end.at.date()) - first if end.status == "canceled" else last - first + 1
        open_days[subscription.brand, begin : max(stop, 0)] = True
    return open_days


def day_start(day: date) -> datetime:
    """Midnight UTC at which the day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
