"""Thousands of broken files uploaded: each is read or refused, and nothing is left behind."""

import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from database import connections
from database.tenancy import Scope
from settings import settings
from tests.broken_pictures import broken, good, refused
from tests.rows import insert
from tryon import storage
from tryon.pictures import PictureError

# Seconds: longer is a hang.
_LONGEST = 10.0


def upload_broken(count: int, seed: int) -> dict[str, Any]:
    """Upload the corpus and as many files broken at random; return what was counted, or fail.

    Everything that is refused is a PictureError: whatever else is raised, ends this.
    """
    chance = random.Random(seed)
    with connections.owner() as connection:
        user = insert(connection, "users")
        before = connection.execute(text("select count(*) from stored_objects")).scalar_one()
    folder = settings().home / "files"
    files_before = sum(path.is_file() for path in folder.rglob("*"))
    scope, owner = Scope(user=str(user)), storage.Owner(user)
    sources = sorted(good().items())
    corpus = list(refused().values())
    outcomes: Counter[str] = Counter()
    longest = 0.0
    for number in range(len(corpus) + count):
        content = (
            corpus[number]
            if number < len(corpus)
            else broken(sources[number % len(sources)][1], chance)
        )
        started = time.perf_counter()
        try:
            storage.upload(scope, owner, "selfie", content, datetime.now(UTC))
        except PictureError as refusal:
            outcomes[str(refusal).partition(":")[0]] += 1
        else:
            assert number >= len(corpus), "what has to be refused was kept"
            outcomes["kept"] += 1
        longest = max(longest, time.perf_counter() - started)
        assert longest < _LONGEST, content[:80]
    storage.erase_requested(datetime.now(UTC) + timedelta(hours=2))
    with connections.owner() as connection:
        rows = connection.execute(text("select count(*) from stored_objects")).scalar_one()
    files = sum(path.is_file() for path in folder.rglob("*"))
    assert files - files_before == rows - before, "files and rows differ"
    return {
        "files": len(corpus) + count,
        "kept": outcomes.pop("kept", 0),
        "refused": sum(outcomes.values()),
        "sentences": len(outcomes),
        "longest_s": round(longest, 2),
    }
