"""``kiosk intake-queue`` and ``kiosk intake-worker``: files wait at the office, any number of workers take them in."""

import asyncio
import logging
import os
import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import click
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError

from kiosk.commands import office_addresses as addresses
from kiosk.commands.answer import shown
from kiosk.commands.batch_answer import answered, no_hint
from kiosk.commands.intake import office_of, office_options
from kiosk.commands.key_files import GIVEN
from kiosk.commands.number import Number
from kiosk.commands.people import plain_errors
from kiosk.office.database import connected
from kiosk.office.intake import Office, patient
from kiosk.office.object_store import ObjectStore
from kiosk.office.queue import QUEUE, bring_queue_up_to_date, hand_in, worker_app

_LONGEST_WAIT_SECONDS = 30


@click.command("intake-queue")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=GIVEN)
@addresses.database
@addresses.photos_to_fill
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@plain_errors
def intake_queue(files: tuple[str, ...], database: str, photos: ObjectStore, as_json: bool) -> None:
    """Check sealed files from the outside, put them into the store, and leave their intake to the workers.

    The store is the one the workers use as well.
    """

    def queued(file: str) -> tuple[dict[str, Any], str]:
        digest, is_new = hand_in(database, photos, Path(file))
        state = "queued" if is_new else "queued_before"
        about = {"verdict": "pass", "reason": None, "state": state, "sha256": digest}
        return about, f"{shown(file)}: {state.replace('_', ' ')}"

    sys.exit(max([answered(file, as_json, partial(queued, file), no_hint) for file in files]))


@click.command("intake-worker")
@office_options
@click.option("--concurrency", type=click.IntRange(1, 16), default=1, show_default=True, help="batches at a time")
@click.option("--until-empty", is_flag=True, help="end when nothing waits any more")
@click.option("--stalled-after", type=Number(1), default=30.0, show_default=True,
              help="seconds without a sign of life after which another worker takes over")  # fmt: skip
@plain_errors
def intake_worker(
    ack: Path, concurrency: int, until_empty: bool, stalled_after: float, patience: float, **given: Any
) -> None:
    """Take in what waits, beside any number of other workers on any machines; SIGTERM lets the batch at hand end."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("kiosk").setLevel(logging.INFO)
    office = office_of(**given, patience=0)
    patient(patience)(lambda: _prepare(office))
    options = {
        "queues": [QUEUE],
        "name": f"{os.uname().nodename}-{os.getpid()}",
        "concurrency": concurrency,
        "wait": not until_empty,
        "fetch_job_polling_interval": 2.0,
        "update_heartbeat_interval": stalled_after / 3,
        "stalled_worker_timeout": stalled_after,
        "delete_jobs": "successful",
        "install_signal_handlers": False,
    }
    asyncio.run(_work(office, ack, stalled_after, options))


def _prepare(office: Office) -> None:
    with connected(office.database) as connection:
        bring_queue_up_to_date(connection)


async def _work(office: Office, ack: Path, stalled_after: float, options: dict[str, Any]) -> None:
    """Work until told to stop; when the database goes away, wait for it and begin again."""
    stopping, wait = asyncio.Event(), 1.0
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    while not stopping.is_set():
        ended_well = await _work_until_lost(office, ack, stalled_after, options, stopping)
        if ended_well and not options["wait"]:
            return
        wait = 1.0 if ended_well else min(wait * 2, _LONGEST_WAIT_SECONDS)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), wait)


async def _work_until_lost(
    office: Office, ack: Path, stalled_after: float, options: dict[str, Any], stopping: asyncio.Event
) -> bool:
    """One connection's worth of work; False when it broke."""
    app = worker_app(office, ack, stalled_after)
    try:
        async with app.open_async():
            work = asyncio.create_task(app.run_worker_async(**options))
            told = asyncio.create_task(stopping.wait())
            await asyncio.wait({work, told}, return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            if not work.done():
                work.cancel()
            await work
    except asyncio.CancelledError:
        return True
    except (ConnectorException, OperationalError, OSError) as error:
        logging.getLogger("kiosk.office").warning("the database went away (%s); waiting for it", type(error).__name__)
        return False
    return True
