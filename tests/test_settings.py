"""Every setting: its default, what it becomes, and the one sentence when it is wrong."""

import stat
from pathlib import Path

import pytest

import settings as module
from settings import EXAMPLE_SECRET, Settings, WrongSettingError, settings

SECRET = "0123456789abcdef0123456789abcdef"


def test_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    read = settings()
    assert (read.env, read.host, read.port) == ("development", "127.0.0.1", 8501)
    assert (read.database_url, read.demo, read.trusted_proxies) == (None, True, ())
    assert read.home == tmp_path
    monkeypatch.delenv("CLOSETAI_HOME")
    assert Settings().home == module.ROOT / "var"


def test_production_listens_everywhere_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSETAI_ENV", "Production")
    monkeypatch.setenv("CLOSETAI_SECRET", SECRET)
    assert settings().host == "0.0.0.0"
    settings.cache_clear()
    monkeypatch.setenv("CLOSETAI_HOST", "127.0.0.2")
    assert settings().host == "127.0.0.2"


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:p%40ss@db.example:5433/shop?sslmode=require",
        "postgresql://u:p%40ss@db.example:5433/shop?sslmode=require",
        " postgresql+psycopg://u:p%40ss@db.example:5433/shop?sslmode=require\n",
    ],
)
def test_database_url_is_given_the_psycopg_dialect(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    expected = "postgresql+psycopg://u:p%40ss@db.example:5433/shop?sslmode=require"
    assert settings().database_url == expected


def test_database_url_of_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres@/shop?host=/run/pg")
    assert settings().database_url == "postgresql+psycopg://postgres@/shop?host=/run/pg"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DATABASE_URL", "mysql://u:hunter2@db/shop", "DATABASE_URL must look like postgresql://"),
        ("DATABASE_URL", "postgresql+asyncpg://u:hunter2@db/shop", "must look like"),
        ("DATABASE_URL", "postgresql://u:hunter2@db:x/shop", "must look like"),
        ("DATABASE_URL", "postgresql://u:hunter2@db", "must look like"),
        ("DATABASE_URL", "postgresql:///shop", "must look like"),
        ("DATABASE_URL", "postgresql://u:hunter2@[db/shop", "must look like"),
        ("DATABASE_URL", "postgresql://u:hunter2#2@db/shop", "must look like"),
        ("PORT", "web", "PORT must be a whole number from 1 to 65535, not 'web'."),
        ("PORT", "0", "PORT must be a whole number"),
        ("PORT", "70000", "PORT must be a whole number"),
        ("CLOSETAI_ENV", "staging", "CLOSETAI_ENV must be development or production"),
        ("CLOSETAI_DEMO", "maybe", "CLOSETAI_DEMO must be on or off, not 'maybe'."),
        ("CLOSETAI_FILES", "ftp://u:hunter2@host/", "CLOSETAI_FILES must be a folder or look like"),
        ("CLOSETAI_SELFIE_DAYS", "0", "must be a whole number from 1 to 3650, not '0'."),
        ("CLOSETAI_GEMINI_KEY", "hunter2 hunter2", "CLOSETAI_GEMINI_KEY must be letters, digits"),
        ("CLOSETAI_FASHN_KEY", "hunter2\r\nX: y", "CLOSETAI_FASHN_KEY must be letters, digits"),
        ("CLOSETAI_PROVIDER_KEYS", "hunter2", "must look like name=key, name=key."),
        ("CLOSETAI_PROVIDER_KEYS", "fal=hunter2 é", "CLOSETAI_PROVIDER_KEYS must be letters,"),
        ("CLOSETAI_GEMINI_MODEL", "models/x", "CLOSETAI_GEMINI_MODEL must be the id of a model"),
        ("CLOSETAI_FASHN_CREDIT_USD", "0", "CLOSETAI_FASHN_CREDIT_USD must be a price in dollars"),
        ("CLOSETAI_LOG_LEVEL", "loud", "CLOSETAI_LOG_LEVEL must be one of debug"),
        ("CLOSETAI_TRUSTED_PROXIES", "10.0.0.1, proxy", "not 'proxy'."),
        ("CLOSETAI_TRUSTED_PROXIES", "*", "not '*'."),
        ("CLOSETAI_SECRET", "short", "CLOSETAI_SECRET must be a random text of at least 32"),
    ],
)
def test_a_wrong_value_is_one_sentence(
    name: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSettingError) as caught:
        settings()
    text = str(caught.value)
    assert words in text
    assert "\n" not in text
    assert text.endswith(".")
    assert "hunter2" not in text


def test_trusted_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSETAI_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,::1,")
    assert settings().trusted_proxies == ("127.0.0.1", "10.0.0.0/8", "::1")


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    monkeypatch.setenv("DATABASE_URL", "")
    assert (settings().port, settings().database_url) == (8501, None)


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = settings().secret
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    settings.cache_clear()
    assert settings().secret == first
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
    assert first not in repr(settings())


def test_a_damaged_secret_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("cut off")
    with pytest.raises(WrongSettingError, match="fewer than 32 characters"):
        settings()


@pytest.mark.parametrize("secret", ["", "x" * 31, EXAMPLE_SECRET])
def test_production_refuses_a_missing_short_or_known_secret(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings()  # a secret made in development does not count
    settings.cache_clear()
    monkeypatch.setenv("CLOSETAI_ENV", "production")
    monkeypatch.setenv("CLOSETAI_SECRET", secret)
    with pytest.raises(WrongSettingError, match=r"CLOSETAI_SECRET .* in production"):
        settings()
    monkeypatch.setenv("CLOSETAI_SECRET", SECRET)
    assert settings().secret == SECRET


def test_a_home_that_cannot_be_written_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CLOSETAI_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(WrongSettingError, match=r"CLOSETAI_HOME .* cannot be written: .*\.$"):
        settings()


def test_every_setting_has_a_variable_and_a_description() -> None:
    for name, field in Settings.model_fields.items():
        assert isinstance(field.validation_alias, str), name
        assert field.validation_alias in ("PORT", "DATABASE_URL") or (
            field.validation_alias == f"CLOSETAI_{name.upper()}"
        )
        assert field.description, name
