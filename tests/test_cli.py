"""The command line, each command as a process of its own."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from accounts import tokens
from database import connections, embedded
from database.embedded import Cluster
from tests.rows import insert


def closetai(
    *arguments: str, cluster: Cluster, typed: str | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        env={**os.environ, "DATABASE_URL": cluster.url()},
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
    )


def one(cluster: Cluster, question: str) -> object:
    with psycopg.connect(embedded.conninfo(cluster.url())) as connection:
        row = connection.execute(question).fetchone()
    assert row
    return row[0]


def help_of(*command: str) -> str:
    result = subprocess.run(
        [sys.executable, "-m", "cli", *command, "--help"], capture_output=True, text=True
    )
    assert result.returncode == 0
    return result.stdout


@pytest.mark.parametrize("group", [(), ("user",)])
def test_every_command_has_help(group: tuple[str, ...]) -> None:
    listing = help_of(*group).split("Commands:\n")[1]
    commands = [line.split()[0] for line in listing.splitlines() if line[2:3].isalpha()]
    assert len(commands) >= 4
    for command in commands:
        assert f"closetai {' '.join([*group, command])}" in help_of(*group, command)


def test_migrate_says_what_it_does(database: Cluster) -> None:
    again = closetai("migrate", cluster=database)
    assert (again.returncode, again.stdout) == (0, "Nothing to do: the schema is up to date.\n")
    listed = closetai("migrate", "--status", cluster=database).stdout.splitlines()
    assert listed[0] == "applied  0001_foundation"
    assert all(line.startswith("applied  ") for line in listed)


def test_users_from_first_to_last_day(database: Cluster) -> None:
    added = closetai("user", "add", "ada@example.com", "--role", "admin", cluster=database)
    assert added.stdout.startswith("Added ada@example.com with the password ")
    first = one(database, "select password_hash from user_passwords")
    asked = closetai(
        "user", "passwd", "ada@example.com", "--ask",
        cluster=database, typed="a long enough one\na long enough one\n",
    )  # fmt: skip
    assert asked.stdout.endswith("Changed.\n"), asked.stderr
    assert one(database, "select password_hash from user_passwords") != first
    listed = closetai("user", "list", cluster=database)
    assert listed.stdout == "ada@example.com  admin  all brands  last sign-in never\n"
    assert closetai("user", "disable", "ada@example.com", cluster=database).returncode == 0
    assert "disabled" in closetai("user", "list", cluster=database).stdout


def test_keys_of_a_brand_from_first_to_last_day(database: Cluster) -> None:
    with connections.owner() as connection:
        insert(connection, "brands", name="Alder", slug="alder")
    made = closetai(
        "key", "make", "alder", "--name", "Till", "--scope", "reviews", "--scope", "jobs",
        cluster=database,
    )  # fmt: skip
    secret = made.stdout.strip()
    caller = tokens.find(secret, datetime.now(UTC))
    assert caller is not None
    assert caller.scopes == {"reviews", "jobs"}
    page = closetai(
        "key", "make", "alder", "--name", "Page", "--origin", "https://shop.example/",
        cluster=database,
    )  # fmt: skip
    assert page.stdout.startswith("cai_pub_")
    listed = closetai("key", "list", "alder", cluster=database).stdout
    assert secret not in listed
    assert "publishable  Page  https://shop.example  last used never" in listed
    assert closetai("key", "revoke", str(caller.token), cluster=database).returncode == 0
    assert tokens.find(secret, datetime.now(UTC)) is None
    assert (
        "Till  jobs, reviews  revoked" in closetai("key", "list", "alder", cluster=database).stdout
    )


def test_a_catalog_is_brought_in(database: Cluster, tmp_path: Path) -> None:
    with connections.owner() as connection:
        insert(connection, "brands", name="Alder", slug="alder")
    file = tmp_path / "catalog.csv"
    rows = "".join(f"Thing {number},T-{number}\n" for number in range(300))
    file.write_text(f"Name,SKU\n{rows}Twice,T-1\n")
    done = closetai("products", "import", str(file), "--brand", "alder", cluster=database)
    assert done.stdout == "300 added, 0 changed, 1 left out.\n"
    assert "Line 302, T-1: Line 3 has the same SKU." in done.stderr
    again = closetai("products", "import", str(file), "--brand", "alder", cluster=database)
    assert again.stdout == "0 added, 300 changed, 1 left out.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("key", "make", "nowhere", "--name", "Till", "--scope", "jobs"),
            "There is no brand with the slug 'nowhere'.",
        ),
        (
            ("products", "import", "/nowhere/file", "--brand", "alder"),
            "There is no file /nowhere/file that can be read.",
        ),
        (("user", "add", "ada", "--role", "admin"), "'ada' is no e-mail address."),
        (
            ("user", "disable", "nobody@example.com"),
            "Nobody signs in as nobody@example.com.",
        ),
        (("seed", "--jobs", "3"), "Demo data has from 1,000 to 20,000,000 jobs."),
        (("restore", "/nowhere/file"), "There is no file /nowhere/file."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: tuple[str, ...], sentence: str, database: Cluster
) -> None:
    result = closetai(*arguments, cluster=database)
    assert (result.returncode, result.stderr) == (1, f"{sentence}\n")


def test_a_defect_shows_no_trace_but_logs_one(database: Cluster, tmp_path: Path) -> None:
    program = (
        "import cli\n"
        "from database import migrate\n"
        "def status(): raise ZeroDivisionError('the defect')\n"
        "migrate.status = status\n"
        "cli.main()\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, "migrate", "--status"],
        env={**os.environ, "DATABASE_URL": database.url(), "CLOSETAI_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    log = tmp_path / "logs" / "closetai.log"
    said = f"This did not work: ZeroDivisionError (details in {log}).\n"
    assert (result.returncode, result.stderr) == (1, said)
    assert "ZeroDivisionError: the defect" in log.read_text()


def test_seed_says_how_far_it_is_and_makes_sample_accounts_once(database: Cluster) -> None:
    seeded = closetai("seed", "--jobs", "1000", cluster=database)
    assert seeded.returncode == 0, seeded.stderr
    assert "Demo data: 100% Complete" in seeded.stderr
    roles = [line.split()[0] for line in seeded.stdout.splitlines()[1:]]
    assert sorted(roles) == ["admin", "analyst", "brand_manager"]
    assert one(database, "select count(*) from brands where is_demo") == 847
    again = closetai("seed", "--jobs", "1000", cluster=database)
    assert (again.returncode, again.stdout) == (0, "")


def test_seed_leaves_real_data_alone(database: Cluster) -> None:
    with psycopg.connect(embedded.conninfo(database.url())) as connection:
        connection.execute("insert into brands (name, slug) values ('Real', 'real')")
    refused = closetai("seed", cluster=database)
    assert refused.returncode == 1
    assert refused.stderr.endswith("that are not demo data: it was left as it is.\n")
    assert one(database, "select count(*) from brands") == 1
