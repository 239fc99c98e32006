"""The kiosks whose batches this office takes: their Ed25519 public keys, registered once and kept."""

from kiosk.batch_file.manifest import public_key
from kiosk.domain.errors import BatchError, NotFound, Refused
from kiosk.office.database import Connection


def register(connection: Connection, public: str, name: str) -> None:
    """Take batches of this device from now on; raises Refused when it is no public key or has no name.

    A device that was removed before is taken again.
    """
    if not name.strip() or not name.isprintable():
        raise Refused("staff.error_name")
    try:
        public_key(public)
    except BatchError:
        raise Refused("office.error_device_key") from None
    connection.execute(
        "insert into devices (public_key, name) values (%s, %s)"
        " on conflict (public_key) do update set name = excluded.name, removed_at = null",
        (public, name),
    )


def remove(connection: Connection, public: str) -> None:
    """Take none of its batches any more; those taken in stay. Raises NotFound."""
    done = connection.execute(
        "update devices set removed_at = now() where public_key = %s and removed_at is null", (public,)
    )
    if done.rowcount == 0:
        raise NotFound("no such device", "office_device")


def registered(connection: Connection) -> dict[str, str]:
    """Public key → name of every device whose batches are taken."""
    found = connection.execute("select public_key, name from devices where removed_at is null order by registered_at")
    return {row["public_key"]: row["name"] for row in found}
