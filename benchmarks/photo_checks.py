"""How fast the photo checks are: live frames, final check, start, memory, by step, and against a plain pipeline.

``python benchmarks/photo_checks.py [--frames N]``; two cores are assumed. Wall time is what a person waits; CPU time
(all threads) tells how much of it is the work itself when something else keeps the machine busy.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from camera.detect import FaceDetector, brightened
from camera.face import FINAL_SIDE, LIVE_SIDE, FaceAnalyser
from camera.landmarks import FaceLandmarker, roi_of_detection, roi_of_points
from camera.measure import geometry, groups
from camera.pose import CanonicalFace
from camera.segment import PersonSegmenter
from camera.types import Image
from camera.view import view_of
from camera.virtual_person import PersonScene

START = """
import time; t = time.perf_counter()
from camera.face import FaceAnalyser
import_s = time.perf_counter() - t; t = time.perf_counter()
FaceAnalyser(); print(import_s, time.perf_counter() - t)
"""


def timed(deed: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU milliseconds of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    deed()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def line(name: str, times: list[tuple[float, float]]) -> str:
    """One table row: p50 and p95 of both."""
    wall, cpu = np.array(times).T
    return (
        f"| {name} | {np.median(wall):.1f} | {np.percentile(wall, 95):.1f} | "
        f"{np.median(cpu):.1f} | {np.percentile(cpu, 95):.1f} |"
    )


class PlainPipeline:
    """What one would write first: find faces at full size, two mesh passes, every measure, on every frame."""

    def __init__(self) -> None:
        self._detector, self._landmarker = FaceDetector(), FaceLandmarker()
        self._segmenter, self._canonical = PersonSegmenter(), CanonicalFace()

    def analyse(self, image: Image) -> None:
        """All of it on one frame."""
        lit = brightened(image)
        faces = self._detector.detect(lit, max(image.shape[:2]))
        mesh = self._landmarker.find(lit, roi_of_detection(faces[0]))
        mesh = self._landmarker.find(lit, roi_of_points(mesh.points))
        view = view_of(image, mesh)
        assert view is not None
        view = view.with_person(self._segmenter.person(view.image))
        groups.at_once(view, geometry.head_of(view), (image.shape[0], image.shape[1]), self._canonical)
        groups.on_the_face(view)
        groups.of_the_light(view)
        groups.around_the_head(view)


def steps(image: Image, rounds: int) -> list[str]:
    """A row per part of the work."""
    detector, landmarker, segmenter = FaceDetector(), FaceLandmarker(threads=2), PersonSegmenter(threads=2)
    canonical, size = CanonicalFace(), (image.shape[0], image.shape[1])
    face = detector.detect(image, LIVE_SIDE)[0]
    mesh = landmarker.find(image, roi_of_detection(face))
    first = view_of(image, mesh)
    assert first is not None
    person = segmenter.person(first.image)

    def fresh(measure: Callable[..., object], *more: object) -> Callable[[], object]:
        return lambda: measure(first.with_person(person), *more)

    parts: dict[str, Callable[[], object]] = {
        "light of the frame": lambda: brightened(image),
        f"faces, long side {LIVE_SIDE} (every 4th frame)": lambda: detector.detect(image, LIVE_SIDE),
        f"faces, long side {FINAL_SIDE} (final)": lambda: detector.detect(image, FINAL_SIDE),
        "mesh and expression": lambda: landmarker.find(image, roi_of_points(mesh.points)),
        "upright chip": lambda: view_of(image, mesh),
        "person (every 4th frame)": lambda: segmenter.person(first.image),
        "head, pose, eyes, mouth, sharpness": fresh(
            lambda view: groups.at_once(view, geometry.head_of(view), size, canonical)
        ),
        "cover of the face (every 4th frame)": fresh(groups.on_the_face),
        "light and colour (every 4th frame)": fresh(groups.of_the_light),
        "headwear and background (every 4th frame)": fresh(groups.around_the_head),
    }
    return [line(name, [timed(deed) for _ in range(rounds)]) for name, deed in parts.items()]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=90)
    frames = parser.parse_args().frames
    scene, full = PersonScene((1280, 720)), PersonScene((1920, 1080)).picture(8.0)
    pictures = [scene.picture(5 + i / 15) for i in range(frames)]
    analyser, plain = FaceAnalyser(), PlainPipeline()
    live, straight, final = [], [], []
    for number, picture in enumerate(pictures):
        live.append(timed(lambda p=picture: analyser.analyse(p, live=True)))
        straight.append(timed(lambda p=picture: plain.analyse(p)))
        if number % 5 == 0:
            final.append(timed(lambda: analyser.analyse(full, live=False)))
    print("| | wall p50 ms | wall p95 ms | CPU p50 ms | CPU p95 ms |\n| --- | --- | --- | --- | --- |")
    print(line("live frame 1280x720", live[3:]))
    print(line("plain pipeline, same frames", straight[3:]))
    print(line("final check 1920x1080", final[1:]))
    print("\n".join(steps(pictures[0], frames)))
    ratio = np.median([w for w, _ in straight[3:]]) / np.median([w for w, _ in live[3:]])
    print(f"\nplain pipeline over ours: {ratio:.1f} (wall p50)")
    started = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True).stdout.split()
    print(f"start: import {float(started[0]):.2f} s, models {float(started[1]):.2f} s")
    print(f"memory: {own_memory(pictures[0]):.0f} MB resident at most in a process that only analyses")


def own_memory(picture: Image) -> float:
    """Greatest resident memory (MB) of a process that only loads the analyser and checks one 720p picture both ways."""
    code = (
        "import numpy as np, sys; from camera.face import FaceAnalyser; a = FaceAnalyser();"
        "s = np.frombuffer(sys.stdin.buffer.read(), np.uint8).reshape(720, 1280, 3);"
        "[a.analyse(s, live=True) for _ in range(20)]; a.analyse(s, live=False);"
        "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"
    )
    done = subprocess.run([sys.executable, "-c", code], input=picture.tobytes(), capture_output=True, check=True)
    return float(done.stdout) / 1024


if __name__ == "__main__":
    main()
