"""Commands for photos: judging picture files, and the sheet of photos for hand-written forms."""

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camera.errors import CameraError, PictureError
from camera.picture import Picture, read_file_bytes, read_picture, read_picture_file
from kiosk.actions.photo_check import PhotoCheck, check_picture, is_finished_photo, warm_up
from kiosk.commands import folders
from kiosk.commands.answer import json_line, shown
from kiosk.commands.photo_answer import PHOTO_FAILED, UNREADABLE, Answer, as_dict, in_words
from kiosk.commands.quiet import quiet_native
from kiosk.domain.photo import PhotoLimits, load_limits
from kiosk.domain.photo_file import PhotoFileRules, photo_file_rules
from kiosk.rules import load_rules, own_rules_text, rules_text
from kiosk.texts import languages

if TYPE_CHECKING:
    from kiosk.ports import Analyser

RULES_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Checker:
    """The models and rules one run judges by."""

    analyser: "Analyser"
    limits: PhotoLimits
    rules: PhotoFileRules

    def check(self, picture: Picture, *, as_camera: bool) -> PhotoCheck:
        """Judge one picture, with whatever the models print kept quiet."""
        with quiet_native():
            return check_picture(picture, self.analyser, self.limits, as_camera=as_camera, rules=self.rules)


@click.command("check-photo")
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line and nothing else on standard output.")
@click.option("--out", metavar="DIR", type=folders.ANY, help="Write the photo of each picture in here.")
@click.option("--as-camera", is_flag=True, help="Take each picture as one camera frame, not as a finished file.")
@click.option("--rules", metavar="DIR", type=RULES_FOLDER, help="The municipality's own rule files.")
def check_photo(images: tuple[str, ...], as_json: bool, out: Path | None, as_camera: bool, rules: Path | None) -> None:
    """Judge pictures by the rules for card photos; exit 1 if one fails, 2 if one cannot be read."""
    checker = _checker(rules)
    folder = _ready(out) if out else None
    codes = [UNREADABLE] if out and folder is None else []
    for answer in _answers(images, checker, folder, as_camera):
        click.echo(json_line(as_dict(answer)) if as_json else in_words(answer))
        if answer.problem:
            click.echo(f"{shown(answer.file)}: {answer.problem}", err=True)
        codes.append(answer.code if folder is None or _is_written(answer) else UNREADABLE)
    sys.exit(max(codes))


def _checker(rules: Path | None) -> Checker:
    """Load models and rules, or end with plain words and exit 2."""
    try:
        limits = load_limits(rules_text("photo"), own_rules_text("photo", rules))
        file_rules = photo_file_rules(load_rules("photo_file", rules))
        with quiet_native():
            from camera.face import FaceAnalyser

            analyser = FaceAnalyser()
            warm_up(analyser)
    except CameraError as problem:
        raise _Refusal(f"The face models cannot be loaded: {problem}") from None
    except (ValueError, OSError) as problem:
        raise _Refusal(f"The photo rules cannot be used: {problem}") from None
    return Checker(analyser, limits, file_rules)


class _Refusal(click.ClickException):
    exit_code = UNREADABLE


def _ready(out: Path) -> Path | None:
    """The folder for photos, made if need be; None (after saying so) when nothing can be put there."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        click.echo(f"{shown(str(out))}: photos cannot be written here ({problem.strerror}).", err=True)
        return None
    return out.resolve()


def _answers(images: tuple[str, ...], checker: Checker, folder: Path | None, as_camera: bool) -> Iterator[Answer]:
    for index, file in enumerate(images, start=1):
        started = time.perf_counter()
        try:
            check = checker.check(read_picture_file(Path(file)), as_camera=as_camera)
        except PictureError as problem:
            yield Answer(file, problem=problem)
            continue
        check = replace(check, ms=(time.perf_counter() - started) * 1000)
        name = f"{index}-{Path(file).stem}.jpg"
        yield Answer(file, check, output=_written(folder / name, check.jpeg) if folder and check.jpeg else None)


def _written(path: Path, jpeg: bytes) -> Path | None:
    """Write one photo; None, after saying so and leaving no part of it, when that does not work."""
    try:
        path.write_bytes(jpeg)
    except OSError as problem:
        click.echo(f"{shown(str(path))}: the photo cannot be written ({problem.strerror}).", err=True)
        with suppress(OSError):
            path.unlink(missing_ok=True)
        return None
    return path


def _is_written(answer: Answer) -> bool:
    return answer.output is not None or answer.check is None or answer.check.jpeg is None


@click.command("photo-sheet")
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@click.option("--out", metavar="PDF", type=folders.ANY, required=True, help="The PDF to write.")
@click.option("--size", type=click.Choice(["L", "A4"]), default="L", show_default=True, help="Paper: L is 89 x 127 mm.")
@click.option("--copies", type=click.IntRange(1, 100), default=4, show_default=True, help="Of every photo.")
@click.option("--rehearsal", is_flag=True, help="Print the practice watermark across every photo.")
@click.option("--language", type=click.Choice(languages()), default="ja", show_default=True, help="Of the notes.")
@click.option("--rules", metavar="DIR", type=RULES_FOLDER, help="The municipality's own rule files.")
def photo_sheet(
    images: tuple[str, ...], out: Path, size: str, copies: int, rehearsal: bool, language: str, rules: Path | None
) -> None:
    """Put photos of 45 x 35 mm with cutting lines on a sheet for forms filled in by hand.

    A JPEG that is already 7:9 goes in as it is; any other picture is judged and cropped first.
    """
    lazy = LazyChecker(rules)
    photos: list[bytes] = []
    codes = [0]
    for file in images:
        photo, code = _for_sheet(file, lazy)
        photos += [photo] if photo else []
        codes.append(code)
    if photos:
        codes.append(_sheet_written(out, photo_sheet_pdf(photos, size, copies, rehearsal, language)))
    sys.exit(max(codes))


class LazyChecker:
    """Loads the models only when the first picture needs them."""

    def __init__(self, rules: Path | None) -> None:
        self._rules = rules
        self._checker: Checker | None = None

    def check(self, picture: Picture) -> PhotoCheck:
        """Judge one picture as a camera frame."""
        self._checker = self._checker or _checker(self._rules)
        return self._checker.check(picture, as_camera=True)


def photo_sheet_pdf(photos: list[bytes], size: str, copies: int, rehearsal: bool, language: str) -> bytes:
    """The sheet; WeasyPrint is loaded only here, since it takes a second."""
    from kiosk.documents import photo_sheet as document

    return document.photo_sheet(photos, size, copies=copies, rehearsal=rehearsal, language=language)


def _for_sheet(file: str, checker: LazyChecker) -> tuple[bytes | None, int]:
    """The JPEG to print and an exit code; says in words why there is none."""
    try:
        data = read_file_bytes(Path(file))
        picture = read_picture(data)
    except PictureError as problem:
        click.echo(f"{shown(file)}: {problem}", err=True)
        return None, UNREADABLE
    if is_finished_photo(picture):
        return data, 0
    check = checker.check(picture)
    if check.jpeg is None:
        click.echo(f"{shown(file)}: not printed ({', '.join(check.reasons)}).", err=True)
        return None, PHOTO_FAILED
    return check.jpeg, 0


def _sheet_written(out: Path, pdf: bytes) -> int:
    try:
        out.write_bytes(pdf)
    except OSError as problem:
        click.echo(f"{shown(str(out))}: the sheet cannot be written ({problem.strerror}).", err=True)
        return UNREADABLE
    click.echo(str(out.absolute()))
    return 0
