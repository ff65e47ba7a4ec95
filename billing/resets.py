"""The monthly reset: free credits are set back on their account's date."""

from datetime import date

from sqlalchemy import text

from database.connections import writer
from database.tenancy import Scope

# So many accounts at a time: none of their owners waits for all of the others.
_PORTION = 500

# Accounts that are being charged at this moment come with the next portion, or the next run; a
# launch resets its own account first anyway.
_RESET = text(
    """
    with due as (
      select id from credit_accounts
      where resets_on <= :today and free_per_month > 0
      order by resets_on, id
      limit :portion
      for no key update skip locked
    )
    select count(*) from (select reset_free_credits(id, :today) from due) as done
    """
)


def reset_due(today: date) -> int:
    """Set the free credits of every account back whose date has come; return how many.

    `today` is a UTC day. Safe to run twice, and beside itself: the date of an account moves on with
    its reset. Raises DatabaseUnavailableError.
    """
    count = 0
    while True:
        with writer(Scope.system()) as connection:
            done: int = connection.execute(
                _RESET, {"today": today, "portion": _PORTION}
            ).scalar_one()
        count += done
        if done < _PORTION:
            return count
