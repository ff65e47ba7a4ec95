"""What happens on some days: jobs, and all that follows from them, as tables ready for COPY.

Each row also has the moment from which it is known (a job: when it finished). Days are always made
whole; who fills a running day takes the rows that are known by now, and the rest when their time
has come.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from database.demo import story
from database.demo.brands import CURRENCIES, USD_RATES, brands
from database.demo.draws import (
    DAY_MS,
    Flags,
    Floats,
    Ints,
    Keys,
    day_number,
    keys,
    labels,
    normal,
    nulled,
    pick,
    timestamps,
    uniform,
    uuids,
)
from database.demo.shoppers import ACCOUNT_AGE_MS, Shoppers, Visits, visits

# The longest time between a visit and the last row that follows from it: a purchase 4 days later,
# its return 24 days after that.
LOOKBACK_DAYS = 30

REVIEWERS = 6
PRODUCTS_PER_BRAND = 4

_GARMENTS = [
    ["Linen shirt", "Rib tee", "Silk blouse"], ["Wide trousers", "Straight jeans", "Pleated skirt"],
    ["Wrap dress", "Slip dress", "Shirt dress"], ["Wool coat", "Denim jacket", "Puffer jacket"],
    ["Tote bag", "Crossbody bag", "Bucket bag"], ["Cashmere scarf", "Silk scarf", "Snood"],
    ["Beanie", "Felt hat", "Cap"], ["Leather belt", "Woven belt", "Chain belt"],
    ["Court sneakers", "Runners", "High-top sneakers"], ["Block heels", "Slingbacks", "Stilettos"],
    ["Chelsea boots", "Ankle boots", "Rain boots"],
    ["Hoop earrings", "Pendant necklace", "Signet ring"],
]  # fmt: skip
_COLORS = ["black", "ivory", "navy", "sand", "olive", "rust"]
_COMMENTS = [
    None, "Fits what I got in the end", "Quick and fun", "The colours were a little off",
    "Helped me to choose the size", "Took too long on my phone",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table, and since when each is known (milliseconds since 1970)."""

    table: pa.Table
    known_ms: Ints

    def between(self, after_ms: int, until_ms: int) -> pa.Table:
        """The rows that become known after `after_ms` and up to `until_ms`."""
        wanted = (self.known_ms > after_ms) & (self.known_ms <= until_ms)
        return self.table if wanted.all() else self.table.filter(pa.array(wanted))


@dataclass(frozen=True, slots=True)
class Spent:
    """Completed jobs; each cost the shopper a credit, or the brand where `who` is −1."""

    who: Ints
    brand: Ints
    finished_ms: Ints

    def between(self, after_ms: int, until_ms: int) -> "Spent":
        """Those that finished after `after_ms` and up to `until_ms`."""
        wanted = (self.finished_ms > after_ms) & (self.finished_ms <= until_ms)
        return Spent(self.who[wanted], self.brand[wanted], self.finished_ms[wanted])


@dataclass(frozen=True, slots=True)
class Activity:
    """The rows of some days by table, and the credits that they cost."""

    rows: dict[str, Rows]
    spent: Spent


@dataclass(frozen=True, slots=True)
class _Jobs:
    visit: Ints
    key: Keys
    studio: Flags
    category: Ints
    device: Ints
    created: Ints
    started: Ints
    finished: Ints
    completed: Flags
    confidence: Floats


def product_keys(brand: Ints, number: Ints) -> Keys:
    """The keys of a brand's products."""
    return keys(keys(brands().key[brand], 50), number)


def product_ids(key: Keys) -> pa.Array:
    """The ids of products."""
    return uuids(np.full(len(key), (day_number(story.STORY_START) - 30) * DAY_MS), key)


def garment_names(category: Ints, key: Keys) -> tuple[pa.Array, pa.Array]:
    """Names of garments of these categories, and their colours."""
    kinds = [garment for garments in _GARMENTS for garment in garments]
    kind = category * 3 + (uniform(key, 90) * 3).astype(np.int64)
    color = (uniform(key, 91) * len(_COLORS)).astype(np.int64)
    names = [f"{garment} in {color}" for garment in kinds for color in _COLORS]
    return labels([*names], kind * len(_COLORS) + color), labels([*_COLORS], color)


def reviewer_ids() -> pa.Array:
    """The user ids of those who review the demo's pictures."""
    key = keys(keys(story.SEED, np.array([3])), np.arange(REVIEWERS))
    return uuids(np.full(REVIEWERS, (day_number(story.STORY_START) - 60) * DAY_MS), key)


def categories_of(brand: Ints, day: Ints, key: Keys, stream: int) -> Ints:
    """Categories drawn as the brand's kind and the season (day numbers) have them."""
    shares = np.stack([story.CATEGORY_SHARES, story.CATEGORY_SHARES * story.WINTER], axis=1)
    steps = np.cumsum(shares, axis=2)
    steps /= steps[:, :, -1:]
    first, last = (int(day.min()), int(day.max())) if len(day) else (0, 0)
    winter = story.is_winter(np.arange(first, last + 1))[day - first]
    draw = uniform(key, stream)
    position: Ints = (draw[:, None] >= steps[brands().kind[brand], winter, :-1]).sum(axis=1)
    return position


def users(people: Shoppers) -> Rows:
    """The accounts of all these shoppers, each known just before its first try-on."""
    everybody = np.arange(len(people.key))
    ids = people.ids(everybody)
    created = timestamps(people.arrived_ms - ACCOUNT_AGE_MS)
    table = pa.table(
        {
            "id": ids,
            "role": labels(["shopper"], np.zeros(len(ids), dtype=np.int64)),
            "anon_id": pa.compute.binary_join_element_wise(pa.scalar("demo"), ids, "_"),
            "is_demo": pa.array(np.ones(len(ids), dtype=bool)),
            "created_at": created,
            "updated_at": created,
        }
    )
    return Rows(table, _begun(people, people.day, people.arrived_ms))


def _begun(people: Shoppers, day: Ints, arrived: Ints) -> Ints:
    # A visit that begins late is moved forward, so that its last job (of at most ten) ends on its
    # day.
    return np.minimum(arrived, (day + people.first_day + 1) * DAY_MS - 16 * 60_000)


def _shoppers(
    people: Shoppers,
    came: Visits,
    first_job: Ints,
    jobs: _Jobs,
    brand_ids: pa.Array,
    user_ids: pa.Array,
) -> Rows:
    # Of their own brand only: who comes to a second one later is noted from the jobs themselves.
    new = np.flatnonzero(came.is_first)
    first = first_job[new]
    table = pa.table(
        {
            "brand_id": brand_ids.take(pa.array(came.brand[new])),
            "user_id": user_ids.take(pa.array(new)),
            "first_job_at": timestamps(jobs.created[first]),
            "first_category": labels([*story.CATEGORIES], jobs.category[first]),
            "first_device": labels([*story.DEVICES], jobs.device[first]),
            "channel": labels([*story.CHANNELS], people.channel[came.who[new]]),
        }
    )
    return Rows(table, jobs.finished[first])


def _jobs(people: Shoppers, came: Visits) -> tuple[_Jobs, Rows, Spent]:
    known = brands()
    # A visit has one job and a geometric number more; now and then its brand's studio makes a
    # picture, too.
    more = np.log1p(-uniform(came.key, 2)) / np.log(story.MORE_JOBS)
    count = 1 + np.minimum(more.astype(np.int64), 9)
    has_studio = np.flatnonzero(uniform(came.key, 3) < story.STUDIO)
    visit = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(visit)) - np.repeat(np.cumsum(count) - count, count)
    visit = np.concatenate([visit, has_studio])
    number = np.concatenate([number, np.full(len(has_studio), 20)])
    studio = number == 20
    key = keys(came.key[visit], 1_000 + number)
    brand, who = came.brand[visit], came.who[visit]
    day = came.day[visit] + people.first_day

    created = (
        _begun(people, came.day, came.arrived_ms)[visit]
        + number * 80_000
        + (uniform(key, 4) * 25_000).astype(np.int64)
    )
    # The studio works from eight to six.
    at_work = day * DAY_MS + (8 * 3_600_000 + uniform(key, 5) * 36_000_000).astype(np.int64)
    created = np.where(studio, at_work, created)

    category = categories_of(brand, day, key, 6)
    first_category = category[np.maximum(np.arange(len(visit)) - number, 0)]
    # Within a visit mostly one category.
    category = np.where((uniform(key, 7) < 0.7) & ~studio, first_category, category)
    device = np.where(uniform(key, 8) < 0.88, people.device[who], pick(key, 9, story.DEVICE_SHARES))
    device = np.where(studio, story.DEVICES.index("desktop"), device)
    engine = pick(key, 10, story.ENGINE_SHARES)
    rollout = (day - day_number(story.RELEASE) + 1) / story.ROLLOUT_DAYS
    old_engine = (engine == 0) & (uniform(key, 11) >= rollout)

    # Log-normal queue and processing times; the new release is a quarter faster.
    queued = np.minimum(420 * np.exp(0.7 * normal(key, 12)), 9_000).astype(np.int64)
    worked = 2_150 * np.exp(0.38 * normal(key, 14)) * np.where(old_engine, 1.33, 1.0)
    worked = np.minimum(worked * np.where(engine == 1, 0.8, 1.0), 30_000).astype(np.int64)
    hour = created % DAY_MS // 3_600_000
    outage = (
        (day == day_number(story.OUTAGE))
        & (hour >= story.OUTAGE_HOURS[0])
        & (hour < story.OUTAGE_HOURS[1])
    )
    queued = np.where(outage, queued * 3, queued)
    fate = uniform(key, 16)
    failures = np.where(outage, story.OUTAGE_FAILURES, story.FAILURES)
    failed = fate < failures
    canceled = ~failed & (fate < failures + story.CANCELLATIONS)
    completed = ~failed & ~canceled
    started = created + queued
    finished = started + worked

    confidence = (
        story.CONFIDENCE
        + story.CATEGORY_CONFIDENCE[category]
        + story.DEVICE_CONFIDENCE[device]
        + known.confidence[brand]
        + np.where(old_engine, story.BEFORE_RELEASE, 0.0)
        + np.where(engine == 1, story.SECOND_ENGINE, 0.0)
        + story.CONFIDENCE_NOISE * normal(key, 17)
    )
    confidence = np.round(np.clip(confidence, 0.55, 0.998), 3)
    cost = np.where(engine == 0, 0.0140, 0.0065) * (0.9 + 0.2 * uniform(key, 19))
    code = np.where(
        outage,
        story.FAILURE_CODES.index("provider_unavailable"),
        pick(key, 20, story.FAILURE_SHARES),
    )
    versions = [f"{version}" for version in (*story.NEW_VERSIONS, *story.OLD_VERSIONS)]
    product = product_keys(brand, (uniform(key, 21) * PRODUCTS_PER_BRAND).astype(np.int64))
    table = pa.table(
        {
            "id": uuids(created, key),
            "brand_id": known.ids.take(pa.array(brand)),
            "user_id": nulled(people.ids(who), studio),
            "origin": labels(["shopper", "studio"], studio.astype(np.int64)),
            "mode": labels(["tryon", "product_shot"], studio.astype(np.int64)),
            "status": labels(
                ["completed", "failed", "canceled"], failed.astype(np.int64) + 2 * canceled
            ),
            "category": labels([*story.CATEGORIES], category),
            "device": labels([*story.DEVICES], device),
            "engine": labels([*story.ENGINES], engine),
            "engine_version": labels([*versions], engine + 2 * old_engine),
            "product_id": nulled(product_ids(product), ~studio),
            "credits": pa.array(np.ones(len(key), dtype=np.int16)),
            "confidence": pa.array(confidence, mask=~completed),
            "engine_cost_usd": pa.array(np.round(cost, 4), mask=canceled),
            "failure_code": nulled(labels([*story.FAILURE_CODES], code), ~failed),
            "created_at": timestamps(created),
            "started_at": timestamps(started, canceled),
            "finished_at": timestamps(finished),
        }
    )
    jobs = _Jobs(
        visit, key, studio, category, device, created, started, finished, completed, confidence
    )
    spent = Spent(np.where(studio, -1, who)[completed], brand[completed], finished[completed])
    # In the order of time, as in a database that has lived: small, quick indexes.
    order = np.argsort(created, kind="stable")
    return jobs, Rows(table.take(pa.array(order)), finished[order]), spent


def _reviews(
    came: Visits, jobs: _Jobs, brand_ids: pa.Array, job_ids: pa.Array, scale: float
) -> Rows:
    # At a hundred times the jobs there are not a hundred times the reviewers.
    rate = story.REVIEWED * min(scale, 1e9) ** -0.3 if scale > 1 else story.REVIEWED
    share = uniform(jobs.key, 30)
    # A third of the queue is drawn at random; the doubtful ones are looked at more often than
    # others.
    weight = np.array([0.33, 0.37, 0.20, 0.10])
    doubtful = np.clip((0.98 - jobs.confidence) * 18, 0.05, 3.0)
    parts = np.cumsum(
        np.stack(
            [
                np.full(len(share), weight[0]),
                weight[1] * doubtful,
                np.full(len(share), weight[2]),
                np.full(len(share), weight[3]),
            ]
        ),
        axis=0,
    )
    drawn = (share[None, :] >= parts * rate).sum(axis=0)
    first = np.flatnonzero((drawn < 4) & jobs.completed & ~jobs.studio)
    key, drawn = jobs.key[first], drawn[first]
    chance = jobs.confidence[first] - story.OVERCONFIDENCE[jobs.category[first]]
    good = uniform(key, 31) < chance
    # Everybody errs now and then; a fifth of the pictures is seen by a second pair of eyes, a tie
    # mostly by a third.
    judged = good ^ (uniform(key, 32) < 0.02)
    has_second = uniform(key, 33) < 0.22
    second = judged ^ (uniform(key, 34) < 0.11)
    has_third = has_second & (second != judged) & (uniform(key, 35) < 0.6)
    reviewer = (uniform(key, 36) * REVIEWERS).astype(np.int64)
    seen = jobs.finished[first] + (uniform(key, 37) ** 2 * 40 * 3_600_000).astype(np.int64) + 60_000

    def rows(which: Flags, turn: int, approved: Flags) -> tuple[pa.Table, Ints]:
        at = (seen + turn * 5 * 3_600_000)[which]
        yes = approved[which]
        own = keys(key[which], 300 + turn)
        reason = (uniform(own, 1) * 5).astype(np.int64)
        # Shoes lose their detail, rings meet hands.
        shoe = (jobs.category[first][which] >= 8) & (uniform(own, 2) < 0.6)
        reason = np.where(shoe, np.where(jobs.category[first][which] == 11, 4, 3), reason)
        sets: list[str | None] = [f"{{{name}}}" for name in story.REJECTIONS]
        rating = np.where(
            yes, 4 + (uniform(own, 3) < 0.6), 1 + (uniform(own, 3) * 3).astype(np.int64)
        )
        table = pa.table(
            {
                "id": uuids(at, own),
                "job_id": job_ids.take(pa.array(first[which])),
                "brand_id": brand_ids.take(pa.array(came.brand[jobs.visit[first[which]]])),
                "reviewer_id": reviewer_ids().take(pa.array((reviewer[which] + turn) % REVIEWERS)),
                "approved": pa.array(yes),
                "reasons": labels([*sets, "{}"], np.where(yes, len(sets), reason)),
                "rating": pa.array(rating),
                "drawn": labels(["random", "uncertainty", "newest", "value"], drawn[which]),
                "is_adjudication": pa.array(np.full(len(at), turn == 2)),
                "created_at": timestamps(at),
            }
        )
        return table, at

    everybody = np.ones(len(first), dtype=bool)
    tables = [rows(everybody, 0, judged), rows(has_second, 1, second), rows(has_third, 2, good)]
    return Rows(
        pa.concat_tables([table for table, _ in tables]), np.concatenate([at for _, at in tables])
    )


def _spend(people: Shoppers, came: Visits) -> Rows:
    # Advertising is paid by the shopper it brings, at the channel's price, which differs a little
    # by brand and day.
    new = came.is_first & (people.channel[came.who] > 0)
    who = came.who[new]
    # One number for brand, day and channel together.
    cell = (came.brand[new] * 100_000 + came.day[new] + people.first_day) * 10 + people.channel[who]
    cells, number = np.unique(cell, return_counts=True)
    channel, day, brand = cells % 10, cells // 10 % 100_000, cells // 1_000_000
    price = story.SHOPPER_USD * story.CHANNEL_COST[channel]
    price *= 0.85 + 0.3 * uniform(keys(story.SEED, cells), 60)
    currency = brands().currency[brand]
    midnight = (day + 1) * DAY_MS
    table = pa.table(
        {
            "brand_id": brands().ids.take(pa.array(brand)),
            "day": pa.compute.utf8_slice_codeunits(timestamps(day * DAY_MS), 0, 10),
            "channel": labels([*story.CHANNELS], channel),
            "amount": pa.array(np.round(number * price / np.array(USD_RATES)[currency], 2)),
            "currency": labels([*CURRENCIES], currency),
            "usd_rate": pa.array(np.array(USD_RATES)[currency]),
        }
    )
    # The bill comes when the day is over.
    return Rows(table, midnight)


def _purchases(
    people: Shoppers, came: Visits, jobs: _Jobs, brand_ids: pa.Array, user_ids: pa.Array
) -> tuple[Rows, Rows]:
    known = brands()
    # The last completed try-on of each visit, if there is one.
    last = np.zeros(len(came.who), dtype=np.int64)
    np.maximum.at(
        last,
        jobs.visit[jobs.completed & ~jobs.studio],
        jobs.finished[jobs.completed & ~jobs.studio],
    )
    # Systematic draws: along the day's visits, by the time since the visit before, chances add up,
    # and each time the sum passes a whole number that visit leads to a purchase. As random for each
    # visit as a draw of its own; but among the first visits of any window there are as many
    # purchases as there should be, in small data as in large.
    order = np.lexsort((came.who, came.absence, came.day))
    # On busy days more come to look.
    chance = (
        story.PURCHASE_CHANCE * known.purchase_factor[came.brand] * people.busy[came.day] ** -0.2
    )
    chance = np.where(last > 0, chance, 0.0)
    total = np.concatenate([[0.0], np.cumsum(chance[order])])
    day_begin = np.searchsorted(came.day, came.day, side="left")
    start = uniform(keys(keys(story.SEED, np.array([4])), came.day + people.first_day), 1)
    before = total[:-1] - total[day_begin] + start
    after = total[1:] - total[day_begin] + start
    bought = np.sort(order[np.floor(after) > np.floor(before)])
    key = came.key[bought]
    soon = 480_000 - 3_600_000 * np.log1p(-uniform(key, 70))
    later = uniform(key, 71) ** 2 * 3.6 * DAY_MS
    at = last[bought] + np.where(uniform(key, 72) < 0.72, soon, later).astype(np.int64)
    # A few new shoppers bought before they ever tried on: nobody's merit.
    unaided = np.flatnonzero(came.is_first & (uniform(came.key, 73) < story.UNATTRIBUTED))
    arrived = _begun(people, came.day[unaided], came.arrived_ms[unaided])
    early = arrived - 60_000
    early -= (uniform(came.key[unaided], 74) * 1_500_000).astype(np.int64)

    visit = np.concatenate([bought, unaided])
    at = np.concatenate([at, early])
    known_ms = np.concatenate([at[: len(bought)], arrived])
    key = keys(came.key[visit], 75 + (np.arange(len(visit)) >= len(bought)).astype(np.int64))
    brand = came.brand[visit]
    currency = known.currency[brand]
    rate = np.array(USD_RATES)[currency]
    dollars = known.order_usd[brand] * np.exp(0.45 * normal(key, 1) - 0.101)
    amount = np.round(dollars / rate, 2)
    ids = uuids(at, key)
    orders = pa.compute.binary_join_element_wise(
        pa.scalar("demo"),
        pa.compute.utf8_slice_codeunits(ids, 0, 12),
        pa.compute.utf8_slice_codeunits(ids, 20, 32),
        "-",
    )
    purchases = pa.table(
        {
            "id": ids,
            "brand_id": brand_ids.take(pa.array(brand)),
            "user_id": user_ids.take(pa.array(visit)),
            "order_id": orders,
            "amount": pa.array(amount),
            "currency": labels([*CURRENCIES], currency),
            "usd_rate": pa.array(rate),
            "purchased_at": timestamps(at),
            "recorded_at": timestamps(known_ms),
        }
    )
    sent_back = np.flatnonzero(uniform(key, 3) < story.RETURNED)
    own = key[sent_back]
    back_at = known_ms[sent_back] + ((3 + 21 * uniform(own, 4)) * DAY_MS).astype(np.int64)
    part = np.where(uniform(own, 5) < 0.75, 1.0, 0.5)
    returns = pa.table(
        {
            "id": uuids(back_at, keys(own, 6)),
            "purchase_id": ids.take(pa.array(sent_back)),
            "brand_id": brand_ids.take(pa.array(brand[sent_back])),
            "amount": pa.array(np.maximum(np.round(amount[sent_back] * part, 2), 0.01)),
            "returned_at": timestamps(back_at),
            "recorded_at": timestamps(back_at),
        }
    )
    return Rows(purchases, known_ms), Rows(returns, back_at)


def _touches(
    came: Visits,
    first_job: Ints,
    jobs: _Jobs,
    brand_ids: pa.Array,
    user_ids: pa.Array,
    job_ids: pa.Array,
) -> Rows:
    created, finished = jobs.created[first_job], jobs.finished[first_job]
    every = np.arange(len(came.who))
    recommended = np.flatnonzero(uniform(came.key, 80) < story.RECOMMENDED)
    shared = np.flatnonzero(uniform(came.key, 81) < story.SHARED)
    visit = np.concatenate([every, recommended, shared])
    source = np.repeat([0, 1, 2], [len(every), len(recommended), len(shared)])
    at = created[visit] + np.array([0, 1_500, 9_000])[source]
    known_ms = np.maximum(finished[visit], at)
    table = pa.table(
        {
            "id": uuids(at, keys(came.key[visit], 82 + source)),
            "brand_id": brand_ids.take(pa.array(came.brand[visit])),
            "user_id": user_ids.take(pa.array(visit)),
            "source": labels(["tryon", "recommendation", "share"], source),
            "job_id": nulled(job_ids.take(pa.array(first_job[visit])), source > 0),
            "touched_at": timestamps(at),
            "recorded_at": timestamps(known_ms),
        }
    )
    return Rows(table, known_ms)


def _saved(
    came: Visits,
    first_job: Ints,
    jobs: _Jobs,
    brand_ids: pa.Array,
    user_ids: pa.Array,
    job_ids: pa.Array,
) -> Rows:
    draw = uniform(came.key, 92)
    kept = np.flatnonzero(
        (draw < story.SAVED_ITEMS + story.SAVED_LOOKS) & jobs.completed[first_job]
    )
    is_look = draw[kept] >= story.SAVED_ITEMS
    key = keys(came.key[kept], 93)
    category = jobs.category[first_job[kept]]
    names, colors = garment_names(category, key)
    at = jobs.finished[first_job[kept]] + 15_000 + (uniform(key, 94) * 200_000).astype(np.int64)
    group = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3])[category]
    table = pa.table(
        {
            "id": uuids(at, key),
            "user_id": user_ids.take(pa.array(kept)),
            "brand_id": brand_ids.take(pa.array(came.brand[kept])),
            "kind": labels(["item", "look"], is_look.astype(np.int64)),
            "category": labels([*story.CATEGORIES], category),
            "name": names,
            "ai_tags": labels(["{clothing}", "{accessory}", "{footwear}", "{jewelry}"], group),
            "color_tags": pa.compute.binary_join_element_wise(
                pa.scalar("{"), colors, pa.scalar("}"), ""
            ),
            "source_job_id": job_ids.take(pa.array(first_job[kept])),
            "is_demo": pa.array(np.ones(len(kept), dtype=bool)),
            "created_at": timestamps(at),
            "updated_at": timestamps(at),
        }
    )
    return Rows(table, at)


def _nps(
    came: Visits, first_job: Ints, jobs: _Jobs, brand_ids: pa.Array, user_ids: pa.Array
) -> Rows:
    asked = np.flatnonzero(uniform(came.key, 95) < story.ANSWERED_NPS)
    key = keys(came.key[asked], 96)
    at = jobs.finished[first_job[asked]] + ((1 + 28 * uniform(key, 1)) * 3_600_000).astype(np.int64)
    happy = jobs.completed[first_job[asked]]
    brand = came.brand[asked]
    mean = np.where(happy, 8.6, 6.2) + 60 * brands().confidence[brand]
    score = np.clip(np.round(mean + 1.7 * normal(key, 2)), 0, 10).astype(np.int64)
    comment = np.where(uniform(key, 4) < 0.12, 1 + (uniform(key, 5) * 5).astype(np.int64), 0)
    table = pa.table(
        {
            "id": uuids(at, key),
            "brand_id": brand_ids.take(pa.array(brand)),
            "user_id": user_ids.take(pa.array(asked)),
            "score": pa.array(score),
            "comment": labels(_COMMENTS, comment),
            "answered_at": timestamps(at),
        }
    )
    return Rows(table, at)


def activity(people: Shoppers, first_day: int, last_day: int, scale: float, seen: Ints) -> Activity:
    """All that follows from the visits of these days (day numbers), whenever it becomes known.

    `seen` is as in visits(). A day's rows do not depend on which other days are asked for with it.
    """
    came = visits(people, first_day, last_day, seen)
    jobs, job_rows, spent = _jobs(people, came)
    brand_ids, user_ids = brands().ids, people.ids(came.who)
    job_ids = uuids(jobs.created, jobs.key)
    # Jobs stand in the order of their visits: the first of each is where the visit's number first
    # appears.
    first_job = np.searchsorted(jobs.visit[~jobs.studio], np.arange(len(came.who)))
    purchases, returns = _purchases(people, came, jobs, brand_ids, user_ids)
    rows = {
        "shoppers": _shoppers(people, came, first_job, jobs, brand_ids, user_ids),
        "tryon_jobs": job_rows,
        "touches": _touches(came, first_job, jobs, brand_ids, user_ids, job_ids),
        "wardrobe_items": _saved(came, first_job, jobs, brand_ids, user_ids, job_ids),
        "reviews": _reviews(came, jobs, brand_ids, job_ids, scale),
        "purchases": purchases,
        "purchase_returns": returns,
        "acquisition_spend": _spend(people, came),
        "nps_responses": _nps(came, first_job, jobs, brand_ids, user_ids),
    }
    return Activity(rows, spent)
