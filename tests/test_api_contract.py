"""The API keeps to its own OpenAPI document; `make soak` asks more."""

import pytest

from api import pace
from settings import settings
from tests.contract import keeps_its_word
from tests.shop import client


@pytest.mark.usefixtures("database")
def test_no_answer_is_a_defect_or_undocumented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSETAI_API_RATE", "1000000")
    settings.cache_clear()
    pace.forget()
    assert keeps_its_word(client(), 3) > 300
