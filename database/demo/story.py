"""What the demo data tells, as constants: dates, shapes, sizes, and the arithmetic behind the
headline figures.
"""

from datetime import date

import numpy as np

from database.demo.draws import Floats, Ints, day_of

# Any number; another one is another world.
SEED = 0xC105E7A1

# Nobody tried anything on before this day. Data reaches 18 months back, but not behind it. The
# story is fixed in time: growth until MRR_PLATEAU, then a steady state that may go on for years.
STORY_START = date(2025, 5, 1)
MONTHS = 18

# What the constants below are calibrated for; all volumes grow in proportion to the target.
REFERENCE_JOBS = 100_000
SCALES = {"default": 100_000, "full": 10_000_000}

BRAND_COUNT = 847

CATEGORIES = [
    "tops", "bottoms", "dresses", "jackets", "bags", "scarves", "hats", "belts",
    "sneakers", "heels", "boots", "jewelry",
]  # fmt: skip
# Shares of the twelve for a shop of clothing, footwear, accessories, jewelry.
CATEGORY_SHARES = np.array(
    [
        [30, 18, 22, 14, 3, 3, 2, 2, 3, 1.5, 1, 0.5],
        [3, 3, 1, 1, 3, 0, 0, 1, 44, 22, 22, 0],
        [4, 2, 2, 2, 40, 18, 15, 14, 1, 1, 0, 1],
        [1, 0, 2, 0, 6, 4, 2, 1, 0, 1, 0, 83],
    ]
)
KIND_SHARES = [0.56, 0.18, 0.16, 0.10]
# From October to March more is tried on of what is warm.
WINTER = np.array([0.9, 1.0, 0.8, 1.7, 1.0, 2.2, 1.4, 1.0, 0.9, 1.0, 2.0, 1.0])

DEVICES = ["ios", "android", "desktop", "tablet", "other"]
DEVICE_SHARES = [0.42, 0.32, 0.19, 0.06, 0.01]

CHANNELS = ["organic", "search", "social", "influencer", "affiliate", "email"]
CHANNEL_SHARES = [0.34, 0.20, 0.24, 0.08, 0.08, 0.06]

# Model confidence over 90 days is 0.942: the main engine's present release starts from here, and
# the offsets of category, device, brand and second engine, weighted by their shares of the jobs,
# come to −0.004. The shares move with the season, and the mean with them by a thousandth.
CONFIDENCE = 0.9463
CATEGORY_CONFIDENCE = np.array(
    [0.012, 0.004, 0.000, -0.006, 0.006, -0.010, -0.004, 0.002, -0.012, -0.022, -0.016, -0.030]
)
DEVICE_CONFIDENCE = np.array([0.008, 0.000, -0.004, -0.010, -0.030])
CONFIDENCE_NOISE = 0.026

# The main engine's release: rolled out over a week, better and faster.
ENGINES = ["loom", "atelier"]
ENGINE_SHARES = [0.86, 0.14]
OLD_VERSIONS = ["2.6", "1.8"]
NEW_VERSIONS = ["3.0", "1.8"]
RELEASE = date(2026, 4, 14)
ROLLOUT_DAYS = 7
BEFORE_RELEASE = -0.036
SECOND_ENGINE = -0.011

# The provider was down from 09:00 to 19:00 UTC.
OUTAGE = date(2026, 9, 9)
OUTAGE_HOURS = (9, 19)
OUTAGE_FAILURES = 0.72

FAILURES = 0.021
CANCELLATIONS = 0.006
FAILURE_CODES = [
    "pose_not_found", "garment_unreadable", "picture_too_small", "timeout", "content_blocked",
    "provider_unavailable",
]  # fmt: skip
FAILURE_SHARES = [0.34, 0.24, 0.17, 0.14, 0.07, 0.04]

# How much more often a picture is rejected than its confidence says.
OVERCONFIDENCE = np.array([0.015, 0.02, 0.03, 0.03, 0.02, 0.04, 0.03, 0.02, 0.13, 0.16, 0.14, 0.05])
REVIEWED = 0.055
REJECTIONS = [
    "wrong_category",
    "neckline",
    "identity",
    "lost_detail",
    "hands",
    "background",
    "other",
]

# New shoppers a day at the reference, before a brand's absence is taken off: with the visits that
# follow, about 12,000 shoppers and 100,000 jobs in the 18 months to November 2026.
NEW_SHOPPERS = 32.0
# Visits after the first: a · (1 + days ÷ 4)^−decay, both differing by brand; jobs of a visit: 1 + a
# geometric number.
RETURN_LEVEL = (0.13, 0.31)
RETURN_DECAY = (0.90, 1.25)
MORE_JOBS = 0.55
SECOND_BRAND = 0.01

# Conversion over 30 days is 42 %: of shoppers with a completed job, those with a purchase within 7
# days after it. A purchase follows a visit with this chance (times the brand's factor, mean 1), and
# a shopper makes 1.3 visits in those 7 days: 1 − (1 − 0.344)^1.3 = 0.42.
PURCHASE_CHANCE = 0.344
RETURNED = 0.08
UNATTRIBUTED = 0.05
# LTV:CAC is 3.8. A shopper makes 1.58 attributed purchases in the first 12 months, of which returns
# leave 93 %: LTV = 0.70 × 1.58 × $74 × 0.93 = $76.1, and CAC = $76.1 ÷ 3.8 = $20.0.
ORDER_USD = 74.0
SHOPPER_USD = 20.0
# What a shopper of each channel costs beside that; weighted by CHANNEL_SHARES the mean is 1.
CHANNEL_COST = np.array([0.0, 1.6, 1.5, 1.9, 1.2, 1.2])

SAVED_ITEMS = 0.055
SAVED_LOOKS = 0.080
ANSWERED_NPS = 0.04
RECOMMENDED = 0.12
SHARED = 0.04
STUDIO = 0.06

# Total MRR of all brands once the story has reached October 2026.
MRR_USD = 2_100_000
MRR_PLATEAU = date(2026, 10, 1)

# Share of the day's try-ons by hour (UTC), with its peak in the evening of Europe and the noon of
# America.
HOURS = np.array(
    [
        [1.8, 1.2, 0.8, 0.5, 0.4, 0.4, 0.6, 1.0, 1.8, 2.6, 3.2, 3.9],
        [4.6, 4.4, 4.3, 4.8, 5.8, 8.0, 10.6, 12.2, 11.4, 8.4, 4.6, 2.7],
    ]
).ravel()
# Monday first.
WEEKDAYS = np.array([0.90, 0.90, 0.92, 0.96, 1.06, 1.18, 1.08])

# Month, first day, last day, factor.
HOLIDAYS = [
    (2, 8, 14, 1.18), (7, 1, 10, 1.12), (11, 11, 11, 1.30), (11, 23, 30, 1.60), (12, 1, 20, 1.30),
    (12, 24, 25, 0.60), (12, 31, 31, 0.70), (1, 1, 1, 0.70),
]  # fmt: skip


def _season(day: date) -> float:
    factor = float(WEEKDAYS[day.weekday()])
    for month, first, last, holiday in HOLIDAYS:
        if day.month == month and first <= day.day <= last:
            factor *= holiday
    return factor


def season(days: Ints) -> Floats:
    """How busy these days are (day numbers) beside an ordinary one: weekday and holidays."""
    return np.array([_season(day_of(int(day))) for day in days])


def is_winter(days: Ints) -> Ints:
    """1 from October to March, else 0."""
    return np.array([int(day_of(int(day)).month in (10, 11, 12, 1, 2, 3)) for day in days])
