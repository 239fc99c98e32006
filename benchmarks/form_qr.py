"""How well forms are read: plain zxing-cpp against our reader on the same synthetic webcam frames, in one run.

    python benchmarks/form_qr.py [--frames 600] [--clips 100] [--blank 1000] [--from-seed N] [--from-blank N]

Prints read rates at both sizes with their ratios and 95 % intervals (Wilson), clips of three seconds, false reads, and
the time of each pass. Frames come from seeds on which nothing was tuned; blanks are ``form_blanks.py``'s. A whole run
takes over half an hour; it can be done in pieces by saying where each begins.
"""

import argparse
import math
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import zxingcpp

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.form_blanks import draw_blank
from camera.form_sheet import HELP_PAYLOAD, form_url
from camera.qr import as_grey, first_pass, harder_pass, read_codes
from camera.qr_live import FormReader
from camera.types import Image
from camera.webcam_noise import FULL_HD, HD, VERSION, Scene, draw_clip, draw_scene, is_held_right, render

HELD_BACK = 1_000_000
CLIP_FPS = 15.0
CLIP_FRAMES = 45
RIGHT_SHARE = 1 / 3


@dataclass
class Rates:
    """Counts and times of one frame size."""

    frames: int = 0
    plain: int = 0
    first: int = 0
    cascade: int = 0
    wrong: int = 0
    held_right: int = 0
    cascade_held_right: int = 0
    plain_ms: list[float] = field(default_factory=list)
    first_ms: list[float] = field(default_factory=list)
    cascade_ms: list[float] = field(default_factory=list)


def plain_reads(image: Image, wanted: str) -> bool:
    """Whether zxing-cpp alone, as it comes, reads the form."""
    return any(code.text == wanted for code in zxingcpp.read_barcodes(image))


def measure(seeds: range, size: tuple[int, int]) -> Rates:
    """Read every frame in both ways."""
    rates = Rates()
    for seed in seeds:
        scene = draw_scene(seed)
        image, wanted = render(scene, size), form_url(scene.form_id)
        started = time.perf_counter()
        rates.plain += plain_reads(image, wanted)
        rates.plain_ms.append((time.perf_counter() - started) * 1000)
        started = time.perf_counter()
        grey = as_grey(image)
        seen = first_pass(grey)
        rates.first_ms.append((time.perf_counter() - started) * 1000)
        is_first = wanted in seen.texts
        if not is_first:
            seen = harder_pass(grey, seen, lambda text, wanted=wanted: text == wanted)
        is_read = wanted in seen.texts
        rates.cascade_ms.append((time.perf_counter() - started) * 1000)
        is_right = is_held_right(scene, size)
        rates.frames += 1
        rates.first += is_first
        rates.cascade += is_read
        rates.wrong += bool(set(seen.texts) - {wanted, HELP_PAYLOAD})
        rates.held_right += is_right
        rates.cascade_held_right += is_right and is_read
    return rates


def with_interval(hits: int, n: int) -> str:
    """A share with its 95 % interval by Wilson."""
    z2, share = 1.96**2, hits / n
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = 1.96 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return f"{share:.1%} ({middle - reach:.1%} to {middle + reach:.1%})"


def show(name: str, rates: Rates) -> None:
    """One line of figures."""
    n = rates.frames
    ratio = rates.cascade / max(1, rates.plain)
    held = rates.cascade_held_right / max(1, rates.held_right)
    print(
        f"{name}: n={n} plain {with_interval(rates.plain, n)}, our first pass {rates.first / n:.1%}, "
        f"our reader {with_interval(rates.cascade, n)} (x{ratio:.2f}), {rates.wrong} wrong; "
        f"of {rates.held_right} held right {held:.1%}; "
        f"ms median plain {statistics.median(rates.plain_ms):.1f}, first pass {statistics.median(rates.first_ms):.1f}, "
        f"whole {statistics.median(rates.cascade_ms):.0f} (max {max(rates.cascade_ms):.0f})"
    )


def clip_result(seed: int, size: tuple[int, int]) -> tuple[bool, bool]:
    """Whether a person could hold this form right for a third of three seconds, and whether it was read.

    Time spent reading passes in the clip as well: frames that come meanwhile are never looked at.
    """
    scenes = list(draw_clip(seed, CLIP_FRAMES, CLIP_FPS))
    is_right = sum(is_held_right(scene, size) for scene in scenes) >= RIGHT_SHARE * len(scenes)
    return is_right, is_right and clip_is_read(scenes, size)


def clip_is_read(scenes: list[Scene], size: tuple[int, int]) -> bool:
    """Look at the newest frame each time, as the live screen does."""
    wanted = form_url(scenes[0].form_id)
    reader = FormReader(lambda text: text == wanted)
    clock = 0.0
    while (number := int(clock * CLIP_FPS)) < len(scenes):
        image = render(scenes[number], size)
        started = time.perf_counter()
        if wanted in reader.look(image).texts:
            return True
        took = time.perf_counter() - started
        clock = max((number + 1) / CLIP_FPS, clock + took)
    return False


def is_read_falsely(number: int) -> bool:
    """Whether the whole cascade reads anything in a frame without a QR but the text of another code that is there."""
    blank = draw_blank(number)
    return any(text != blank.may_read for text in read_codes(blank.image).texts)


def asked_for() -> argparse.Namespace:
    """How much to measure, and from where."""
    words = argparse.ArgumentParser(description=__doc__)
    defaults = {"--frames": 600, "--clips": 100, "--blank": 1000, "--from-seed": HELD_BACK, "--from-blank": 0}
    for name, default in defaults.items():
        words.add_argument(name, type=int, default=default)
    return words.parse_args()


def main() -> None:
    """Run everything and print it."""
    wish = asked_for()
    print(f"synthetic webcam frames, generator version {VERSION}, seeds from {wish.from_seed}")
    seeds = range(wish.from_seed, wish.from_seed + wish.frames)
    for name, size in (("720p", HD), ("1080p", FULL_HD)):
        if wish.frames:
            show(name, measure(seeds, size))
        results = [clip_result(seed, size) for seed in range(wish.from_seed, wish.from_seed + wish.clips)]
        right = sum(is_right for is_right, _ in results)
        read = sum(is_read for _, is_read in results)
        print(f"{name} clips of 3 s: {read} of {right} that could be held right were read ({read / max(1, right):.1%})")
    false = sum(is_read_falsely(number) for number in range(wish.from_blank, wish.from_blank + wish.blank))
    print(f"false reads on {wish.blank} frames without a code, from number {wish.from_blank}: {false}")


if __name__ == "__main__":
    main()
