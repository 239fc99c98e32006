"""Everything seen in one face picture: a quick way for live frames and a thorough one for the final photo."""

from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from threading import Lock

from camera.detect import Detection, FaceDetector, brightened
from camera.landmarks import (
    FaceLandmarker,
    Mesh,
    Roi,
    disagreement,
    laid_on,
    roi_of_detection,
    roi_of_points,
)
from camera.measure import geometry, groups
from camera.measure.groups import Values
from camera.measure.light import picture_light
from camera.pose import CanonicalFace
from camera.segment import PersonSegmenter, Probability
from camera.types import FaceFindings, Image, Measurement
from camera.view import FaceView, view_of

LIVE_SIDE, FINAL_SIDE = 320, 640
DETECT_EVERY, DETECT_TURN, SLOW_EVERY = 4, 2, 4
"""In live mode faces are counted, and what does not change at once is measured, on every n-th frame, in turn;
faces in the turn that has least else to do."""
PRESENT = 0.5
"""Presence of a face in the mesh, at least: where one is followed, and for a second face to count. Folds of a flag that
were detected at 0.81 come to 0.00, second persons drawn from all portraits to 0.9 and more."""
ASTRAY = 0.12
"""Share of the face's size by which the mesh may lie off the detected eyes, nose and mouth; a mesh that lost its way
under a fringe or mask, often upside down, lies farther off, a good one of a turned head nearer."""

UNITS: dict[str, str] = {
    "SingleFacePresent": "faces", "HeadSize": "of height", "CropOfFace": "of head", "Centring": "of frame",
    "InterEyeDistance": "px", "HeadPoseYaw": "deg", "HeadPosePitch": "deg", "HeadPoseRoll": "deg",
    "EyesOpen": "of face", "EyeBlink": "0-1", "Gaze": "of eye", "MouthClosed": "of face", "JawOpen": "0-1",
    "ExpressionNeutrality": "0-1", "EyesVisible": "ratio", "Sunglasses": "ratio", "GlassesGlare": "share",
    "HairOverEyes": "0-1", "FaceOcclusionPrevention": "share", "MouthVisible": "ratio",
    "NoHeadCoverings": "score", "IlluminationUniformity": "ratio", "UnderExposure": "share",
    "OverExposure": "share", "Luminance": "0-1", "Sharpness": "ratio", "MotionBlur": "ratio",
    "BackgroundUniformity": "dE", "BackgroundShadow": "dL", "BackgroundObjects": "share", "NaturalColour": "dE",
    "EyeWhiteColour": "b*",
    "RedEye": "da",
}  # fmt: skip
"""Every measure by name, with its unit, in the order reported."""


@dataclass
class _Track:
    """What a live picture keeps from the ones before it."""

    frame: int = 0
    roi: Roi | None = None
    faces: tuple[Detection, ...] = ()
    astray: bool = False
    person: Probability | None = None
    values: Values = field(default_factory=dict)


class FaceAnalyser:
    """Loads the models once; ``analyse`` may be called from any thread, one call runs at a time."""

    def __init__(self, models_dir: Path | None = None) -> None:
        self._detector = FaceDetector(models_dir)
        self._landmarker = FaceLandmarker(models_dir, threads=2)
        self._segmenter = PersonSegmenter(models_dir, threads=2)
        self._canonical = CanonicalFace(models_dir)
        self._lock = Lock()
        self._track = _Track()

    def analyse(self, image: Image, *, live: bool) -> FaceFindings:
        """All measures of one upright BGR picture; ``live`` keeps what it learnt for the next live picture."""
        with self._lock:
            if not live:
                return self._final(image)
            return self._live(image)

    def forget(self) -> None:
        """Drop what live pictures left behind, for the next person."""
        with self._lock:
            self._track = _Track()

    def _final(self, image: Image) -> FaceFindings:
        lit = brightened(image)
        faces = self._faces(lit, FINAL_SIDE)
        if not faces:
            return _nobody(image)
        mesh = self._landmarker.find(lit, roi_of_detection(faces[0]))
        mesh = self._on_the_face(self._landmarker.find(lit, roi_of_points(mesh.points)), faces[0])
        view = view_of(image, mesh)
        if view is None:
            return _nobody(image)
        view = self._with_person(view)
        values = groups.on_the_face(view) | groups.of_the_light(view) | groups.around_the_head(view)
        return self._findings(image, faces, view, values)

    def _faces(self, lit: Image, long_side: int) -> tuple[Detection, ...]:
        """The person's face first, and of the others those in which the mesh sees a face too."""
        faces = self._detector.detect(lit, long_side)
        return faces[:1] + tuple(face for face in faces[1:] if self._is_face(lit, face))

    def _is_face(self, lit: Image, face: Detection) -> bool:
        return self._landmarker.find(lit, roi_of_detection(face)).presence >= PRESENT

    def _on_the_face(self, mesh: Mesh, face: Detection) -> Mesh:
        """The mesh, or where it went astray a usual face's in the place where the face was detected."""
        return laid_on(mesh, self._canonical.points, face) if disagreement(mesh, face) > ASTRAY else mesh

    def _with_person(self, view: FaceView) -> FaceView:
        return view.with_person(self._segmenter.person(brightened(view.image)))

    def _live(self, image: Image) -> FaceFindings:
        track, lit = self._track, brightened(image)
        track.frame += 1
        mesh = self._tracked(lit)
        if mesh is None:
            self._track = _Track(frame=track.frame)
            return _nobody(image)
        view = view_of(image, mesh)
        if view is None:
            return _nobody(image)
        return self._findings(image, track.faces, self._looked_at_slowly(view), track.values)

    def _looked_at_slowly(self, view: FaceView) -> FaceView:
        """Measure what changes slowly, a part of it each frame and all of it at first; gives the view its person."""
        track, first = self._track, self._track.person is None
        turn = track.frame % SLOW_EVERY
        if first or turn == 0:
            track.person = self._with_person(view).person
        view = view.with_person(track.person)
        if first or turn == 1:
            track.values |= groups.around_the_head(view)
        if first or turn == DETECT_TURN:
            track.values |= groups.of_the_light(view)
        if first or turn == SLOW_EVERY - 1:
            track.values |= groups.on_the_face(view)
        return view

    def _tracked(self, lit: Image) -> Mesh | None:
        """The mesh where the last one was, or where a face is found now."""
        track = self._track
        counted = track.roi is None or track.astray or track.frame % DETECT_EVERY == DETECT_TURN
        if counted:
            track.faces = self._faces(lit, LIVE_SIDE)
            if not track.faces:
                return None
        mesh = self._landmarker.find(lit, track.roi or roi_of_detection(track.faces[0]))
        if mesh.presence < PRESENT or not _near(mesh, track.faces[0]):
            track.faces = self._faces(lit, LIVE_SIDE)
            if not track.faces:
                return None
            mesh = self._landmarker.find(lit, roi_of_detection(track.faces[0]))
        if counted:
            track.astray = disagreement(mesh, track.faces[0]) > ASTRAY
            mesh = self._on_the_face(mesh, track.faces[0])
        track.roi = roi_of_points(mesh.points)
        return mesh

    def _findings(self, image: Image, faces: tuple[Detection, ...], view: FaceView, slow: Values) -> FaceFindings:
        height, width = image.shape[:2]
        head = geometry.head_of(view)
        values = groups.at_once(view, head, (height, width), self._canonical) | slow
        values["SingleFacePresent"] = float(len(faces))
        return FaceFindings(width, height, tuple(f.box for f in faces), head, measurements(values))


def _near(mesh: Mesh, face: Detection) -> bool:
    """Whether a tracked mesh still lies on the largest face last detected (within a face's size)."""
    x, y = mesh.points[:, :2].mean(axis=0)
    box = face.box
    size = max(box.width, box.height)
    return bool(abs(x - box.x - box.width / 2) < size and abs(y - box.y - box.height / 2) < size)


def measurements(values: Values) -> tuple[Measurement, ...]:
    """Every known measure in order with its unit; what is missing or not finite becomes None."""
    return tuple(
        Measurement(name, value if (value := values.get(name)) is not None and isfinite(value) else None, unit)
        for name, unit in UNITS.items()
    )


def _nobody(image: Image) -> FaceFindings:
    """No face: only their number, and whether the whole picture is too dark or too light to find one."""
    height, width = image.shape[:2]
    values: Values = {"SingleFacePresent": 0.0, **picture_light(image)}
    return FaceFindings(width, height, (), None, measurements(values))
