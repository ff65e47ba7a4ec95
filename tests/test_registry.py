"""Which engines are offered, which are made, and what is said of a file that cannot be used."""

import logging
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from settings import ROOT, settings
from tryon.engines import BUILT_IN, Mode, http
from tryon.engines.http import ProvidersError
from tryon.engines.registry import available, engines, offers

EXAMPLES = ROOT / "examples" / "providers.toml"
WORKS = """
[[provider]]
name = "mine"
label = "My own"
headers = { Authorization = "Bearer {key}" }
body.tryon = { person = "{person}", garment = "{garment}" }
submit = { url = "https://mine.example/jobs", reference = "id" }
poll.url = "https://mine.example/jobs/{reference}"
poll.status = "status"
poll.waiting = ["new"]
poll.done = ["done"]
result = { pictures = "output" }
"""
LABEL = 'label = "My own"'
URL = 'https://mine.example/jobs"'


def use(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"CLOSETAI_{name}", value)
    settings.cache_clear()


def test_without_any_key_there_is_the_embedded_engine() -> None:
    assert [offer.name for offer in available()] == ["preview", "preview-flat"]
    assert list(engines()) == ["preview", "preview-flat"]
    assert engines().keys() == BUILT_IN
    (preview, flat, *hidden) = offers()
    for built_in in (preview, flat):
        assert (built_in.modes, built_in.price_usd) == (frozenset({Mode.TRYON}), Decimal(0))
    assert {offer.name: offer.missing for offer in hidden} == {
        "gemini": "To use it, set CLOSETAI_GEMINI_KEY.",
        "fashn": "To use it, set CLOSETAI_FASHN_KEY.",
    }


def test_a_key_brings_its_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    use(
        monkeypatch,
        GEMINI_KEY="marked-one\n",
        FASHN_KEY="marked-two",
        FASHN_CREDIT_USD="0.08",
        PROVIDERS=str(EXAMPLES),
        PROVIDER_KEYS="fal-kling=marked-three",
    )
    names = ["preview", "preview-flat", "gemini", "fashn", "fal-kling"]
    assert [offer.name for offer in available()] == names
    made = engines()
    assert list(made) == names
    assert {offer.name: offer.modes for offer in available()} == {
        name: engine.modes for name, engine in made.items()
    }
    assert {offer.name: offer.price_usd for offer in offers()} == {
        "preview": Decimal(0),
        "preview-flat": Decimal(0),
        "gemini": Decimal("0.0672"),
        "fashn": Decimal("0.08"),
        "fal-kling": Decimal("0.07"),
        "replicate-banana": Decimal("0.039"),
    }
    missing = offers()[-1].missing
    assert missing == "To use it, add replicate-banana=… to CLOSETAI_PROVIDER_KEYS."
    assert "marked" not in f"{settings()!r} {settings()} {offers()} {made}"


def test_a_price_that_nobody_knows_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, GEMINI_MODEL="gemini-9-image")
    assert {offer.name: offer.price_usd for offer in offers()} == {
        "preview": Decimal(0),
        "preview-flat": Decimal(0),
        "gemini": None,
        "fashn": None,
    }


def test_a_provider_may_need_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(WORKS.replace('headers = { Authorization = "Bearer {key}" }', ""))
    use(monkeypatch, PROVIDERS=str(file))
    assert [offer.name for offer in available()] == ["preview", "preview-flat", "mine"]
    assert list(engines()) == ["preview", "preview-flat", "mine"]


def test_a_file_that_cannot_be_used_leaves_the_other_engines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    use(monkeypatch, PROVIDERS=str(tmp_path / "none.toml"), FASHN_KEY="marked")
    caplog.set_level(logging.WARNING)
    assert list(engines()) == ["preview", "preview-flat", "fashn"]
    assert "none.toml cannot be read: No such file or directory." in caplog.text
    last = offers()[-1]
    assert last not in available()
    assert last.missing
    assert last.missing.startswith("CLOSETAI_PROVIDERS cannot be used: ")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[[provider]]", "[[provider", "is not TOML"),
        ("[[provider]]", "[[providers]]", "provider is missing."),
        (LABEL, "", "provider.0.label is missing."),
        (LABEL, f'{LABEL}\ncolour = "red"', "provider.0.colour is not known."),
        (LABEL, f"{LABEL}\nprice_usd = -1", "price_usd"),
        (LABEL, f'{LABEL}\ncategories = {{ cape = "x" }}', "categories.cape"),
        ('name = "mine"', 'name = "My own"', "provider.0.name: "),
        ('name = "mine"', 'name = "fashn"', "is the name of an engine that is built in"),
        (URL, 'http://mine.example/jobs"', "must be an https:// address"),
        (URL, 'http://127.0.0.1/jobs"', "must be an https:// address"),
        (URL, 'https:///jobs"', "must be an https:// address"),
        ("jobs/{reference}", "jobs", "poll.url must hold {reference}"),
        ('"{person}"', '"{persn}"', "body holds {persn}, which is not known there"),
        ('"{person}"', '"{key}"', "body holds {key}, which is not known there"),
        ('"{garment}"', '"all of {garments}"', "{garments} is a list and stands by itself"),
        ("body.tryon", "body.dance", "body.dance"),
        ('waiting = ["new"]', "waiting = []", "poll.waiting"),
        ('pictures = "output"', 'pictures = "a..b"', "result.pictures"),
        ("Bearer {key}", "Bearer {key}\\n", "headers.Authorization"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_sentence(
    old: str, new: str, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    assert old in WORKS
    file.write_text(WORKS.replace(old, new))
    with pytest.raises(ProvidersError) as caught:
        http.read(file)
    said = str(caught.value)
    assert words in said
    assert said.startswith(str(file))
    assert said.endswith(".")
    assert "\n" not in said


def test_two_of_one_name(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(WORKS)
    assert [one.name for one in http.read(file)] == ["mine"]
    file.write_text(WORKS * 2)
    with pytest.raises(ProvidersError, match=r"two providers are named mine\.$"):
        http.read(file)


def test_the_examples_can_be_used() -> None:
    assert [one.name for one in http.read(EXAMPLES)] == ["fal-kling", "replicate-banana"]


def test_pages_need_not_load_google_s_sdk() -> None:
    program = "import sys, tryon.engines.registry; sys.exit('google.genai' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
