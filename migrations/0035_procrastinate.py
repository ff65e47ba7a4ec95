"""Procrastinate's own tables and functions, as the installed package says, whose version is pinned.

A later version brings files of its own (`procrastinate/sql/migrations`): a migration applies these
where a database was made before it, which it has to ask first. They cannot be the steps here: some
of the older ones use a value of an enum that another one adds, which PostgreSQL refuses within one
transaction.
"""

from procrastinate.schema import SchemaManager
from yoyo import step

__depends__ = {"0034_products_by_words"}

steps = [
    step(SchemaManager.get_schema()),
    step(
        """
        grant select, insert, update, delete
        on
          procrastinate_workers, procrastinate_jobs, procrastinate_periodic_defers,
          procrastinate_events
        to closetai_app
        """
    ),
    step(
        """
        grant usage
        on sequence
          procrastinate_workers_id_seq, procrastinate_jobs_id_seq,
          procrastinate_periodic_defers_id_seq, procrastinate_events_id_seq
        to closetai_app
        """
    ),
    # Pages say when a worker was last heard of.
    step("grant select (last_heartbeat) on procrastinate_workers to closetai_reader"),
]
