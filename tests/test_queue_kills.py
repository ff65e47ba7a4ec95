"""Workers and launchers killed with SIGKILL: a sample of what `make soak` does at length."""

import pytest

from settings import settings
from tests.soak import kills


@pytest.mark.usefixtures("database")
def test_20_kills_lose_no_job_and_charge_none_twice(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOSETAI_FILES", f"{tmp_path}/files")
    settings.cache_clear()
    report = kills.survive(jobs_wanted=50, kills_wanted=20, seed=20)
    assert report["jobs"] == sum(report["states"].values()) == 50
    assert report["kills"] == 20
    assert {"completed", "failed", "canceled"} == set(report["states"])
