"""A small world to which whatever may happen does, in an order that dice decide."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, text

from database import connections, rollups
from tests import facts

START = datetime(2026, 1, 28, tzinfo=UTC)
# Ten weeks, and often the same few days.
WEEKS = (0, 1, 2, 3, 7, 8, 30, 31, 32, 40, 63, 69)
# Dollars for one of a currency.
RATES = ["1", "1", "0.5", "1.08370125"]
ZONES = ["UTC", "Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati"]

# A table, the order of its rows, and what may become of one of them.
AMENDMENTS = [
    ("touches", "touched_at, id", "delete from touches"),
    ("touches", "touched_at, id", "update touches set touched_at = :moment"),
    ("purchases", "purchased_at, id", "update purchases set purchased_at = :moment"),
    ("purchases", "purchased_at, id", "update purchases set amount = 120"),
    ("purchase_returns", "returned_at, id", "delete from purchase_returns"),
    ("nps_responses", "answered_at, id", "delete from nps_responses"),
    ("nps_responses", "answered_at, id", "update nps_responses set score = (score + 3) % 11"),
    ("nps_responses", "answered_at, id", "update nps_responses set answered_at = :moment"),
    ("reviews", "id", "delete from reviews"),
    ("reviews", "id", "update reviews set approved = not approved, reasons = '{}'"),
]


class World:
    """Two brands (one of the demo), a few shoppers, and what has happened to them so far."""

    def __init__(self, dice: random.Random, days: Sequence[int] = WEEKS) -> None:
        """``days`` says on which days after ``START`` things may happen."""
        self.dice = dice
        self.days = days
        with connections.owner() as connection:
            self.brands = [facts.brand(connection, f"Brand {name}") for name in ("A", "B")]
            connection.execute(
                text("update brands set is_demo = true where id = :id"), {"id": self.brands[0]}
            )
            self.people = [facts.shopper(connection) for _ in range(3)]
            self.reviewers = [facts.shopper(connection) for _ in range(3)]
            self.products = [facts.product(connection, brand) for brand in self.brands * 2]
        self.jobs: list[str] = []
        self.purchases: list[tuple[str, str]] = []

    def when(self) -> datetime:
        """A moment on one of the days, at times just at midnight."""
        seconds = self.dice.choice([0, 1, 40_000, 86_399])
        return START + timedelta(days=self.dice.choice(self.days), seconds=seconds)

    def brand(self) -> str:
        """One of the brands."""
        return self.dice.choice(self.brands)

    def person(self) -> str:
        """One of the shoppers."""
        return self.dice.choice(self.people)

    def launch(self, connection: Connection) -> None:
        """A job, finished or not, of any origin, known at once or long after it took place.

        A picture from a prompt has no garment's category, and not every engine says how sure it is.
        """
        status = self.dice.choice(["completed"] * 4 + ["failed", "canceled", "queued"])
        origin = self.dice.choice(["shopper"] * 4 + ["studio", "demo"])
        # A shopper tries on in a shop; others for a brand or none, and a program for nobody.
        brand, person = self.brand(), self.person()
        whose: list[tuple[str | None, str | None]] = [(brand, person)] * 4
        if origin != "shopper":
            whose += [(None, person), (brand, None)]
        key = facts.job(
            connection,
            *self.dice.choice(whose),
            self.when(),
            status=status,
            origin=origin,
            confidence=self.dice.choice(["0", "0.5", "0.876", "1", None]),
            category=self.dice.choice(["tops", "boots", "tops" if origin == "shopper" else None]),
            device=self.dice.choice([None, "ios"]),
            engine=self.dice.choice(["loom", "atelier"]),
            failure=self.dice.choice(["timeout", "no_person"]),
            seconds=self.dice.choice([2, 2.75, 100, 90_000]),
            waited=self.dice.choice([0, 0.02, 0.7, 1.9]),
            cost=self.dice.choice([None, "0.0123"]),
            # A brand pays when it ends: what is open would have to be paid for already.
            credits=0 if status == "queued" else self.dice.choice([0, 1, 3]),
            product=self.dice.choice([None, *self.products]),
        )
        self.jobs.append(key)
        self.work(connection, key)

    def work(self, connection: Connection, job: str) -> None:
        """What engines tried for a job, what it was made of, and what came of it."""
        query = text("select brand_id, user_id from tryon_jobs where id = :id")
        brand, person = connection.execute(query, {"id": job}).one()
        owner = {"brand_id": brand} if brand else {"user_id": person}
        for number in range(1, self.dice.randint(1, 3)):
            began = self.when()
            ended = began + timedelta(seconds=1.25)
            facts.insert(
                connection,
                "job_attempts",
                job_id=job,
                number=number,
                engine=self.dice.choice(["loom", "atelier"]),
                started_at=began,
                # One of them may be at it still.
                ended_at=ended if number == 1 else self.dice.choice([None, ended]),
                outcome=self.dice.choice(["completed", "failed", "lost"]),
                error_code=self.dice.choice([None, "timeout"]),
            )
        for place in range(self.dice.randint(0, 2)):
            picture = facts.picture(connection, **owner)
            facts.insert(
                connection,
                "job_outputs",
                job_id=job,
                object_id=picture,
                position=1 - place,
                rating=self.dice.choice([None, 4]),
            )
            facts.insert(
                connection,
                "tryon_garments",
                job_id=job,
                position=place,
                product_id=self.dice.choice([None, *self.products]),
                object_id=self.dice.choice([None, picture]),
                category=self.dice.choice([None, "boots"]),
            )

    def pay(self) -> None:
        """Brands have paid for their jobs, in a transaction of its own: it holds their accounts."""
        booked = text(
            "insert into credit_ledger (account_id, lot_id, job_id, kind, amount)"
            " select l.account_id, l.id, j.id, 'settle', 0 from tryon_jobs j"
            " join credit_lots l on l.account_id = ensure_credit_account(null, j.brand_id)"
            " where cast(j.id as text) = any (:jobs) and j.brand_id is not null"
        )
        with connections.owner() as connection:
            connection.execute(booked, {"jobs": self.jobs})

    def change_job(self, connection: Connection) -> None:
        """A job goes on to its end, or away with all that hangs on it."""
        if not self.jobs:
            return
        key = self.dice.choice(self.jobs)
        if self.dice.random() < 0.3:
            connection.execute(text("delete from tryon_jobs where id = :id"), {"id": key})
            self.jobs.remove(key)
            return
        connection.execute(
            text(
                "update tryon_jobs set status = 'processing', started_at = created_at"
                " where id = :id and status = 'queued'"
            ),
            {"id": key},
        )
        connection.execute(
            text(
                "update tryon_jobs set status = 'completed', confidence = 0.7,"
                " finished_at = created_at + interval '3 seconds'"
                " where id = :id and status = 'processing'"
            ),
            {"id": key},
        )

    def review(self, connection: Connection) -> None:
        """A verdict is given, contradicted, adjudicated or taken back."""
        if not self.jobs:
            return
        key = self.dice.choice(self.jobs)
        if self.dice.random() < 0.2:
            connection.execute(text("delete from reviews where job_id = :id"), {"id": key})
            return
        connection.execute(
            text(
                "insert into reviews (job_id, brand_id, reviewer_id, approved, reasons, drawn,"
                " is_adjudication)"
                " select id, brand_id, :reviewer, :approved,"
                " case when :approved then '{}' else array['hands', 'neckline'] end, :drawn, :last"
                " from tryon_jobs where id = :id and brand_id is not null"
            ),
            {
                "id": key,
                "reviewer": self.dice.choice(self.reviewers),
                "approved": self.dice.random() < 0.5,
                "drawn": self.dice.choice(["random", "random", "newest"]),
                "last": self.dice.random() < 0.3,
            },
        )

    def touch(self, connection: Connection) -> None:
        """A touch."""
        source = self.dice.choice(["tryon", "recommendation", "share"])
        facts.touch(connection, self.brand(), self.person(), self.when(), source)

    def save(self, connection: Connection) -> None:
        """A look of somebody's job, their own or not."""
        if self.jobs:
            facts.look(connection, self.person(), self.dice.choice(self.jobs), self.when())

    def buy(self, connection: Connection) -> None:
        """A purchase, a return of one, or its cancellation."""
        chance = self.dice.random()
        if chance < 0.6 or not self.purchases:
            brand = self.brand()
            rate = self.dice.choice(RATES)
            key = facts.purchase(connection, brand, self.person(), self.when(), "99.99", rate)
            self.purchases.append((brand, key))
        elif chance < 0.85:
            brand, key = self.dice.choice(self.purchases)
            facts.refund(connection, brand, key, "10", self.when())
        else:
            brand, key = self.purchases.pop()
            connection.execute(text("delete from purchases where id = :id"), {"id": key})

    def amend(self, connection: Connection) -> None:
        """What was recorded turns out to be wrong: it is corrected or taken back."""
        table, order, change = self.dice.choice(AMENDMENTS)
        connection.execute(
            text(
                f"{change} where id = (select id from {table}"
                " where cast(brand_id as text) = any(:brands)"
                f" order by {order} offset :place limit 1)"
            ),
            {"brands": self.brands, "place": self.dice.randint(0, 7)}
            | ({"moment": self.when()} if ":moment" in change else {}),
        )

    def spend(self, connection: Connection) -> None:
        """Spend of a day, or what it turned out to be later."""
        connection.execute(
            text(
                "insert into acquisition_spend (brand_id, day, channel, amount, usd_rate)"
                " values (:brand, :day, :channel, :amount, :rate)"
                " on conflict (brand_id, day, channel) do update"
                " set amount = excluded.amount, usd_rate = excluded.usd_rate"
            ),
            {
                "brand": self.brand(),
                "day": self.when().date(),
                "channel": self.dice.choice(["search", "social"]),
                "amount": Decimal(self.dice.randint(0, 500)) / 100,
                "rate": Decimal(self.dice.choice(RATES)),
            },
        )

    def answer(self, connection: Connection) -> None:
        """Somebody says how likely they are to recommend a brand."""
        score = self.dice.randint(0, 10)
        facts.answer(connection, self.brand(), self.person(), self.when(), score)

    def merge(self, connection: Connection) -> None:
        """Two guests turn out to be one person, and another comes."""
        kept, gone = self.dice.sample(self.people, 2)
        connection.execute(text("set local closetai.brands = 'all'"))
        connection.execute(text("select merge_users(:gone, :kept)"), {"gone": gone, "kept": kept})
        connection.execute(text("reset closetai.brands"))
        self.people[self.people.index(gone)] = facts.shopper(connection)

    def reprice(self, connection: Connection) -> None:
        """A brand corrects its gross margin, or a shopper's channel becomes known."""
        connection.execute(
            text("update brands set gross_margin = :margin where id = :id"),
            {"margin": self.dice.choice(["0.7", "0.55"]), "id": self.brand()},
        )
        connection.execute(
            text("update shoppers set channel = :channel where user_id = :id"),
            {"channel": self.dice.choice([None, "search"]), "id": self.person()},
        )

    def withdraw(self, connection: Connection) -> None:
        """A product is deleted: its jobs are those of no product."""
        if self.products and self.dice.random() < 0.3:
            gone = self.products.pop()
            connection.execute(text("delete from products where id = :id"), {"id": gone})

    def leave(self, connection: Connection) -> None:
        """A person is deleted and leaves a tombstone."""
        if len(self.people) > 2:
            gone = self.people.pop()
            connection.execute(text("delete from users where id = :id"), {"id": gone})
            self.people.append(facts.shopper(connection))

    def steps(self) -> list[Callable[[Connection], None]]:
        """What can happen, jobs most often."""
        return [
            *[self.launch] * 5, *[self.touch] * 2, *[self.buy] * 2, *[self.review] * 2,
            self.change_job, self.amend, self.save, self.spend, self.answer, self.merge,
            self.reprice, self.leave, self.withdraw,
        ]  # fmt: skip

    def happen(self, transactions: int) -> None:
        """Let so many transactions happen in sessions of several zones, and fold now and then.

        What waits at the end is left waiting.
        """
        for _ in range(transactions):
            with connections.owner() as connection:
                connection.execute(text(f"set local timezone = '{self.dice.choice(ZONES)}'"))
                for _ in range(self.dice.randint(1, 4)):
                    self.dice.choice(self.steps())(connection)
            if self.dice.random() < 0.3:
                rollups.fold(at_most=self.dice.randint(1, 9))
