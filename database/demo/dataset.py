"""The demo's licensed dataset: a sample of anonymised sessions, and aggregates of all."""

from datetime import datetime

from sqlalchemy import Connection, text

# One month more than is filled, so that real sessions find theirs.
_PARTITIONS = text(
    """
    select ensure_dataset_partition(cast(m as date))
    from generate_series(
      date_trunc('month', cast(:after as timestamptz)),
      cast(:until as timestamptz) + interval '1 month',
      interval '1 month'
    ) as m
    """
)

# Thirteen of 256. The hash stands for a keyed one: the jobs behind it are invented, and the real
# key belongs to real sessions.
_SESSIONS = text(
    """
    insert into dataset_sessions (
      session_hash, brand_id, category, device, confidence, session_hour, duration_ms, succeeded
    )
    select
      sha256('closetai demo'::bytea || uuid_send(j.id)),
      j.brand_id,
      j.category,
      j.device,
      j.confidence,
      date_trunc('hour', j.created_at, 'UTC'),
      (extract(epoch from j.finished_at - j.created_at) * 1000)::integer,
      j.status = 'completed'
    from tryon_jobs j
    where j.finished_at > :after and j.finished_at <= :until and j.origin = 'shopper'
      and j.status in ('completed', 'failed') and get_byte(uuid_send(j.id), 15) < 13
    """
)

_AGGREGATES = text(
    """
    insert into dataset_aggregates (
      brand_id, category, month, session_count, succeeded_count, shopper_count, confidence_sum,
      duration_ms_sum
    )
    select
      j.brand_id,
      j.category,
      cast(date_trunc('month', j.created_at, 'UTC') as date),
      count(*),
      count(*) filter (where j.status = 'completed'),
      count(distinct j.user_id),
      coalesce(sum(j.confidence), 0),
      sum((extract(epoch from j.finished_at - j.created_at) * 1000)::bigint)
    from tryon_jobs j
    where j.created_at >= date_trunc('month', cast(:after as timestamptz), 'UTC')
      and j.finished_at <= :until
      and j.origin = 'shopper'
      and j.status in ('completed', 'failed')
    group by j.brand_id, j.category, cast(date_trunc('month', j.created_at, 'UTC') as date)
    on conflict (brand_id, category, month) do update
    set session_count = excluded.session_count,
        succeeded_count = excluded.succeeded_count,
        shopper_count = excluded.shopper_count,
        confidence_sum = excluded.confidence_sum,
        duration_ms_sum = excluded.duration_ms_sum
    """
)


def fill_dataset(connection: Connection, after: datetime, until: datetime) -> None:
    """Add a twentieth of the sessions that finished after one moment and up to another.

    The months that they fall in are counted anew, from all sessions.
    """
    for statement in (_PARTITIONS, _SESSIONS, _AGGREGATES):
        connection.execute(statement, {"after": after, "until": until})
