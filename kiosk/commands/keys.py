"""``kiosk keys``: the municipality's identity and recipient, this device's signing key."""

import json
import os
from pathlib import Path

import click

from kiosk.commands.people import People, by_staff, plain_errors
from kiosk.domain.errors import NotFound
from kiosk.domain.staff import Role
from kiosk.store import device, wraps


@click.group()
def keys() -> None:
    """Keys: new, show, use."""


@keys.command()
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--rehearsal", is_flag=True, help="for practice batches; the files say so")
@plain_errors
def new(folder: Path, rehearsal: bool) -> None:
    """Make the municipality's identity (stays at the office) and its recipient (goes to the kiosks)."""
    prefix = "rehearsal-" if rehearsal else ""
    identity = wraps.new_identity()
    public = str(identity.to_public())
    secret_file, public_file = folder / f"{prefix}identity.txt", folder / f"{prefix}recipient.txt"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if public_file.exists():
        raise click.ClickException("there are keys in this folder already; nothing was changed")
    _write_new(secret_file, f"# keep at the office, never on a kiosk\n# recipient: {public}\n{identity}\n", 0o600)
    _write_new(public_file, f"{public}\n", 0o644)
    click.echo(f"identity:    {secret_file}\nrecipient:   {public_file}")
    click.echo(f"fingerprint: {device.fingerprint(public)}")


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@by_staff()
def show(people: People, as_json: bool) -> None:
    """This kiosk's recipients and the public half of its signing key, with fingerprints to read out."""
    for rehearsal in (False, True):
        for entry in _entries(people, rehearsal):
            click.echo(json.dumps(entry) if as_json else _words(entry))


@keys.command()
@click.argument("recipient", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@by_staff(Role.SUPERVISOR)
def use(people: People, recipient: Path) -> None:
    """Encrypt to the recipients in this file from now on; they can also open every key of this kiosk."""
    lines = recipient.read_text("utf-8")
    at = people.clock.now().isoformat(timespec="milliseconds")
    people.vault.set_recipients(lines)
    people.vault.kiosk_store.audit.append("recipients_changed", people.by.name, "kiosk", at=at)
    for line in device.recipient_lines(people.vault.kiosk_store).splitlines():
        click.echo(f"{line}\t{device.fingerprint(line)}")


def _entries(people: People, rehearsal: bool) -> list[dict[str, object]]:
    store = people.vault.kiosk_store
    lines = device.recipient_lines(store, rehearsal).splitlines()
    entries: list[dict[str, object]] = [_entry("recipient", line, rehearsal) for line in lines]
    try:
        return [*entries, _entry("device", device.device_public(store, rehearsal), rehearsal)]
    except NotFound:
        return entries


def _entry(kind: str, public: str, rehearsal: bool) -> dict[str, object]:
    return {"key": kind, "public": public, "fingerprint": device.fingerprint(public), "rehearsal": rehearsal}


def _words(entry: dict[str, object]) -> str:
    practice = " (practice)" if entry["rehearsal"] else ""
    return f"{entry['key']}{practice}\t{entry['public']}\n\t{entry['fingerprint']}"


def _write_new(path: Path, text: str, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise click.ClickException("there are keys in this folder already; nothing was changed") from None
    except OSError:
        raise click.ClickException("the folder cannot be written to") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
