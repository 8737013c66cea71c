"""In Chromium: a picture, a recording, a clip or many files are checked, and what is kept of a verdict."""

from __future__ import annotations

import csv
import hashlib
import json
import re

import numpy as np
import pytest
from browser import MARKS, WAIT_MS, open_clips, open_voices, upload
from drawn_pdf import lines_of
from PIL import Image

from demo import words
from demo.screenshots import open_tab

pytest_plugins = ["browser"]
pytestmark = MARKS


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


def test_an_example_is_checked_by_one_click(page):
    page.locator("#examples-real button, #examples-real [role=button]").first.click()
    page.wait_for_selector("#verdict .dc-downloads", timeout=WAIT_MS)


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


@pytest.mark.parametrize(
    ("open_them", "field", "ending", "said"),
    [
        (open_voices, "sound", "wav", "Only sound and videos"),
        (open_clips, "clip", "mp4", "Only videos are opened here"),
    ],
)
def test_a_letter_named_as_a_recording_gets_a_sentence_in_the_page(page, files, open_them, field, ending, said):
    letter = files / f"letter.{ending}"
    letter.write_text("This is a letter and not a recording.")
    open_them(page)
    page.set_input_files(f"#{field} input[type=file]", str(letter))
    page.wait_for_timeout(1500)
    page.click(f"#check-{field}")
    page.wait_for_selector(f"#{field}-verdict [role=alert]", timeout=WAIT_MS)
    assert said in page.inner_text(f"#{field}-verdict")


@pytest.mark.parametrize(
    ("open_them", "row", "field"), [(open_voices, "voices", "sound"), (open_clips, "clips", "clip")]
)
def test_an_example_is_checked_by_one_click_on_a_phone(page, open_them, row, field):
    page.set_viewport_size({"width": 390, "height": 844})
    open_them(page)
    page.locator(f"#{row}-fake button, #{row}-fake [role=button]").first.click()
    page.wait_for_selector(f"#{field}-verdict .dc-downloads", timeout=WAIT_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


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
