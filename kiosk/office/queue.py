"""Intake by any number of workers: sealed files wait in the object store, one procrastinate job for each.

A job holds the file's hash and nothing else. That a batch is loaded once is not the queue's promise but the tables';
the queue sees to it that every file is worked on, by somebody, until it is in or refused.
"""

import logging
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued

from kiosk.batch_file.reader import check_file
from kiosk.domain.errors import BatchError, NotFound, Unreachable
from kiosk.office import quarantine
from kiosk.office.acknowledgement import lay
from kiosk.office.database import Connection, Side, connected
from kiosk.office.intake import Office, take_in
from kiosk.office.object_store import ObjectStore

QUEUE, TASK = "intake", "take_in"
MOST_TRIES = 40
_LONGEST_WAIT_SECONDS = 300
_BRINGING_UP_TO_DATE = 7_203_110_002
"""Advisory lock: only one process touches the queue's tables."""
log = logging.getLogger("kiosk.office")


class GrowingWait(procrastinate.BaseRetryStrategy):
    """After a server was away: 1, 2, 4, 8 … seconds up to five minutes; any other error is tried three times."""

    def get_retry_decision(
        self, *, exception: BaseException, job: procrastinate.jobs.Job
    ) -> procrastinate.RetryDecision | None:
        """When to try again, None to give up."""
        most = MOST_TRIES if isinstance(exception, Unreachable) else 3
        if job.attempts >= most:
            return None
        seconds = min(2.0**job.attempts, _LONGEST_WAIT_SECONDS)
        return procrastinate.RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=seconds))


def hand_in(database: str, store: ObjectStore, path: Path) -> tuple[str, bool]:
    """Put a sealed file to those that wait and ask for its intake; gives its SHA-256 and whether it was asked for now.

    It is checked from the outside first, which needs no identity. Raises BatchError (it is noted in quarantine then),
    Unreachable, OSError.
    """
    digest = _sound(database, path)
    store.put_file(waiting(digest), path, digest)
    store.settle()
    with connected(database) as connection:
        bring_queue_up_to_date(connection)
    app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=database))
    with app.open():
        asked = app.configure_task(TASK, queue=QUEUE, lock=digest, queueing_lock=digest)
        try:
            asked.defer(sha256=digest)
        except AlreadyEnqueued:
            return digest, False
    return digest, True


def _sound(database: str, path: Path) -> str:
    """The SHA-256 of a file that is whole and signed; one that is not is noted as an intake would."""
    try:
        return check_file(path).sha256
    except BatchError as fault:
        with connected(database) as connection:
            quarantine.put(connection, *quarantine.hashed(path), fault.key, datetime.now(UTC))
        raise


def worker_app(office: Office, acknowledgements: Path, stalled_after: float) -> procrastinate.App:
    """The queue with its two tasks: take a file in, and give back the jobs of workers that are gone."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=office.database, max_size=4))

    @app.task(name=TASK, queue=QUEUE, retry=GrowingWait())
    def take_one_in(sha256: str) -> None:
        work_off(office, acknowledgements, sha256)

    @app.periodic(cron="* * * * * */10")
    @app.task(name="recover", queue=QUEUE, lock="recover", queueing_lock="recover", pass_context=True)
    async def recover(context: procrastinate.JobContext, timestamp: int) -> None:
        manager = context.app.job_manager
        for job in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=stalled_after):
            await manager.retry_job(job)

    return app


def work_off(office: Office, acknowledgements: Path, sha256: str) -> None:
    """Take one waiting file in, whatever became of it before; a refused one is laid aside under ``refused/``."""
    with TemporaryDirectory(prefix="madoguchi-") as folder:
        path = Path(folder) / f"{sha256}.mab"
        try:
            office.photos.get_file(waiting(sha256), path)
        except NotFound:
            if is_settled(office.database, sha256):
                return
            raise Unreachable("store", "the waiting file is not there") from None
        try:
            taken = take_in(office, path)
            lay(taken.found, taken.acknowledgement, acknowledgements)
            log.info("batch %s taken in", sha256[:12])
        except BatchError as fault:
            office.photos.put_file(f"refused/{sha256}.mab", path, sha256)
            log.warning("batch %s refused: %s", sha256[:12], fault.key)
    office.photos.settle()
    office.photos.delete(waiting(sha256))


def waiting(sha256: str) -> str:
    """Where a sealed file waits in the store."""
    return f"waiting/{sha256}.mab"


def is_settled(database: str, sha256: str) -> bool:
    """Whether this file was taken in or refused already."""
    for side in Side:
        with connected(database, side) as connection:
            found = connection.execute(
                "select from batches where sha256 = %(file)s union all select from quarantine where sha256 = %(file)s",
                {"file": sha256},
            )
            if found.rowcount:
                return True
    return False


def bring_queue_up_to_date(connection: Connection) -> None:
    """Make procrastinate's tables, or apply the steps a newer release of it brought; each step once."""
    folder = resources.files("procrastinate.sql.migrations")
    steps = sorted(each.name for each in folder.iterdir() if each.name.endswith(".sql"))
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (_BRINGING_UP_TO_DATE,))
        done = {row["name"] for row in connection.execute("select name from queue_steps")}
        fresh = [name for name in steps if name not in done]
        if not fresh:
            return
        connection.execute("set local search_path to public")
        if done:
            for name in fresh:
                connection.execute(folder.joinpath(name).read_bytes())
        else:
            connection.execute(procrastinate.schema.SchemaManager.get_schema().encode())
        connection.execute("set local search_path to office")
        with connection.cursor() as cursor:
            cursor.executemany("insert into queue_steps (name) values (%s)", [(name,) for name in fresh])
