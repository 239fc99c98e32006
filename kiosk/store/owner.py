"""Whose a file is: root at work beside the service leaves nothing behind that the service cannot open."""

import os
from contextlib import suppress
from pathlib import Path


def as_its_folder(path: Path) -> None:
    """Give a file or folder that root has just made to the account its folder belongs to; others change nothing."""
    give(path, path.absolute().parent)


def give(path: Path, as_of: Path) -> None:
    """Where root is at work and may: give ``path`` to the account and group that ``as_of`` belongs to."""
    if os.geteuid() != 0:
        return
    with suppress(OSError):  # removed meanwhile, or a file system without owners
        wanted, now = as_of.stat(), path.lstat()
        if (now.st_uid, now.st_gid) != (wanted.st_uid, wanted.st_gid):
            os.chown(path, wanted.st_uid, wanted.st_gid, follow_symlinks=False)
