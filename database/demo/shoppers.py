"""Who the shoppers are, and on which days they visit."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from database.demo import story
from database.demo.brands import brands, service
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

# Draws of shoppers and of visits take streams from here on, each family of its own.
_BORN, _ARRIVAL = 1, 40

# An account is older than its first try-on by this much.
ACCOUNT_AGE_MS = 45 * 60_000


@dataclass(frozen=True, slots=True)
class Shoppers:
    """All shoppers whose first visit lies between two days, in the order of that day. Days count
    from `first_day`.
    """

    first_day: int
    key: Keys
    day: Ints
    brand: Ints
    # −1 for nearly everybody.
    second_brand: Ints
    device: Ints
    channel: Ints
    activity: Floats
    # Of the first visit.
    arrived_ms: Ints
    # How many shoppers came before each day; one entry more than there are days.
    born_before: Ints
    open_days: Flags
    busy: Floats
    returning: Floats

    def ids(self, who: Ints) -> pa.Array:
        """The user ids of these shoppers."""
        return uuids(self.arrived_ms[who] - ACCOUNT_AGE_MS, self.key[who])


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits in the order of day and shopper. Days count from the shoppers' first day."""

    who: Ints
    brand: Ints
    day: Ints
    # Days since the visit before, LONGEST_ABSENCE at most and for the first.
    absence: Ints
    arrived_ms: Ints
    key: Keys
    is_first: Flags


def _moment(day: Ints, key: Keys, stream: int) -> Ints:
    """A time of these days (day numbers), in milliseconds, as busy as the hours are."""
    hour = pick(key, stream, story.HOURS)
    return day * DAY_MS + hour * 3_600_000 + (uniform(key, stream + 1) * 3_600_000).astype(np.int64)


@cache
def _return_table(days: int) -> Floats:
    """The chance of a visit by brand and days since the first one."""
    known = brands()
    ages = np.arange(days + 1)
    table: Floats = (
        known.return_level[:, None] * (1 + ages[None, :] / 4) ** -known.return_decay[:, None]
    )
    return table


def shoppers(first_day: int, last_day: int, scale: float) -> Shoppers:
    """The shoppers who first came from first_day to last_day (day numbers), at a scale relative to
    the reference.
    """
    known = brands()
    days = np.arange(first_day, last_day + 1)
    busy = story.season(days)
    started = day_number(story.STORY_START)
    plateau = day_number(story.MRR_PLATEAU)
    growth = np.interp(days, [started, plateau], [0.8, 1.0])
    day_keys = keys(keys(story.SEED, np.array([2])), days)
    wanted = story.NEW_SHOPPERS * scale * growth * busy
    # Rounded up as often as the fraction says.
    counts = np.floor(wanted + uniform(day_keys, 1)).astype(np.int64)

    day = np.repeat(np.arange(len(days)), counts)
    number = np.arange(len(day)) - np.repeat(np.cumsum(counts) - counts, counts)
    key = keys(day_keys[day], number)
    brand = pick(key, _BORN, known.shopper_share)
    open_days = service(first_day, last_day)
    present = open_days[brand, day]
    key, day, brand, number = key[present], day[present], brand[present], number[present]

    second = np.where(
        uniform(key, _BORN + 1) < story.SECOND_BRAND,
        pick(key, _BORN + 2, known.shopper_share),
        -1,
    )
    # Channels take turns (multiples of an irrational number fill an interval evenly), so that a
    # small database pays for a shopper what a large one does.
    spread = (number * 0.6180339887 + uniform(day_keys, 2)[day]) % 1
    born = np.bincount(day, minlength=len(days))
    return Shoppers(
        first_day=first_day,
        key=key,
        day=day,
        brand=brand,
        second_brand=np.where(second == brand, -1, second),
        device=pick(key, _BORN + 3, story.DEVICE_SHARES),
        channel=np.searchsorted(np.cumsum(story.CHANNEL_SHARES)[:-1], spread, side="right"),
        activity=np.exp(0.6 * normal(key, _BORN + 5) - 0.18),
        arrived_ms=_moment(day + first_day, key, _BORN + 7),
        born_before=np.concatenate([[0], np.cumsum(born)]),
        open_days=open_days,
        busy=busy,
        returning=_return_table(len(days)),
    )


# Longer absences are all alike; so a walk through the days need not begin earlier than this before
# the days wanted.
LONGEST_ABSENCE = 31


def never_seen(people: Shoppers) -> Ints:
    """The last visit of each shopper before a walk through the days begins: long ago."""
    return np.full(len(people.key), -LONGEST_ABSENCE, dtype=np.int64)


def visits(people: Shoppers, first_day: int, last_day: int, seen: Ints) -> Visits:
    """The visits from first_day to last_day (day numbers, within the shoppers').

    `seen` has the day of each shopper's last visit before first_day, and is brought up to last_day.
    """
    parts: list[tuple[Ints, Ints, Ints, Ints, Keys]] = []
    for day in range(first_day - people.first_day, last_day - people.first_day + 1):
        older, all_by_now = people.born_before[day : day + 2].tolist()
        chance = people.returning[people.brand[:older], day - people.day[:older]]
        chance = chance * people.activity[:older] * people.busy[day] ** 0.5
        draw = uniform(people.key[:older], 1_000_000 + people.first_day + day)
        who = np.concatenate([np.flatnonzero(draw < chance), np.arange(older, all_by_now)])
        key = keys(people.key[who], people.first_day + day)
        elsewhere = (people.second_brand[who] >= 0) & (who < older) & (uniform(key, _ARRIVAL) < 0.4)
        brand = np.where(elsewhere, people.second_brand[who], people.brand[who])
        # A brand that is away shows no try-on.
        there = people.open_days[brand, day]
        who, brand, key = who[there], brand[there], key[there]
        absence = np.minimum(day - seen[who], LONGEST_ABSENCE)
        seen[who] = day
        parts.append((who, brand, np.full(len(who), day), absence, key))
    who, brand, day_index, absence, key = (
        np.concatenate([part[column] for part in parts]) for column in range(5)
    )
    is_first = people.day[who] == day_index
    arrived = np.where(
        is_first,
        people.arrived_ms[who],
        _moment(day_index + people.first_day, key, _ARRIVAL + 1),
    )
    return Visits(
        who=who,
        brand=brand,
        day=day_index,
        absence=absence,
        arrived_ms=arrived,
        key=key,
        is_first=is_first,
    )
