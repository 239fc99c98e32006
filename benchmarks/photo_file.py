"""How long a 1920x1080 picture takes from file to judged photo, by step; run it from the project folder."""

import io
import os
import platform
import statistics
import time
from collections.abc import Callable

from PIL import Image as Pillow

from camera.crop import plan_crop, render_crop
from camera.face import FaceAnalyser
from camera.jpeg import write_jpeg
from camera.picture import picture_of_frame, read_picture
from camera.virtual_person import PersonScene, Pose
from kiosk.actions.photo_check import check_picture
from kiosk.domain.photo import load_limits
from kiosk.rules import rules_text

ROUNDS = 40


def timed(name: str, step: Callable[[], object]) -> float:
    """One line: median and 95th percentile in milliseconds; gives back the median."""
    step()
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        step()
        times.append((time.perf_counter() - started) * 1000)
    print(f"| {name:44} | {statistics.median(times):7.1f} | {statistics.quantiles(times, n=20)[18]:7.1f} |")
    return statistics.median(times)


def plain(data: bytes, box: tuple[int, int, int, int], degrees: float) -> bytes:
    """What a short script would do: open, turn, crop, save."""
    out = io.BytesIO()
    with Pillow.open(io.BytesIO(data)) as picture:
        picture.rotate(degrees, Pillow.Resampling.BICUBIC).crop(box).save(out, "JPEG", quality=92, subsampling=0)
    return out.getvalue()


def main() -> None:
    """Print the table."""
    frame = PersonScene((1920, 1080)).posed(Pose())
    out = io.BytesIO()
    Pillow.fromarray(frame[:, :, ::-1]).save(out, "JPEG", quality=92)
    data, analyser, limits = out.getvalue(), FaceAnalyser(), load_limits(rules_text("photo"))
    head = analyser.analyse(frame, live=False).head
    assert head is not None
    plan = plan_crop(head, 1920, 1080)
    assert plan is not None
    photo = render_crop(frame, plan.crop)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {ROUNDS} rounds")
    print(f"frame 1920x1080 ({len(data)} bytes), crop {plan.crop.width}x{plan.crop.height}\n")
    print(f"| {'step':44} | {'p50 ms':>7} | {'p95 ms':>7} |\n|{'-' * 46}|{'-' * 9}|{'-' * 9}|")
    timed("decode JPEG, upright, BGR", lambda: read_picture(data))
    timed("measure face (final)", lambda: analyser.analyse(frame, live=False))
    timed("plan the frame", lambda: plan_crop(head, 1920, 1080))
    timed("turn, crop, scale", lambda: render_crop(frame, plan.crop))
    timed("encode JPEG", lambda: write_jpeg(photo))
    picture = picture_of_frame(frame)
    timed("frame to judged photo", lambda: check_picture(picture, analyser, limits, as_camera=True))
    crop = plan.crop
    box = (crop.x, crop.y, crop.x + crop.width, crop.y + crop.height)
    by_us = timed("decode, turn, crop, encode: ours", lambda: write_jpeg(render_crop(read_picture(data).image, crop)))
    by_pillow = timed("decode, turn, crop, encode: plain Pillow", lambda: plain(data, box, crop.rotation_deg))
    timed("file to judged photo", lambda: check_picture(read_picture(data), analyser, limits, as_camera=True))
    print(f"\nours / plain Pillow: {by_us / by_pillow:.2f}")


if __name__ == "__main__":
    main()
