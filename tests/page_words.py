"""What a reader finds on a page: addresses, hashes and tokens hold any digits by chance, so they are left out."""

import re
from html.parser import HTMLParser

_READ = frozenset({"alt", "title", "aria-label", "placeholder", "value"})
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]+(?![0-9A-Za-z])")


class _Words(HTMLParser):
    """Gathers the words; what is hidden and what a button sends are not read by anybody."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value and name in _READ}
        is_unseen = tag in ("button", "option") or ("type", "hidden") in attrs
        self.found += [value for name, value in values.items() if name != "value" or not is_unseen]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def words_of(page: str) -> str:
    """The text of a page and of its fields, without tags, addresses and tokens."""
    reader = _Words()
    reader.feed(page)
    return " ".join(" ".join(reader.found).split())


def numbers_in(text: str) -> set[str]:
    """The numbers that stand alone in a text: ``202`` is not in ``2026``, nothing is in a hash."""
    return set(_NUMBER.findall(text))
