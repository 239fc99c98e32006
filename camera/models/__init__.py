"""Model weights on disk and their loading; holds no measuring. A file that is not the one on record is refused."""

import hashlib
from functools import cache
from pathlib import Path

from camera.errors import ModelDamaged

YUNET = "face_detection_yunet_2023mar_int8bq.onnx"
SFACE = "face_recognition_sface_2021dec_int8bq.onnx"
LANDMARKS = "face_landmarks_detector.tflite"
BLENDSHAPES = "face_blendshapes.tflite"
CANONICAL_FACE = "geometry_pipeline_metadata_landmarks.binarypb"
SEGMENTATION = "selfie_segmentation.tflite"
ALL = (YUNET, SFACE, LANDMARKS, BLENDSHAPES, CANONICAL_FACE, SEGMENTATION)

MODELS_DIR = Path(__file__).resolve().parent


@cache
def recorded_sums() -> dict[str, str]:
    """File name → sha256 as shipped; the record always comes from the package, never from an overriding folder."""
    try:
        lines = (MODELS_DIR / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    except OSError as error:
        raise ModelDamaged("the record of model sums is missing") from error
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines if line)}


def model_bytes(name: str, models_dir: Path | None = None) -> bytes:
    """The checked content of one model file; raises ModelDamaged when missing or not as recorded."""
    try:
        content = ((models_dir or MODELS_DIR) / name).read_bytes()
    except OSError as error:
        raise ModelDamaged(f"model file missing: {name}") from error
    if hashlib.sha256(content).hexdigest() != recorded_sums().get(name):
        raise ModelDamaged(f"model file is not the one on record: {name}")
    return content
