"""The page in a real, headless Chromium, with a detector that needs no weights."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import draw_scene
from drawn_clips import write_video
from drawn_pdf import lines_of
from fake_detector import FakeDetector, drawn_sound, loader_of
from PIL import Image

from demo import words
from demo.screenshots import open_tab
from eval import corruptions

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WAIT_MS = 20_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
    # gradio and uvicorn warn of their own matters while they serve.
    pytest.mark.filterwarnings("ignore"),
]


def slow_lime(score_crops, crop_rgb, *, samples=600, seed=0, progress=None):
    """In LIME's place: gives the page time to show progress, and a person time to press Cancel."""
    for step in range(1, 31):
        time.sleep(0.1)
        progress(step / 30)
    return np.tile(np.linspace(-1, 1, crop_rgb.shape[1], dtype=np.float32), (crop_rgb.shape[0], 1))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    y, x = np.mgrid[0:300, 0:400]
    pixels = np.stack([x * 255 // 399, y * 255 // 299, (x + y) % 256], -1).astype(np.uint8)
    Image.fromarray(pixels).save(folder / "portrait.jpg", quality=92)
    (folder / "letter.jpg").write_text("This is a letter and not a picture.")
    soundfile.write(folder / "voice.wav", np.concatenate([drawn_sound("low", 4), drawn_sound("bright", 3)]), 16_000)
    (folder / "manifest.csv").write_text(
        "path,kind,label\nportrait.jpg,image,real\nfake_portrait.png,image,fake\nreal_voice.wav,audio,real\n"
        "voice.wav,audio,fake\nclip.mp4,video,fake\n",
        encoding="utf-8",
    )
    Image.fromarray(pixels[::-1]).save(folder / "fake_portrait.png")
    soundfile.write(folder / "real_voice.wav", drawn_sound("low", 4), 16_000)
    scenes = [draw_scene((20, 40, 60, 30), (150, 40, 60, 200)) for _ in range(40)]
    write_video(folder / "clip.mp4", scenes, 10, options={"crf": "8"}, sound=drawn_sound("low", 4))
    return folder


@pytest.fixture(scope="module")
def served_url(files):
    from demo.page import build_page, launch_page

    detector = FakeDetector([((0.3, 0.2, 0.6, 0.7), 0.94), ((0.7, 0.1, 0.9, 0.5), 0.12)])
    page = build_page(loader_of(detector), sample_dir=files, runs_dir=files / "runs")
    _, url, _ = launch_page(page, max_mb=1, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield url
    page.close(verbose=False)


@pytest.fixture(scope="module")
def chromium():
    from demo.screenshots import CHROMIUM_ARGS

    playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def context(chromium):
    """One cache for all tabs, so that gradio's files are loaded once."""
    context = chromium.new_context()
    yield context
    context.close()


@pytest.fixture
def page(context, served_url):
    """A fresh visitor, who fails the test when the page calls anywhere else or logs an error of its own."""
    tab = context.new_page()
    tab.set_viewport_size({"width": 1280, "height": 900})
    strangers, broken = [], []
    tab.on("request", lambda r: strangers.append(r.url) if _is_elsewhere(r.url, served_url) else None)
    tab.on("pageerror", lambda error: broken.append(str(error)))
    tab.goto(served_url)
    tab.wait_for_selector("#check", timeout=WAIT_MS)
    yield tab
    tab.close()
    assert strangers == []
    assert broken == []


def _is_elsewhere(url, served_url):
    return not url.startswith((served_url.rstrip("/"), "data:", "blob:"))


def upload(page, path):
    page.set_input_files("#picture input[type=file]", str(path))
    page.wait_for_selector("#picture img", timeout=WAIT_MS)
    page.click("#check")


def test_a_picture_gets_a_verdict_and_a_card_for_each_face(page, files):
    upload(page, files / "portrait.jpg")
    page.wait_for_selector("#verdict .dc-downloads", timeout=WAIT_MS)
    assert page.inner_text("#verdict h2") == "Strong evidence of manipulation"
    assert "94\u00a0% manipulated" in page.inner_text("#verdict")
    assert page.locator("#faces .dc-face").count() == 2
    assert all(page.locator("#faces img").evaluate_all("images => images.map(i => i.naturalWidth > 0 && !!i.alt)"))
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").click()
    assert download.value.suggested_filename == "portrait-report.json"
    assert '"decision": "fake"' in download.value.path().read_text(encoding="utf-8")


def test_text_in_a_file_named_jpg_gets_a_sentence_in_the_page(page, files):
    upload(page, files / "letter.jpg")
    page.wait_for_selector("#verdict [role=alert]", timeout=WAIT_MS)
    said = page.inner_text("#verdict")
    assert words.ERROR_HEADLINE in said
    assert "Only JPEG, PNG and WebP" in said
    assert "Traceback" not in page.content()


def test_pressing_the_button_without_a_picture_gets_a_sentence(page):
    page.click("#check")
    page.wait_for_selector("#verdict [role=alert]", timeout=WAIT_MS)
    assert words.NO_PICTURE in page.inner_text("#verdict")


def test_an_old_verdict_does_not_stay_beside_a_new_picture(page, files):
    upload(page, files / "portrait.jpg")
    page.wait_for_selector("#verdict .dc-downloads", timeout=WAIT_MS)
    page.locator("#picture").get_by_label("Remove Image").or_(page.locator("#picture").get_by_label("Clear")).click()
    page.wait_for_selector("#verdict .dc-empty", timeout=WAIT_MS)
    assert page.locator("#faces .dc-face").count() == 0


@pytest.mark.parametrize("kind", ["picture", "sound"])
def test_a_verdict_stays_when_a_busy_server_hears_of_the_upload_after_the_check(page, files, kind):
    held, arrived = [], []
    if kind == "sound":
        open_voices(page)
    page.route("**/run/predict*", lambda route: route.continue_() if arrived else held.append(route))
    name, button, verdict = {"picture": ("portrait.jpg", "#check", "#verdict"), "sound": ("voice.wav", "#check-sound", "#sound-verdict")}[kind]  # fmt: skip
    page.set_input_files(f"#{kind} input[type=file]", str(files / name))
    page.wait_for_selector({"picture": "#picture img", "sound": "#sound >> text=0:07"}[kind], timeout=WAIT_MS)
    page.click(button)
    page.wait_for_selector(f"{verdict} .dc-downloads", timeout=WAIT_MS)
    assert held
    arrived.append(True)
    for route in held:
        route.continue_()
    for part in ("threshold", "keep"):
        page.wait_for_selector(f"#{part}-{kind}", state="visible", timeout=WAIT_MS)
    page.wait_for_timeout(500)
    assert page.locator(f"{verdict} .dc-downloads").count() == 1
    assert page.is_visible(f"#threshold-{kind}") and page.is_visible(f"#keep-{kind}")


def slowly(monkeypatch, where, name, seconds):
    """Puts a pause before the work of a tab."""
    work = getattr(where, name)
    monkeypatch.setattr(where, name, lambda *given, **options: time.sleep(seconds) or work(*given, **options))


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


def test_an_example_is_checked_by_one_click(page):
    page.locator("#examples-real button, #examples-real [role=button]").first.click()
    page.wait_for_selector("#verdict .dc-downloads", timeout=WAIT_MS)


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


def asked_slowly(loaded, path):
    """In the place of a probe's question: half a second for each copy."""

    def ask(how):
        time.sleep(0.5)
        return loaded.detect(path).verdict

    return ask


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


def test_lime_ends_with_three_pictures_of_the_chosen_face(page, files, monkeypatch):
    monkeypatch.setattr("detectors.explain.explain_lime", lambda *a, **k: np.eye(64, dtype=np.float32))
    upload(page, files / "portrait.jpg")
    page.wait_for_selector("#explain", timeout=WAIT_MS)
    page.get_by_role("radio", name="Face 2").check()
    page.click("#explain")
    page.wait_for_selector("#explanation dd >> nth=2", timeout=WAIT_MS)
    shown = page.locator("#explanation img").evaluate_all("images => images.map(i => i.naturalWidth > 0 && i.alt)")
    assert shown == [words.crop_alt(2), words.heat_alt(2), words.lime_alt(2)]
    tops = page.locator("#explanation img").evaluate_all("images => images.map(i => i.getBoundingClientRect().top)")
    assert len(set(tops)) == 1  # side by side
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.wait_for_selector("#cancel", state="hidden", timeout=WAIT_MS)


def test_everything_can_be_reached_by_keyboard(page, files):
    page.set_input_files("#picture input[type=file]", str(files / "portrait.jpg"))
    page.wait_for_selector("#picture img", timeout=WAIT_MS)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "check":
            break
    else:
        pytest.fail("Tab never reached the button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#verdict .dc-downloads", timeout=WAIT_MS)


@pytest.mark.parametrize("width_px", [390, 320])
def test_a_phone_need_not_scroll_sideways(page, files, tmp_path, width_px):
    page.set_viewport_size({"width": width_px, "height": 844})
    upload(page, files / "portrait.jpg")
    page.wait_for_selector("#verdict .dc-downloads", timeout=WAIT_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px
    open_tab(page, words.ABOUT_TAB)
    page.wait_for_selector("#about h2", timeout=WAIT_MS)
    assert page.inner_text("#about h2 >> nth=0") == words.LIMITS_HEADING
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px
    shot = tmp_path / "phone.png"
    page.screenshot(path=shot)
    with Image.open(shot) as picture:
        assert picture.size == (width_px, 844)


def open_voices(page):
    page.get_by_role("tab", name=words.AUDIO_TAB).click()
    page.wait_for_selector("#check-sound", state="visible", timeout=WAIT_MS)


def test_a_recording_gets_a_verdict_a_timeline_and_excerpts_that_play(page, files):
    open_voices(page)
    page.set_input_files("#sound input[type=file]", str(files / "voice.wav"))
    page.wait_for_selector("#sound >> text=0:07", timeout=WAIT_MS)  # its player knows how long it is
    page.click("#check-sound")
    page.wait_for_selector("#sound-verdict .dc-downloads", timeout=WAIT_MS)
    assert "Log-mel CNN" in page.inner_text("#sound-verdict")
    assert page.locator("#timeline .dc-lane").get_attribute("aria-label").startswith("Timeline of 0:07.0")
    assert page.locator("#timeline .dc-spectrogram").evaluate("image => image.naturalWidth") > 0
    seconds = page.locator("#timeline audio").first.evaluate(
        "async a => { a.preload = 'metadata'; a.load(); await new Promise(r => a.onloadedmetadata = r); return a.duration }"
    )
    assert 0.9 < seconds < 1.2  # a drawn card's windows last a second
    with page.expect_download() as download:
        page.locator("#sound-verdict").get_by_role("link", name="CSV").click()
    assert download.value.path().read_text(encoding="utf-8").startswith("file,start_s,end_s,fake_probability")


def test_a_letter_named_wav_gets_a_sentence_in_the_page(page, files):
    (files / "letter.wav").write_text("This is a letter and not a recording.")
    open_voices(page)
    page.set_input_files("#sound input[type=file]", str(files / "letter.wav"))
    page.wait_for_timeout(500)
    page.click("#check-sound")
    page.wait_for_selector("#sound-verdict [role=alert]", timeout=WAIT_MS)
    assert "Only sound and videos" in page.inner_text("#sound-verdict")


def test_a_voice_example_is_checked_by_one_click_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_voices(page)
    page.locator("#voices-fake button, #voices-fake [role=button]").first.click()
    page.wait_for_selector("#sound-verdict .dc-downloads", timeout=WAIT_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def open_clips(page):
    page.get_by_role("tab", name=words.VIDEO_TAB).click()
    page.wait_for_selector("#check-clip", state="visible", timeout=WAIT_MS)


def test_a_clip_gets_a_verdict_lines_for_its_people_and_an_annotated_copy(page, files):
    open_clips(page)
    page.set_input_files("#clip input[type=file]", str(files / "clip.mp4"))
    page.wait_for_selector("#clip video", timeout=WAIT_MS)
    page.click("#check-clip")
    page.wait_for_selector("#clip-verdict .dc-downloads", timeout=WAIT_MS)
    assert "Faces: " in page.inner_text("#clip-verdict") and "Sound: " in page.inner_text("#clip-verdict")
    lanes = page.locator("#clip-timeline .dc-lane")
    assert lanes.count() == 3 and "Person 1 over time" in lanes.first.get_attribute("aria-label")
    assert page.locator("#clip-timeline .dc-gallery img").first.evaluate("image => image.naturalWidth") > 0
    with page.expect_download() as download:
        page.locator("#clip-verdict").get_by_role("link", name="CSV").click()
    assert download.value.path().read_text(encoding="utf-8").startswith("file,time_s,person,fake_probability")
    page.click("#make-annotated")
    page.wait_for_selector("#annotated video", timeout=WAIT_MS)
    seconds = "async v => { if (!(v.duration > 0)) await new Promise(r => v.onloadedmetadata = r); return v.duration }"
    assert page.locator("#annotated video").evaluate(seconds) == pytest.approx(4.0, abs=0.3)
    page.locator("#clip").get_by_label("Clear").click()
    page.wait_for_selector("#clip-verdict .dc-empty", timeout=WAIT_MS)


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


def test_a_letter_named_mp4_gets_a_sentence_in_the_page(page, files):
    (files / "letter.mp4").write_text("This is a letter and not a video.")
    open_clips(page)
    page.set_input_files("#clip input[type=file]", str(files / "letter.mp4"))
    page.wait_for_timeout(1500)
    page.click("#check-clip")
    page.wait_for_selector("#clip-verdict [role=alert]", timeout=WAIT_MS)
    assert "Only videos are opened here" in page.inner_text("#clip-verdict")


def test_a_clip_example_is_checked_by_one_click_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_clips(page)
    page.locator("#clips-fake button, #clips-fake [role=button]").first.click()
    page.wait_for_selector("#clip-verdict .dc-downloads", timeout=WAIT_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_every_endpoint_has_a_name_and_report_is_the_public_one(served_url):
    import urllib.request

    with urllib.request.urlopen(f"{served_url}gradio_api/info") as answer:
        told = json.load(answer)
    assert sorted(told["named_endpoints"]) == ["/report", "/report_clip", "/report_recording"]
    assert told["unnamed_endpoints"] == {}


def test_a_batch_grows_a_table_that_can_be_downloaded(page, files):
    open_tab(page, words.BATCH_TAB)
    page.click("#batch-check")
    page.wait_for_selector("#batch-told [role=alert]", timeout=WAIT_MS)
    assert words.BATCH_NOTHING in page.inner_text("#batch-told")
    names = ("portrait.jpg", "letter.jpg", "voice.wav")
    page.set_input_files("#batch-files input[type=file]", [str(files / name) for name in names])
    page.wait_for_function("document.querySelectorAll('#batch-files .file').length == 3", timeout=WAIT_MS)
    page.click("#batch-check")
    page.wait_for_selector("#batch-told .dc-downloads", timeout=WAIT_MS)
    said = page.inner_text("#batch-told")
    assert "3 files checked" in said and "1 that could not be read" in said
    assert "portrait.jpg" in page.inner_text("#batch-table") and "Strong evidence" in page.inner_text("#batch-table")
    with page.expect_download() as download:
        page.locator("#batch-told").get_by_role("link", name="CSV").click()
    assert download.value.path().read_text(encoding="utf-8").count("\n") == 4


def play_rounds(page, said_fake, rounds):
    """Guesses the same in every round; returns what the page told after each."""
    told = []
    for number in range(1, rounds + 1):
        page.wait_for_selector(f"#game-told :text('Round {number} of {rounds}')", timeout=WAIT_MS)
        page.wait_for_function("!document.querySelector('#game-real').disabled", timeout=WAIT_MS)
        page.click("#game-fake" if said_fake else "#game-real")
        page.wait_for_selector(f"#game-score :text('of {number}') >> nth=0", timeout=WAIT_MS)
        told.append(page.inner_text("#game-told"))
        assert page.is_disabled("#game-real") and page.is_disabled("#game-fake")
        if number < rounds:
            page.click("#game-next")
    return told


def test_the_game_tells_the_truth_after_the_guess_and_keeps_score(page):
    open_tab(page, words.GAME_TAB)
    assert page.inner_text("#game-intro") == words.GAME_INTRO and page.is_hidden("#game-rounds")
    page.wait_for_selector("#game-picture img", timeout=WAIT_MS)
    one, other = play_rounds(page, True, 2)
    right, wrong = f"{words.GAME_TRUTH[True]} {words.GAME_RIGHT}", f"{words.GAME_TRUTH[False]} {words.GAME_WRONG}"
    assert (right in one and wrong in other) or (wrong in one and right in other)
    assert "94\u00a0%" in one and "All 2 rounds" in other and "All 2 rounds" not in one
    assert "You\t1 of 2" in page.inner_text("#game-score") and page.inner_text("#game-next") == words.GAME_AGAIN
    page.click("#game-next")
    page.wait_for_selector("#game-told :text('Round 1 of 2')", timeout=WAIT_MS)
    page.get_by_label(words.GAME_KINDS["audio"]).check()
    page.wait_for_selector("#game-sound", state="visible", timeout=WAIT_MS)
    assert "All 2 rounds" in play_rounds(page, True, 2)[1]


@pytest.fixture(scope="module")
def listed_files(tmp_path_factory):
    """Files whose names tell the truth, and a list of them."""
    folder = tmp_path_factory.mktemp("listed")
    rows = ["path,label"]
    for i in range(16):
        for label, name, sound in (("real", "untouched", "low"), ("fake", "tampered", "bright")):
            (folder / name).mkdir(exist_ok=True)
            pixels = draw_scene((20 + i, 40, 60, 30), (150, 40, 60, 200 - i))
            Image.fromarray(pixels).save(folder / name / f"{name}_{i}.png")
            rows.append(f"{name}/{name}_{i}.png,{label}")
            if i < 2:
                soundfile.write(folder / name / f"{name}_{i}.wav", drawn_sound(sound, 2 + i), 16_000)
                rows.append(f"{name}/{name}_{i}.wav,{label}")
    (folder / "newsroom.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def listed_url(files, listed_files):
    from demo.page import build_page, launch_page

    detector = FakeDetector([((0.3, 0.2, 0.6, 0.7), 0.94)])
    page = build_page(
        loader_of(detector), sample_dir=files, runs_dir=files / "runs", game_list=listed_files / "newsroom.csv"
    )
    _, url, _ = launch_page(page, max_mb=1, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield url
    page.close(verbose=False)


def test_a_game_from_a_list_tells_nothing_of_a_file_before_the_guess(chromium, listed_url, listed_files):
    tab, sent = chromium.new_page(viewport={"width": 390, "height": 844}), []
    tab.on("response", lambda answer: sent.append(answer))
    tab.on("websocket", lambda socket: pytest.fail("the page talks where this test does not listen"))
    tab.goto(listed_url)
    tab.wait_for_selector("#check", timeout=WAIT_MS)
    open_tab(tab, words.GAME_TAB)
    tab.wait_for_selector("#game-picture img", timeout=WAIT_MS)
    assert "newsroom.csv" in tab.inner_text("#game-intro") and "16 real, 16 manipulated" in tab.inner_text(
        "#game-intro"
    )
    assert "Round 1 of 20" in tab.inner_text("#game-told")
    tab.get_by_label("10", exact=True).check()
    tab.wait_for_selector("#game-told :text('Round 1 of 10')", timeout=WAIT_MS)
    tab.get_by_label(words.GAME_KINDS["audio"]).check()
    tab.wait_for_selector("#game-sound", state="visible", timeout=WAIT_MS)
    tab.wait_for_selector("#game-told :text('Round 1 of 4')", timeout=WAIT_MS)
    tab.wait_for_timeout(500)
    # Neither what stands in the page nor anything it was sent, names and addresses included.
    pieces = [tab.content(), *(answer.url for answer in sent)]
    for answer in tuple(sent):  # asking for a text lets further answers in
        kind = answer.headers.get("content-type", "")
        pieces += [str(answer.headers)]
        pieces += [answer.text()] if "heartbeat" not in answer.url and re.search("json|html|event-stream", kind) else []
    assert any("Round 1 of 4" in piece for piece in pieces)
    for secret in ("untouched", "tampered", listed_files.name):
        assert not [piece[max(0, piece.find(secret) - 60) :][:120] for piece in pieces if secret in piece]
    tab.click("#game-fake")
    tab.wait_for_selector("#game-score table", timeout=WAIT_MS)
    assert tab.inner_text("#game-told").startswith("It is ")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert tab.locator("#game-score .dc-scroll").evaluate("table => table.scrollWidth <= table.clientWidth")
    tab.close()


def test_files_of_a_list_cannot_be_fetched_by_their_path(listed_url, listed_files):
    import urllib.error
    import urllib.request

    for name in ("newsroom.csv", "tampered/tampered_0.png", "untouched/untouched_0.wav"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{listed_url}gradio_api/file={listed_files / name}")
        refused.value.close()
        assert refused.value.code in (403, 404)


def test_benchmarks_without_a_run_say_how_to_make_one(page):
    open_tab(page, words.BENCH_TAB)
    page.wait_for_selector("#bench-again", timeout=WAIT_MS)
    assert "python -m eval.run --dataset sample" in page.inner_text("#bench-table")


def test_a_verdict_can_be_kept_as_png_and_pdf_and_probed(page, files):
    upload(page, files / "portrait.jpg")
    for elem, head, name in (("png", b"\x89PNG", "portrait-verdict.png"), ("pdf", b"%PDF", "portrait-verdict.pdf")):
        page.wait_for_selector(f"#{elem}-picture", state="visible", timeout=WAIT_MS)
        with page.expect_download() as download:
            page.click(f"#{elem}-picture")
        assert download.value.suggested_filename == name and download.value.path().read_bytes().startswith(head)
    page.click("#probe-picture-go")
    page.wait_for_selector("#probe-picture-told strong", timeout=WAIT_MS)
    assert page.inner_text("#probe-picture-told strong") == words.PROBE_STABLE
    page.set_input_files("#picture input[type=file]", str(files / "letter.jpg"))
    page.wait_for_selector("#keep-picture", state="hidden", timeout=WAIT_MS)


def downloads(page, verdict, elem):
    """What a visitor keeps of a verdict: the paths of its JSON, CSV, PNG and PDF by suffix, and their names."""
    page.wait_for_selector(f"#pdf-{elem}", state="visible", timeout=WAIT_MS)
    paths, names = {}, []
    for kind in ("json", "csv", "png", "pdf"):
        with page.expect_download() as download:
            if kind in ("json", "csv"):
                page.locator(verdict).get_by_role("link", name=kind.upper()).click()
            else:
                page.click(f"#{kind}-{elem}")
        paths[kind] = download.value.path()
        names.append(download.value.suggested_filename)
    return paths, names


def assert_kept(paths, shown, file, detector):
    """The four files open, and say what the page says.

    Args:
        paths: from `downloads`.
        shown: the text of the verdict in the page.
        file: that was checked; its digest stands in each report.
        detector: the name that must stand on the page to keep.
    """
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    told = json.loads(paths["json"].read_text(encoding="utf-8"))
    assert told["media"]["sha256"] == digest
    spoken = told["sound"] if told.get("spoke") == "sound" else told
    fake, real = words.percent_of_both(spoken["fake_probability"])
    assert f"{fake} {words.MANIPULATED}" in shown and f"{real} {words.NOT_MANIPULATED}" in shown
    with Image.open(paths["png"]) as picture:
        picture.load()
        assert picture.format == "PNG" and picture.size == (1200, 675)
        assert np.asarray(picture.convert("L")).std() > 10
    pdf = paths["pdf"].read_bytes()
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1 and pdf.rstrip().endswith(b"%%EOF")
    lines = lines_of(pdf)
    assert file.name in lines and digest in lines
    assert f"{fake} {words.MANIPULATED}" in lines
    assert any(detector in line for line in lines)
    assert words.LIMITS_HEADING in lines and words.LIMITS[0].split(".")[0] in " ".join(lines)


def test_what_is_kept_of_a_clip_opens_and_says_what_the_page_says(page, files):
    open_clips(page)
    page.set_input_files("#clip input[type=file]", str(files / "clip.mp4"))
    page.wait_for_selector("#clip video", timeout=WAIT_MS)
    page.click("#check-clip")
    page.wait_for_selector("#clip-verdict .dc-downloads", timeout=WAIT_MS)
    paths, names = downloads(page, "#clip-verdict", "clip")
    assert names == ["clip-report.json", "clip-report.csv", "clip-verdict.png", "clip-verdict.pdf"]
    assert_kept(paths, page.inner_text("#clip-verdict"), files / "clip.mp4", "video")
    rows = list(csv.DictReader(paths["csv"].read_text(encoding="utf-8").splitlines()))
    assert {row["file"] for row in rows} == {"clip.mp4"}
    assert all(0 <= float(row["fake_probability"]) <= 1 for row in rows if row["fake_probability"])


def test_what_is_kept_of_a_recording_opens_and_says_what_the_page_says(page, files):
    open_voices(page)
    page.set_input_files("#sound input[type=file]", str(files / "voice.wav"))
    page.wait_for_selector("#sound >> text=0:07", timeout=WAIT_MS)
    page.click("#check-sound")
    page.wait_for_selector("#sound-verdict .dc-downloads", timeout=WAIT_MS)
    paths, names = downloads(page, "#sound-verdict", "sound")
    assert names == ["voice-report.json", "voice-report.csv", "voice-verdict.png", "voice-verdict.pdf"]
    assert_kept(paths, page.inner_text("#sound-verdict"), files / "voice.wav", "audio-ensemble")
    rows = list(csv.DictReader(paths["csv"].read_text(encoding="utf-8").splitlines()))
    starts = [float(row["start_s"]) for row in rows]
    assert len(rows) > 5 and starts == sorted(starts) and {row["file"] for row in rows} == {"voice.wav"}


def test_the_threshold_is_moved_by_keyboard_and_tells_its_price(page, files):
    assert not page.is_visible("#threshold-picture")
    upload(page, files / "portrait.jpg")
    slider = page.get_by_role("slider", name=words.THRESHOLD_LABEL).first
    slider.wait_for(state="visible", timeout=WAIT_MS)
    page.wait_for_selector('#threshold-picture-told :text("At 60 %, the detector\'s own threshold")', timeout=WAIT_MS)
    verdict = page.inner_text("#verdict")
    slider.focus()
    page.keyboard.press("End")
    page.wait_for_selector("#threshold-picture-told :text('At 98 %: ')", timeout=WAIT_MS)
    assert "at 94\u00a0%, would not be flagged" in page.inner_text("#threshold-picture-told")
    for _ in range(18):
        page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#threshold-picture-told :text('At 80 %: ')", timeout=WAIT_MS)
    said = page.inner_text("#threshold-picture-told")
    assert "about 1 would be flagged" in said and "about 61 would be missed" in said
    assert "at 94\u00a0%, would be flagged" in said and page.inner_text("#verdict") == verdict
    page.get_by_label("Reset to default value").locator("visible=true").click()
    page.wait_for_selector('#threshold-picture-told :text("At 60 %, the detector\'s own threshold")', timeout=WAIT_MS)
    page.set_input_files("#picture input[type=file]", str(files / "letter.jpg"))
    page.wait_for_selector("#threshold-picture", state="hidden", timeout=WAIT_MS)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_barrier_on_any_tab(chromium, served_url, files, theme, monkeypatch):
    monkeypatch.setattr("detectors.explain.explain_lime", lambda *a, **k: np.eye(64, dtype=np.float32))
    axe = pytest.importorskip("axe_playwright_python")
    script = Path(axe.__file__).with_name("axe.min.js")
    tab = chromium.new_page(viewport={"width": 1280, "height": 900}, color_scheme=theme)
    tab.goto(f"{served_url}?__theme={theme}")
    tab.wait_for_selector("#check", timeout=WAIT_MS)
    upload(tab, files / "portrait.jpg")
    tab.wait_for_selector("#keep-picture", state="visible", timeout=WAIT_MS)
    tab.wait_for_selector("#threshold-picture", state="visible", timeout=WAIT_MS)
    tab.click("#explain")
    tab.wait_for_selector("#explanation dd >> nth=2", timeout=WAIT_MS)
    tab.add_script_tag(path=str(script))
    found = []
    for name in (
        words.IMAGE_TAB,
        words.VIDEO_TAB,
        words.AUDIO_TAB,
        words.BATCH_TAB,
        words.GAME_TAB,
        words.BENCH_TAB,
        words.ABOUT_TAB,
    ):
        open_tab(tab, name)
        tab.wait_for_timeout(600)
        told = tab.evaluate("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations")
        found += [
            (name, v["impact"], v["id"], v["nodes"][0]["html"]) for v in told if v["impact"] in ("serious", "critical")
        ]
    tab.close()
    assert found == []


# ---- another language ----

SERVE_IN_GERMAN = """
import sys
sys.path.insert(0, "tests")
import detectors
from fake_detector import FakeDetector, loader_of
detectors.load = loader_of(FakeDetector([((0.3, 0.2, 0.6, 0.7), 0.94), ((0.7, 0.1, 0.9, 0.5), 0.12)]))
import app
app.main(["--language", "de", "--port", sys.argv[1]])
"""
ALL_TEXT = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode())
    if (!['SCRIPT', 'STYLE'].includes(walker.currentNode.parentElement.tagName)) found.push(walker.currentNode.textContent);
  for (const e of document.querySelectorAll('[aria-label], [alt], [placeholder]'))
    for (const name of ['aria-label', 'alt', 'placeholder']) if (e.getAttribute(name)) found.push(e.getAttribute(name));
  return found.map(text => text.trim()).filter(text => text);
}"""


@pytest.fixture(scope="module")
def german_url():
    """A page of its own process, for a process speaks one language."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = subprocess.Popen([sys.executable, "-c", SERVE_IN_GERMAN, str(port)], cwd=ROOT)
    url = f"http://127.0.0.1:{port}/"
    patience = time.monotonic() + 120  # importing gradio takes long on a busy machine
    while time.monotonic() < patience and served.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url):
            break
        time.sleep(0.2)
    yield url
    served.terminate()
    served.wait(20)


def english_left(found):
    """Texts among these that are English sentences of `words`, whole or with their gaps filled."""
    from demo import words_de

    def strings(value):
        if isinstance(value, words.Band):
            return [value.headline, value.meaning]
        if isinstance(value, tuple | dict):
            return [s for v in (value.values() if isinstance(value, dict) else value) for s in strings(v)]
        return [value] if isinstance(value, str) else []

    english, german = (
        {s for name, value in vars(module).items() if name.isupper() for s in strings(value)}
        for module in (words, words_de)
    )
    whole = {s for s in english - german if s[:1].isupper() or " " in s}
    parts = {part.strip() for s in whole for part in re.split(r"\{.*?\}", s) if part.count(" ") > 3}
    return [text for text in found if text in whole or any(part in text for part in parts)]


def test_a_german_page_holds_no_english_sentence_and_fits_a_phone(chromium, german_url, files):
    tab = chromium.new_page(viewport={"width": 390, "height": 844}, locale="de-DE")
    tab.goto(german_url)
    tab.wait_for_selector("#check", timeout=WAIT_MS)
    assert tab.evaluate("document.documentElement.lang") == "de"
    upload(tab, files / "portrait.jpg")
    tab.wait_for_selector("#verdict .dc-downloads", timeout=WAIT_MS)
    assert tab.inner_text("#verdict h2") == "Starke Hinweise auf Manipulation"
    assert "94\u202f% manipuliert" in tab.inner_text("#verdict")
    left, too_wide = english_left(tab.evaluate(ALL_TEXT)), []
    for name in ("Video", "Ton", "Stapel", "Finde die Fälschung", "Messungen", "Über", "Bild"):
        open_tab(tab, name)
        tab.wait_for_timeout(400)
        left += english_left(tab.evaluate(ALL_TEXT))
        too_wide += [name] if tab.evaluate("document.documentElement.scrollWidth") > 390 else []
    assert left == [] and too_wide == []
    with tab.expect_download() as download:
        tab.locator("#pdf-picture").click(timeout=WAIT_MS)
    assert download.value.suggested_filename == "portrait-ergebnis.pdf"
    tab.set_input_files("#picture input[type=file]", str(files / "letter.jpg"))
    tab.wait_for_timeout(500)
    tab.click("#check")
    tab.wait_for_selector("#verdict [role=alert]", timeout=WAIT_MS)
    assert "dem Inhalt nach ist dies Text." in tab.inner_text("#verdict")
    tab.close()
