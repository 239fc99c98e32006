"""How far apart two persons and one person lie for the wrong-person guard, on the portraits in MADOGUCHI_PHOTOS.

``python benchmarks/photo_guard.py`` prints docs/photo-checks/guard.md and writes it. Pairs of other persons (each
portrait and its variants by light and webcam) against pairs of one person, and what that says of a day with 120
persons. Nothing about a face is written anywhere.
"""

import zlib
from collections.abc import Iterator
from itertools import combinations
from math import sqrt
from pathlib import Path
from statistics import NormalDist

import numpy as np
from photo_measured import ROOT, portraits, subject
from photo_spreads import OUT
from photo_variants import as_it_is, noisy, other_light, slight_cast, slight_turn, webcam, window_light

from camera.same_person import FaceFeatureReader, FaceFeatures
from camera.segment import PersonSegmenter
from kiosk.domain.photo import load_limits

VARIANTS = (as_it_is, other_light, noisy, webcam, slight_cast, slight_turn, window_light)
SAME_PERSON = (frozenset({"frontal-teeth-01", "smallface-01"}),)
"""Portraits of one person under two names; every other name is a person."""
PERSONS_A_DAY = 120
SURE = 0.95

Faces = dict[str, list[FaceFeatures]]


def faces() -> Faces:
    """Per portrait the features of it and of its variants."""
    reader, segmenter, found = FaceFeatureReader(), PersonSegmenter(), Faces()
    for name, image in portraits().items():
        who = subject(image, segmenter)
        seen = [reader.read(make(who, np.random.default_rng(zlib.crc32(f"{make.__name__}{name}".encode()))))
                for make in VARIANTS]  # fmt: skip
        found[name] = [each for each in seen if each is not None]
    return found


def _one_person(a: str, b: str) -> bool:
    return a == b or any({a, b} <= same for same in SAME_PERSON)


def impostors(found: Faces) -> Iterator[list[float]]:
    """Per pair of persons every likeness of their pictures; the first is that of the portraits as they are."""
    for a, b in combinations(found, 2):
        if not _one_person(a, b):
            yield [one.likeness(other) for one in found[a] for other in found[b]]


def genuine(found: Faces) -> tuple[list[float], list[float]]:
    """Likeness of two pictures of one person: variants of one photo, and photos of two days."""
    variants = [one.likeness(other) for seen in found.values() for one, other in combinations(seen, 2)]
    days = [one.likeness(other) for a, b in combinations(found, 2) if _one_person(a, b)
            for one in found[a] for other in found[b]]  # fmt: skip
    return variants, days


def chance_at_most(values: list[float], limit: float, persons: int) -> tuple[float, float]:
    """Chance that two persons come to the limit, by a normal tail: as fitted, and at most (one-sided, SURE).

    Pairs share persons, so the bound takes as many free values as there are persons, not pairs.
    """
    mean, spread, z = float(np.mean(values)), float(np.std(values, ddof=1)), NormalDist().inv_cdf(SURE)
    free = persons - 1
    least_chi2 = free * (1 - 2 / (9 * free) - z * sqrt(2 / (9 * free))) ** 3  # Wilson and Hilferty
    most_spread, most_mean = spread * sqrt(free / least_chi2), mean + z * spread / sqrt(persons)
    return tuple(NormalDist().cdf((m - limit) / s) for m, s in ((mean, spread), (most_mean, most_spread)))  # type: ignore[return-value]


def table(found: Faces, limit: float) -> str:
    """The page in Markdown."""
    apart = list(impostors(found))
    plain, every = [pair[0] for pair in apart], [value for pair in apart for value in pair]
    (variants, days), persons = genuine(found), len(found) - len(SAME_PERSON)
    same = variants + days
    pairs = PERSONS_A_DAY * (PERSONS_A_DAY - 1) // 2
    rows = [_row("other persons, portraits as they are", plain), _row("other persons, all variants", every),
            _row("one person, variants of a photo", variants), _row("one person, two days", days)]  # fmt: skip
    fitted, bound = chance_at_most(every, limit, persons)
    counted = 1 - (1 - SURE) ** (1 / len(apart))
    lines = [
        "| pairs | n | least | mean | spread | largest |", "| --- | --- | --- | --- | --- | --- |", *rows, "",
        f"{persons} persons, {len(apart)} pairs of persons, limit {limit}. Pairs of other persons at or above it:",
        f"{sum(v >= limit for v in every)} of {len(every)}; pairs of one person below it: "
        f"{sum(v < limit for v in same)} of {len(same)}.", "",
        f"A day of {PERSONS_A_DAY} persons has {pairs:,} pairs. By a normal tail: {pairs * fitted:.1g} false alarms",
        f"a day, at most {pairs * bound:.2g} (one-sided {SURE:.0%}, persons as the sample). Counting alone, without",
        f"that tail, only says at most {pairs * counted:.0f} (no pair of {len(apart)} above the limit).",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _row(name: str, values: list[float]) -> str:
    return (
        f"| {name} | {len(values)} | {min(values):.3f} | {np.mean(values):.3f} | {np.std(values, ddof=1):.3f} "
        f"| {max(values):.3f} |"
    )


def main() -> None:
    """Measure, write, print."""
    limits = load_limits((ROOT / "kiosk" / "rules" / "photo.toml").read_text(encoding="utf-8"))
    page = table(faces(), limits.person.same_from)
    Path(OUT / "guard.md").write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
