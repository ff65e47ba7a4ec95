"""Nobody reads or writes past their scope: every relation and function is walked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, InternalError, ProgrammingError

from database import connections, rollups
from database.embedded import Cluster
from database.tenancy import Scope
from tests.rows import (
    QUEUE,
    TOOLS,
    Tenant,
    assert_every_table_has_a_row,
    fill,
    fill_shared,
    finish,
    insert,
    job,
)

# Readable without a scope, each with its reason. Nothing in them belongs to a brand or a user.
PUBLIC = {
    "benchmarks": "quartiles over 20 brands or more, made to be published",
    "categories": "the same twelve for everybody",
    "demo_state": "the progress of filling, which the page shows before anybody signs in",
    "migration_checksums": "the state of the schema, for the health check",
    "plans": "the price list",
    **dict.fromkeys(QUEUE, "when somebody is to look at rows of ours, and who lives"),
}
# Written by the system alone and shown to nobody else, so empty in any brand's scope.
SYSTEM = {"api_requests", "billing_events", "object_deletions", "sign_in_attempts"}

# Functions with the owner's rights that the app may call, each tested below.
CALLABLE = {
    "ensure_dataset_partition",
    "merge_users",
    "next_job",
    "open_credit_account",
    "products_found",
    "purchase_credits",
    "queue_pace",
    "queue_places",
    "refund_credits",
    "reset_free_credits",
    "rollups_are_stale",
    "rollups_waiting_since",
}
# What even a reader may run with the owner's rights, because it holds to the scope by itself (shown
# in a test of its own) or tells of nobody.
READABLE = {
    "products_found",
    "queue_pace",
    "queue_places",
    "rollups_are_stale",
    "rollups_waiting_since",
}

ROLES = ("closetai_app", "closetai_reader")


@dataclass(frozen=True)
class World:
    """Two brands and a demo brand, and every id and word by which a row is known as theirs."""

    a: Tenant
    b: Tenant
    demo: Tenant
    words: dict[str, set[str]]

    def others(self, name: str) -> set[str]:
        """What may not be seen by the tenant of that name."""
        return set().union(*(words for owner, words in self.words.items() if owner != name))


def _ids(connection: Connection) -> set[str]:
    """Every uuid that is the key of a row."""
    found: set[str] = set()
    columns = connection.execute(
        text(
            "select attrelid::regclass::text as name from pg_attribute a"
            " join pg_class c on c.oid = attrelid"
            " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
            " and attname = 'id' and atttypid = 'uuid'::regtype"
        )
    )
    for (name,) in columns:
        found |= {str(value) for value in connection.scalars(text(f"select id from {name}"))}
    return found


@pytest.fixture
def world(database: Cluster) -> World:  # noqa: ARG001
    """Rows of two brands and a demo brand in every table."""
    with connections.owner() as connection:
        fill_shared(connection)
        connection.execute(text("select ensure_dataset_partition('2026-11-01')"))
        tenants: dict[str, Tenant] = {}
        words: dict[str, set[str]] = {}
        for name in ("a", "b", "demo"):
            before = _ids(connection)
            tenant = fill(connection, name, is_demo=name == "demo")
            words[name] = (_ids(connection) - before) | {
                tenant.mark,
                tenant.mark.encode().hex(),
                f"Brand {name}",
                str(tenant.telegram),
            }
            tenants[name] = tenant
    rollups.fold_all()
    with connections.owner() as connection:
        assert_every_table_has_a_row(connection)
    return World(tenants["a"], tenants["b"], tenants["demo"], words)


def readable(role: str) -> dict[str, list[str]]:
    """Every relation of any kind that a role may read, and the columns that it may read of it."""
    with connections.owner() as connection:
        rows = connection.execute(
            text(
                "select c.oid::regclass::text as name, array_agg(quote_ident(a.attname)) as columns"
                " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not attisdropped"
                " where c.relkind in ('r', 'p', 'v', 'm', 'f')"
                " and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
                " and has_column_privilege(:role, c.oid, a.attnum, 'select')"
                " group by c.oid order by 1"
            ),
            {"role": role},
        )
        return {row.name: row.columns for row in rows}


@contextmanager
def as_role(role: str, scope: Scope) -> Iterator[Connection]:
    opened = connections.reader(scope) if role == "closetai_reader" else connections.writer(scope)
    with opened as connection:
        yield connection


def visible(role: str, scope: Scope) -> dict[str, list[str]]:
    """What a role sees in a scope: each row of each relation, as text."""
    relations = readable(role)
    with as_role(role, scope) as connection:
        return {
            name: list(
                connection.scalars(text(f"select row({', '.join(columns)})::text from {name}"))
            )
            for name, columns in relations.items()
        }


def leaks(seen: dict[str, list[str]], words: set[str]) -> dict[str, str]:
    """The first row of each relation in which one of the words occurs."""
    return {
        name: row
        for name, rows in seen.items()
        for row in reversed(rows)
        if any(word in row for word in words)
    }


# --- Reading -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("role", ROLES)
def test_without_a_scope_there_are_no_rows(role: str) -> None:
    seen = visible(role, Scope())
    assert {name for name, rows in seen.items() if rows} - PUBLIC.keys() == set()
    assert len(seen) > 25


@pytest.mark.parametrize("role", ROLES)
def test_a_brands_scope_shows_its_rows_and_no_others(role: str, world: World) -> None:
    seen = visible(role, Scope.of_brands([world.a.brand], world.a.user))
    assert leaks(seen, world.others("a")) == {}
    # And it is not the emptiness that keeps the secret.
    assert {name for name, rows in seen.items() if not rows} <= SYSTEM | QUEUE


@pytest.mark.parametrize("role", ROLES)
def test_two_brands_in_a_scope_show_both_and_not_the_third(role: str, world: World) -> None:
    seen = visible(role, Scope.of_brands([world.a.brand, world.b.brand]))
    assert leaks(seen, world.words["demo"]) == {}
    assert len(seen["brands"]) == 2


@pytest.mark.parametrize("role", ROLES)
def test_the_demo_scope_shows_demo_brands_only(role: str, world: World) -> None:
    seen = visible(role, Scope("demo", str(uuid4())))
    assert leaks(seen, world.others("demo")) == {}
    assert len(seen["brands"]) == 1
    assert seen["tryon_jobs"]
    narrowed = Scope("demo").narrowed_to(world.b.brand)
    assert {name for name, rows in visible(role, narrowed).items() if rows} - PUBLIC.keys() <= {
        "model_versions"  # the shared engines
    }


@pytest.mark.parametrize("role", ROLES)
def test_a_users_scope_shows_what_is_theirs(role: str, world: World) -> None:
    seen = visible(role, Scope(user=str(world.a.user)))
    assert leaks(seen, world.others("a")) == {}
    assert len(seen["tryon_jobs"]) == len(world.a.jobs)
    for brands_own in ("brands", "products", "subscriptions", "mrr_movements"):
        assert seen[brands_own] == []


@pytest.mark.parametrize("role", ROLES)
def test_demo_jobs_are_their_visitors_alone(role: str, world: World) -> None:
    theirs = str(world.demo.jobs["demo"])
    assert leaks(visible(role, Scope("demo", str(uuid4()))), {theirs}) == {}
    assert leaks(visible(role, Scope("demo", str(world.demo.user))), {theirs})


def test_a_wardrobe_and_a_conversation_are_not_the_brands(world: World) -> None:
    seen = visible("closetai_app", Scope.of_brands([world.a.brand]))
    for own in ("wardrobe_items", "collections", "advisor_conversations", "advisor_messages"):
        assert seen[own] == []


def test_the_reader_sees_no_address_no_name_and_no_secret(world: World) -> None:
    seen = visible("closetai_reader", Scope.system())
    assert set(readable("closetai_reader")["users"]) == {"id", "role", "is_demo", "created_at"}
    for hidden in ("user_passwords", "sessions", "verification_tokens", "user_identities"):
        assert hidden not in seen
    assert not leaks({"users": seen["users"]}, {world.a.mark})
    for column in ("email", "display_name", "device_id", "telegram_user_id", "anon_id"):
        with (
            connections.reader(Scope.system()) as connection,
            pytest.raises(ProgrammingError, match="permission denied"),
        ):
            connection.execute(text(f"select {column} from users"))


# --- Writing -----------------------------------------------------------------------------------


def _snapshot(words: set[str]) -> dict[str, list[str]]:
    """Every row that tells of somebody, with the transaction that wrote it."""
    with connections.owner() as connection:
        names = connection.scalars(
            text(
                "select relname from pg_class where relnamespace = 'public'::regnamespace"
                " and relkind in ('r', 'p') and not relispartition"
            )
        ).all()
        found = {}
        for name in set(names) - TOOLS - QUEUE:
            rows = connection.scalars(
                text(f"select t.xmin || ' ' || to_jsonb(t)::text from {name} t order by 1")
            )
            found[name] = [row for row in rows if any(word in row for word in words)]
    return found


def _written_columns(right: str) -> dict[str, list[str]]:
    """The columns of each table that the app may insert or update."""
    with connections.owner() as connection:
        rows = connection.execute(
            text(
                "select c.relname, array_agg(quote_ident(a.attname)) as columns"
                " from pg_class c join pg_attribute a on a.attrelid = c.oid"
                " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')"
                " and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''"
                " and has_column_privilege('closetai_app', c.oid, attnum, :right)"
                " group by 1 order by 1"
            ),
            {"right": right},
        )
        return {row.relname: row.columns for row in rows}


def _attempt(connection: Connection, statement: str, **values: Any) -> DBAPIError | None:
    try:
        with connection.begin_nested():
            connection.execute(text(statement), values)
    except DBAPIError as error:
        return error
    return None


def _scopes_of_a(world: World) -> list[Scope]:
    return [
        Scope.of_brands([world.a.brand], world.a.user),
        Scope.of_brands([world.a.brand]),
        Scope(user=str(world.a.user)),
        Scope("demo", str(world.a.user)),
        Scope(),
    ]


def test_updates_and_deletes_do_not_reach_another_brand(world: World) -> None:
    before = _snapshot(world.words["b"])
    assert sum(map(len, before.values())) > 50
    for scope in _scopes_of_a(world):
        with connections.writer(scope) as connection:
            for table, columns in _written_columns("update").items():
                for column in columns:
                    _attempt(connection, f"update {table} set {column} = {column}")
            for table in before:
                _attempt(connection, f"delete from {table}")
    assert _snapshot(world.words["b"]) == before


def test_rows_of_another_brand_cannot_be_inserted(world: World) -> None:
    columns = _written_columns("insert")
    with connections.owner() as connection:
        rows = [
            (table, row)
            for table in columns
            for row in connection.scalars(text(f"select to_jsonb(t)::text from {table} t"))
            if any(word in row for word in world.words["b"])
        ]
    assert {table for table, _ in rows} | PUBLIC.keys() | SYSTEM >= columns.keys()
    b_brand, b_user, a_user = str(world.b.brand), str(world.b.user), str(world.a.user)
    passed = []
    for scope in _scopes_of_a(world)[:2]:
        with connections.writer(scope) as connection:
            for table, row in rows:
                # As it is, and under the writer's own name: a manager of one brand may not do that.
                for attempt in {row, row.replace(b_user, a_user)}:
                    if b_brand not in attempt and b_user not in attempt and attempt != row:
                        continue  # now entirely the writer's own
                    names = ", ".join(columns[table])
                    error = _attempt(
                        connection,
                        f"insert into {table} ({names}) select {names}"
                        f" from jsonb_populate_record(null::{table}, cast(:row as jsonb))",
                        row=attempt,
                    )
                    # Refused by the policy, not by a key that happens to exist.
                    if error is None or "row-level security" not in str(error):
                        passed.append((table, attempt, error))
    assert passed == []


def _refused(scope: Scope, statement: str, **values: Any) -> None:
    with (
        connections.writer(scope) as connection,
        pytest.raises(ProgrammingError, match=r"row-level security|permission denied"),
    ):
        connection.execute(text(statement), values)


def test_nobody_lets_themselves_into_a_brand(world: World) -> None:
    member = "insert into brand_members (brand_id, user_id) values (:brand, :user)"
    for brand in (world.a.brand, world.b.brand):
        scope = Scope.of_brands([world.a.brand], world.a.user)
        _refused(scope, member, brand=brand, user=world.a.user)


def test_nobody_sets_their_own_credits_or_revenue(world: World) -> None:
    scope = Scope.of_brands([world.a.brand], world.a.user)
    with connections.writer(scope) as connection:
        rich = connection.execute(text("update credit_accounts set free_per_month = 9999"))
        assert rich.rowcount == 0
        paid = connection.execute(text("update subscriptions set status = 'active'"))
        assert paid.rowcount == 0
    _refused(scope, "update credit_accounts set balance = 9999")
    _refused(scope, "update brands set mrr = 0")


def test_a_review_counts_for_the_brand_of_its_job(world: World) -> None:
    scope = Scope.of_brands([world.a.brand], world.a.user)
    statement = (
        "insert into reviews (job_id, brand_id, reviewer_id, approved, drawn)"
        " values (:job, :brand, :user, true, 'random')"
    )
    values = {"job": world.a.jobs["completed"], "user": world.a.user}
    _refused(scope, statement, **values, brand=world.b.brand)
    with connections.writer(scope) as connection:
        connection.execute(text(statement), {**values, "brand": world.a.brand})


def test_a_shopper_tries_on_anywhere_and_a_demo_visitor_in_demo_brands(world: World) -> None:
    shopper = Scope(user=str(world.a.user))
    with connections.writer(shopper) as connection:
        made = job(connection, brand_id=world.b.brand, user_id=world.a.user)
        finish(connection, made, "completed")
    visitor = Scope("demo", str(world.a.user))
    values = {"user_id": world.a.user, "origin": "demo"}
    with connections.writer(visitor) as connection:
        job(connection, brand_id=world.demo.brand, **values)
    for scope in (visitor, Scope.of_brands([world.a.brand], world.a.user)):
        with (
            connections.writer(scope) as connection,
            pytest.raises(ProgrammingError, match="row-level security"),
        ):
            job(connection, brand_id=world.b.brand, **values)


def test_a_demo_visitor_changes_nothing_that_others_see(world: World) -> None:
    before = _snapshot(world.words["demo"])
    everywhere = Scope("demo", str(world.a.user))
    for scope in (everywhere, everywhere.narrowed_to(world.demo.brand)):
        with connections.writer(scope) as connection:
            for table, columns in _written_columns("update").items():
                _attempt(connection, f"update {table} set {columns[0]} = {columns[0]}")
            for table in before:
                _attempt(connection, f"delete from {table}")
    assert _snapshot(world.words["demo"]) == before


# --- The reader --------------------------------------------------------------------------------


@pytest.mark.usefixtures("world")
def test_the_reader_holds_no_right_to_write() -> None:
    with connections.owner() as connection:
        relations = connection.scalars(
            text(
                "select c.oid::regclass::text from pg_class c"
                " where relnamespace = 'public'::regnamespace and ("
                " relkind in ('r', 'p', 'v', 'm', 'f') and ("
                "  has_table_privilege('closetai_reader', c.oid,"
                "   'insert, update, delete, truncate, references, trigger')"
                "  or has_any_column_privilege('closetai_reader', c.oid, 'insert, update'))"
                " or relkind = 'S' and"
                "  has_sequence_privilege('closetai_reader', c.oid, 'usage, update'))"
            )
        ).all()
        assert relations == []
        right = "select has_schema_privilege(:role, 'public', 'create')"
        for role in ROLES:
            assert connection.scalar(text(right), {"role": role}) is False


@pytest.mark.parametrize(
    "statement",
    [
        "create temporary table mine (id integer)",
        "set transaction read write",
        "set transaction_read_only = off",
        "update categories set position = 1",
    ],
)
@pytest.mark.usefixtures("database")
def test_the_readers_transaction_stays_read_only(statement: str) -> None:
    with (
        connections.reader(Scope.system()) as connection,
        pytest.raises((InternalError, ProgrammingError), match=r"read-only|read-write|permission"),
    ):
        connection.execute(text(statement))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("other", ["postgres", *ROLES])
@pytest.mark.usefixtures("database")
def test_a_login_role_takes_no_other_role_on(role: str, other: str) -> None:
    with as_role(role, Scope.system()) as connection:
        if other == role:
            connection.execute(text("reset role"))
            assert connection.scalar(text("select current_user")) == role
        else:
            with pytest.raises(ProgrammingError, match="permission denied to set role"):
                connection.execute(text(f"set role {other}"))


# --- What a migration must not forget ----------------------------------------------------------


def complaints(connection: Connection) -> set[str]:
    """Relations and functions that are not protected, each with what is wrong."""
    relations = connection.execute(
        text(
            """
            select
              c.oid::regclass::text as name, c.relkind, c.relispartition, c.relrowsecurity,
              coalesce(c.reloptions, '{}') @> array['security_invoker=true'] as is_invoker,
              exists (select from pg_policy p where p.polrelid = c.oid) as has_policy,
              exists (
                select from pg_attribute a
                where a.attrelid = c.oid and not attisdropped
                  and a.attname in ('brand_id', 'user_id', 'reviewer_id', 'owner_user_id')
              ) or c.relname in ('brands', 'users') as is_somebodys,
              exists (
                select from aclexplode(c.relacl) g
                where g.grantee in (0, 'closetai_app'::regrole, 'closetai_reader'::regrole)
              ) or exists (
                select from pg_attribute a, aclexplode(a.attacl) g
                where a.attrelid = c.oid
                  and g.grantee in (0, 'closetai_app'::regrole, 'closetai_reader'::regrole)
              ) as is_granted
            from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
            """
        )
    ).all()
    found = set()
    for one in relations:
        if one.name in TOOLS or one.relispartition or one.relkind in ("m", "f"):
            if one.is_granted:
                found.add(f"{one.name}: granted")
        elif one.relkind == "v":
            if not one.is_invoker:
                found.add(f"{one.name}: not security_invoker")
        elif one.name not in PUBLIC and not (
            # Without a policy nobody but the owner sees a row.
            one.relrowsecurity and (one.has_policy or not one.is_granted)
        ):
            found.add(f"{one.name}: no policy")
        elif one.is_somebodys and one.name in PUBLIC:
            found.add(f"{one.name}: public, though it bears a brand or a user")
    functions = connection.execute(
        text(
            """
            select
              p.proname as name, p.prorettype = 'trigger'::regtype as is_trigger,
              coalesce(p.proconfig, '{}') @> array['search_path=public, pg_temp'] as is_pinned,
              exists (
                select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
                where g.grantee = 0
              ) as is_public,
              has_function_privilege('closetai_app', p.oid, 'execute') as by_app,
              has_function_privilege('closetai_reader', p.oid, 'execute') as by_reader
            from pg_proc p
            where p.pronamespace = 'public'::regnamespace and p.prosecdef
            """
        )
    ).all()
    for one in functions:
        if not one.is_pinned:
            found.add(f"{one.name}: search_path not pinned")
        if one.is_public or (one.by_reader and one.name not in READABLE):
            found.add(f"{one.name}: executable by anybody")
        elif one.by_app and (one.is_trigger or one.name not in CALLABLE):
            found.add(f"{one.name}: executable by the app")
    return found


@pytest.mark.usefixtures("database")
def test_every_relation_and_function_is_protected() -> None:
    with connections.owner() as connection:
        connection.execute(text("select ensure_dataset_partition('2026-11-01')"))
        assert complaints(connection) == set()


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("create table forgotten (brand_id uuid)", "forgotten: no policy"),
        ("create table forgotten (shop uuid)", "forgotten: no policy"),
        ("alter table touches disable row level security", "touches: no policy"),
        ("drop policy tenant on touches", None),
        ("alter table plans add brand_id uuid", "plans: public, though it bears a brand or a user"),
        (
            "grant select on dataset_sessions_other to closetai_reader",
            "dataset_sessions_other: granted",
        ),
        ("create view jobs as select id from tryon_jobs", "jobs: not security_invoker"),
        (
            "create materialized view jobs as select id from tryon_jobs;"
            " grant select on jobs to closetai_app",
            "jobs: granted",
        ),
        ("grant select on yoyo_lock to closetai_app", "yoyo_lock: granted"),
        (
            "create function peek() returns bigint language sql security definer"
            " return (select count(*) from users)",
            "peek: executable by anybody",
        ),
        (
            "alter function refund_credits reset search_path",
            "refund_credits: search_path not pinned",
        ),
        (
            "grant execute on function leave_tombstone to closetai_app",
            "leave_tombstone: executable by the app",
        ),
    ],
)
@pytest.mark.usefixtures("database")
def test_what_a_migration_forgets_is_found(statement: str, complaint: str | None) -> None:
    with connections.owner() as connection:
        for part in statement.split("; "):
            connection.execute(text(part))
        if complaint is None:  # the other policies of the table remain, and nothing is visible
            insert_brand = insert(connection, "brands", name="A", slug="a")
            user = insert(connection, "users")
            insert(connection, "touches", brand_id=insert_brand, user_id=user, source="share")
        else:
            assert complaint in complaints(connection)
    if complaint is None:
        with connections.reader(Scope.system()) as connection:
            assert connection.scalar(text("select count(*) from touches")) == 0


# --- Functions with the owner's rights -----------------------------------------------------------


@pytest.mark.parametrize("user_named", [True, False])
def test_credit_functions_do_not_touch_an_account_outside_the_scope(
    user_named: bool, world: World
) -> None:
    scope = Scope.of_brands([world.a.brand], world.a.user if user_named else "")
    b = world.b
    calls = [
        ("select open_credit_account(:user, null)", {"user": b.user}),
        ("select open_credit_account(null, :brand)", {"brand": b.brand}),
        ("select purchase_credits(:user, null, null, 5)", {"user": b.user}),
        ("select purchase_credits(null, :brand, null, 5)", {"brand": b.brand}),
        ("select refund_credits(:payment)", {"payment": b.payment}),
        ("select reset_free_credits(:account, '2030-01-01')", {"account": b.account}),
        ("select reset_free_credits(:account, '2030-01-01')", {"account": b.brand_account}),
        ("select reset_free_credits(:account, '2030-01-01')", {"account": uuid4()}),
        # A payment of somebody else's, for credits of one's own.
        (
            "select purchase_credits(null, :brand, :payment, 5)",
            {"brand": world.a.brand, "payment": b.payment},
        ),
    ]
    before = _snapshot(world.words["b"])
    for statement, values in calls:
        with (
            connections.writer(scope) as connection,
            pytest.raises(ProgrammingError, match=r"is not (yours|the account's)"),
        ):
            connection.execute(text(statement), values)
    assert _snapshot(world.words["b"]) == before
    with connections.writer(scope) as connection:
        own = connection.scalar(
            text("select open_credit_account(null, :brand)"), {"brand": world.a.brand}
        )
    assert own == world.a.brand_account


def test_credit_functions_serve_no_scope_and_no_demo_visitor(world: World) -> None:
    statement = text("select open_credit_account(null, :brand)")
    for scope in (Scope(), Scope("demo"), Scope("demo").narrowed_to(world.demo.brand)):
        with (
            connections.writer(scope) as connection,
            pytest.raises(ProgrammingError, match="not yours"),
        ):
            connection.execute(statement, {"brand": world.demo.brand})


@pytest.mark.usefixtures("database")
def test_the_owner_of_the_schema_acts_for_everybody() -> None:
    with connections.owner() as connection:
        brand = insert(connection, "brands", name="A", slug="a")
        statement = text("select open_credit_account(null, :brand)")
        assert connection.scalar(statement, {"brand": brand})


@pytest.mark.usefixtures("database")
def test_a_trigger_function_cannot_be_borrowed_for_a_table_of_ones_own() -> None:
    with connections.writer(Scope()) as connection:
        connection.execute(text("create temporary table mine (key text) on commit drop"))
        with pytest.raises(ProgrammingError, match="permission denied for function"):
            connection.execute(
                text(
                    "create trigger borrowed after delete on mine"
                    " for each row execute function request_object_deletion()"
                )
            )


def test_a_months_partition_takes_the_rows_that_came_before_it(world: World) -> None:
    months = (
        "select tableoid::regclass::text as name, count(*) as rows from dataset_sessions group by 1"
    )
    with connections.writer(Scope.system()) as connection:
        values = {"brand_id": world.a.brand, "category": "tops", "succeeded": True}
        for hour in ("2026-12-01T00:00Z", "2026-12-31T23:00Z", "2027-01-01T00:00Z"):
            insert_hash = {"session_hash": uuid4().bytes, "session_hour": hour}
            columns = values | insert_hash
            connection.execute(
                text(
                    f"insert into dataset_sessions ({', '.join(columns)})"
                    f" values ({', '.join(f':{name}' for name in columns)})"
                ),
                columns,
            )
        for _ in range(2):
            connection.execute(text("select ensure_dataset_partition('2026-12-15')"))
        found = {row.name: row.rows for row in connection.execute(text(months))}
    assert found["dataset_sessions_2026_12"] == 2
    assert found["dataset_sessions_other"] == 1
    with connections.owner() as connection:
        assert complaints(connection) == set()


def test_nobody_makes_themselves_an_admin(world: World) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        connections.writer(Scope(user=str(world.a.user))) as writer,
    ):
        writer.execute(text("update users set role = 'admin'"))
