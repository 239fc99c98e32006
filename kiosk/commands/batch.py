"""``kiosk seal``, ``kiosk verify`` and ``kiosk open``: a window into one file, and that file looked into again."""

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from kiosk.actions.batch import (
    SealOrder,
    balance_window,
    close_and_balance,
    count_drafts_as_abandoned,
    is_closed,
    seal_window,
)
from kiosk.actions.open_batch import open_batch as open_into
from kiosk.actions.seal_job import seconds_left
from kiosk.batch_file.manifest import REPORT
from kiosk.batch_file.reader import Checked, check_file
from kiosk.clock import SystemClock
from kiosk.commands import folders
from kiosk.commands.answer import json_line, lacking, shown, words
from kiosk.commands.balance import name_differences
from kiosk.commands.batch_answer import acknowledging, answered, no_hint
from kiosk.commands.folders import empty_folder, refuse_unwritable
from kiosk.commands.key_files import FILE, GIVEN, identities_in, signing_key_in
from kiosk.commands.key_files import device_key as a_device_key
from kiosk.commands.orderly_end import end_orderly
from kiosk.commands.own_rules import columns_in
from kiosk.commands.people import People, by_staff
from kiosk.domain.columns import profile_names
from kiosk.domain.errors import BatchError
from kiosk.office.acknowledgement import acknowledge as write_acknowledgement

INSIDE = ("signature", "members", "counts")
"""What can be checked only with the municipality's identity."""


@click.command()
@click.argument("window_id", metavar="WINDOW")
@click.option("--out", "folder", required=True, type=folders.FOLDER)
@click.option("--reason", help="a supervisor's, when the numbers do not add up")
@click.option("--abandon-drafts", is_flag=True, help="count drafts nobody finished as abandoned")
@click.option("--profile", help="columns of the CSV, a profile of columns.toml")
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@by_staff(two=True)
def seal(
    people: People, window_id: str, folder: Path, reason: str | None, abandon_drafts: bool, profile: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Close and balance WINDOW and write its batch; two people, one of them a supervisor."""
    vault, clock, by = people.vault, people.clock, people.by.name
    rules = Path(people.settings.rules) if people.settings.rules else None
    assert people.second is not None  # noqa: S101 - by_staff(two=True) promises it
    second = people.second.name
    profile = _known_profile(profile, rules)
    refuse_unwritable(folder)
    found = close_and_balance(
        vault, clock, window_id, by, second=second, reason=reason, ignore_drafts=abandon_drafts, rules=rules
    )
    if abandon_drafts and is_closed(vault, window_id):
        count_drafts_as_abandoned(vault, clock, window_id, by)
        found = balance_window(vault, window_id, rules)
    name_differences(found.differences, is_closed=is_closed(vault, window_id))
    if not found.adds_up and not (reason or "").strip():
        raise BatchError("unbalanced")
    order = SealOrder(window_id, folder, by, second, reason, profile, rules)
    sealed = seal_window(vault, clock, order, _bar() if sys.stderr.isatty() else _silent)
    batch = sealed.batch
    about = {"file": str(sealed.path), "sha256": batch.sha256, "applications": batch.applications, "seq": batch.seq}
    click.echo(json_line(about) if as_json else f"{shown(str(sealed.path))}\nSHA-256 {batch.sha256}")


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=GIVEN)
@click.option("--identity", type=FILE, help="the municipality's identity file, to look inside")
@click.option("--device-key", metavar="PUB", help="the registered device's public key, or a file that holds it")
@click.option("--json", "as_json", is_flag=True, help="one object per line")
def verify(files: tuple[str, ...], identity: Path | None, device_key: str | None, as_json: bool) -> None:
    """Check a batch: the device's signature over the sealed file; with --identity its contents and counts too."""
    identities, device = identities_in(identity), None if device_key is None else a_device_key(device_key)

    def checked(file: str) -> tuple[dict[str, Any], str]:
        return _found(file, check_file(Path(file), identities, device), device)

    sys.exit(max([answered(file, as_json, partial(checked, file), no_hint) for file in files]))


@click.command("open")
@click.argument("file", type=GIVEN)
@click.option("--identity", required=True, type=FILE, help="the municipality's identity file")
@click.option("--out", "folder", required=True, type=folders.ANY, help="a new or empty folder")
@click.option("--device-key", metavar="PUB", help="the registered device's public key, or a file that holds it")
@click.option("--cp932", is_flag=True, help="also the table in CP932, with a report of characters that do not fit")
@click.option("--ack", type=folders.FOLDER, help="folder for the acknowledgement")
@click.option("--signing-key", type=FILE, help="the office's signing key, to acknowledge with")
@click.option("--json", "as_json", is_flag=True, help="one object per line")
def open_batch(
    file: str, identity: Path, folder: Path, device_key: str | None, cp932: bool, ack: Path | None,
    signing_key: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Check FILE and lay CSV, JSONL, photos and manifest into a folder; of a bad batch nothing is left there.

    With --ack and --signing-key the office's acknowledgement for the kiosk is written as well, once all of it is there.
    """
    identities, device = identities_in(identity), None if device_key is None else a_device_key(device_key)
    if (ack is None) is not (signing_key is None):
        raise click.UsageError("--ack and --signing-key belong together")
    office = signing_key_in(signing_key) if signing_key else None
    into = empty_folder(folder)
    if ack:
        refuse_unwritable(ack, "batch.error_ack_unwritable")
    end_orderly()

    def opened() -> tuple[dict[str, Any], str]:
        checked = open_into(Path(file), identities, into, device, cp932=cp932)
        if ack and office:
            with acknowledging("batch.error_ack_not_written"):
                write_acknowledgement(checked, office, SystemClock().now(), ack)
        return _found(file, checked, device, folder)

    sys.exit(answered(file, as_json, opened, no_hint))


def _found(file: str, checked: Checked, device: str | None, out: Path | None = None) -> tuple[dict[str, Any], str]:
    """A batch in order, as JSON and as words."""
    return _about(checked, device, out), _lines(file, checked, device, out)


def _about(checked: Checked, device: str | None, out: Path | None) -> dict[str, Any]:
    found = checked.manifest
    inside = found.as_object() if found else {}
    about = ("version", "rehearsal", "window", "seq", "supersedes", "sealed_at", "counts", "audit_head", "software")
    return {
        "verdict": "pass",
        "reason": None,
        "checked": ["envelope", "sha256", "size", *(INSIDE if found else ()), *(["device_key"] if device else [])],
        "not_checked": [*(() if found else INSIDE), *([] if device else ["device_key"])],
        "size": checked.size,
        "sha256": checked.sha256,
        "device_key": checked.device_key,
        **{name: inside.get(name) for name in about},
        "out": str(out) if out else None,
    }


def _lines(file: str, checked: Checked, device: str | None, out: Path | None) -> str:
    found = checked.manifest
    known = "the registered one" if device else "not compared: give --device-key"
    lines = [
        f"{shown(file)}: in order",
        f"  SHA-256   {checked.sha256}",
        f"  size      {checked.size} bytes",
        f"  signed by {checked.device_key} ({known})",
    ]
    if found is None:
        return "\n".join([*lines, "  inside    not checked: signature of the list, members and counts need --identity"])
    counts = ", ".join(f"{name} {many}" for name, many in sorted(found.counts.items()))
    lines += [
        f"  batch     {found.batch_id}",
        f"  window    {found.window.get('id')}, sequence {found.seq}",
        f"  counts    {counts}",
    ]
    lines += [
        f"  corrects  sequence {each['seq']}: {len(each['replaced'])} rows here take the place of those there,"
        f" {len(each['withdrawn'])} there no longer apply"
        for each in found.supersedes
    ]
    lines += ["  rehearsal: not a real batch"] if found.rehearsal else []
    return "\n".join([*lines, *(_laid_out(out) if out else [])])


def _laid_out(out: Path) -> list[str]:
    """Where it lies now, and how many characters the table in CP932 lacks."""
    many = (out / REPORT).read_bytes().count(b"\r\n") - 1 if (out / REPORT).exists() else 0
    lost = [f"  {lacking(many, REPORT)}"] if many else []
    return [*lost, f"  laid out in {shown(str(out))}"]


def _known_profile(profile: str | None, rules: Path | None) -> str:
    """The profile asked for, or the one that counts else; wrong usage is said before anything is closed."""
    known = profile_names(columns_in(rules))
    if profile is not None and profile not in known:
        raise click.UsageError(words("batch.error_profile", known=", ".join(known)))
    return profile or known[0]


def _bar() -> Callable[[int, int], None]:
    began = time.monotonic()

    def show(done: int, total: int) -> None:
        left = seconds_left(time.monotonic() - began, done, total)
        key = "batch.note_checking" if done == total else "batch.note_progress"
        click.echo(f"\r{words(key, done=done, total=total, seconds=left)}\033[K", err=True, nl=done == total)

    return show


def _silent(done: int, total: int) -> None:
    """Nobody watches: nothing is printed."""
