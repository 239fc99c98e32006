"""The rules for the photo as a file and for the frame around the head, stated as limits that ``judge`` applies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.domain.photo import Limit, Measured

Band = tuple[float, float, float]
"""Least, wanted, most."""


@dataclass(frozen=True, slots=True)
class FrameRules:
    """The printed frame in millimetres and its legal sizes in pixels (width, height).

    ``crown_error_mm``: so far off may the crown be seen that lies under hair; a frame is named only when off by more.
    """

    width_mm: float
    height_mm: float
    head_mm: Band
    gap_mm: Band
    centre_mm: float
    least_px: tuple[int, int]
    most_px: tuple[int, int]
    crown_error_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class PhotoFileRules:
    """One version of the rules for the photo file."""

    version: str
    formats: frozenset[str]
    modes: frozenset[str]
    least_bytes: int
    most_bytes: int
    least_side: int
    most_side: int
    frame: FrameRules
    qualities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a picture file without looking at the picture: format, pixel mode, sizes."""

    format: str
    mode: str
    bytes: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Framing:
    """A frame as planned: its pixels in the source, and shares of its height (head, gap) and width (off_centre)."""

    width: int
    height: int
    head_share: float
    gap_share: float
    off_centre: float


def photo_file_rules(table: Mapping[str, Any]) -> PhotoFileRules:
    """The rules of a parsed table; raises ValueError for a table that lacks one or says it in another form."""
    try:
        file, frame = table["file"], table["frame"]
        return PhotoFileRules(
            str(table["version"]), frozenset(file["formats"]), frozenset(file["modes"]),
            *_pair(file["bytes"]), *_pair(file["side_px"]), _frame(frame),
            tuple(int(quality) for quality in table["jpeg"]["qualities"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as problem:
        raise ValueError(f"photo file rules: {problem}") from None


def _frame(frame: Mapping[str, Any]) -> FrameRules:
    return FrameRules(
        float(frame["width_mm"]), float(frame["height_mm"]), _band(frame["head_mm"]), _band(frame["gap_mm"]),
        float(frame["centre_mm"]), _pair(frame["least_px"]), _pair(frame["most_px"]),
        float(frame.get("crown_error_mm", 0.0)),
    )  # fmt: skip


def _pair(values: Any) -> tuple[int, int]:
    low, high = values
    return int(low), int(high)


def _band(values: Any) -> Band:
    least, wanted, most = values
    if not least < wanted < most:
        raise ValueError("least, wanted, most must rise")
    return float(least), float(wanted), float(most)


def limits_of(rules: PhotoFileRules) -> dict[str, Limit]:
    """The limits of every measure this module names, to be judged beside those of the face."""
    frame = rules.frame
    head, gap = (_seen_within(band, frame) for band in (frame.head_mm, frame.gap_mm))
    aside = _rounded(frame.centre_mm / frame.width_mm)
    side = Limit(
        fail_min=rules.least_side, fail_max=rules.most_side, reason_low="resolution_low", reason_high="file_format"
    )
    return {
        "FileFormat": Limit(fail_min=1, reason_low="file_format"),
        "FileSize": _between(rules.least_bytes, rules.most_bytes, "file_format"),
        "ImageWidth": side,
        "ImageHeight": side,
        "CropWidth": Limit(fail_min=frame.least_px[0], reason_low="resolution_low"),
        "CropHeight": Limit(fail_min=frame.least_px[1], reason_low="resolution_low"),
        "CropHeadSize": Limit(warn_min=head[0], warn_max=head[1], reason_low="face_small", reason_high="face_cropped"),
        "CropMarginAbove": Limit(warn_min=gap[0], warn_max=gap[1], reason_low="face_cropped", reason_high="face_small"),
        "CropCentring": Limit(warn_min=-aside, warn_max=aside, reason_low="face_cropped", reason_high="face_cropped"),
    }


def _seen_within(band: Band, frame: FrameRules) -> tuple[float, float]:
    """Least and most of a band as shares of the frame's height, widened by how far off the crown may be seen."""
    low, high = band[0] - frame.crown_error_mm, band[2] + frame.crown_error_mm
    return _rounded(low / frame.height_mm), _rounded(high / frame.height_mm)


def _between(low: float, high: float, reason: str) -> Limit:
    return Limit(fail_min=low, fail_max=high, reason_low=reason, reason_high=reason)


def file_measures(facts: FileFacts | None, rules: PhotoFileRules) -> tuple[Measured, ...]:
    """The file's named measures, FileFormat being 1 for an allowed format with allowed pixels; None = no file made."""
    if facts is None:
        units = {"FileFormat": "0-1", "FileSize": "bytes", "ImageWidth": "px", "ImageHeight": "px"}
        return tuple(Measured(name, None, unit) for name, unit in units.items())
    allowed = facts.format in rules.formats and facts.mode in rules.modes
    return (
        Measured("FileFormat", float(allowed), "0-1"),
        Measured("FileSize", float(facts.bytes), "bytes"),
        Measured("ImageWidth", float(facts.width), "px"),
        Measured("ImageHeight", float(facts.height), "px"),
    )


def frame_measures(framing: Framing | None) -> tuple[Measured, ...]:
    """The frame's named measures; all None when no frame was found."""
    return (
        Measured("CropWidth", float(framing.width) if framing else None, "px"),
        Measured("CropHeight", float(framing.height) if framing else None, "px"),
        Measured("CropHeadSize", _rounded(framing.head_share) if framing else None, "of frame height"),
        Measured("CropMarginAbove", _rounded(framing.gap_share) if framing else None, "of frame height"),
        Measured("CropCentring", _rounded(framing.off_centre) if framing else None, "of frame width"),
    )


def _rounded(share: float) -> float:
    """To far below a pixel, limits and values alike: a frame on a tolerance must not fall off by its last bit."""
    return round(share, 6)
