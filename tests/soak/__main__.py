"""`make soak`: what `make test` samples, at length, on a server and in a home of its own.

Writes results/latest.json, or ends with what was wrong.
"""

import json
import os
import platform
import random
import secrets
import tempfile
import warnings
from datetime import UTC, date, datetime
from pathlib import Path

from database import connections, embedded, migrate
from settings import settings
from tests import fire
from tests.contract import keeps_its_word
from tests.shop import client
from tests.soak import histories, kills, uploads

RESULTS = Path(__file__).parent / "results" / "latest.json"


def main() -> None:
    """Do each at length, and say what was counted.

    Compare 200 random histories with the raw rows, 50 where each of a story's tables is compared.
    Kill 200 processes during 500 jobs, upload 3,000 broken files, let 64 threads spend credits. Ask
    the API whatever its document allows and does not, twenty times each way.
    """
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 – said before anything can go wrong
    warnings.simplefilter("error")
    compared = histories.compare(200, seed)
    with (
        tempfile.TemporaryDirectory(prefix="closetai-soak-") as home,
        embedded.throwaway() as server,
    ):
        os.environ |= {
            "DATABASE_URL": server.url(),
            "CLOSETAI_HOME": home,
            "CLOSETAI_SECRET": secrets.token_hex(32),
            "CLOSETAI_API_RATE": "1000000",
        }
        settings.cache_clear()
        migrate.migrate()
        report = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
            "seed": seed,
            "histories": compared,
            "kills": kills.survive(jobs_wanted=500, kills_wanted=200, seed=seed),
            "uploads": uploads.upload_broken(3000, seed),
            "credits_of_one": fire.burn(64, 100, 1, seed, date(2100, 1, 1)),
            "credits_of_many": fire.burn(64, 100, 40, seed + 1, date(2100, 1, 1)),
            "api_requests": keeps_its_word(client(), 20, seed),
        }
        connections.dispose()
    RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))  # noqa: T201 – the answer


if __name__ == "__main__":
    main()
