"""Fsync by path: of a folder, so that the names in it last, or of a file that a library wrote."""

import os
from pathlib import Path


def fsync_path(path: Path) -> None:
    """Return once what ``path`` holds is on the disk; raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
