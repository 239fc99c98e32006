"""Servers on loopback: how to end our own; OpenSSH's sshd with sftp-server, moto's S3, and a line that is cut."""

import getpass
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from waitress import wasyncore
from waitress.server import BaseWSGIServer, MultiSocketServer

SFTP_SERVER = Path("/usr/lib/openssh/sftp-server")


def free_port() -> int:
    """A port of loopback nobody listens on now, below those the kernel gives to connections by itself."""
    for _ in range(100):
        port = random.randrange(20_000, 32_000)  # noqa: S311 - a place, not a secret
        with socket.socket() as found:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                found.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


def wait_for_ssh(port: int, seconds: float = 20) -> None:
    """Return when an SSH server greets there."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), 2) as line:
                if line.recv(4) == b"SSH-":
                    return
        except OSError:
            """Not there yet."""
        time.sleep(0.02)
    raise AssertionError("the server did not start")


@dataclass
class Sshd:
    """One sshd with a configuration, keys and a folder of its own; skips by name where OpenSSH is not installed."""

    place: Path
    authorized: str
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.program = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if not self.program or not SFTP_SERVER.exists():
            pytest.skip("openssh-server is not installed")
        self.folder = self.place / "sftp"
        self.folder.mkdir(parents=True)
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        self.new_host_key()
        (self.place / "authorized_keys").write_text(self.authorized + "\n")
        (self.place / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.place}/host_key\nPidFile none\nUsePAM no\n"
            f"AuthorizedKeysFile {self.place}/authorized_keys\nStrictModes no\nPasswordAuthentication no\n"
            f"PermitRootLogin prohibit-password\nSubsystem sftp {SFTP_SERVER} -d {self.folder}\n"
        )

    def new_host_key(self) -> None:
        """Be another server from the next start on."""
        (self.place / "host_key").unlink(missing_ok=True)
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(self.place / "host_key")]
        subprocess.run(command, check=True)

    def start(self) -> "Sshd":
        """Listen."""
        command = [str(self.program), "-D", "-f", str(self.place / "sshd_config"), "-E", str(self.place / "log")]
        self.process = subprocess.Popen(command, start_new_session=True)
        wait_for_ssh(self.port)
        return self

    def stop(self) -> None:
        """Be gone at once, with every connection."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    @property
    def rule(self) -> str:
        """What destinations.toml says of it."""
        kind, key, *_ = (self.place / "host_key.pub").read_text().split()
        return (
            f'host = "127.0.0.1"\nport = {self.port}\nuser = "{getpass.getuser()}"\nhost_key = "{kind} {key}"\n'
            'folder = "in/from the kiosks"\nacknowledgements = "out"\n'
        )


class CutLine:
    """A line to a server on loopback; each entry of ``cuts`` ends one connection after so many bytes to the server."""

    def __init__(self, to: int) -> None:
        self._to, self.cuts = to, list[int]()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no more connections."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _run(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                near.close()
                continue
            most = self.cuts.pop(0) if self.cuts else None
            threading.Thread(target=_pass_on, args=(near, far, most), daemon=True).start()
            threading.Thread(target=_pass_on, args=(far, near, None), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, most: int | None) -> None:
    done = 0
    try:
        while (block := source.recv(16384)) and (most is None or done < most):
            target.sendall(block)
            done += len(block)
    except OSError:
        """The other side is gone."""
    for each in (source, target):
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue
        finally:
            each.close()


def close(server: BaseWSGIServer | MultiSocketServer) -> None:
    """Stop serving once whoever is still answering is done: their last word needs the server's pipe.

    Its own thread closes the sockets: closed from here they would be gone while it begins to wait for them.
    """
    assert isinstance(server, BaseWSGIServer), "one address, one socket"
    server.task_dispatcher.shutdown()
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
