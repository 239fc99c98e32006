"""Measures by how often they need a new look: a blink changes at once, a hat or the light does not."""

from camera.measure import background, colour, covering, eyes, geometry, headwear, light, mouth, sharpness
from camera.measure.gaze import gaze
from camera.pose import CanonicalFace
from camera.types import Head
from camera.view import FaceView

Values = dict[str, float | None]


def at_once(view: FaceView, head: Head, size: tuple[int, int], canonical: CanonicalFace) -> Values:
    """What a person changes from frame to frame: place, pose, eyes, mouth, movement. ``size``: (height, width)."""
    sharp, pose = sharpness.detail(view), geometry.pose_values(canonical, view)
    return {
        "HeadSize": geometry.head_size(head, size[0]),
        "CropOfFace": geometry.crop_of_face(view, head, size),
        "Centring": geometry.centring(head, size),
        "InterEyeDistance": geometry.inter_eye_distance(view),
        **pose,
        "EyesOpen": eyes.eyes_open(view),
        "EyeBlink": eyes.eye_blink(view),
        "Gaze": gaze(view, pose["HeadPoseYaw"]),
        "MouthClosed": mouth.mouth_gap(view),
        "JawOpen": mouth.jaw_open(view),
        "ExpressionNeutrality": mouth.smile(view),
        "Sharpness": sharp[0] if sharp else None,
        "MotionBlur": sharp[1] if sharp else None,
    }


def on_the_face(view: FaceView) -> Values:
    """What covers the face; of eyes that hair hides nothing more is said than that."""
    skin = covering.lower_skin(view)
    cover = covering.eye_cover(view, skin) if skin else None
    hidden = cover is not None and covering.hair_hides_eyes(cover)
    return {
        "EyesVisible": covering.eye_contrast(view, skin) if skin and not hidden else None,
        "Sunglasses": covering.sunglasses(view, skin) if skin and not hidden else None,
        "GlassesGlare": covering.glasses_glare(view),
        "HairOverEyes": covering.hair_over_eyes(cover) if cover else None,
        "FaceOcclusionPrevention": covering.face_occlusion(view),
        "MouthVisible": covering.mouth_visible(view),
    }


def of_the_light(view: FaceView) -> Values:
    """Light and colour on the face."""
    return {
        "IlluminationUniformity": light.illumination_uniformity(view),
        "UnderExposure": light.under_exposure(view),
        "OverExposure": light.over_exposure(view),
        "Luminance": light.luminance(view),
        "NaturalColour": colour.natural_colour(view),
        "EyeWhiteColour": colour.eye_white(view),
        "RedEye": eyes.red_eye(view),
    }


def around_the_head(view: FaceView) -> Values:
    """What is on the head and behind it; needs ``view.person``."""
    skin = covering.lower_skin(view)
    behind = background.background(view, geometry.crown_y(view))
    return {
        "NoHeadCoverings": headwear.head_covering(view, skin) if skin else None,
        "BackgroundUniformity": behind.uniformity,
        "BackgroundShadow": behind.shadow,
        "BackgroundObjects": behind.objects,
    }
