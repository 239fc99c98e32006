"""Fetching the office's answers from where batches are handed over: a stick's folder, an SFTP server, an S3 store."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from kiosk.actions.acknowledge import Acknowledged, acknowledge
from kiosk.actions.destinations import registered
from kiosk.batch_file.acknowledgement import MOST_BYTES
from kiosk.domain.acknowledgement import SUFFIX
from kiosk.domain.errors import BatchError, KioskError
from kiosk.domain.staff import Role, require_role
from kiosk.ports import Clock
from kiosk.store.batches import Batch
from kiosk.store.medium import open_medium
from kiosk.store.vault import Vault


def pick_up(
    vault: Vault, clock: Clock, name: str, by: str, window_id: str | None = None, *, rules: Path | None = None,
    root: Path = Path("/"),
) -> Iterator[Acknowledged]:  # fmt: skip
    """Look at the destination ``name`` for answers to the batches still waiting for one; gives each in turn.

    One that is not there yet is passed over, one that is refused holds up no other: what ``acknowledge`` raised first
    is raised after the last. Raises BatchError ``no_such_destination``, ``medium_missing``, ``medium_lost`` or why
    the server does not let us in.
    """
    require_role(vault.kiosk_store.staff.get(by), Role.OPERATOR)
    to = registered(name, rules)
    waiting = [each for each in vault.kiosk_store.batches.list(window_id) if not each.acknowledged_at]
    refused: KioskError | None = None
    try:
        medium = open_medium(to, vault.kiosk_store, root)
        for batch in waiting:
            data = medium.answer(answer_name(batch), MOST_BYTES + 1)
            if data is None:
                continue
            try:
                yield acknowledge(vault, clock, data, by)
            except KioskError as fault:
                refused = refused or fault
    except OSError:
        raise BatchError("medium_lost") from None
    if refused:
        raise refused


def answer_name(batch: Batch) -> str:
    """What the office calls its answer to a batch."""
    return PurePosixPath(batch.file_name).with_suffix(SUFFIX).name
