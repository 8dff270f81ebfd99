"""The till's camera sees a video of the card's code, as clear as a counter at night leaves it."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import running_browser
from tests.code_video import SCENES, write_video
from tests.e2e.till.place import Place, check_axe, slow_down

NATIVE = """
self.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return [{ rawValue: "%s" }]; }
};
"""

# A browser that has not been asked for its camera yet.
UNASKED = "navigator.permissions.query = async () => ({ state: 'prompt' });"


@contextmanager
def filmed(place: Place, video: Path) -> Iterator[Page]:
    """A till whose camera sees a video and was allowed before."""
    flags = (
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={video}",
        "--use-fake-ui-for-media-stream",
    )
    with running_browser(*flags) as browser, place.till(browser) as page:
        yield page


@pytest.mark.parametrize("scene", SCENES)
def test_a_scanned_card_gets_its_stamp(place: Place, tmp_path: Path, scene: str) -> None:
    card = place.card()
    with filmed(place, write_video(tmp_path / "code.mjpeg", card["barcode"], scene)) as page:
        page.wait_for_selector(".s-card")
        page.click(".s-card .go")
        page.wait_for_selector(".s-done")
        assert page.inner_text(".toast strong") == "Stamp added. 1 of 10."
        # The card still lies before the camera: it is not taken for another customer's.
        page.click("[data-next]")
        page.wait_for_selector(".looking .view:not([hidden])")
        page.wait_for_timeout(600)
        assert page.get_attribute("#till", "data-screen") == "scan"
        check_axe(page)
    assert place.balance(card)["stamps"] == 1


def test_scan_to_confirmed_on_a_slow_line(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = place.card()
    with filmed(place, write_video(tmp_path / "code.mjpeg", card["barcode"], "clean")) as page:
        page.context.add_init_script(UNASKED)
        page.reload()
        page.wait_for_selector("#till[data-ready]")
        slow_down(page, 400)
        begun = time.perf_counter()
        page.click("[data-camera]")
        page.click(".s-card .go")
        page.wait_for_selector(".s-done")
        seconds = time.perf_counter() - begun
    with capsys.disabled():
        sys.stdout.write(f"\nscan to confirmed with 400 ms added: {seconds:.2f} s\n")
    assert len(place.entries(card)) == 1


def test_the_browsers_own_reader_is_taken_where_there_is_one(place: Place, tmp_path: Path) -> None:
    card = place.card()
    with filmed(place, write_video(tmp_path / "code.mjpeg", "nothing of ours", "clean")) as page:
        page.goto("about:blank")
        loaded: list[str] = []
        page.on("request", lambda request: loaded.append(request.url))
        page.context.add_init_script(NATIVE % card["barcode"])
        page.goto(place.demo["base_url"] + "/till")
        page.wait_for_selector(".s-card")
        assert [address for address in loaded if "zxing" in address] == []


def test_a_code_of_somebody_elses_is_refused_once(place: Place, tmp_path: Path) -> None:
    video = write_video(tmp_path / "code.mjpeg", "https://example.com/menu", "clean")
    with filmed(place, video) as page:
        page.wait_for_selector(".banner-bad")
        said = "This is not our card. Type the code under the square."
        assert page.inner_text(".banner-bad") == said
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url))
        page.wait_for_selector(".looking .view:not([hidden])")
        page.wait_for_timeout(600)
        assert sent == []
        check_axe(page)


def test_a_camera_that_is_not_there_is_said_so(place: Place) -> None:
    with running_browser() as browser, place.till(browser) as page:
        page.click("[data-camera]")
        page.wait_for_selector("[data-camera-fault]:not([hidden])")
        assert "Type the code" in page.inner_text("[data-camera-fault]")
        check_axe(page)


def test_a_camera_that_is_taken_away_is_said_so_and_comes_back(
    place: Place, tmp_path: Path
) -> None:
    video = write_video(tmp_path / "code.mjpeg", "https://example.com/menu", "clean")
    with filmed(place, video) as page:
        page.wait_for_selector(".banner-bad")
        page.wait_for_selector(".looking .view:not([hidden])")
        track = "document.querySelector('.view').srcObject.getTracks()[0]"
        page.evaluate(f"{track}.stop(); {track}.dispatchEvent(new Event('ended'))")
        page.wait_for_selector("[data-camera-fault]:not([hidden])")
        assert "The camera has stopped." in page.inner_text("[data-camera-fault]")
        check_axe(page)
        page.click("[data-camera]")
        page.wait_for_selector(".looking .view:not([hidden])")
        assert page.evaluate(f"{track}.readyState") == "live"
        assert page.is_hidden("[data-camera-fault]")


def test_a_reader_that_did_not_arrive_is_said_so_and_asked_for_again(
    place: Place, tmp_path: Path
) -> None:
    card = place.card()
    video = write_video(tmp_path / "code.mjpeg", card["barcode"], "clean")
    with filmed(place, video) as page:
        page.goto("about:blank")
        page.route("**/zxing_reader*", lambda route: route.abort("internetdisconnected"))
        page.goto(place.demo["base_url"] + "/till")
        page.wait_for_selector("[data-camera-fault]:not([hidden])")
        assert page.is_hidden(".view")
        page.unroute("**/zxing_reader*")
        page.click("[data-camera]")
        page.wait_for_selector(".s-card")
