"""The command that reads application forms from picture files."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from camera.errors import PictureError
from camera.picture import read_picture_file
from camera.qr import CodesSeen, read_codes
from kiosk.commands.answer import json_line, shown
from kiosk.commands.own_rules import hosts_in
from kiosk.domain.form_qr import FormReading, ReadingKind, masked, read_payloads

ALL_IN_ORDER, NO_FORM, UNREADABLE = 0, 1, 2
"""Exit codes of the contract."""

_WORDS = {
    ReadingKind.MY_NUMBER_REFUSED: "a 12-digit number, which may be a My Number: it was not read",
    ReadingKind.OTHER_CODE: "a code, but not an application form's; the form's code is at its bottom right",
    ReadingKind.SEVERAL_FORMS: "several application forms; show one at a time",
    ReadingKind.NONE: "no code could be read",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said about one input: its reading, or why the picture could not be read."""

    file: str
    reading: FormReading | None = None
    problem: PictureError | None = None

    @property
    def code(self) -> int:
        """What this input alone would make the exit code."""
        if self.reading is None:
            return UNREADABLE
        return ALL_IN_ORDER if self.reading.kind is ReadingKind.FORM_ID else NO_FORM


@click.command("read-form")
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line and nothing else on standard output.")
@click.option("--rules", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
def read_form(images: tuple[str, ...], as_json: bool, rules: Path | None) -> None:
    """Read the application form ID from pictures; exit 1 if one shows none, 2 if one cannot be read."""
    codes = []
    for answer in _answers(images, hosts_in(rules)):
        click.echo(json_line(as_dict(answer)) if as_json else in_words(answer))
        if answer.problem:
            click.echo(f"{shown(answer.file)}: {answer.problem}", err=True)
        codes.append(answer.code)
    sys.exit(max(codes))


def _answers(images: tuple[str, ...], hosts: list[str]) -> Iterator[Answer]:
    for file in images:
        try:
            picture = read_picture_file(Path(file))
        except PictureError as problem:
            yield Answer(file, problem=problem)
            continue
        yield Answer(file, _reading_of(read_codes(picture.image), hosts))


def _reading_of(seen: CodesSeen, hosts: list[str]) -> FormReading:
    """What all codes say together; a linear code never gives a form, since a misreading of one may look like an ID."""
    reading = read_payloads(seen.texts, hosts)
    if reading.kind is not ReadingKind.NONE or not seen.linear_texts:
        return reading
    refused = read_payloads(seen.linear_texts, hosts).kind is ReadingKind.MY_NUMBER_REFUSED
    return FormReading(ReadingKind.MY_NUMBER_REFUSED if refused else ReadingKind.OTHER_CODE)


def as_dict(answer: Answer) -> dict[str, Any]:
    """The answer as the contract of ``--json`` has it."""
    if answer.reading is None:
        key, message = (answer.problem.key, str(answer.problem)) if answer.problem else ("picture_error", "")
        return {"file": answer.file, "error": {"key": key, "message": message}}
    return {"file": answer.file, "kind": answer.reading.kind.value, "form_id": answer.reading.form_id}


def in_words(answer: Answer) -> str:
    """The answer for a person at a terminal, whose screen others may see: the ID is masked."""
    name = shown(answer.file)
    if answer.reading is None:
        return f"{name}: not read"
    if answer.reading.form_id:
        return f"{name}: application form {masked(answer.reading.form_id)}"
    return f"{name}: {_WORDS[answer.reading.kind]}"
