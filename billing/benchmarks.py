"""Benchmarks: quartiles over all brands. A brand sees where it stands, and nobody's amount."""

from datetime import date

from sqlalchemy import text

from database import connections
from database.tenancy import Scope

# The table refuses smaller groups too: among few brands a quartile is somebody's amount.
FEWEST_BRANDS = 20

# MRR (strict) at the end of the day before, over paying brands. A quartile lies between two brands
# and is rounded to two significant digits. What is published stays as it is: two versions of one
# day would tell by their difference what changed.
_PUBLISH_MRR = text(
    """
    with levels as (
      select
        sum(case when m.kind in ('contraction', 'churn') then -m.amount else m.amount end) as mrr
      from mrr_movements m
      where m.policy = 'strict' and m.day < :as_of
      group by m.brand_id
    ),
    quartiles as (
      select
        count(*) as brand_count,
        cast(percentile_cont(0.25) within group (order by mrr) as numeric) as lower_quartile,
        cast(percentile_cont(0.50) within group (order by mrr) as numeric) as median,
        cast(percentile_cont(0.75) within group (order by mrr) as numeric) as upper_quartile
      from levels
      where mrr > 0
      having count(*) >= :fewest
    )
    insert into benchmarks (metric, as_of, brand_count, lower_quartile, median, upper_quartile)
    select
      'mrr', :as_of, brand_count,
      round(lower_quartile, 1 - cast(floor(log(lower_quartile)) as integer)),
      round(median, 1 - cast(floor(log(median)) as integer)),
      round(upper_quartile, 1 - cast(floor(log(upper_quartile)) as integer))
    from quartiles
    on conflict (metric, as_of) do nothing
    """
)


def publish(as_of: date) -> bool:
    """Publish the quartiles of MRR as they stood when `as_of` (a UTC day) began.

    Once per day: a second call changes nothing. Returns whether something was published; nothing is
    below 20 paying brands. Raises DatabaseUnavailableError.
    """
    with connections.writer(Scope.system()) as connection:
        result = connection.execute(_PUBLISH_MRR, {"as_of": as_of, "fewest": FEWEST_BRANDS})
        return result.rowcount > 0
