"""``kiosk keys``: the municipality's identity, recipient and signing key, this device's signing key."""

import os
from contextlib import suppress
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.clock import stamp
from kiosk.commands import folders
from kiosk.commands.answer import json_line
from kiosk.commands.key_files import recipients_in
from kiosk.commands.people import People, by_staff, plain_errors
from kiosk.domain.errors import NotFound
from kiosk.domain.staff import Role
from kiosk.store import carrier_keys, device, office_keys, signing_key, wraps


@click.group()
def keys() -> None:
    """Keys: new, show, use, forget, renew, ssh, s3."""


@keys.command()
@click.option("--out", "folder", required=True, type=folders.FOLDER)
@click.option("--rehearsal", is_flag=True, help="for practice batches; the files say so")
@plain_errors
def new(folder: Path, rehearsal: bool) -> None:
    """Make the municipality's identity and signing key (stay at the office) and the recipient file for the kiosks."""
    folders.refuse_unwritable(folder)
    prefix = "rehearsal-" if rehearsal else ""
    identity, office = wraps.new_identity(), Ed25519PrivateKey.generate()
    public, office_public = str(identity.to_public()), office_keys.public_of(office)
    secret_file, sign_file, public_file = (
        folder / f"{prefix}{name}" for name in ("identity.txt", "signing-key.pem", "recipient.txt")
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if public_file.exists() or sign_file.exists():
        raise click.ClickException("there are keys in this folder already; nothing was changed")
    _write_new(secret_file, f"# keep at the office, never on a kiosk\n# recipient: {public}\n{identity}\n", 0o600)
    _write_new(sign_file, signing_key.key_text(office), 0o600)
    _write_new(public_file, f"{office_keys.line(office_public)}\n{public}\n", 0o644)
    click.echo(f"identity:    {secret_file}\nsigning key: {sign_file}\nrecipient:   {public_file}")
    click.echo(f"fingerprint: {device.fingerprint(public)}")
    click.echo(f"fingerprint of the signing key: {device.fingerprint(office_public)}")


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@by_staff()
def show(people: People, as_json: bool) -> None:
    """This kiosk's recipients and the public half of its signing key, with fingerprints to read out."""
    for rehearsal in (False, True):
        for entry in _entries(people, rehearsal):
            click.echo(json_line(entry) if as_json else _words(entry))


@keys.command()
@click.argument("recipient", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@by_staff(Role.SUPERVISOR)
def use(people: People, recipient: Path) -> None:
    """Encrypt to the recipients in this file from now on; they can also open every key of this kiosk.

    Office signing keys in the file are believed from now on, beside those known already.
    """
    lines = recipients_in(recipient)
    at = stamp(people.clock)
    people.vault.set_recipients(lines)
    people.vault.kiosk_store.audit.append("recipients_changed", people.by.name, "kiosk", at=at)
    for entry in _entries(people, rehearsal=False)[:-1]:
        click.echo(f"{entry['public']}\t{entry['fingerprint']}")


@keys.command()
@click.option("--rehearsal", is_flag=True, help="the key practice batches are signed with")
@by_staff(Role.SUPERVISOR)
def renew(people: People, rehearsal: bool) -> None:
    """Sign batches with a new device key from now on; register its public half at the office before the next one."""
    store, at = people.vault.kiosk_store, stamp(people.clock)
    with store.write():
        public = device.renew_device_key(store, rehearsal)
        store.audit.append("device_key_renewed", people.by.name, "kiosk", public, at=at)
    if rehearsal:
        people.vault.folder.write_secret(people.vault.folder.rehearsal_device, public + "\n")
    click.echo(_words(_entry("device", public, rehearsal)))


@keys.command()
@by_staff()
def ssh(people: People) -> None:
    """This kiosk's SSH key for SFTP destinations: the line an authorized_keys file there takes; made at first use."""
    click.echo(carrier_keys.ssh_public(people.vault.kiosk_store))


@keys.command()
@click.argument("destination", metavar="NAME")
@click.option("--key-id", required=True, help="the access key's id; its secret is asked for")
@by_staff(Role.SUPERVISOR)
def s3(people: People, destination: str, key_id: str) -> None:
    """Keep the access key of the S3 destination NAME in kiosk.db; the secret is asked for like a passphrase."""
    secret = people.next_passphrase(f"{destination} (secret access key)")
    store, at = people.vault.kiosk_store, stamp(people.clock)
    with store.write():
        carrier_keys.set_s3_credentials(store, destination, carrier_keys.S3Credentials(key_id, secret))
        store.audit.append("s3_credentials_changed", people.by.name, destination, at=at)
    click.echo(f"{destination} has a new access key: {key_id}")


@keys.command()
@click.argument("public", metavar="OFFICE_KEY")
@by_staff(Role.SUPERVISOR)
def forget(people: People, public: str) -> None:
    """Believe an office's signing key no more, for one that was lost or is not used any longer."""
    store, at = people.vault.kiosk_store, stamp(people.clock)
    with store.write():
        office_keys.forget(store, public)
        store.audit.append("office_key_forgotten", people.by.name, "kiosk", public, at=at)
    click.echo(f"{public} is forgotten")


def _entries(people: People, rehearsal: bool) -> list[dict[str, object]]:
    store = people.vault.kiosk_store
    lines = [line for line in device.recipient_lines(store, rehearsal).split() if line.startswith("age1")]
    entries: list[dict[str, object]] = [_entry("recipient", line, rehearsal) for line in lines]
    entries += [_entry("office", key, rehearsal) for key in office_keys.known(store, rehearsal)]
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
        with suppress(OSError):  # a FAT medium has no modes
            os.fchmod(descriptor, mode)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
