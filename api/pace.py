"""How often something may be asked: counted in the memory of the one server process there is.

There is nothing to run beside it, and a restart forgives everybody.
"""

import time
from functools import cache

from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.problems import ProblemError


@cache
def _limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())


def take(limit: RateLimitItem, who: str) -> tuple[bool, int, int]:
    """Count one more: whether it is allowed, how many are left, and for how many seconds."""
    allowed = _limiter().hit(limit, who)
    window = _limiter().get_window_stats(limit, who)
    return allowed, window.remaining, max(int(window.reset_time - time.time()) + 1, 1)


def check(limit: RateLimitItem, who: str) -> None:
    """Count one more. Raises ProblemError when it is one too many."""
    allowed, _, wait = take(limit, who)
    if not allowed:
        raise too_many(wait)


def too_many(wait: int) -> ProblemError:
    """The problem of who has to wait so many seconds."""
    sentence = f"Too many requests: please wait {wait} seconds."
    return ProblemError(429, sentence, headers={"Retry-After": str(wait)})


def forget() -> None:
    """Forget who has asked how often; for tests."""
    _limiter.cache_clear()
