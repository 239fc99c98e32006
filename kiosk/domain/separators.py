"""Marks people and printers put between digits, shared by the form ID and the My Number guard."""

import unicodedata

HYPHENS = frozenset("-‐‑‒–—―⁃−˗ーｰ－﹣﹘⁻₋゠─━")
"""Every dash seen in typed or printed numbers, before and after NFKC; the long vowel mark comes from kana keyboards."""


def is_separator(mark: str) -> bool:
    """Whether ``mark`` is a space, a hyphen of any kind, or an invisible character."""
    return mark.isspace() or mark in HYPHENS or unicodedata.category(mark) in ("Cf", "Cc")


def without_separators(text: str) -> str:
    """``text`` with all spaces, hyphens and invisible characters taken out."""
    return "".join(mark for mark in text if not is_separator(mark))
