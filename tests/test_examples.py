"""The examples run as a reader would run them, against all that `closetai run` starts."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from accounts import tokens
from database import connections
from database.tenancy import Scope
from settings import ROOT, settings
from tests.post_office import post_office
from tests.rows import insert
from tests.shop import ORIGIN
from tests.supervised import free_port, running
from tryon.demo import drawn


def test_a_shopper_through_the_api_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, port = tmp_path / "home", free_port()
    (tmp_path / "me.webp").write_bytes(drawn.person("Dana").data)
    (tmp_path / "tee.webp").write_bytes(drawn.garment("DEMO-01").data)
    with (
        post_office() as (smtp, letters),
        running(
            home, port, CLOSETAI_SMTP=smtp, CLOSETAI_SECRET="a secret of the tests, long enough"
        ),
    ):
        monkeypatch.setenv("CLOSETAI_HOME", str(home))
        settings.cache_clear()
        with connections.owner() as connection:
            brand = insert(connection, "brands", name="Alder", slug="alder")
        key = tokens.make_key(
            Scope.system(), brand, "publishable", "Page", datetime.now(UTC), origins=[ORIGIN]
        )[1]
        connections.dispose()
        shopper = subprocess.Popen(
            [
                *(sys.executable, str(ROOT / "examples" / "shopper.py")),
                *(f"http://127.0.0.1:{port}", "me.webp", "tee.webp"),
                *("--key", key, "--email", "ada@shop.example"),
            ],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        letter = letters.get(timeout=120)
        code = str(letter.get_payload()).split("Your code is ")[1].split(".")[0]
        said, _ = shopper.communicate(f"{code}\n", timeout=60)
    assert shopper.returncode == 0, said
    assert letter["To"] == "ada@shop.example"
    assert "has 25 credits." in said
    assert "tee hangs in the wardrobe, under tops." in said
    assert "ada@shop.example keeps all of it." in said
    assert "24 credits are left." in said
    with Image.open(tmp_path / "result.webp") as result:
        assert result.format == "WEBP"
        assert min(result.size) > 300
