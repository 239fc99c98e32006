"""A small look at cameras: ``python -m camera list`` and ``python -m camera show SPEC [--seconds N]``.

Says what a camera does in numbers; no picture is shown or kept.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from camera.capture import CaptureThread, open_source
from camera.virtual import SCENES

_SYSFS = Path("/sys/class/video4linux")


def main(words: Sequence[str] | None = None) -> int:
    """Run one of the two words; returns 0, or 1 when the camera gave no picture."""
    parser = argparse.ArgumentParser(prog="python -m camera", description=__doc__)
    doing = parser.add_subparsers(dest="doing", required=True)
    doing.add_parser("list", help="the cameras of this machine and the virtual ones")
    show = doing.add_parser("show", help="what one camera gives")
    show.add_argument("spec", help="device:0, video:FILE, picture:FILE, virtual:SCENE")
    show.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args(words)
    return _list() if given.doing == "list" else _show(given.spec, given.seconds)


def _list() -> int:
    for device in sorted(_SYSFS.glob("video*")):
        _say(f"device:/dev/{device.name}  {(device / 'name').read_text('utf-8').strip()}")
    for scene in SCENES:
        _say(f"virtual:{scene}")
    return 0


def _show(spec: str, seconds: float) -> int:
    try:
        camera = CaptureThread(open_source(spec))
    except ValueError as error:
        _say(str(error))
        return 2
    camera.start()
    began, count, number, size = time.monotonic(), 0, 0, ""
    while (left := seconds - (time.monotonic() - began)) > 0:
        frame = camera.next_frame(number, left)
        if frame is not None:
            number, count = frame.number, count + 1
            size = f"{frame.image.shape[1]}x{frame.image.shape[0]}"
    _say(f"{spec}  {camera.state.value}  {size or 'no picture'}  {count / seconds:.1f} frames/s")
    camera.stop()
    return 0 if count else 1


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")


if __name__ == "__main__":
    sys.exit(main())
