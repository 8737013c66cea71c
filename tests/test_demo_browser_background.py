"""In Chromium: work that takes its time, how it is stopped, and what it must not write once it comes too late."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from browser import MARKS, WAIT_MS, open_clips, open_voices, upload

from demo import words
from eval import corruptions

pytest_plugins = ["browser"]
pytestmark = MARKS


def slow_lime(score_crops, crop_rgb, *, samples=600, seed=0, progress=None):
    """In LIME's place: gives the page time to show progress, and a person time to press Cancel."""
    for step in range(1, 31):
        time.sleep(0.1)
        progress(step / 30)
    return np.tile(np.linspace(-1, 1, crop_rgb.shape[1], dtype=np.float32), (crop_rgb.shape[0], 1))


def slowly(monkeypatch, where, name, seconds):
    """Puts a pause before the work of a tab."""
    work = getattr(where, name)
    monkeypatch.setattr(where, name, lambda *given, **options: time.sleep(seconds) or work(*given, **options))


def asked_slowly(loaded, path):
    """In the place of a probe's question: half a second for each copy."""

    def ask(how):
        time.sleep(0.5)
        return loaded.detect(path).verdict

    return ask


@pytest.mark.parametrize("kind", ["picture", "sound"])
def test_a_verdict_stays_when_a_busy_server_hears_of_the_upload_after_the_check(page, files, kind):
    held, asked = [], []
    if kind == "sound":
        open_voices(page)
    page.route("**/run/predict*", lambda route: route.continue_() if asked else held.append(route))
    name, button, verdict = {"picture": ("portrait.jpg", "#check", "#verdict"), "sound": ("voice.wav", "#check-sound", "#sound-verdict")}[kind]  # fmt: skip
    page.set_input_files(f"#{kind} input[type=file]", str(files / name))
    page.wait_for_selector({"picture": "#picture img", "sound": "#sound >> text=0:07"}[kind], timeout=WAIT_MS)
    asked.append(True)
    page.click(button)
    page.wait_for_selector(f"{verdict} .dc-downloads", timeout=WAIT_MS)
    assert held
    for route in held:
        route.continue_()
    for part in ("threshold", "keep"):
        page.wait_for_selector(f"#{part}-{kind}", state="visible", timeout=WAIT_MS)
    page.wait_for_timeout(500)
    assert page.locator(f"{verdict} .dc-downloads").count() == 1
    assert page.is_visible(f"#threshold-{kind}") and page.is_visible(f"#keep-{kind}")


def test_a_verdict_that_comes_after_its_picture_went_is_not_shown(page, files, monkeypatch):
    from demo import image_tab

    slowly(monkeypatch, image_tab, "analyse_image", 2)
    upload(page, files / "portrait.jpg")
    page.wait_for_timeout(700)
    page.locator("#picture").get_by_label("Remove Image").or_(page.locator("#picture").get_by_label("Clear")).click()
    page.wait_for_timeout(3000)
    assert page.locator("#verdict .dc-empty").count() == 1 and page.locator("#faces .dc-face").count() == 0
    upload(page, files / "fake_portrait.png")
    page.wait_for_selector("#verdict :text('fake_portrait.png')", timeout=WAIT_MS)


def test_a_check_that_waits_while_its_picture_is_replaced_judges_nothing(chromium, page, files, monkeypatch):
    """All places are taken; what was uploaded meanwhile is judged, and what it replaced is neither judged nor shown."""
    from demo import image_tab

    judged, places = [], threading.Event()
    analyse = image_tab.analyse_image

    def wait_and_analyse(path, *given, **options):
        judged.append(options["shown_name"])
        if options["shown_name"].startswith("taken"):
            places.wait(WAIT_MS / 1000)
        return analyse(path, *given, **options)

    monkeypatch.setattr(image_tab, "analyse_image", wait_and_analyse)
    # Contexts of their own: a browser opens six connections to a server, and every tab keeps two.
    others = [chromium.new_page() for _ in range(image_tab.NETWORK_SLOTS)]
    for number, other in enumerate(others):
        other.goto(page.url)
        other.wait_for_selector("#check", timeout=WAIT_MS)
        upload(other, Path(shutil.copy(files / "portrait.jpg", files / f"taken{number}.jpg")))
    while len(judged) < len(others):
        page.wait_for_timeout(100)
    upload(page, files / "portrait.jpg")
    page.wait_for_timeout(500)  # until it waits in the queue
    page.locator("#picture").get_by_label("Remove Image").or_(page.locator("#picture").get_by_label("Clear")).click()
    upload(page, files / "fake_portrait.png")
    page.wait_for_timeout(500)
    places.set()
    page.wait_for_selector("#verdict :text('fake_portrait.png')", timeout=WAIT_MS)
    page.wait_for_timeout(500)
    assert judged == ["taken0.jpg", "taken1.jpg", "fake_portrait.png"]
    assert "fake_portrait.png" in page.inner_text("#verdict")
    for other in others:
        other.close()


def test_the_check_of_an_old_clip_does_not_write_over_an_examples_verdict(page, files, tmp_path, monkeypatch):
    from demo import video_tab

    mine = Path(shutil.copy(files / "clip.mp4", tmp_path / "mine.mp4"))
    slowly(monkeypatch, video_tab, "analyse_clip", 3)
    open_clips(page)
    page.set_input_files("#clip input[type=file]", str(mine))
    page.wait_for_selector("#clip video", timeout=WAIT_MS)
    page.click("#check-clip")
    page.wait_for_selector("#cancel-clip", state="visible", timeout=WAIT_MS)
    monkeypatch.undo()
    page.locator("#clips-fake button, #clips-fake [role=button]").first.click()
    page.wait_for_selector("#clip-verdict .dc-downloads", timeout=WAIT_MS)
    page.wait_for_timeout(4000)
    said = page.inner_text("#clip-verdict")
    assert "mine.mp4" not in said and "clip.mp4" in said and page.is_hidden("#cancel-clip")


@pytest.mark.slow
def test_the_check_of_a_long_recording_can_be_stopped(page, files, monkeypatch):
    from demo import audio_tab

    analyse = audio_tab.analyse_sound
    monkeypatch.setattr(
        audio_tab, "analyse_sound", lambda *given, **options: time.sleep(2) or analyse(*given, **options)
    )
    open_voices(page)
    page.set_input_files("#sound input[type=file]", str(files / "voice.wav"))
    page.wait_for_selector("#sound >> text=0:07", timeout=WAIT_MS)
    page.click("#check-sound")
    page.wait_for_selector("#cancel-sound", state="visible", timeout=WAIT_MS)
    page.click("#cancel-sound")
    page.wait_for_selector("#cancel-sound", state="hidden", timeout=WAIT_MS)
    page.wait_for_timeout(3500)
    assert page.locator("#sound-verdict .dc-empty").count() == 1 and page.inner_text("#timeline").strip() == ""
    page.click("#check-sound")
    page.wait_for_selector("#sound-verdict .dc-downloads", timeout=WAIT_MS)
    page.wait_for_selector("#cancel-sound", state="hidden", timeout=WAIT_MS)


def test_lime_shows_its_progress_and_can_be_cancelled(page, files, monkeypatch):
    monkeypatch.setattr("detectors.explain.explain_lime", slow_lime)
    upload(page, files / "portrait.jpg")
    page.wait_for_selector("#explain", timeout=WAIT_MS)
    page.click("#explain")
    page.wait_for_selector("#explanation progress", timeout=WAIT_MS)
    page.wait_for_selector("#explanation img >> nth=1", timeout=WAIT_MS)  # the heat map is there already
    assert page.locator("#explanation progress").count() == 1
    page.click("#cancel")
    page.wait_for_selector(f"#explanation :text('{words.STOPPED}')", timeout=WAIT_MS)


@pytest.mark.slow
def test_an_example_ends_what_was_at_work_on_the_old_picture(page, files, monkeypatch):
    monkeypatch.setattr("detectors.explain.explain_lime", slow_lime)
    monkeypatch.setattr("demo.probe._ask", asked_slowly)
    upload(page, files / "portrait.jpg")
    page.wait_for_selector("#explain", timeout=WAIT_MS)
    page.click("#explain")
    page.click("#probe-picture-go")
    page.wait_for_selector("#probe-picture-told tbody tr", timeout=WAIT_MS)
    page.wait_for_selector("#explanation img >> nth=1", timeout=WAIT_MS)
    page.locator("#examples-fake button, #examples-fake [role=button]").first.click()
    page.wait_for_selector("#verdict :text('fake_portrait.png')", timeout=WAIT_MS)
    page.wait_for_selector("#probe-picture-told tr, #explanation img", state="detached", timeout=WAIT_MS)
    page.evaluate("""() => {
      window.late = 0;
      new MutationObserver(() => {
        window.late += document.querySelectorAll('#probe-picture-told tr, #explanation img').length;
      }).observe(document.body, {childList: true, subtree: true});
    }""")
    page.wait_for_timeout(4000)  # longer than either would still have worked
    assert page.evaluate("window.late") == 0
    assert page.inner_text("#probe-picture-told").strip() == "" == page.inner_text("#explanation").strip()
    assert not page.is_visible("#cancel") and not page.is_visible("#probe-picture-cancel")
    # What was ended is not in the way of what comes next.
    page.click("#probe-picture-go")
    page.wait_for_selector("#probe-picture-told strong", timeout=WAIT_MS)


@pytest.mark.slow
def test_who_waits_for_lime_is_told_so_and_can_cancel_and_come_back(chromium, served_url, page, files, monkeypatch):
    monkeypatch.setattr("detectors.explain.explain_lime", slow_lime)
    other = chromium.new_page(viewport={"width": 390, "height": 844})
    other.goto(served_url)
    other.wait_for_selector("#check", timeout=WAIT_MS)
    for visitor in (page, other):
        upload(visitor, files / "portrait.jpg")
        visitor.wait_for_selector("#explain", timeout=WAIT_MS)
    page.click("#explain")
    page.wait_for_selector("#explanation img", timeout=WAIT_MS)
    other.click("#explain")
    other.wait_for_selector(f"#explanation :text('{words.WAITING}')", timeout=WAIT_MS)
    other.click("#cancel")
    other.wait_for_selector(f"#explanation :text('{words.STOPPED}')", timeout=WAIT_MS)
    assert other.is_hidden("#cancel")
    other.click("#explain")
    for visitor in (page, other):
        visitor.wait_for_selector("#explanation dd >> nth=2", timeout=WAIT_MS)
    other.wait_for_timeout(500)
    assert other.locator("#explanation dd").count() == 3 and other.is_hidden("#cancel")
    other.close()


def test_a_clip_can_be_probed_and_the_probe_be_stopped(page, files, monkeypatch):
    open_clips(page)
    page.set_input_files("#clip input[type=file]", str(files / "clip.mp4"))
    page.wait_for_selector("#clip video", timeout=WAIT_MS)
    page.click("#check-clip")
    page.wait_for_selector("#probe-clip-go", state="visible", timeout=WAIT_MS)
    assert not page.is_visible("#probe-clip-cancel")
    page.click("#probe-clip-go")
    page.wait_for_selector("#probe-clip-told strong", timeout=WAIT_MS)
    assert page.locator("#probe-clip-told tbody tr").count() == 3
    assert "H.264, CRF 35" in page.inner_text("#probe-clip-told")
    change = corruptions._changed

    def change_slowly(*given):
        time.sleep(0.2)  # half the size then takes eight seconds
        return change(*given)

    monkeypatch.setattr(corruptions, "_changed", change_slowly)
    page.click("#probe-clip-go")
    page.wait_for_selector("#probe-clip-told tbody tr >> nth=1", timeout=WAIT_MS)
    page.click("#probe-clip-cancel")
    page.wait_for_selector(f"#probe-clip-told :text('{words.STOPPED}')", timeout=WAIT_MS)
    assert not page.is_visible("#probe-clip-cancel")
