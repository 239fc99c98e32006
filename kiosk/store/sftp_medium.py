"""A folder on an SSH server as destination, through paramiko; only this module knows it and maps its errors."""

import errno
import hashlib
import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

import paramiko
from paramiko.sftp import CMD_EXTENDED

from kiosk.domain.destination import SftpDestination
from kiosk.domain.errors import BatchError, StorageFull
from kiosk.store.medium import Told

_BLOCK = 1 << 18
_PATIENCE = 20.0
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SAID_FULL = ("no space left", "quota", "failure: disk")


class SftpMedium:
    """One destination; each deed is a connection of its own, since the one before may have been cut off."""

    def __init__(self, to: SftpDestination, private_key: str) -> None:
        self._run = secrets.token_hex(8)
        self._to, self._key = to, paramiko.Ed25519Key.from_private_key(io.StringIO(private_key))

    def put(self, source: Path, sha256: str, told: Told) -> bool:
        """See Medium. The copy grows as ``.NAME.RUN.part`` and gets its name only after it was read back.

        The part is this run's alone: another run that puts the same file at the same time cannot cut it short. A copy
        that was cut off is begun again: comparing it would carry the same bytes once more.
        """
        with self._connected() as sftp:
            folder = PurePosixPath(self._to.folder)
            _make(sftp, folder)
            target, part = str(folder / source.name), str(folder / f".{source.name}.{self._run}.part")
            is_new = _size(sftp, target) is None
            try:
                if is_new:
                    _copy(sftp, source, part, told)
                    _expect(sftp, part, sha256, "medium_differs")
                    _name(sftp, part, target)
                _expect(sftp, target, sha256, "file_exists")
            except (OSError, BatchError):
                _clear_parts(sftp, part, folder, source.name)
                raise
            _clear_parts(sftp, part, folder, source.name)
        return is_new

    def answer(self, name: str, most: int) -> bytes | None:
        """See Medium."""
        with self._connected() as sftp:
            path = str(PurePosixPath(self._to.acknowledgements) / name)
            if _size(sftp, path) is None:
                return None
            with sftp.open(path, "rb") as file:
                return bytes(file.read(most))

    @contextmanager
    def _connected(self) -> Iterator[paramiko.SFTPClient]:
        with paramiko.SSHClient() as client:
            client.set_missing_host_key_policy(paramiko.RejectPolicy())
            with _ours():
                self._sign_in(client)
                with client.open_sftp() as sftp:
                    channel = sftp.get_channel()
                    if channel is not None:
                        channel.settimeout(_PATIENCE)
                    yield sftp

    def _sign_in(self, client: paramiko.SSHClient) -> None:
        to = self._to
        host = to.host if to.port == 22 else f"[{to.host}]:{to.port}"
        client.get_host_keys().add(host, to.host_key.split(" ")[0], _pinned(to.host_key))
        client.connect(
            to.host, to.port, to.user, pkey=self._key, allow_agent=False, look_for_keys=False,
            timeout=_PATIENCE, banner_timeout=_PATIENCE, auth_timeout=_PATIENCE, channel_timeout=_PATIENCE,
        )  # fmt: skip


@contextmanager
def _ours() -> Iterator[None]:
    """paramiko's errors as ours: what a wait cannot mend is named, everything else is an OSError to try again."""
    try:
        yield
    except (paramiko.BadHostKeyException, paramiko.ssh_exception.IncompatiblePeer):
        raise BatchError("server_unknown") from None
    except paramiko.AuthenticationException:
        raise BatchError("server_refuses") from None
    except PermissionError:
        raise BatchError("server_refuses") from None
    except (paramiko.SSHException, EOFError) as error:
        if "not found in known_hosts" in str(error):  # the server has no key of the pinned kind
            raise BatchError("server_unknown") from None
        raise ConnectionError("the connection was cut off") from None
    except OSError as error:
        if error.errno in _FULL or any(words in str(error).lower() for words in _SAID_FULL):
            raise StorageFull("no room at the destination") from None
        raise


def _pinned(host_key: str) -> paramiko.PKey:
    """The key of a rule; raises BatchError ``bad_destination`` for one that was cut short or copied wrongly."""
    try:
        entry = paramiko.hostkeys.HostKeyEntry.from_line(f"host {host_key}")
    except (paramiko.hostkeys.InvalidHostKey, paramiko.SSHException, ValueError):
        entry = None
    if entry is None or entry.key is None:
        raise BatchError("bad_destination")
    return entry.key


def _make(sftp: paramiko.SFTPClient, folder: PurePosixPath) -> None:
    for each in [*reversed(folder.parents), folder]:
        if str(each) != "." and _size(sftp, str(each)) is None:
            with suppress(OSError):  # made by another in the meantime; if not, the copy says what is wrong
                sftp.mkdir(str(each))


def _size(sftp: paramiko.SFTPClient, path: str) -> int | None:
    try:
        return sftp.stat(path).st_size or 0
    except FileNotFoundError:
        return None


def _copy(sftp: paramiko.SFTPClient, source: Path, part: str, told: Told) -> None:
    with source.open("rb") as origin, sftp.open(part, "wb") as copy:
        copy.set_pipelined(True)
        while block := origin.read(_BLOCK):
            copy.write(block)
            told(origin.tell())
        copy.flush()
        _fsync(sftp, copy)


def _clear_parts(sftp: paramiko.SFTPClient, part: str, folder: PurePosixPath, name: str) -> None:
    """Remove our part and those that runs which died have left of this file; a run still at it begins again."""
    with suppress(OSError):
        sftp.remove(part)
    with suppress(OSError):  # a server may let us put files and not list them
        for each in sftp.listdir(str(folder)):
            if each.startswith(f".{name}.") and each.endswith(".part"):
                sftp.remove(str(folder / each))


def _fsync(sftp: paramiko.SFTPClient, file: paramiko.SFTPFile) -> None:
    """Where the server offers fsync@openssh.com it has to answer that the file is on its disk; paramiko has no call."""
    try:
        sftp._request(CMD_EXTENDED, "fsync@openssh.com", file.handle)  # type: ignore[attr-defined]
    except OSError as error:
        if "unsupported" not in str(error).lower():
            raise


def _hash(sftp: paramiko.SFTPClient, path: str) -> str:
    seen, size = hashlib.sha256(), _size(sftp, path) or 0
    with sftp.open(path, "rb") as file:
        file.prefetch(size, 64)
        while block := file.read(_BLOCK):
            seen.update(block)
    return seen.hexdigest()


def _expect(sftp: paramiko.SFTPClient, path: str, sha256: str, otherwise: str) -> None:
    if _hash(sftp, path) != sha256:
        raise BatchError(otherwise)


def _name(sftp: paramiko.SFTPClient, part: str, target: str) -> None:
    """SFTP's own rename writes over nothing; a server without it gets posix-rename, the name looked for first."""
    try:
        sftp.rename(part, target)
    except OSError:
        if _size(sftp, target) is None:
            sftp.posix_rename(part, target)
        else:  # another was first: the caller compares what is there
            sftp.remove(part)
