"""The long poll gives the newest frame at once, waits for a new one, and says why there is none."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from camera.capture import CaptureThread
from camera.virtual import VirtualCamera
from kiosk.screens import frames


@pytest.fixture
def source() -> VirtualCamera:
    return VirtualCamera("nobody", size=(320, 180), fps=60)


@pytest.fixture
def client(source: VirtualCamera, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    monkeypatch.setattr(frames, "WAIT_SECONDS", 0.2)
    camera = CaptureThread(source, retry_waits=(0.01,))
    camera.start()
    app = Flask(__name__)
    app.add_url_rule("/frame.jpg", view_func=lambda: frames.frame_response(camera))
    yield app.test_client()
    camera.stop()


def test_frames_come_as_jpeg_with_growing_numbers(client: FlaskClient) -> None:
    numbers = [0]
    for _ in range(5):
        answer = client.get(f"/frame.jpg?after={numbers[-1]}")
        assert answer.status_code == 200
        assert answer.mimetype == "image/jpeg"
        assert answer.headers["X-Camera-State"] == "streaming"
        numbers.append(int(answer.headers["X-Frame-Number"]))
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("after", ["abc", "-1", ""])
def test_a_frame_number_that_is_none_counts_as_the_beginning(client: FlaskClient, after: str) -> None:
    assert client.get(f"/frame.jpg?after={after}").status_code == 200


def test_an_unplugged_camera_answers_without_a_picture_and_says_so(client: FlaskClient, source: VirtualCamera) -> None:
    number = client.get("/frame.jpg").headers["X-Frame-Number"]
    source.show("unplugged")
    answer = client.get(f"/frame.jpg?after={int(number) + 1000}")
    assert answer.status_code == 204
    assert answer.headers["X-Camera-State"] == "missing"
    assert answer.data == b""
