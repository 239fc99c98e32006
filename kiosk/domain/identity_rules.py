"""The rule data of the identity check: kinds of document, ways, papers, causes and cities, read from identity.toml."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

CAUSES = (
    "face_differs", "mail_forwarding", "moving_soon", "old_card_kept", "city_not_accepted", "city_without_posting",
    "no_representative", "representative_documents", "paper_missing", "documents_for_pickup", "documents_for_post",
    "preset_is_pickup",
)  # fmt: skip
"""Everything the check may find against posting; identity.toml says what each comes to."""


class Result(StrEnum):
    """What comes of the check, best first."""

    POST = "POST"
    PICKUP = "PICKUP"
    REJECT = "REJECT"


class DocumentClass(StrEnum):
    """A shows a face; B shows name and birth date or address; the notification card counts only beside others."""

    A = "A"
    B = "B"
    NOTIFICATION = "notification"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document; the dates are days of application, inclusive."""

    key: str
    document_class: DocumentClass
    shows: tuple[str, ...]
    expires: bool = True
    purposes: tuple[str, ...] = ()
    effective_from: date | None = None
    effective_to: date | None = None

    def counts(self, purpose: str, on: date) -> bool:
        """Whether this kind may be used for ``purpose`` on the day of application."""
        return _in_force(self, on) and (not self.purposes or purpose in self.purposes)


@dataclass(frozen=True, slots=True)
class Way:
    """One combination that is enough: ``a`` of class A, and ``b`` more of class A or B."""

    a: int = 0
    b: int = 0
    notification: int = 0
    pin: bool = False
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that comes along; ``when`` names the cases that need it, ``many`` that there may be more than one."""

    key: str
    when: tuple[str, ...]
    optional: bool = False
    custody: bool = False
    many: bool = False


@dataclass(frozen=True, slots=True)
class City:
    """Another municipality and whether cards taken here may be posted for its residents."""

    code: str
    name: str
    posting: bool
    effective_from: date | None = None
    effective_to: date | None = None


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """Everything of kiosk/rules/identity.toml."""

    version: str
    default_preset: str
    kinds: tuple[Kind, ...]
    post: Mapping[str, tuple[Way, ...]]
    pickup: Mapping[str, tuple[Way, ...]]
    causes: Mapping[str, Result]
    papers: tuple[Paper, ...]
    representative_ways: tuple[Way, ...]
    cities: tuple[City, ...]
    default_posting: bool
    ic_kinds: tuple[str, ...] = ()

    def kind(self, key: str) -> Kind | None:
        """The kind of that key, or None."""
        return next((kind for kind in self.kinds if kind.key == key), None)

    def city_has_posting(self, city: str, on: date) -> bool:
        """Whether a card for a resident of another municipality, by its code or name, may be posted."""
        in_force = (each for each in self.cities if city in (each.code, each.name) and _in_force(each, on))
        return next((each.posting for each in in_force), self.default_posting)


def _in_force(dated: Kind | City, on: date) -> bool:
    starts_later = dated.effective_from is not None and on < dated.effective_from
    has_ended = dated.effective_to is not None and dated.effective_to < on
    return not starts_later and not has_ended


def read_identity_rules(data: Mapping[str, Any], cities: Iterable[Mapping[str, Any]] = ()) -> IdentityRules:
    """The rules out of the parsed identity.toml and the rows of municipalities.toml.

    Raises KeyError or ValueError when something is missing or unknown.
    """
    for cause in CAUSES:
        data["causes"][cause]  # a copy of the municipality's own may be older than this program
    return IdentityRules(
        version=str(data["version"]),
        default_preset=data["default_preset"],
        kinds=tuple(_read_kind(each) for each in data["kinds"]),
        post={name: _read_ways(preset["post"]) for name, preset in data["presets"].items()},
        pickup={name: _read_ways(preset["pickup"]) for name, preset in data["presets"].items()},
        causes={cause: Result(result) for cause, result in data["causes"].items()},
        papers=tuple(Paper(**{**each, "when": tuple(each["when"])}) for each in data["papers"]),
        representative_ways=_read_ways(data["representative"]["ways"]),
        cities=tuple(_read_city(each) for each in cities),
        default_posting=data["out_of_city"]["default_posting"],
        ic_kinds=tuple(data.get("ic_kinds", ())),
    )


def _read_kind(data: Mapping[str, Any]) -> Kind:
    return Kind(
        key=data["key"],
        document_class=DocumentClass(data["class"]),
        shows=tuple(data["shows"]),
        expires=data.get("expires", True),
        purposes=tuple(data.get("purposes", ())),
        effective_from=data.get("effective_from"),
        effective_to=data.get("effective_to"),
    )


def _read_city(data: Mapping[str, Any]) -> City:
    return City(
        code=data["code"],
        name=data["name"],
        posting=data["posts"],
        effective_from=data.get("effective_from"),
        effective_to=data.get("effective_to"),
    )


def _read_ways(ways: Iterable[Mapping[str, Any]]) -> tuple[Way, ...]:
    return tuple(Way(**{**way, "purposes": tuple(way.get("purposes", ()))}) for way in ways)
