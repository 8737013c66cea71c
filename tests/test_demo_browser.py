"""The page in a real, headless Chromium, with a detector that needs no weights."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import draw_scene
from drawn_clips import write_video
from fake_detector import FakeDetector, drawn_sound, loader_of
from PIL import Image

from demo import words
from demo.screenshots import open_tab
from eval import corruptions

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
        "path,kind,label\nportrait.jpg,image,real\nvoice.wav,audio,fake\nclip.mp4,video,fake\n", encoding="utf-8"
    )
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


@pytest.fixture
def page(chromium, served_url):
    """A fresh visitor, who fails the test when the page calls anywhere else or logs an error of its own."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    strangers, broken = [], []
    tab.on("request", lambda r: strangers.append(r.url) if _is_elsewhere(r.url, served_url) else None)
    tab.on("pageerror", lambda error: broken.append(str(error)))
    tab.goto(served_url)
    tab.wait_for_selector("#check", timeout=WAIT_MS)
    yield tab
    context.close()
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
    assert "94 % manipulated" in page.inner_text("#verdict")
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


def test_an_example_is_checked_by_one_click(page):
    page.locator("#examples-real button, #examples-real [role=button]").first.click()
    page.wait_for_selector("#verdict .dc-downloads", timeout=WAIT_MS)


def test_lime_shows_its_progress_and_can_be_cancelled(page, files, monkeypatch):
    monkeypatch.setattr("detectors.explain.explain_lime", slow_lime)
    upload(page, files / "portrait.jpg")
    page.wait_for_selector("#explain", timeout=WAIT_MS)
    page.click("#explain")
    page.wait_for_selector("#explanation progress", timeout=WAIT_MS)
    assert page.locator("#explanation img").count() == 2  # the heat map is there already
    page.click("#cancel")
    page.wait_for_selector(f"#explanation :text('{words.LIME_STOPPED}')", timeout=WAIT_MS)


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
    page.wait_for_selector(f"#probe-clip-told :text('{words.LIME_STOPPED}')", timeout=WAIT_MS)
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
    import json
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


def test_the_game_tells_the_truth_after_the_guess_and_keeps_score(page):
    open_tab(page, words.GAME_TAB)
    page.wait_for_selector("#game-picture img", timeout=WAIT_MS)
    assert "portrait" not in page.get_attribute("#game-picture img", "src")
    page.click("#game-fake")
    page.wait_for_selector("#game-score table", timeout=WAIT_MS)
    said = page.inner_text("#game-told")
    assert f"{words.GAME_TRUTH[False]} {words.GAME_WRONG}" in said and "94 %" in said and "All 1 rounds" in said
    assert "You\t0 of 1" in page.inner_text("#game-score")
    assert page.inner_text("#game-next") == words.GAME_AGAIN and page.is_disabled("#game-real")
    page.get_by_label(words.GAME_KINDS["audio"]).check()
    page.wait_for_selector("#game-sound", state="visible", timeout=WAIT_MS)
    page.wait_for_function("!document.querySelector('#game-real').disabled", timeout=WAIT_MS)
    page.click("#game-fake")
    page.wait_for_selector("#game-score table", timeout=WAIT_MS)
    assert words.GAME_RIGHT in page.inner_text("#game-told")


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
