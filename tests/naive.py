"""What the queries say, worked out again from the raw rows by pandas, as plainly as it can be.

Nothing here reads a view, a function or a rollup of the schema: only the tables that things happen
to, as their owner. A share without a denominator is NaN.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
from sqlalchemy import text

from database import connections
from database.tenancy import Scope

WEEK, MONTH = pd.Timedelta(days=7), pd.Timedelta(days=30)
ENDS = ("completed", "failed", "canceled")
BINS = 50

_TABLES = {
    "brands": "select cast(id as text) as brand_id, name, is_demo, gross_margin from brands",
    "jobs": (
        "select cast(id as text) as job_id, cast(brand_id as text) as brand_id,"
        " cast(user_id as text) as user_id, cast(origin as text) as origin,"
        " cast(status as text) as status, cast(category as text) as category,"
        " cast(device as text) as device, engine, failure_code, confidence, engine_cost_usd,"
        " created_at, started_at, finished_at from tryon_jobs"
    ),
    "products": (
        "select cast(id as text) as product_id, cast(brand_id as text) as brand_id, name,"
        " cast(category as text) as category from products"
    ),
    "reviews": (
        "select cast(job_id as text) as job_id, cast(reviewer_id as text) as reviewer_id,"
        " approved, reasons, drawn, is_adjudication, created_at, id"
        " from reviews where not is_practice"
    ),
    "touches": (
        "select cast(brand_id as text) as brand_id, cast(user_id as text) as user_id, source,"
        " touched_at, id from touches"
    ),
    "purchases": (
        "select cast(id as text) as purchase_id, cast(brand_id as text) as brand_id,"
        " cast(user_id as text) as user_id, amount, usd_rate, purchased_at from purchases"
    ),
    "returns": (
        "select cast(purchase_id as text) as purchase_id, cast(brand_id as text) as brand_id,"
        " amount, returned_at from purchase_returns"
    ),
    "spend": (
        "select cast(brand_id as text) as brand_id, day, round(amount * usd_rate, 2) as amount"
        " from acquisition_spend"
    ),
    "answers": (
        "select cast(brand_id as text) as brand_id, cast(user_id as text) as user_id, score,"
        " answered_at, id from nps_responses"
    ),
    "channels": (
        "select cast(brand_id as text) as brand_id, cast(user_id as text) as user_id, channel,"
        " nullif(first_job_at, 'infinity') as first_job_at from shoppers"
    ),
}


def _read(sql: str) -> pd.DataFrame:
    with connections.owner() as connection:
        rows = connection.execute(text(sql))
        frame = pd.DataFrame(rows.all(), columns=list(rows.keys()), dtype="object")
    for name in frame:
        if str(name).endswith("_at"):
            # In UTC, whatever zone it was written in.
            frame[name] = pd.to_datetime(frame[name], utc=True).dt.tz_localize(None)
    return frame


def of_job(table: str, job_id: str) -> pd.DataFrame:
    """The rows of one job in a table, its ids as words."""
    key = "id" if table == "tryon_jobs" else "job_id"
    frame = _read(f"select * from {table} where {key} = '{job_id}'")
    for name in frame:
        frame[name] = [str(value) if isinstance(value, UUID) else value for value in frame[name]]
    return frame


def _day(times: pd.Series) -> pd.Series:
    return pd.Series(times.dt.floor("D"))


def milliseconds(begin: pd.Timestamp, end: pd.Timestamp) -> float:
    """Whole milliseconds from one moment to another, if there are both."""
    return round((end - begin).total_seconds() * 1000) if pd.notna(end - begin) else np.nan


def _share(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else np.nan


def _months(later: pd.Timestamp, earlier: pd.Timestamp) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


@dataclass(frozen=True)
class Window:
    """Days from ``since`` up to, and without, ``until``, and what a page filters by."""

    since: date
    until: date
    origin: str = "shopper"
    category: str = "all"
    device: str = "all"

    def holds(self, times: pd.Series) -> pd.Series:
        """Which of the times lie in it."""
        return (times >= pd.Timestamp(self.since)) & (times < pd.Timestamp(self.until))

    @property
    def days(self) -> pd.DatetimeIndex:
        """Its days."""
        return pd.date_range(self.since, self.until, inclusive="left")


@dataclass(frozen=True)
class Raw:
    """The raw rows that a scope sees. ``pooled``: a shopper of two brands counts once."""

    brands: pd.DataFrame
    jobs: pd.DataFrame
    products: pd.DataFrame
    reviews: pd.DataFrame
    touches: pd.DataFrame
    purchases: pd.DataFrame
    returns: pd.DataFrame
    spend: pd.DataFrame
    answers: pd.DataFrame
    channels: pd.DataFrame
    pooled: bool

    @classmethod
    def read(cls) -> "Raw":
        """Every row of the database."""
        raw = cls(**{name: _read(sql) for name, sql in _TABLES.items()}, pooled=True)
        # Whose figures a job is in: what visitors of the demo try on is no brand's.
        jobs = raw.jobs.assign(whose=raw.jobs["brand_id"].where(raw.jobs["origin"] != "demo"))
        return replace(raw, jobs=jobs)

    @property
    def of_brands(self) -> "Raw":
        """The same without what is no brand's."""
        return replace(self, jobs=self.jobs[self.jobs["whose"].notna()])

    def seen_by(self, scope: Scope) -> "Raw":
        """Those that a scope sees; brands see no job that a visitor of the demo launched."""
        if scope.brands == "all":
            return self
        if scope.brands == "demo":
            seen = self.brands[self.brands["is_demo"].astype(bool)]
        else:
            seen = self.brands[self.brands["brand_id"].isin(scope.brands.split(","))]

        def of(rows: pd.DataFrame) -> pd.DataFrame:
            return rows[rows["brand_id"].isin(seen["brand_id"])]

        jobs = of(self.jobs)
        return Raw(
            seen,
            jobs[jobs["origin"] != "demo"],
            of(self.products),
            self.reviews,
            of(self.touches),
            of(self.purchases),
            of(self.returns),
            of(self.spend),
            of(self.answers),
            of(self.channels),
            pooled=False,
        )

    # Jobs

    def _asked(self, window: Window) -> pd.DataFrame:
        jobs = self.jobs
        for name in ("origin", "category", "device"):
            wanted = getattr(window, name)
            if wanted != "all":
                jobs = jobs[jobs[name] == wanted]
        return jobs

    def launched(self, window: Window) -> pd.DataFrame:
        """The jobs created in the window."""
        jobs = self._asked(window)
        return jobs[window.holds(jobs["created_at"])]

    def ended(self, window: Window, *how: str) -> pd.DataFrame:
        """The jobs that ended so in the window."""
        jobs = self._asked(window)
        return jobs[jobs["status"].isin(how or ENDS) & window.holds(jobs["finished_at"])]

    def volume(self, window: Window, by: str) -> pd.DataFrame:
        """Counts of jobs by one of their columns, each on the day on which it came to be so."""
        counts = pd.DataFrame(
            {
                f"{status}_count": jobs.groupby(jobs[by].fillna("")).size()
                for status, jobs in (
                    ("launched", self.launched(window)),
                    *((how, self.ended(window, how)) for how in ENDS),
                )
            }
        )
        counts = counts.fillna(0).astype(int).reset_index(names=by)
        over = counts["completed_count"] + counts["failed_count"]
        counts["success_pct"] = [
            _share(*of) for of in zip(counts["completed_count"], over, strict=True)
        ]
        return counts

    def by_hour(self, window: Window) -> pd.DataFrame:
        """Launched jobs by weekday and hour."""
        times = self.launched(window)["created_at"]
        keys = [
            times.dt.isocalendar().day.rename("weekday_number"),
            times.dt.hour.rename("hour_number"),
        ]
        return times.groupby(keys).size().reset_index(name="launched_count")

    def failures(self, window: Window) -> pd.DataFrame:
        """Failed jobs by reason and engine."""
        failed = self.ended(window, "failed").rename(columns={"failure_code": "failure"})
        return failed.groupby(["failure", "engine"]).size().reset_index(name="failed_count")

    def confidence(self, window: Window, by: Iterable[str]) -> pd.DataFrame:
        """Completed jobs and the mean of their confidence, by some of their columns."""
        names = list(by)
        done = self.ended(window, "completed")
        done = done.assign(**{name: done[name].fillna("") for name in names})
        groups = done.assign(confidence=done["confidence"].astype(float)).groupby(names)
        return groups.agg(
            completed_count=("job_id", "size"), model_confidence_pct=("confidence", "mean")
        ).reset_index()

    def confidence_total(self, window: Window) -> dict[str, float]:
        """The same of all together."""
        done = self.ended(window, "completed")
        return {
            "completed_count": len(done),
            "model_confidence_pct": done["confidence"].astype(float).mean(),
        }

    def confidence_over_time(self, window: Window, step: str) -> pd.DataFrame:
        """The same by day, week or month, with one standard deviation to either side."""
        starts = {"day": lambda d: d, "week": _week, "month": _month}[step]
        done = self.ended(window, "completed")
        values = done["confidence"].astype(float)
        rows = []
        for start in dict.fromkeys(starts(day) for day in window.days):
            of = values[_day(done["finished_at"]).map(starts) == start]
            mean, spread = of.mean(), of.std(ddof=0)
            rows.append((start, mean, max(mean - spread, 0), min(mean + spread, 1), len(of)))
        names = ["day", "model_confidence_pct", "low_pct", "high_pct", "completed_count"]
        frame = pd.DataFrame(rows, columns=names)
        frame.loc[frame["completed_count"] == 0, ["low_pct", "high_pct"]] = np.nan
        return frame

    def bins(self, window: Window) -> list[int]:
        """Completed jobs by fiftieths of confidence, the last of which holds its end."""
        places = [
            min(int(confidence * BINS), BINS - 1)
            for confidence in self.ended(window, "completed")["confidence"].dropna()
        ]
        return np.bincount(places, minlength=BINS).tolist() if places else []

    def times(self, window: Window, phase: str) -> pd.DataFrame:
        """How long completed jobs waited or were worked on, in ms, with their engine and day."""
        done = self.ended(window, "completed")
        begin, end = {
            "queue": ("created_at", "started_at"),
            "processing": ("started_at", "finished_at"),
        }[phase]
        took = (done[end] - done[begin]).dt.total_seconds() * 1000
        return pd.DataFrame(
            {"ms": took, "engine": done["engine"], "day": _day(done["finished_at"])}
        )

    def cost_per_accepted(self, window: Window) -> dict[str, float]:
        """Engine cost of what ended ÷ completed jobs ÷ human accuracy."""
        cost = float(self.ended(window)["engine_cost_usd"].fillna(0).astype(float).sum())
        completed = len(self.ended(window, "completed"))
        accuracy = self.accuracy(self.judged(window))["human_accuracy_pct"]
        each = _share(cost, completed)
        return {
            "engine_cost_usd": cost,
            "completed_count": completed,
            "human_accuracy_pct": accuracy,
            "cost_per_accepted_usd": each / accuracy if accuracy else np.nan,
        }

    def unusual_days(self, window: Window) -> pd.DataFrame:
        """The rule of METRICS.md, day by day."""
        always = Window(
            date(2000, 1, 1), window.until, window.origin, window.category, window.device
        )
        counts = _day(self.ended(always, "completed")["finished_at"]).value_counts()
        rows = []
        for day in window.days:
            before = [day - back * WEEK for back in range(1, 9)]
            known = [d for d in before if len(counts) and d >= counts.index.min()]
            y = np.log1p([float(counts.get(d, 0)) for d in known])
            count = float(counts.get(day, 0))
            middle = np.median(y) if known else np.nan
            mad = np.median(np.abs(y - middle)) if known else np.nan
            far = abs(np.log1p(count) - middle) > 3.5 * 1.4826 * mad
            odd = len(known) >= 6 and mad > 0 and far
            rows.append((day, count, len(known), np.expm1(middle), bool(odd)))
        names = ["day", "completed_count", "value_count", "usual_count", "is_unusual"]
        return pd.DataFrame(rows, columns=names)

    # Verdicts

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """The completed jobs with a verdict, and with why they were rejected."""
        rows = []
        reviews = self.reviews.sort_values(["created_at", "id"])
        for job, given in reviews.groupby("job_id"):
            adjudicated = given[given["is_adjudication"].astype(bool)]
            opinions = given[~given["is_adjudication"].astype(bool)]
            latest = opinions.groupby("reviewer_id", dropna=False).tail(1)["approved"].astype(bool)
            balance = 2 * latest.sum() - len(latest)
            if len(adjudicated):
                approved = bool(adjudicated["approved"].iloc[-1])
            elif balance:
                approved = balance > 0
            else:
                continue
            last = given.groupby("reviewer_id", dropna=False).tail(1)
            against = last[~last["approved"].astype(bool)]["reasons"]
            reasons = set() if approved else {reason for said in against for reason in said}
            rows.append((job, approved, bool((given["drawn"] == "random").any()), reasons))
        names = ["job_id", "approved", "is_random", "why"]
        found = pd.DataFrame(rows, columns=names)
        return self.jobs[self.jobs["status"] == "completed"].merge(found, on="job_id")

    def judged(self, window: Window, *, drawn: bool = True) -> pd.DataFrame:
        """Jobs with a verdict that completed in the window; ``drawn``: random draws alone."""
        ended = self.ended(window, "completed")["job_id"]
        found = self.verdicts[self.verdicts["job_id"].isin(ended)]
        return found[found["is_random"].astype(bool)] if drawn else found

    @staticmethod
    def accuracy(judged: pd.DataFrame) -> dict[str, float]:
        """Approved, all, and the share."""
        approved = int(judged["approved"].astype(bool).sum())
        return {
            "approved_count": approved,
            "verdict_count": len(judged),
            "human_accuracy_pct": _share(approved, len(judged)),
        }

    def accuracy_by(self, window: Window, by: str) -> pd.DataFrame:
        """The same by one of the jobs' columns."""
        judged = self.judged(window)
        groups = judged.groupby(judged[by].fillna("unknown"))
        return pd.DataFrame(
            [{"part": part} | self.accuracy(rows) for part, rows in groups],
            columns=["part", "approved_count", "verdict_count", "human_accuracy_pct"],
        )

    def accuracy_by_week(self, window: Window) -> pd.DataFrame:
        """The same in stretches of 7 days, counted back from the end."""
        judged = self.judged(window)
        rows: list[dict[str, Any]] = []
        end = pd.Timestamp(window.until)
        while end > pd.Timestamp(window.since):
            start = max(end - WEEK, pd.Timestamp(window.since))
            times = judged["finished_at"]
            of = judged[(times >= start) & (times < end)]
            rows.insert(0, {"week": start} | self.accuracy(of))
            end = start
        return pd.DataFrame(rows)

    def rejections(self, window: Window) -> pd.DataFrame:
        """Rejected random draws by reason."""
        judged = self.judged(window)
        rejected = judged[~judged["approved"].astype(bool)]
        counts = rejected["why"].explode().dropna().value_counts()
        frame = counts.rename_axis("reason").reset_index(name="job_count")
        frame["rejected_count"] = len(rejected)
        frame["rejected_pct"] = frame["job_count"] / max(len(rejected), 1)
        return frame

    def calibration(self, window: Window, count: int) -> pd.DataFrame:
        """Random draws by equal bins of confidence, as far as their engine said how sure it was."""
        judged = self.judged(window).dropna(subset="confidence")
        judged = judged.assign(confidence=judged["confidence"].astype(float))
        place = np.minimum((judged["confidence"] * count + 1e-9).astype(int), count - 1)
        rows = [
            {
                "low_pct": low / count,
                "high_pct": (low + 1) / count,
                "verdict_count": len(of),
                "model_confidence_pct": of["confidence"].mean(),
                "human_accuracy_pct": of["approved"].astype(bool).mean(),
            }
            for low in range(count)
            if len(of := judged[place == low])
        ]
        names = [
            "low_pct",
            "high_pct",
            "verdict_count",
            "model_confidence_pct",
            "human_accuracy_pct",
        ]
        return pd.DataFrame(rows, columns=names)

    def calibration_total(self, window: Window, count: int) -> dict[str, float]:
        """ECE and Brier."""
        judged = self.judged(window).dropna(subset="confidence")
        bins = self.calibration(window, count)
        gaps = (bins["model_confidence_pct"] - bins["human_accuracy_pct"]).abs()
        misses = judged["confidence"].astype(float) - judged["approved"].astype(float)
        return {
            "verdict_count": len(judged),
            "ece_score": _share((gaps * bins["verdict_count"]).sum(), len(judged)),
            "brier_score": (misses**2).mean(),
        }

    # Money

    @cached_property
    def sales(self) -> pd.DataFrame:
        """Purchases with what is left of them, and with the sources of their touches in order."""
        back = self.returns.groupby("purchase_id")["amount"].sum()
        rows = []
        margins = self.brands.set_index("brand_id")["gross_margin"].to_dict()
        for one in self.purchases.to_dict("records"):
            touched = self.touches[
                (self.touches["brand_id"] == one["brand_id"])
                & (self.touches["user_id"] == one["user_id"])
                & (self.touches["touched_at"] <= one["purchased_at"])
                & (self.touches["touched_at"] > one["purchased_at"] - MONTH)
            ].sort_values(["touched_at", "id"])
            left = (one["amount"] - back.get(one["purchase_id"], 0)) * one["usd_rate"]
            net = left.quantize(Decimal("0.01"), ROUND_HALF_UP)
            whose = [one[name] for name in ("purchase_id", "brand_id", "user_id", "purchased_at")]
            margin = net * margins[one["brand_id"]]
            rows.append((*whose, float(net), float(margin), list(touched["source"])))
        names = ["purchase_id", "brand_id", "user_id", "purchased_at", "net", "margin", "sources"]
        return pd.DataFrame(rows, columns=names).astype({"purchased_at": "datetime64[us]"})

    @cached_property
    def attributed(self) -> pd.DataFrame:
        """Those with a touch."""
        return self.sales[self.sales["sources"].map(len) > 0]

    def attributed_by_day(self, window: Window) -> pd.DataFrame:
        """What is attributed, by day."""
        days = _day(self.attributed["purchased_at"])
        return pd.DataFrame(
            {
                "day": window.days,
                "attributed_usd": [self.attributed["net"][days == d].sum() for d in window.days],
                "purchase_count": [int((days == d).sum()) for d in window.days],
            }
        )

    def converted(self, window: Window, as_of: date) -> pd.DataFrame:
        """Conversion by brand: who purchased within 7 days, of those whose 7 days are over."""
        done = self.ended(Window(window.since, window.until), "completed")
        firsts = done.groupby(["brand_id", "user_id"])["finished_at"].min().reset_index()
        rows: dict[str, list[bool]] = {}
        for one in firsts.to_dict("records"):
            first = one["finished_at"]
            if first.normalize() + WEEK >= pd.Timestamp(as_of):
                continue
            own = self.attributed
            for name in ("brand_id", "user_id"):
                own = own[own[name] == one[name]]
            within = (own["purchased_at"] >= first) & (own["purchased_at"] < first + WEEK)
            rows.setdefault(one["brand_id"], []).append(bool(within.any()))
        return pd.DataFrame(
            [(brand, sum(those), len(those)) for brand, those in rows.items()],
            columns=["part", "converted_count", "shopper_count"],
        )

    # Lifetime value

    @cached_property
    def firsts(self) -> pd.Series:
        """When each shopper launched their first job, by who they are; pairs unless pooled."""
        jobs = self.jobs[self.jobs["origin"] == "shopper"]
        return jobs.groupby(self._who)["created_at"].min()

    @property
    def brought_by(self) -> set[str]:
        """The channels of those shoppers; of several brands the first one's."""
        ordered = self.channels.sort_values(["first_job_at", "brand_id"])
        known = ordered.drop_duplicates(self._who).set_index(self._who)["channel"]
        return set(known.reindex(self.firsts.index).fillna("unknown"))

    @property
    def _who(self) -> list[str]:
        return ["user_id"] if self.pooled else ["brand_id", "user_id"]

    def cohorts(self, until: date) -> dict[pd.Timestamp, int]:
        """Months of the first job, and how many months of each are complete, at most 12."""
        end = pd.Timestamp(until)
        months = {_month(first) for first in self.firsts}
        complete = {month: min(_months(end, month), 12) for month in months}
        return {month: count for month, count in sorted(complete.items()) if count > 0}

    def sizes(self) -> pd.Series:
        """Shoppers by cohort."""
        return self.firsts.map(_month).value_counts()

    def brought(self) -> pd.DataFrame:
        """Attributed revenue with its cohort and the number of the month after it."""
        cohort = self.firsts.map(_month).rename("cohort")
        sales = self.attributed.merge(cohort, left_on=self._who, right_index=True)
        number = [
            _months(_month(when), of)
            for when, of in zip(sales["purchased_at"], sales["cohort"], strict=True)
        ]
        return sales.assign(number=np.array(number, dtype=int)).query("number >= 0")

    def curve(self, until: date) -> pd.DataFrame:
        """Revenue and margin per shopper by month after the first, pooled over what is complete."""
        complete, sizes, brought = self.cohorts(until), self.sizes(), self.brought()
        rows = []
        for number in range(12):
            over = [month for month, count in complete.items() if number < count]
            shoppers = int(sizes.reindex(over).sum())
            if not shoppers:
                break
            of = brought[brought["cohort"].isin(over) & (brought["number"] == number)]
            rows.append((number, shoppers, of["net"].sum(), of["margin"].sum()))
        frame = pd.DataFrame(rows, columns=["month_number", "shopper_count", "net", "margin"])
        frame["revenue_usd"] = frame["net"] / frame["shopper_count"]
        frame["margin_usd"] = frame["margin"] / frame["shopper_count"]
        frame["cumulative_revenue_usd"] = frame["revenue_usd"].cumsum()
        frame["cumulative_margin_usd"] = frame["margin_usd"].cumsum()
        return frame

    def economics(self, window: Window) -> dict[str, float]:
        """LTV, CAC, their ratio and payback."""
        curve = self.curve(window.until)
        spent = float(self.spend["amount"][self._spent_in(window)].astype(float).sum())
        new = int(window.holds(self.firsts).sum())
        ltv = curve["margin_usd"].sum() if len(curve) else np.nan
        cac = _share(spent, new)
        paid = curve[curve["cumulative_margin_usd"] * new >= spent - 1e-9]["month_number"]
        return {
            "ltv_usd": ltv,
            "month_count": len(curve),
            "spend_usd": spent,
            "new_shopper_count": new,
            "cac_usd": cac,
            "ltv_cac_ratio": _share(ltv * new, spent) if len(curve) == 12 and new else np.nan,
            "payback_month": paid.min() if new and len(paid) else np.nan,
        }

    def _spent_in(self, window: Window) -> pd.Series:
        return window.holds(pd.to_datetime(self.spend["day"]))

    def by_cohort(self, since: date, until: date) -> pd.DataFrame:
        """The same of each cohort by itself, the latest first."""
        sizes, brought = self.sizes(), self.brought()
        rows = []
        for month, count in self.cohorts(until).items():
            if month < _month(pd.Timestamp(since)):
                continue
            after = (month + pd.DateOffset(months=1)).date()
            of = brought[(brought["cohort"] == month) & (brought["number"] < count)]
            spent = float(self.spend["amount"][self._spent_in(Window(month.date(), after))].sum())
            margins = [of["margin"][of["number"] <= m].sum() for m in range(count)]
            paid = [m for m, margin in enumerate(margins) if margin >= spent - 1e-9]
            size = int(sizes[month])
            rows.append(
                {
                    "cohort_month": month,
                    "shopper_count": size,
                    "month_count": count,
                    "revenue_usd": of["net"].sum() / size,
                    "ltv_usd": margins[-1] / size,
                    "spend_usd": spent,
                    "cac_usd": spent / size,
                    "ltv_cac_ratio": _share(margins[-1], spent) if count == 12 else np.nan,
                    "payback_month": min(paid, default=np.nan),
                }
            )
        names = [
            "cohort_month", "shopper_count", "month_count", "revenue_usd", "ltv_usd", "spend_usd",
            "cac_usd", "ltv_cac_ratio", "payback_month",
        ]  # fmt: skip
        return pd.DataFrame(rows[::-1], columns=names)


def _week(day: pd.Timestamp) -> pd.Timestamp:
    return day.normalize() - pd.Timedelta(days=day.weekday())


def _month(day: pd.Timestamp) -> pd.Timestamp:
    return day.normalize().replace(day=1)


def percentile(times: pd.Series, share: float) -> float:
    """The time that so large a share of the jobs does not exceed."""
    ordered = sorted(map(float, times))
    return next(ms for place, ms in enumerate(ordered, 1) if place / len(ordered) >= share - 1e-12)
