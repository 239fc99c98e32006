# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["ai-edge-litert>=2.3,<3", "numpy>=2,<3", "opencv-python-headless==5.0.0.93", "pymatting==1.1.16"]
# ///
"""Cut the virtual camera's person out of her portrait, once: ``uv run deploy/make_portrait.py PORTRAIT MODEL OUT``.

PORTRAIT is scikit-image's ``data/astronaut.png`` (512 x 512), MODEL the selfie segmentation of ``camera/models``. The
segmentation gives a sure inside and a sure outside; closed-form matting solves the band between (hair), and the
foreground's own colours are estimated there so that no old background shines through. OUT gets alpha; no other pixel
is touched. pymatting is a tool of this script only, never a dependency of the kiosk.
"""

import hashlib
import sys
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from pymatting import estimate_alpha_cf, estimate_foreground_ml

PORTRAIT_SHA256 = "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"
ROWS = 400  # below begins the helmet on her knees
BAND = 5  # pixels on either side of the segmentation's edge that the matting decides


def main(portrait: Path, model: Path, out: Path) -> None:
    """Write the cut-out PNG with alpha."""
    if hashlib.sha256(portrait.read_bytes()).hexdigest() != PORTRAIT_SHA256:
        sys.exit("this is not the portrait the cut-out was made from")
    picture = cv2.imread(str(portrait), cv2.IMREAD_COLOR)
    person = segment(picture, model)
    sure = ellipse(BAND)
    trimap = np.full(person.shape, 0.5)
    trimap[cv2.erode(person, sure) > 0] = 1.0
    trimap[cv2.dilate(person, sure) == 0] = 0.0
    picture, trimap = picture[:ROWS] / 255.0, trimap[:ROWS]
    alpha = estimate_alpha_cf(picture, trimap)
    colours = estimate_foreground_ml(picture, alpha)
    colours[trimap == 1.0] = picture[trimap == 1.0]
    cut = np.dstack([colours, alpha])
    cut[alpha < 1 / 255] = 0
    cv2.imwrite(str(out), np.rint(np.clip(cut, 0, 1) * 255).astype(np.uint8), [cv2.IMWRITE_PNG_COMPRESSION, 9])


def segment(picture: np.ndarray, model: Path) -> np.ndarray:
    """The person as 0 or 255, the largest connected piece without holes."""
    network = Interpreter(str(model))
    network.allocate_tensors()
    small = cv2.cvtColor(cv2.resize(picture, (256, 256), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)
    network.set_tensor(network.get_input_details()[0]["index"], small[None].astype(np.float32) / 255)
    network.invoke()
    share = network.get_tensor(network.get_output_details()[0]["index"])[0, :, :, 0]
    share = cv2.resize(share, picture.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    person = cv2.morphologyEx((share > 0.5).astype(np.uint8) * 255, cv2.MORPH_OPEN, ellipse(7))
    outlines, _ = cv2.findContours(person, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(np.zeros_like(person), [max(outlines, key=cv2.contourArea)], 0, 255, cv2.FILLED)


def ellipse(radius: int) -> np.ndarray:
    """A round brush."""
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
