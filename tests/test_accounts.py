"""Users, passwords, sessions, tickets and delays, on a real database, with times handed in."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from streamlit_authenticator.utilities import Hasher

from accounts import attempts, passwords, sessions, sign_in, users
from accounts.account import Account, Brand, Role
from accounts.attempts import TooSoonError
from accounts.passwords import PasswordError
from accounts.sessions import EndedError, Opened
from accounts.users import UserError
from database.connections import owner, reader
from database.embedded import Cluster
from database.tenancy import NotInScopeError, Scope
from settings import settings

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
RIGHT = "correct horse battery"

pytestmark = pytest.mark.usefixtures("database")


def brand(slug: str, demo: bool = True) -> str:
    with owner() as connection:
        made = connection.execute(
            text("insert into brands (name, slug, is_demo) values (:s, :s, :d) returning id"),
            {"s": slug, "d": demo},
        )
        return str(made.scalar_one())


def demo_data(progress: float = 1.0) -> None:
    with owner() as connection:
        connection.execute(
            text(
                "insert into demo_state (job_target, progress, completed_at)"
                " values (1, :progress, case when :progress = 1 then now() end)"
            ),
            {"progress": progress},
        )


def change(statement: str, **values: object) -> None:
    with owner() as connection:
        connection.execute(text(statement), values)


def counted(table: str) -> int:
    with owner() as connection:
        return int(connection.scalar(text(f"select count(*) from {table}")) or 0)


def sign(
    password: str = RIGHT,
    email: str = "ana@shop.example",
    address: str = "203.0.113.7",
    now: datetime = NOW,
) -> Opened:
    return sign_in.with_password(email, password, address=address, browser="b", now=now)


def wrong(times: int, start: datetime = NOW, **more: str) -> None:
    """Fail so many times, each as soon as the delay before is over; the last one at `start`."""
    moments = [start - timedelta(minutes=6) * step for step in range(times)]
    for moment in reversed(moments):
        with pytest.raises(sign_in.WrongCredentialsError):
            sign("a wrong password", now=moment, **more)


def delay(**more: object) -> int:
    """How many seconds are left, 0 when the attempt is let through (and fails)."""
    try:
        sign("a wrong password", **more)  # type: ignore[arg-type]
    except TooSoonError as error:
        return error.seconds
    except sign_in.WrongCredentialsError:
        return 0
    raise AssertionError("the password was taken")


@pytest.fixture
def ana(database: Cluster) -> None:  # noqa: ARG001 – it must be there first
    users.add("Ana@Shop.example", "admin", password=RIGHT)
    # Added in the past of the tests' clock, like the password.
    change("update user_passwords set changed_at = :then", then=NOW - timedelta(days=1))


# Passwords


def test_a_hash_is_one_of_the_library() -> None:
    assert Hasher.is_hash(passwords.hashed(RIGHT))
    assert passwords.matches(RIGHT, passwords.hashed(RIGHT))
    assert not passwords.matches(RIGHT + " ", passwords.hashed(RIGHT))


@pytest.mark.parametrize("password", ["", "x" * 73, "é" * 37, "a\0b"])
def test_no_password_belongs_to_nobody(password: str) -> None:
    assert not passwords.matches(password, None)
    assert not passwords.matches(password, passwords.hashed(RIGHT))


def test_an_unknown_account_costs_what_a_known_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    costs = {hashed.split("$")[2] for hashed in (passwords._NOBODY, passwords.hashed(RIGHT))}
    assert costs == {"12"}
    asked = []

    def check(_password: str, hashed: str) -> bool:
        asked.append(hashed)
        return True

    monkeypatch.setattr(Hasher, "check_pw", check)
    assert not passwords.matches("x", None)
    assert not passwords.matches("x" * 100, passwords.hashed(RIGHT))
    assert asked == [passwords._NOBODY] * 2


@pytest.mark.parametrize("password", ["short", "é" * 37])
def test_a_password_that_is_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(PasswordError):
        passwords.hashed(password)


# Users


def test_add_list_and_disable() -> None:
    brand("aura")
    brand("bonbon")
    users.add("zoe@closetai.example", "analyst", name="Zoe")
    made = users.add(" m@aura.example ", "brand_manager", brands=["bonbon", "aura", "aura"])
    assert len(made) >= passwords.SHORTEST
    users.disable("ZOE@closetai.example")
    zoe, manager = users.everybody()
    assert (zoe.name, zoe.role, zoe.brands, zoe.disabled) == ("Zoe", "analyst", (), True)
    assert (manager.email, manager.name) == ("m@aura.example", "m")
    assert (manager.brands, manager.disabled) == (("aura", "bonbon"), False)
    with owner() as connection:
        logged = connection.execute(text("select action, detail::text from audit_log order by id"))
        rows = [(row.action, row.detail) for row in logged]
    assert [action for action, _ in rows] == ["user_add", "user_add", "user_disable"]
    assert made not in str(rows)


@pytest.mark.parametrize(
    ("email", "role", "brands", "sentence"),
    [
        ("nobody", "admin", [], "is no e-mail address"),
        ("a@b.example", "demo_viewer", [], "A role is one of"),
        ("a@b.example", "brand_manager", [], "at least one brand"),
        ("a@b.example", "admin", ["aura"], "at least one brand"),
        ("a@b.example", "brand_manager", ["nowhere"], "There is no brand with the slug 'nowhere'"),
        ("ANA@shop.example", "admin", [], "has an account already"),
    ],
)
@pytest.mark.usefixtures("ana")
def test_a_wrong_user_is_refused_as_a_whole(
    email: str, role: str, brands: list[str], sentence: str
) -> None:
    brand("aura")
    with pytest.raises(UserError, match=sentence):
        users.add(email, role, brands=brands)
    assert counted("users") == 1


@pytest.mark.parametrize("change_user", [users.set_password, users.disable])
def test_an_unknown_user_cannot_be_changed(change_user: Callable[[str], object]) -> None:
    with pytest.raises(UserError, match="Nobody signs in as"):
        change_user("nobody@shop.example")


def test_samples_are_made_once_and_never_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    assert users.add_samples() == []  # no demo data
    assert counted("users") == 0
    for number in range(30):
        change(
            "insert into brands (name, slug, is_demo, mrr) values (:n, :n, true, 100)",
            n=f"b{number}",
        )
    # The sample manager's is the one that has most to show.
    change(
        "insert into rollup_cells select id, 'all', 'all', 'month', '2026-03-01', 'shopper',"
        " case slug when 'b7' then 9 else 2 end, 0, 0, 0, 0, 0, 0, 0"
        " from brands where slug in ('b4', 'b7', 'b9')"
    )
    real = settings()
    production = real.model_copy(update={"env": "production"})
    monkeypatch.setattr("accounts.users.settings", lambda: production)
    assert users.add_samples() == []
    monkeypatch.setattr("accounts.users.settings", lambda: real)
    made = users.add_samples()
    assert [user.role for user, _ in made] == ["admin", "analyst", "brand_manager"]
    assert [user.brands for user, _ in made] == [(), (), ("b7",)]
    for user, password in made:
        sign(password, email=user.email, now=datetime.now(UTC) + SECOND)
    assert users.add_samples() == []


# Roles and scopes


def test_scope_of_every_role() -> None:
    me, a, b = (str(uuid4()) for _ in range(3))
    own = (Brand(a, "A", "a"), Brand(b, "B", "b"))
    scopes = {role: Account(me, "", None, role, own).scope.brands for role in get_args(Role)}
    assert scopes == {
        "admin": "all",
        "analyst": "all",
        "brand_manager": ",".join(sorted((a, b))),
        "demo_viewer": "demo",
    }
    assert Account(me, "", None, "brand_manager").scope == Scope(brands="", user=me)
    writers = {role for role in get_args(Role) if Account(me, "", None, role).may_write}
    assert writers == {"admin", "brand_manager", "demo_viewer"}
    assert {role for role in get_args(Role) if Account(me, "", None, role).is_internal} == {
        "admin",
        "analyst",
    }


@pytest.mark.parametrize("named", [str(UUID(int=7)), "somebody-elses", "", "x' or 1=1"])
def test_a_brand_that_is_not_mine_is_refused(named: str) -> None:
    mine = Brand(str(uuid4()), "A", "a")
    account = Account(str(uuid4()), "", None, "brand_manager", (mine,))
    assert account.scope_of("a") == account.scope_of(mine.id) == account.scope
    with pytest.raises(NotInScopeError):
        account.scope_of(named)


# Signing in


@pytest.mark.usefixtures("ana")
def test_signing_in() -> None:
    opened = sign(email=" ANA@shop.EXAMPLE\n")
    account = sessions.account(opened.id, NOW)
    assert (account.email, account.role, account.brands) == ("Ana@Shop.example", "admin", ())
    with owner() as connection:
        assert connection.scalar(text("select last_login_at from users")) == NOW


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ana@shop.example", "wrong"),
        ("nobody@shop.example", RIGHT),
        ("ana@shop.example\0", "wrong"),
        ("' or true --", RIGHT),
        ("", ""),
    ],
)
def test_a_wrong_address_reads_like_a_wrong_password(email: str, password: str) -> None:
    with pytest.raises(sign_in.WrongCredentialsError, match="address or the password is not right"):
        sign(password, email=email)
    assert counted("sessions") == 0


@pytest.mark.usefixtures("ana")
def test_a_user_without_that_role_does_not_sign_in() -> None:
    change("update users set role = 'shopper'")
    with pytest.raises(sign_in.WrongCredentialsError):
        sign()


@pytest.mark.usefixtures("ana")
def test_who_is_disabled_reads_so_only_with_the_right_password() -> None:
    users.disable("ana@shop.example")
    with pytest.raises(sign_in.WrongCredentialsError):
        sign("wrong")
    with pytest.raises(sign_in.DisabledError):
        sign()
    assert counted("sessions") == 0


def test_every_visitor_of_the_demo_is_a_user_of_their_own() -> None:
    demo_data()
    first, second = (sign_in.explore_demo(browser="b", now=NOW) for _ in range(2))
    one, two = sessions.account(first.id, NOW), sessions.account(second.id, NOW)
    assert one.id != two.id
    assert one.role == two.role == "demo_viewer"
    assert one.scope == Scope(brands="demo", user=one.id)
    sessions.account(first.id, NOW + timedelta(hours=24) - SECOND)
    with pytest.raises(EndedError, match="expired"):
        sessions.account(first.id, NOW + timedelta(hours=24))


def test_no_demo_without_demo_data_and_none_where_it_is_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(sign_in.NoDemoError):
        sign_in.explore_demo(browser="b", now=NOW)
    demo_data(0.5)
    half = sign_in.demo()
    assert half is not None
    assert half.progress == 0.5
    with pytest.raises(sign_in.NoDemoError):
        sign_in.explore_demo(browser="b", now=NOW)
    change("update demo_state set completed_at = now()")
    opened = sign_in.explore_demo(browser="b", now=NOW)
    off = settings().model_copy(update={"demo": False})
    for module in ("sign_in", "sessions"):
        monkeypatch.setattr(f"accounts.{module}.settings", lambda: off)
    with pytest.raises(sign_in.NoDemoError):
        sign_in.explore_demo(browser="b", now=NOW)
    with pytest.raises(EndedError, match="demo_closed"):
        sessions.account(opened.id, NOW)


# Sessions


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    ("end", "ending"),
    [
        (lambda session: sessions.revoke(session, NOW), "signed_out"),
        (lambda _: users.disable("ana@shop.example"), "disabled"),
        (lambda _: users.set_password("ana@shop.example"), "new_password"),
        (lambda _: change("delete from users"), "unknown"),
        (lambda _: change("update users set role = 'shopper'"), "unknown"),
    ],
)
def test_what_ends_a_session(end: Callable[[str], None], ending: str) -> None:
    opened = sign()
    sessions.account(opened.id, NOW)
    end(opened.id)
    with pytest.raises(EndedError, match=ending):
        sessions.account(opened.id, NOW)


@pytest.mark.usefixtures("ana")
def test_a_session_expires_and_others_do_not_end_with_one() -> None:
    first, second = sign(), sign()
    sessions.revoke(first.id, NOW)
    sessions.account(second.id, NOW + sessions.LIFETIME - SECOND)
    with pytest.raises(EndedError, match="expired"):
        sessions.account(second.id, NOW + sessions.LIFETIME)


@pytest.mark.usefixtures("ana")
def test_a_new_role_or_brand_counts_at_the_next_click() -> None:
    opened = sign()
    mine = brand("aura")
    change("update users set role = 'brand_manager'")
    change("insert into brand_members (brand_id, user_id) select :b, id from users", b=mine)
    assert sessions.account(opened.id, NOW).scope.brands == mine


@pytest.mark.usefixtures("ana")
def test_seen_is_written_once_a_minute() -> None:
    def seen() -> object:
        with owner() as connection:
            return connection.scalar(text("select seen_at from sessions"))

    opened = sign()
    sessions.account(opened.id, NOW + 30 * SECOND)
    assert seen() == NOW
    sessions.account(opened.id, NOW + 90 * SECOND)
    assert seen() == NOW + 90 * SECOND


@pytest.mark.usefixtures("ana")
def test_a_ticket_becomes_a_token_once() -> None:
    opened = sign()
    assert sessions.id_of(opened.ticket) is None  # a ticket is no token
    redeemed = sessions.redeem(opened.ticket, "b", NOW + 29 * SECOND)
    assert redeemed is not None
    token, expires = redeemed
    assert expires == NOW + sessions.LIFETIME
    assert sessions.id_of(token) == opened.id
    assert sessions.redeem(opened.ticket, "b", NOW) is None
    assert sessions.redeem(token, "b", NOW) is None  # and a token no ticket


@pytest.mark.usefixtures("ana")
def test_a_ticket_is_worth_nothing_late_elsewhere_or_after_signing_out() -> None:
    opened = sign()
    assert sessions.redeem(opened.ticket, "b", NOW + sessions.TICKET_LIFETIME) is None
    assert sessions.redeem(opened.ticket, "another browser", NOW) is None
    assert sessions.redeem(opened.ticket, "", NOW) is None
    sessions.revoke(opened.id, NOW)
    assert sessions.redeem(opened.ticket, "b", NOW) is None


@pytest.mark.usefixtures("ana")
def test_tokens_and_addresses_are_not_in_the_database() -> None:
    opened = sign()
    redeemed = sessions.redeem(opened.ticket, "b", NOW)
    assert redeemed is not None
    with owner() as connection:
        for table in ("sessions", "sign_in_attempts", "audit_log", "user_passwords"):
            rows = connection.execute(text(f"select t::text from {table} t")).scalars().all()
            assert rows, table
            for secret in (redeemed[0], opened.ticket, "203.0.113.7", RIGHT):
                assert not any(secret in row for row in rows), table


def test_old_things_are_forgotten() -> None:
    demo_data()
    users.add("ana@shop.example", "admin", password=RIGHT)
    change("update users set created_at = :then", then=NOW - timedelta(days=100))
    wrong(1)
    sign(now=NOW)
    stays = sign_in.explore_demo(browser="b", now=NOW + timedelta(days=3))
    sign_in.explore_demo(browser="b", now=NOW)
    sessions.forget_old(NOW + timedelta(days=3, hours=1))
    assert sessions.account(stays.id, NOW + timedelta(days=3, hours=1)).is_demo
    assert counted("sign_in_attempts") == 0
    assert counted("users") == 2
    assert counted("sessions") == 2
    sessions.forget_old(NOW + timedelta(days=30))
    assert (counted("users"), counted("sessions")) == (1, 0)


# Delays


@pytest.mark.usefixtures("ana")
def test_delays_grow_and_end() -> None:
    waits = []
    moment = NOW
    for _ in range(12):
        while seconds := delay(now=moment):
            waits.append(seconds)
            moment += seconds * SECOND
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300]
    # What is right gets in once the delay is over, and starts afresh.
    moment += 300 * SECOND
    sign(now=moment)
    assert delay(now=moment + SECOND) == 0


@pytest.mark.usefixtures("ana")
def test_the_right_password_waits_too_and_the_sentence_says_how_long() -> None:
    wrong(5)
    with pytest.raises(TooSoonError, match="please wait 8 seconds"):
        sign()
    with pytest.raises(TooSoonError, match="please wait 1 second,"):
        sign(now=NOW + 7.5 * SECOND)
    sign(now=NOW + 8 * SECOND)


@pytest.mark.usefixtures("ana")
def test_nobody_is_kept_out_by_somebody_elsewhere() -> None:
    wrong(10)
    sign(address="198.51.100.1")
    # … and what an unknown account does is no different: nothing shows whether it exists.
    wrong(10, email="nobody@shop.example", address="192.0.2.9")
    assert delay(email="nobody@shop.example", address="192.0.2.9") == delay() == 256


@pytest.mark.usefixtures("ana")
def test_trying_many_accounts_from_one_address_gets_slow() -> None:
    for number in range(attempts.ADDRESS.free):
        assert delay(email=f"user{number}@shop.example") == 0
    assert delay(email="another@shop.example") == 2
    with pytest.raises(TooSoonError):
        sign()
    # Signing in to an account of one's own does not wash that off.
    sign(now=NOW + 2 * SECOND)
    assert delay(email="one-more@shop.example", now=NOW + 2 * SECOND) == 0
    assert delay(email="one-more@shop.example", now=NOW + 2 * SECOND) == 4


def test_failures_of_an_hour_ago_are_forgotten() -> None:
    for _ in range(3):
        assert delay() == 0
    assert delay() == 2
    assert delay(now=NOW + attempts.WINDOW) == 0


@pytest.mark.usefixtures("ana")
def test_attempts_at_the_same_moment_count_one_by_one() -> None:
    def attempt(_: int) -> int:
        return delay()

    with ThreadPoolExecutor(8) as pool:
        let_through = list(pool.map(attempt, range(16))).count(0)
    assert let_through == attempts.ACCOUNT.free


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("local", "local"),
    ],
)
def test_what_counts_as_one_address(address: str, counts_as: str) -> None:
    assert attempts.network(address) == counts_as


def test_a_reader_sees_nothing_of_accounts() -> None:
    for table in ("user_passwords", "sessions", "sign_in_attempts", "brand_members"):
        with (
            pytest.raises(Exception, match="permission denied"),
            reader(Scope.system()) as connection,
        ):
            connection.execute(text(f"select * from {table}"))
