"""``kiosk intake``: batches into the office's database and photo store, an acknowledgement for each."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from kiosk.clock import SystemClock
from kiosk.commands import office_addresses as addresses
from kiosk.commands.answer import shown, words
from kiosk.commands.batch_answer import acknowledging, answered
from kiosk.commands.folders import FOLDER
from kiosk.commands.key_files import FILE, GIVEN, device_keys, identities_in, signing_key_beside, signing_key_in
from kiosk.commands.number import Number
from kiosk.commands.people import plain_errors
from kiosk.domain.batch import REHEARSAL_PREFIX
from kiosk.domain.errors import BatchError
from kiosk.office.acknowledgement import lay
from kiosk.office.intake import Office, TakenIn, patient, take_in
from kiosk.office.object_store import ObjectStore

ABOUT = ("batch_id", "rehearsal", "window", "seq", "supersedes", "sealed_at", "counts", "software")


def office_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say where the office keeps things and which keys it has."""
    for option in (
        click.option("--patience", type=Number(0), default=60.0, show_default=True, help="seconds for servers"),
        click.option("--lanes", type=click.IntRange(1, 64), default=8, show_default=True, help="photos put at a time"),
        click.option("--signing-key", type=FILE, help="the office's signing key; by default the one beside --identity"),
        click.option("--device-key", "devices", multiple=True, metavar="PUB", help="take only batches of this device: "
                     "its public key, a file that holds it, or a folder of .pub files; by default those registered"),
        click.option("--rehearsal", is_flag=True, help="take practice batches too, apart from the real ones"),
        click.option("--ack", required=True, type=FOLDER, help="folder for the acknowledgements"),
        click.option("--identity", required=True, type=FILE, help="the municipality's identity file"),
        addresses.photos_to_fill,
        addresses.database,
    ):  # fmt: skip
        command = option(command)
    return command


def office_of(
    database: str, photos: ObjectStore, identity: Path, devices: tuple[str, ...], signing_key: Path | None, lanes: int,
    patience: float, rehearsal: bool,
) -> Office:  # fmt: skip
    """The parts of an intake from the words of the command line; raises UsageError."""
    return Office(
        database=database,
        photos=photos,
        identities=identities_in(identity),
        signing_key=signing_key_in(signing_key) if signing_key else signing_key_beside(identity),
        clock=SystemClock(),
        device_keys=device_keys(devices),
        lanes=lanes,
        rehearsal=rehearsal,
        patience=patient(patience),
    )


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=GIVEN)
@office_options
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@plain_errors
def intake(files: tuple[str, ...], ack: Path, as_json: bool, **given: Any) -> None:
    """Check batches, load them into the office's database and store, and write an acknowledgement for each.

    A batch that is here already changes nothing and is acknowledged with the very same file. A practice batch is
    refused unless --rehearsal is given; it never comes among real ones. Exit code 1 when a batch was refused, 2 when
    a file could not be read or a server did not answer.
    """
    office = office_of(**given)
    sys.exit(max([answered(file, as_json, partial(_taken, office, file, ack), partial(_hint, file)) for file in files]))


def _taken(office: Office, file: str, folder: Path) -> tuple[dict[str, Any], str]:
    taken = take_in(office, Path(file))
    with acknowledging("office.error_ack_not_written"):
        laid = lay(taken.found, taken.acknowledgement, folder)
    about = _about(taken) | {"acknowledgement": str(laid)}
    return about, _line(file, about)


def _hint(file: str, fault: BatchError) -> str:
    """A way on for a practice file that only looks like a stranger's, since no device is registered for practice."""
    is_practice = Path(file).name.startswith(REHEARSAL_PREFIX) and fault.key == "unknown_device"
    return words("office.help_practice_file") if is_practice else ""


def _about(taken: TakenIn) -> dict[str, Any]:
    """What is printed of a batch taken in; counts and names of windows, nothing of a person."""
    inside = taken.manifest.as_object()
    return {
        "verdict": "pass",
        "reason": None,
        "state": "taken_in" if taken.is_new else "already_here",
        "sha256": taken.found.sha256,
        "device_key": taken.found.device_key,
        **{name: inside[name] for name in ABOUT},
    }


def _line(file: str, found: dict[str, Any]) -> str:
    practice = " (practice)" if found["rehearsal"] else ""
    state = "here already, nothing changed" if found["state"] == "already_here" else "taken in"
    where = (
        f"window {found['window'].get('id')}, sequence {found['seq']}, {found['counts']['applications']} applications"
    )
    return (
        f"{shown(file)}: {state}{practice}: {where}\n  batch {found['batch_id']}"
        f"\n  acknowledgement {shown(found['acknowledgement'])}"
    )
