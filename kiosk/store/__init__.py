"""The only SQL and the only file paths. No rules, no words for people in here."""

import sys

if "numpy" not in sys.modules:
    # sqlite-utils loads numpy where it is installed, 0.2 s of every command; nothing of numpy's is ever stored
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        import sqlite_utils  # noqa: F401 - loaded here so that it finds no numpy
    finally:
        del sys.modules["numpy"]
