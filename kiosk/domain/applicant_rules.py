"""The rules of what an applicant is asked, as kiosk/rules has them: the questions, of whom, and what ends the way."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kiosk.domain.eras import Era, eras_from

Condition = Mapping[str, Collection[str]]


class Kind(StrEnum):
    """What sort of answer a question takes."""

    CHOICE = "choice"
    NAME = "name"
    TEXT = "text"
    MAIL = "mail"
    PHONE = "phone"
    DIGITS = "digits"
    BIRTH_DATE = "birth_date"
    CARD_DATE = "card_date"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class Question:
    """One screen: its key, the kind of answer, the options of a choice, limits (characters or digits) of typed ones.

    ``exceptions`` are options that only staff may give this person, with a reason; no applicant is shown them.
    """

    key: str
    kind: Kind
    options: tuple[str, ...] = ()
    optional: bool = False
    least: int = 1
    most: int = 100
    exceptions: tuple[str, ...] = ()
    pictures: bool = False
    """Whether each option has its picture, static/img/choice/<key>_<option>.svg."""


@dataclass(frozen=True, slots=True)
class Fewer:
    """What is offered to some people only in part: the options left, those staff may still give, and to whom."""

    options: tuple[str, ...]
    exceptions: tuple[str, ...]
    when: Condition


@dataclass(frozen=True, slots=True)
class Item:
    """One row of kiosk/rules/applicant.toml: a question and of whom it is asked."""

    question: Question
    enabled: bool
    when: Condition
    unless: Condition
    fewer: tuple[Fewer, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something that follows from answers: an end of the way here."""

    key: str
    when: Condition


@dataclass(frozen=True, slots=True)
class ApplicantRules:
    """All rules of this step as read from kiosk/rules, plus what kiosk.toml says of mail."""

    items: tuple[Item, ...]
    stops: tuple[Outcome, ...]
    renewal: Sequence[Mapping[str, Any]]
    ages: Mapping[str, Any]
    eras: tuple[Era, ...]
    municipalities: tuple[Mapping[str, Any], ...]
    contact_mail: str
    other_cities: str
    mail_endings: tuple[str, ...] = ()


def rules_from(
    applicant: Mapping[str, Any],
    eras: Mapping[str, Any],
    ages: Mapping[str, Any],
    municipalities: Mapping[str, Any],
    contact_mail: str,
    other_cities: str = "accepted",
) -> ApplicantRules:
    """The rules out of the tables of the four TOML files; raises KeyError or ValueError for a broken table."""
    return ApplicantRules(
        items=tuple(_item(row) for row in applicant["item"]),
        stops=tuple(Outcome(row["key"], row["when"]) for row in applicant.get("stop", ())),
        renewal=applicant["renewal"],
        ages=ages,
        eras=eras_from(eras),
        municipalities=tuple(municipalities.get("municipality", ())),
        contact_mail=contact_mail,
        other_cities=other_cities,
        mail_endings=tuple(applicant.get("mail_endings", ())),
    )


def _item(row: Mapping[str, Any]) -> Item:
    question = Question(
        key=row["key"],
        kind=Kind(row["kind"]),
        options=tuple(row.get("options", ())),
        optional=row.get("optional", False),
        least=row.get("least", 1),
        most=row.get("most", 100),
        pictures=row.get("pictures", False),
    )
    fewer = tuple(_fewer(each, question) for each in row.get("fewer", ()))
    return Item(question, row.get("enabled", True), row.get("when", {}), row.get("unless", {}), fewer)


def _fewer(row: Mapping[str, Any], question: Question) -> Fewer:
    exceptions = tuple(row.get("exceptions", ()))
    if not set(exceptions) <= set(question.options):
        raise ValueError(f"{question.key}: an exception that is none of its options")
    return Fewer(tuple(row["options"]), exceptions, row["when"])
