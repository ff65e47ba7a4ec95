"""The conditions of a hosted deployment: one login that is no superuser, over TCP and TLS, and a
disk that may be empty at any start."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import text

import processes
from database import backup, connections, embedded
from database.embedded import Cluster
from database.tenancy import Scope
from settings import ROOT, settings
from tests.conftest import VERSIONS
from tests.prepared import administrator
from tests.supervised import Running, environment, free_port, gone, running, running_alone, status
from tests.waiting import wait_until

SECRET = "0123456789abcdef0123456789abcdef"


# The servers in our package are built without TLS, Debian's is not.
TLS = 15 in VERSIONS


@pytest.fixture(scope="module")
def hosted() -> Iterator[Cluster]:
    """Run a server that listens on TCP, and speaks TLS where there is one that can."""
    with embedded.throwaway(15 if TLS else 18, port=free_port()) as cluster:
        with administrator(cluster) as connection:
            connection.execute("create role repl login createrole password 'pass/word'")
            if TLS:
                key, certificate = self_signed(cluster.data)
                connection.execute(f"alter system set ssl_key_file = '{key}'")
                connection.execute(f"alter system set ssl_cert_file = '{certificate}'")
                connection.execute("alter system set ssl = on")
                connection.execute("select pg_reload_conf()")
        yield cluster


def self_signed(directory: Path) -> tuple[Path, Path]:
    """Write a key and a certificate for it, as the directory's owner; return their paths."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(secret, hashes.SHA256())
    )
    key, certificate = directory / "server.key", directory / "server.crt"
    pem = serialization.Encoding.PEM
    key.touch(mode=0o600)
    key.write_bytes(
        secret.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    certificate.write_bytes(signed.public_bytes(pem))
    os.chown(key, directory.stat().st_uid, -1)
    return key, certificate


def empty_database(hosted: Cluster, name: str) -> str:
    """Make a database anew and return its address, for its owner, who is no superuser."""
    connections.dispose()
    with administrator(hosted) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name} owner repl")
    mode = "require" if TLS else "prefer"
    return f"postgres://repl:pass%2Fword@127.0.0.1:{hosted.port}/{name}?sslmode={mode}"


@pytest.fixture
def database_url(hosted: Cluster) -> str:
    """Return the address of an empty database."""
    return empty_database(hosted, "shop")


def production(database_url: str) -> dict[str, str]:
    return {
        "CLOSETAI_ENV": "production",
        "CLOSETAI_HOST": "127.0.0.1",
        "CLOSETAI_SECRET": SECRET,
        "CLOSETAI_TRUSTED_PROXIES": "127.0.0.0/8",
        "DATABASE_URL": database_url,
    }


@pytest.fixture(scope="module")
def deployed(hosted: Cluster) -> Iterator[Running]:
    """Run a deployment, on a database of its own."""
    with running_alone(**production(empty_database(hosted, "deployed"))) as started:
        yield started


@pytest.fixture
def on_hosted(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let this process use the hosted database."""
    for name, value in production(database_url).items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield database_url
    connections.dispose()


def kill_connections(hosted: Cluster, database: str = "shop") -> int:
    """End every connection of the application, as a database does that goes to sleep."""
    question = "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = %s"
    with administrator(hosted) as connection:
        row = connection.execute(question, [database]).fetchone()
    assert row
    return int(row[0])


@contextlib.contextmanager
def through_the_repls_shell(home: Path, port: int, database_url: str) -> Iterator[Running]:
    """Start what `.replit` deploys, in this home."""
    script = tomllib.loads((ROOT / ".replit").read_text())["deployment"]["run"][2]
    given = {"CLOSETAI_HOST": "127.0.0.1", "CLOSETAI_SECRET": SECRET, "DATABASE_URL": database_url}
    process = subprocess.Popen(
        ["sh", "-c", script.replace("/tmp/closetai", str(home))],
        cwd=ROOT,
        env={**os.environ, **given, "PORT": str(port), "CLOSETAI_DEMO": "off"},
        text=True,
    )
    try:
        wait_until(lambda: status(port) == 200, "the deployment is well", 60)
        yield Running(process, home, port)
    finally:
        process.terminate()
        process.wait(60)


def test_two_starts_with_an_emptied_home_and_killed_connections(
    hosted: Cluster, database_url: str, tmp_path: Path
) -> None:
    port, home = free_port(), tmp_path / "home"
    with running(home, port, **production(database_url)) as started:
        # No database of our own beside the hosted one.
        assert not any("postgres" in command for command in started.commands())
        with administrator(hosted, "shop") as connection:
            connection.execute("insert into brands (name, slug) values ('Kept', 'kept')")
        assert kill_connections(hosted) > 0
        assert status(port) == 200
    shutil.rmtree(home)
    with through_the_repls_shell(home, port, database_url) as started:
        members = started.family()
        with administrator(hosted, "shop") as connection:
            assert connection.execute("select name from brands").fetchall() == [("Kept",)]
        assert not (home / "secret").exists()
        assert not (home / "postgres").exists()
    # A stop reaches everything through the shell. The job worker gives back the job that it holds
    # before it ends.
    wait_until(lambda: gone(members), "nothing is left", 30)


def test_the_next_read_survives_a_killed_connection(hosted: Cluster, on_hosted: str) -> None:
    assert on_hosted
    subprocess.run([sys.executable, "-m", "cli", "migrate"], check=True, stdout=subprocess.DEVNULL)
    for _ in range(2):
        with connections.reader(Scope.system()) as connection:
            roles = connection.execute(
                text(
                    "select session_user, current_user, rolsuper from pg_roles"
                    " where rolname = session_user"
                )
            )
            assert tuple(roles.one()) == ("repl", "closetai_reader", False)
        assert kill_connections(hosted) > 0
    with connections.owner() as connection:
        encrypted = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
        assert connection.scalar(text(encrypted)) is TLS


def test_backup_and_restore_without_a_superuser(on_hosted: str, tmp_path: Path) -> None:
    assert on_hosted
    subprocess.run([sys.executable, "-m", "cli", "migrate"], check=True, stdout=subprocess.DEVNULL)
    with connections.owner() as connection:
        connection.execute(text("insert into brands (name, slug, is_demo) values ('A', 'a', true)"))
    backup.backup(tmp_path / "file", lambda *_: None)
    with connections.owner() as connection:
        connection.execute(text("delete from brands"))
    backup.restore(tmp_path / "file", lambda *_: None)
    with connections.reader(Scope(brands="demo")) as connection:
        assert connection.scalar(text("select name from brands")) == "A"


def test_a_backup_over_tls_takes_the_systems_programs(
    on_hosted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on_hosted
    monkeypatch.setattr(backup, "_server", lambda: (18, True))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(backup.BackupError, match=r"reached over TLS, .* version 18 or newer\.$"):
        backup.backup(tmp_path / "file", lambda *_: None)


def headers(port: int, **sent: str) -> dict[str, str]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/",
        headers={name.replace("_", "-"): value for name, value in sent.items()},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return {name.lower(): value for name, value in response.headers.items()}


def test_headers_of_production(deployed: Running) -> None:
    plain = headers(deployed.port)
    assert plain["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in plain["content-security-policy"]
    assert "strict-transport-security" not in plain
    assert "server" not in plain
    # The proxy is trusted, and says that the visitor came over HTTPS.
    assert "strict-transport-security" in headers(deployed.port, X_Forwarded_Proto="https")


def test_who_is_no_trusted_proxy_is_not_believed(
    on_hosted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on_hosted
    port = free_port()
    untold = {"CLOSETAI_TRUSTED_PROXIES": "", "PORT": str(port), "CLOSETAI_HOME": str(tmp_path)}
    for name, value in untold.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    # The log-in page needs no tables.
    with subprocess.Popen(
        processes._server(settings()), cwd=ROOT, stderr=subprocess.DEVNULL
    ) as one:
        try:
            wait_until(lambda: status(port, "/") == 200, "the server answers", 60)
            told = headers(port, X_Forwarded_Proto="https")
        finally:
            one.kill()
    assert told["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" not in told


def test_health_tells_nothing_but_whether(hosted: Cluster, deployed: Running) -> None:
    def said() -> tuple[int, object]:
        connection = urllib.request.build_opener(_AnyStatus).open(
            f"http://127.0.0.1:{deployed.port}/api/health", timeout=10
        )
        with connection:
            return connection.status, json.load(connection)

    assert said() == (200, {"status": "ok"})
    with administrator(hosted) as connection:
        connection.execute("alter database deployed allow_connections false")
    try:
        kill_connections(hosted, "deployed")
        assert said() == (503, {"status": "not ok"})
    finally:
        with administrator(hosted) as connection:
            connection.execute("alter database deployed allow_connections true")
    assert said() == (200, {"status": "ok"})


class _AnyStatus(urllib.request.HTTPErrorProcessor):
    """Give a 503 back like any other answer."""

    def http_response(self, request, response):  # type: ignore[no-untyped-def]  # noqa: ARG002
        return response


def test_production_refuses_to_start_without_a_secret(database_url: str, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "cli", "run"],
        env=environment(
            tmp_path, free_port(), **{**production(database_url), "CLOSETAI_SECRET": ""}
        ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("CLOSETAI_SECRET must be a random text of at least 32")
    assert result.stderr.count("\n") == 1


def test_the_repl_starts_what_there_is() -> None:
    repl = tomllib.loads((ROOT / ".replit").read_text())
    assert repl["ports"] == [{"localPort": 8501, "externalPort": 80}]
    deployment = repl["deployment"]
    assert deployment["deploymentTarget"] == "vm"
    assert deployment["build"] == ["make", "install"]
    shell, option, script = deployment["run"]
    assert (shell, option) == ("sh", "-c")
    # What the script sets is what the settings know, and only Secrets hold what is secret.
    names = {
        part.split("=")[0] for part in script.split() if part.startswith(("CLOSETAI_", "PORT"))
    }
    assert names == {"CLOSETAI_ENV", "CLOSETAI_HOME", "CLOSETAI_TRUSTED_PROXIES"}
