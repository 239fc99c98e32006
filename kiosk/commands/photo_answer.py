"""What ``check-photo`` says about one input: as the contract's JSON, and in words for a person at a terminal."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camera.errors import PictureError
from kiosk.actions.photo_check import PhotoCheck
from kiosk.commands.answer import shown
from kiosk.domain.photo import JudgedMeasure

ALL_IN_ORDER, PHOTO_FAILED, UNREADABLE = 0, 1, 2
"""Exit codes of the contract."""
UNITS_IN_WORDS = {"0-1": "", "ratio": "", "score": "", "px": "pixels", "deg": "degrees"}
"""Units as a person reads them; those that only say that there is none are left out."""
YES_OR_NO = {"FileFormat": "not a file format or colour mode that is taken"}
"""What is said of measures that are only met or not, in place of a number."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said about one input: its judgement, or why it could not be read."""

    file: str
    check: PhotoCheck | None = None
    problem: PictureError | None = None
    output: Path | None = None

    @property
    def code(self) -> int:
        """What this input alone would make the exit code."""
        if self.check is None:
            return UNREADABLE
        return PHOTO_FAILED if self.check.verdict == "fail" else ALL_IN_ORDER


def as_dict(answer: Answer) -> dict[str, Any]:
    """The answer as the contract of ``--json`` has it."""
    if answer.check is None:
        key, message = (answer.problem.key, str(answer.problem)) if answer.problem else ("picture_error", "")
        return {"file": answer.file, "error": {"key": key, "message": message}}
    check = answer.check
    return {
        "file": answer.file,
        "verdict": check.verdict,
        "reasons": list(check.reasons),
        "measures": [_measure(measure) for measure in check.measures],
        "crop": _crop(check),
        "output": _output(answer),
        "ms": round(check.ms, 1),
    }


def _measure(measure: JudgedMeasure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "value": measure.value,
        "unit": measure.unit,
        "limit": {"min": measure.limit_min, "max": measure.limit_max},
        "status": measure.status,
    }


def _crop(check: PhotoCheck) -> dict[str, Any] | None:
    if check.crop is None:
        return None
    crop = check.crop
    return {"x": crop.x, "y": crop.y, "width": crop.width, "height": crop.height, "rotation_deg": crop.rotation_deg}


def _output(answer: Answer) -> dict[str, Any] | None:
    check = answer.check
    if answer.output is None or check is None or check.jpeg is None:
        return None
    return {"file": str(answer.output), "width": check.width, "height": check.height, "bytes": len(check.jpeg)}


def in_words(answer: Answer) -> str:
    """The answer for a person at a terminal: verdict and reasons, then each measure that is not in order."""
    if answer.check is None:
        return f"{shown(answer.file)}: not judged"
    reasons = ", ".join(answer.check.reasons)
    lines = [f"{shown(answer.file)}: {answer.check.verdict}{f' ({reasons})' if reasons else ''}"]
    for measure in answer.check.measures:
        if measure.status in ("warn", "fail"):
            lines.append(f"  {measure.status}  {_measure_in_words(measure)}")
    if answer.output:
        lines.append(f"  photo: {shown(str(answer.output))}")
    return "\n".join(lines)


def _measure_in_words(measure: JudgedMeasure) -> str:
    if measure.name in YES_OR_NO:
        return f"{measure.name}: {YES_OR_NO[measure.name]}"
    unit = UNITS_IN_WORDS.get(measure.unit, measure.unit)
    return f"{measure.name} = {_plain(measure.value)}{f' {unit}' if unit else ''}{_bounds(measure)}"


def _bounds(measure: JudgedMeasure) -> str:
    low = "" if measure.limit_min is None else f"{_plain(measure.limit_min)} or more"
    high = "" if measure.limit_max is None else f"{_plain(measure.limit_max)} or less"
    wanted = " and ".join(part for part in (low, high) if part)
    return f" (wanted: {wanted})" if wanted else ""


def _plain(value: float | None) -> str:
    """A number without powers of ten: whole from 1000 on, else three digits after the point at most."""
    if value is None:
        return "unknown"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{round(value, 3):g}"
