"""The examples run as a reader would run them, against all that `closetai run` starts."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import text

from accounts import tokens
from database import connections
from database.tenancy import Scope
from settings import ROOT, settings
from tests.post_office import post_office
from tests.rows import insert
from tests.shop import ORIGIN, key
from tests.supervised import free_port, running
from tryon.demo import drawn


def play(name: str, folder: Path, port: int, *options: str) -> "subprocess.Popen[str]":
    """Start an example where the pictures lie."""
    program = str(ROOT / "examples" / name)
    return subprocess.Popen(
        [sys.executable, program, f"http://127.0.0.1:{port}", "me.webp", "tee.webp", *options],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def check_picture(path: Path) -> None:
    with Image.open(path) as result:
        assert result.format == "WEBP"
        assert min(result.size) > 300


def test_a_shopper_and_a_shop_through_the_api_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, port = tmp_path / "home", free_port()
    (tmp_path / "me.webp").write_bytes(drawn.person("Dana").data)
    (tmp_path / "tee.webp").write_bytes(drawn.garment("DEMO-01").data)
    with (
        post_office() as (smtp, letters),
        running(
            home,
            port,
            CLOSETAI_SMTP=smtp,
            CLOSETAI_SECRET="a secret of the tests, long enough",
            CLOSETAI_WEBHOOKS_LOOPBACK="on",
        ),
    ):
        monkeypatch.setenv("CLOSETAI_HOME", str(home))
        settings.cache_clear()
        with connections.owner() as connection:
            brand = insert(connection, "brands", name="Alder", slug="alder")
        publishable = tokens.make_key(
            Scope.system(), brand, "publishable", "Page", datetime.now(UTC), origins=[ORIGIN]
        )[1]
        secret = key(brand, *tokens.SCOPES)

        shopper = play(
            "shopper.py", tmp_path, port, "--key", publishable, "--email", "ada@shop.example"
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
        check_picture(tmp_path / "result.webp")

        shop = play("shop.py", tmp_path, port, "--key", secret, "--result", "sold.webp")
        said, _ = shop.communicate(timeout=120)
        assert shop.returncode == 0, said
        assert "its calls are signed" in said
        assert "Sold for 89.90 dollars, of which 20.00 came back." in said
        check_picture(tmp_path / "sold.webp")
        with connections.owner() as connection:
            assert connection.scalar(text("select count(*) from touches")) >= 1
            spent = text("select amount from acquisition_spend where brand_id = :brand")
            assert connection.scalar(spent, {"brand": brand}) == 12
        connections.dispose()
