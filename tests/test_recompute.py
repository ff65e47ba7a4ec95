"""Whatever happens in whatever order: each query says what pandas makes of the raw rows."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import queries
from database import connections, rollups
from database.tenancy import Scope
from queries import Parameter
from tests import facts, naive
from tests.conftest import EXAMPLES
from tests.naive import Raw, Window
from tests.world import START, WEEKS, World

pytestmark = pytest.mark.usefixtures("database")

# Each example adds to what is in the database already, of which all brands together are compared.
some = settings(
    max_examples=EXAMPLES // 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # A smaller seed is no smaller history.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)

ALL = 9_999
VERDICTS = {True: "approved", False: "rejected"}
# Nearly two years, so that cohorts have their 12 months.
YEARS = (-640, -639, -612, -310, -309, -275, -240, 0)


def told(name: str, scope: Scope, window: Window, **more: Parameter) -> pd.DataFrame:
    """What a query says of a window, with those of its filters that it takes."""
    known: dict[str, Parameter] = {
        "since": window.since,
        "until": window.until,
        "origin": window.origin,
        "category": window.category,
        "device": window.device,
        "row_count": ALL,
        **more,
    }
    asked = {key: known[key] for key in queries.parameters(name)}
    return queries.read(name, scope, **asked).frame


def tidy(frame: pd.DataFrame, words: Mapping[str, bool], by: Sequence[str]) -> pd.DataFrame:
    """Columns of a frame as words, times or floats, in the order of some of them.

    ``words`` says of each column whether it is words, which are empty where there are none.
    """

    def column(values: pd.Series, is_words: bool) -> pd.Series:
        if is_words:
            return values.astype(object).where(values.notna(), "").astype(str)
        if pd.api.types.is_datetime64_any_dtype(values):
            return values.astype("datetime64[us]")
        return values.astype(float)

    found = pd.DataFrame({name: column(frame[name], of) for name, of in words.items()})
    return (found.sort_values(list(by)) if by else found).reset_index(drop=True)


def agree(found: pd.DataFrame, expected: pd.DataFrame, *by: str, cents: Sequence[str] = ()) -> None:
    """Both have the same rows, whatever their order if ``by`` gives one.

    Columns named in ``cents`` are rounded to the cent in ``found``.
    """
    words = {
        str(name): any(isinstance(value, str) for value in values)
        for name, values in expected.items()
    }
    one, other = tidy(found, words, by), tidy(expected, words, by)
    for name in words:
        off = 0.00501 if name in cents else 1e-9
        pd.testing.assert_series_equal(
            one[name], other[name], check_dtype=False, rtol=1e-9, atol=off, obj=name
        )


def row(found: pd.DataFrame, expected: dict[str, Any], cents: Sequence[str] = ()) -> None:
    """The one row of an answer says what is expected."""
    assert len(found) == 1
    agree(found, pd.DataFrame([expected]), cents=cents)


def windows(dice: random.Random, days: Sequence[int]) -> Iterator[Window]:
    """A day, weeks, months, and what begins before anything and ends after everything."""
    first = START.date()
    for length in (1, dice.randint(2, 20), dice.randint(21, 99), max(days) - min(days)):
        since = first + timedelta(days=dice.choice(days) - dice.randint(0, 3))
        yield Window(
            since,
            since + timedelta(days=length),
            dice.choice(["shopper", "shopper", "studio", "all"]),
            dice.choice(["all", "all", "tops"]),
            dice.choice(["all", "all", "ios"]),
        )


def scopes(world: World) -> list[Scope]:
    """Either brand, both, those of the demo and all there are."""
    one, other = world.brands
    return [
        *(Scope.of_brands(those) for those in ([one], [other], [one, other])),
        Scope("demo"),
        Scope("all"),
    ]


Compare = Callable[[Raw, Scope, Window], None]


def volume(raw: Raw, scope: Scope, window: Window) -> None:
    """Jobs by brand, category, device, engine, hour of the week and failure."""
    unfiltered = replace(window, category="all", device="all")
    for name, by, of in (
        ("brand", "brand_id", window),
        ("category", "category", window),
        ("device", "device", window),
        ("engine", "engine", unfiltered),
    ):
        found = told(f"tryons/volume_by_{name}", scope, of)
        # What visitors of the demo try on is no brand's.
        agree(found, (raw.of_brands if name == "brand" else raw).volume(of, by), by)
        assert found["completed_count"].is_monotonic_decreasing
    agree(
        told("tryons/launched_by_hour", scope, window),
        raw.by_hour(unfiltered),
        "weekday_number",
        "hour_number",
    )
    found = told("tryons/failures", scope, window)
    agree(found, raw.failures(unfiltered), "failure", "engine")
    assert found["failed_count"].is_monotonic_decreasing
    agree(told("tryons/unusual_days", scope, window), raw.unusual_days(window))
    for over in ("category", "device", "engine", "brand"):
        of = window if over in ("category", "device") else unfiltered
        by = {"brand": "whose"}.get(over, over)
        expected = raw.confidence(of, [by]).rename(columns={by: "part"})
        expected["part"] = expected["part"].replace("", "unknown")
        found = told("tryons/volume_change", scope, of, over=over)
        found["model_confidence_pct"] = found["thousandths_count"] / found["rated_count"] / 1000
        agree(found, expected, "part")
    agree(
        told("tryons/quality_by_brand", scope, window),
        quality(raw.of_brands, replace(unfiltered, origin="shopper")),
        "brand_id",
    )


def quality(raw: Raw, window: Window) -> pd.DataFrame:
    """Confidence and human accuracy of each brand with a completed job."""
    judged = raw.accuracy_by(window, "brand_id").rename(columns={"part": "brand_id"})
    both = raw.confidence(window, ["brand_id"]).merge(judged, on="brand_id", how="left")
    counts = ["approved_count", "verdict_count"]
    both[counts] = both[counts].fillna(0)
    return both


def confidence(raw: Raw, scope: Scope, window: Window) -> None:
    """Model confidence in all, over time with its spread, by category and device, in bins."""
    row(told("accuracy/confidence_total", scope, window), raw.confidence_total(window))
    by_day = raw.confidence_over_time(window, "day")
    for step in ("day", "week", "month"):
        agree(
            told("accuracy/confidence_over_time", scope, window, step=step),
            raw.confidence_over_time(window, step),
        )
    agree(
        told("accuracy/confidence_by_day", scope, window),
        by_day[["day", "model_confidence_pct", "completed_count"]],
    )
    agree(
        told("accuracy/confidence_by_category_device", scope, window),
        raw.confidence(window, ["category", "device"]),
        "category",
        "device",
    )
    unfiltered = replace(window, category="all", device="all")
    bins = told("accuracy/confidence_distribution", scope, window)
    assert bins["completed_count"].tolist() == raw.bins(unfiltered)
    counts = dict(enumerate(bins["completed_count"]))
    for place in [*(place for place, count in counts.items() if count), 1]:
        # Behind each bar are its jobs.
        listed = jobs_listed(scope, unfiltered, dated="ended", status="completed", bin_number=place)
        assert len(listed) == counts.get(place, 0)


def judged(raw: Raw, scope: Scope, window: Window) -> None:
    """Human accuracy and calibration, why pictures are rejected, and what an accepted one costs."""
    row(told("accuracy/human_accuracy_total", scope, window), raw.accuracy(raw.judged(window)))
    agree(told("accuracy/human_accuracy_by_week", scope, window), raw.accuracy_by_week(window))
    unfiltered = replace(window, category="all", device="all")
    for over in ("category", "device", "brand"):
        of = unfiltered if over == "brand" else window
        by = {"brand": "whose"}.get(over, over)
        expected = raw.accuracy_by(of, by).drop(columns="human_accuracy_pct")
        agree(told("accuracy/human_accuracy_change", scope, of, over=over), expected, "part")
    agree(told("accuracy/rejections", scope, window), raw.rejections(unfiltered), "reason")
    for count in (10, 5):
        agree(
            told("accuracy/calibration", scope, window, bin_count=count),
            raw.calibration(window, count),
            "low_pct",
        )
        row(
            told("accuracy/calibration_total", scope, window, bin_count=count),
            raw.calibration_total(window, count),
        )
    row(told("accuracy/cost_per_accepted", scope, window), raw.cost_per_accepted(window))

    drawn = raw.judged(window).sort_values(["finished_at", "job_id"], ascending=False)
    whole: dict[str, Parameter] = {"verdict": "all", "reason": "all", "bin_number": -1}
    for count in (ALL, 3):
        listed = told("tryons/verdicts", scope, window, **whole, row_count=count)
        assert listed["job_id"].tolist() == drawn["job_id"].head(count).tolist()
    listed = told("tryons/verdicts", scope, window, **(whole | {"bin_number": -2}))
    rated = drawn.dropna(subset="confidence")
    assert listed["job_id"].tolist() == rated["job_id"].tolist()
    against = drawn[~drawn["approved"].astype(bool)]
    for reason in ("hands", "neckline"):
        listed = told("tryons/verdicts", scope, window, **(whole | {"reason": reason}))
        why = against[np.array([reason in said for said in against["why"]], dtype=bool)]
        assert listed["job_id"].tolist() == why["job_id"].tolist()
    every = raw.judged(window, drawn=False)
    rejected = every[~every["approved"].astype(bool)].sort_values(
        ["confidence", "finished_at", "job_id"], ascending=[True, False, False]
    )
    for count in (ALL, 3):
        listed = told("accuracy/worst", scope, window, row_count=count)
        assert listed["job_id"].tolist() == rejected["job_id"].head(count).tolist()


def speed(raw: Raw, scope: Scope, window: Window) -> None:
    """Percentiles are within 2.5 % of what the jobs took."""
    of = replace(window, category="all", device="all")
    times = {phase: raw.times(of, phase) for phase in ("queue", "processing")}
    total = told("tryons/speed_total", scope, of).iloc[0]
    engines = told("tryons/speed_by_engine", scope, of).set_index("engine")
    counts = raw.volume(of, "engine").set_index("engine")
    counts = counts[(counts["completed_count"] + counts["failed_count"]) > 0]
    assert total["completed_count"] == counts["completed_count"].sum()
    assert total["failed_count"] == counts["failed_count"].sum()
    ended = raw.ended(of)
    cost = ended["engine_cost_usd"].fillna(0).astype(float).groupby(ended["engine"]).sum()
    assert set(counts.index) <= set(engines.index) == set(cost.index)
    for engine, said in zip(engines.index.astype(str), engines.to_dict("records"), strict=True):
        assert float(said["cost_usd"]) == pytest.approx(cost[engine])
    for phase, took in times.items():
        for share in (50, 95, 99):
            near(total[f"{phase}_p{share}_ms"], took["ms"], share)
            for engine, said in zip(engines.index, engines.to_dict("records"), strict=True):
                near(said[f"{phase}_p{share}_ms"], took["ms"][took["engine"] == engine], share)
        for step, start in (("day", None), ("week", naive._week), ("month", naive._month)):
            days = took["day"] if start is None else took["day"].map(start)
            steps = told("tryons/speed_over_time", scope, of, phase=phase, step=step)
            for told_of in steps.to_dict("records"):
                mine = took["ms"][days == told_of["day"]]
                assert told_of["completed_count"] == len(mine)
                for share in (50, 95, 99):
                    near(told_of[f"p{share}_ms"], mine, share)


def near(said: float, times: pd.Series, share: int) -> None:
    """A percentile as told is that of the times, as near as buckets of 5 % are."""
    if not len(times):
        assert np.isnan(said)
        return
    exact = naive.percentile(times, share / 100)
    # What takes less than 50 ms is one bucket, and told as its middle.
    assert said == (25 if exact < 50 else pytest.approx(exact, rel=0.0253))


def money(raw: Raw, scope: Scope, window: Window) -> None:
    """What is attributed by day and in all, the purchases behind it, and who was converted."""
    by_day = raw.attributed_by_day(window)
    agree(told("revenue/attributed_by_day", scope, window), by_day, cents=["attributed_usd"])
    total = told("revenue/attributed_total", scope, window, policy="strict").iloc[0]
    assert float(total["attributed_usd"]) == pytest.approx(by_day["attributed_usd"].sum())
    assert total["purchase_count"] == by_day["purchase_count"].sum()

    sold = raw.sales[window.holds(raw.sales["purchased_at"])]
    sold = sold.sort_values(["purchased_at", "purchase_id"], ascending=False)
    for source in ("any", "none", "tryon", "recommendation", "share"):
        credited = [is_credited(sources, source) for sources in sold["sources"]]
        of = sold[np.array(credited, dtype=bool)]
        found = told("revenue/purchases", scope, window, model="linear", source=source)
        assert sorted(zip(found["shopper_id"], found["purchased_at"], strict=True)) == sorted(
            zip(of["user_id"], of["purchased_at"].dt.tz_localize("UTC"), strict=True)
        )
        assert found["purchased_at"].is_monotonic_decreasing
        assert found["net_usd"].astype(float).sum() == pytest.approx(of["net"].sum())
        assert found["touch_count"].sum() == of["sources"].map(len).sum()
        first = told("revenue/purchases", scope, window, model="linear", source=source, row_count=3)
        assert first["purchased_at"].tolist() == found["purchased_at"].head(3).tolist()

    given = raw.answers[window.holds(raw.answers["answered_at"])]
    given = given.sort_values(["answered_at", "id"], ascending=False)
    score = given["score"].astype(int)
    promoters, detractors = int((score >= 9).sum()), int((score <= 6).sum())
    nps = told("shoppers/nps", scope, window).iloc[0]
    assert list(nps)[:3] == [len(given), promoters, detractors]
    if len(given):
        assert nps["nps_pct"] == pytest.approx((promoters - detractors) / len(given))
    else:
        assert np.isnan(nps["nps_pct"])
    last = pd.Timestamp(window.until - timedelta(days=1))
    back = (last - given["answered_at"].dt.normalize()) // timedelta(days=7)
    weeks = told("shoppers/nps_by_week", scope, window)
    begins = [
        max(window.until - timedelta(days=7 * (n + 1)), window.since) for n in range(len(weeks))
    ]
    assert weeks["week"].dt.date.tolist() == begins[::-1]
    for name, lowest, highest in (("promoter", 9, 10), ("detractor", 0, 6), ("answer", 0, 10)):
        of_weeks = back[score.between(lowest, highest)]
        counted = [int((of_weeks == n).sum()) for n in range(len(weeks))]
        assert weeks[f"{name}_count"].tolist() == counted[::-1]
    found = told("shoppers/answers", scope, window)
    assert found["score"].tolist() == score.tolist()
    assert found["shopper_id"].tolist() == given["user_id"].tolist()

    as_of = window.until + timedelta(days=len(window.days) % 10)
    agree(
        told("shoppers/conversion_change", scope, window, as_of=as_of),
        raw.converted(window, as_of),
        "part",
    )


def is_credited(sources: list[str], source: str) -> bool:
    """Whether a purchase after these touches counts for a source."""
    return {"any": bool(sources), "none": not sources}.get(source, source in sources)


def value(raw: Raw, scope: Scope, window: Window) -> None:
    """Lifetime value: in all, by month of the first job, by brand, and month by month."""
    cents = ["ltv_usd", "cac_usd", "margin_usd", "cumulative_usd", "revenue_usd"]
    row(told("revenue/ltv_cac", scope, window), raw.economics(window), cents)
    curve = raw.curve(window.until)
    expected = curve[["month_number", "shopper_count", "margin_usd"]].assign(
        cumulative_usd=curve["cumulative_margin_usd"], cac_usd=raw.economics(window)["cac_usd"]
    )
    agree(told("revenue/ltv_curve", scope, window), expected, cents=cents)

    for _, said in told("revenue/ltv_cac_by_month", scope, window).iterrows():
        month = said["month"]
        after = (month + pd.DateOffset(months=1)).date()
        assert after <= window.until
        row(said.to_frame().T, raw.economics(Window(month.date(), after)), cents)
    found = told("revenue/ltv_cac_by_brand", scope, window)
    for _, said in found.iterrows():
        alone = raw.seen_by(Scope.of_brands([said["brand_id"]]))
        row(said.to_frame().T, alone.economics(window), cents)

    agree(
        told("shoppers/lifetime_value_by_cohort", scope, window),
        raw.by_cohort(window.since, window.until),
        cents=cents,
    )
    pooled = told("shoppers/lifetime_value", scope, window)
    pooled = pooled[pooled["cohort_month"].isna()]
    columns = [
        "month_number", "shopper_count", "revenue_usd", "margin_usd", "cumulative_revenue_usd",
        "cumulative_margin_usd",
    ]  # fmt: skip
    agree(pooled, curve[columns], cents=columns[2:])


def lists(raw: Raw, scope: Scope, window: Window) -> None:
    """Jobs one by one, in order, by each of the filters of what opens them."""
    for dated, those in (
        ("launched", raw.launched(window)),
        *((how, raw.ended(window, how)) for how in naive.ENDS),
    ):
        time = "created_at" if dated == "launched" else "finished_at"
        those = those.sort_values([time, "job_id"], ascending=False)
        how = {"dated": "launched"} if dated == "launched" else {"dated": "ended", "status": dated}
        for count in (ALL, 3):
            listed = jobs_listed(scope, window, **how, row_count=count)
            assert listed["job_id"].tolist() == those["job_id"].head(count).tolist()
        for engine in those["engine"].unique():
            listed = jobs_listed(scope, window, **how, engine=engine)
            assert listed["job_id"].tolist() == those["job_id"][those["engine"] == engine].tolist()

    # The newest, up to this moment.
    ever = replace(window, until=date(2100, 1, 1), category="all", device="all")
    newest = raw.launched(ever).sort_values(["created_at", "job_id"], ascending=False)
    for count in (ALL, 3):
        listed = told("tryons/recent", scope, ever, row_count=count)
        assert listed["job_id"].tolist() == newest["job_id"].head(count).tolist()


def details(raw: Raw, scope: Scope, window: Window) -> None:
    """How jobs went, what they were made of, and their attempts, pictures, reviews and bookings."""
    brands = raw.brands.set_index("brand_id")["name"]
    verdicts = raw.verdicts.set_index("job_id")["approved"].map(VERDICTS)
    for key in raw.launched(window)["job_id"].head(2):
        (job,) = naive.of_job("tryon_jobs", key).to_dict("records")
        moments = {name: job[name] for name in ("created_at", "started_at", "finished_at")}
        created, started, finished = moments.values()
        is_done = job["status"] == "completed"
        same = ["origin", "mode", "status", "category", "device", "engine", "engine_cost_usd"]
        expected = {name: job[name] for name in same} | moments
        expected |= {
            "job_id": key,
            "brand": brands.get(job["brand_id"]),
            "failure": job["failure_code"],
            "confidence_pct": job["confidence"],
            "credit_count": job["credits"],
            "verdict": verdicts.get(key),
            "queue_ms": naive.milliseconds(created, started),
            "processing_ms": naive.milliseconds(started, finished) if is_done else np.nan,
        }
        row(of_job("tryons/job", scope, key), expected)

        tried = naive.of_job("job_attempts", key).sort_values("number")
        ends = zip(tried["started_at"], tried["ended_at"], strict=True)
        tried["took_ms"] = [naive.milliseconds(*of) for of in ends]
        same = ["engine", "outcome", "started_at", "took_ms"]
        renamed = {"number": "attempt_number", "error_code": "error"}
        listed("tryons/job_attempts", scope, key, tried, same, renamed)

        made = naive.of_job("job_outputs", key).sort_values("position")
        same = ["object_id", "is_selected"]
        listed("tryons/job_outputs", scope, key, made, same, {"rating": "rating_number"})

        worn = naive.of_job("tryon_garments", key).sort_values("position")
        own = raw.products.set_index("product_id").reindex(worn["product_id"]).reset_index()
        worn = worn.reset_index(drop=True).assign(name=own["name"], role="garment")
        worn["category"] = worn["category"].fillna(own["category"])
        worn = pd.concat([pd.DataFrame([{"role": "person"}]), worn], ignore_index=True)
        listed("tryons/job_inputs", scope, key, worn, ["role", "name", "category", "object_id"], {})

        given = naive.of_job("reviews", key).sort_values(["created_at", "id"], ascending=False)
        given["verdict"] = given["approved"].map(VERDICTS)
        given["reasons"] = [", ".join(why) or None for why in given["reasons"]]
        same = ["verdict", "reasons", "drawn", "is_adjudication"]
        listed("tryons/job_reviews", scope, key, given, same, {"created_at": "reviewed_at"})

        paid = naive.of_job("credit_ledger", key).sort_values(["created_at", "id"])
        renamed = {"created_at": "booked_at", "amount": "amount_count"}
        listed("tryons/job_credits", scope, key, paid, ["kind"], renamed)


def listed(
    name: str,
    scope: Scope,
    job_id: str,
    rows: pd.DataFrame,
    same: list[str],
    renamed: dict[str, str],
) -> None:
    """A query says these rows of a job in this order: ``same`` columns, and ``renamed`` ones."""
    expected = rows.rename(columns=renamed)[[*same, *renamed.values()]]
    agree(of_job(name, scope, job_id), expected.reset_index(drop=True))


def of_job(name: str, scope: Scope, job_id: str) -> pd.DataFrame:
    """What a query says of one job, its times in UTC without a zone, as the raw rows are."""
    found = queries.read(name, scope, job_id=job_id).frame
    times = {
        str(column): pd.to_datetime(found[column], utc=True).dt.tz_localize(None)
        for column in found
        if str(column).endswith("_at")
    }
    return found.assign(**times)


def jobs_listed(scope: Scope, window: Window, **more: Parameter) -> pd.DataFrame:
    """The list of jobs behind a figure."""
    anything: dict[str, Parameter] = {
        **dict.fromkeys(("engine", "status", "failure", "shopper"), "all"),
        "weekday_number": 0,
        "hour_number": -1,
        "bin_number": -1,
    }
    return told("tryons/jobs", scope, window, **(anything | more))


def shoppers(raw: Raw, scope: Scope, window: Window) -> None:
    """Who was new in the window and came back later, and which channels brought anybody."""
    first, length = len(window.days) % 10, 1 + len(window.days) % 7
    found = told(
        "tryons/shoppers",
        scope,
        window,
        as_of=window.until + timedelta(days=999),
        step="day",
        first_period=first,
        next_period=first + length,
        split="none",
        part="all",
    )
    jobs = raw.jobs[raw.jobs["origin"] == "shopper"]
    expected = []
    for who, began in raw.firsts[window.holds(raw.firsts)].items():
        keys = who if isinstance(who, tuple) else (who,)
        is_own = [jobs[name] == key for name, key in zip(raw._who, keys, strict=True)]
        own = jobs[np.logical_and.reduce(is_own)]
        since = began.normalize() + pd.Timedelta(days=first)
        times = own["created_at"]
        back = times[(times >= since) & (times < since + pd.Timedelta(days=length))]
        if len(back):
            expected.append((keys[-1], began, len(back), back.max()))
    names = ["shopper_id", "first_job_at", "launched_count", "last_job_at"]
    found = found[names].assign(
        **{name: found[name].dt.tz_localize(None) for name in ("first_job_at", "last_job_at")}
    )
    agree(found, pd.DataFrame(expected, columns=names), *names)
    assert found["first_job_at"].is_monotonic_decreasing

    found = queries.read("shoppers/channels", scope).frame
    assert found["channel"].tolist() == sorted(raw.brought_by)


def feeds(raw: Raw, scope: Scope, window: Window) -> None:
    """The last day of each feed, of each brand."""
    until = pd.Timestamp(window.until)
    app = told("integrations/feeds_of_app", scope, window)
    systems = told("integrations/feeds_of_systems", scope, window)
    spent = raw.spend[raw.spend["amount"].astype(float) > 0]
    jobs = raw.jobs[raw.jobs["origin"] == "shopper"]
    for column, frame, rows, times in (
        ("job_day", app, jobs, jobs["created_at"]),
        ("touch_day", app, raw.touches, raw.touches["touched_at"]),
        ("answer_day", app, raw.answers, raw.answers["answered_at"]),
        ("order_day", systems, raw.purchases, raw.purchases["purchased_at"]),
        ("return_day", systems, raw.returns, raw.returns["returned_at"]),
        ("spend_day", systems, spent, pd.to_datetime(spent["day"])),
    ):
        is_before = times < until
        last = times[is_before].dt.normalize().groupby(rows["brand_id"][is_before]).max()
        expected = raw.brands[["brand_id"]].assign(
            **{column: pd.to_datetime(last.reindex(raw.brands["brand_id"]).to_numpy())}
        )
        agree(frame, expected, "brand_id")


@pytest.mark.parametrize(
    "compare", [volume, confidence, judged, speed, money, lists, details, shoppers, feeds]
)
@some
@given(seed=st.integers(0, 2**32))
def test_a_query_says_what_the_raw_rows_say(compare: Compare, seed: int) -> None:
    check(compare, random.Random(seed), WEEKS)


@some
@given(seed=st.integers(0, 2**32))
def test_lifetime_value_is_that_of_the_raw_rows(seed: int) -> None:
    check(value, random.Random(seed), YEARS)


def test_conversion_over_any_days_is_that_of_the_raw_rows() -> None:
    dice = random.Random(6)
    # Two of them are back on the first day of whole months, and on that after them.
    visits = [*often(dice, days=100), [24, 32], [23, 63]]
    with connections.owner() as connection:
        brands = [facts.brand(connection, name) for name in ("Brand A", "Brand B")]
        people = [facts.shopper(connection) for _ in visits]
    # Known in another order than they took place in: most days come between two that are counted.
    calls = [
        (brand, person, day)
        for person, days in zip(people, visits, strict=True)
        for day in days
        for brand in (brands if len(days) == 2 else dice.sample(brands, 1))
    ]
    dice.shuffle(calls)
    for some_calls in (calls[::2], calls[1::2]):
        with connections.owner() as connection:
            for brand, person, day in some_calls:
                when = START + timedelta(days=day)
                facts.job(connection, brand, person, when)
                if dice.random() < 0.2:
                    facts.touch(connection, brand, person, when)
                    facts.purchase(connection, brand, person, when + timedelta(hours=1))
        while rollups.fold(at_most=dice.randint(5, 50)):
            pass
        assert rollups.check() == []
    raw, since = Raw.read(), START.date()
    for begin in range(0, 100, 7):
        for end in range(begin + 1, 103, dice.choice([4, 5])):
            window = Window(since + timedelta(days=begin), since + timedelta(days=end))
            as_of = window.until + timedelta(days=end % 10)
            found = told("shoppers/conversion_change", Scope("all"), window, as_of=as_of)
            found = found[found["part"].isin(brands)]
            expected = raw.converted(window, as_of)
            expected = expected[expected["part"].isin(brands)]
            try:
                agree(found, expected, "part")
            except AssertionError as error:
                error.add_note(f"In {window}.")
                raise


def often(dice: random.Random, days: int) -> list[list[int]]:
    """On which days each of some shoppers comes: some of them often, some hardly ever."""
    counts = [1, 2, 4, 9, 40] * 2
    return [sorted(dice.sample(range(days), count)) for count in counts]


def check(compare: Compare, dice: random.Random, days: Sequence[int]) -> None:
    """Let things happen, fold them in pieces, and compare what each scope is told."""
    world = World(dice, days)
    world.happen(40)
    world.pay()
    while rollups.fold(at_most=dice.randint(5, 50)):
        pass
    queries._cached.clear()
    raw = Raw.read()
    for scope in scopes(world):
        seen = raw.seen_by(scope)
        for window in windows(dice, days):
            try:
                compare(seen, scope, window)
            except Exception as error:
                error.add_note(f"Seen by {scope}, in {window}.")
                raise
