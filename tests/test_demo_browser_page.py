"""In Chromium: the page as a whole, on every tab: keyboard, phone, barriers, endpoints, and another language."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from browser import MARKS, WAIT_MS, upload
from PIL import Image

from demo import words
from demo.screenshots import open_tab

ROOT = Path(__file__).resolve().parent.parent

pytest_plugins = ["browser"]
pytestmark = MARKS


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


def test_every_endpoint_has_a_name_and_report_is_the_public_one(served_url):
    import urllib.request

    with urllib.request.urlopen(f"{served_url}gradio_api/info") as answer:
        told = json.load(answer)
    assert sorted(told["named_endpoints"]) == ["/report", "/report_clip", "/report_recording"]
    assert told["unnamed_endpoints"] == {}


def test_benchmarks_without_a_run_say_how_to_make_one(page):
    open_tab(page, words.BENCH_TAB)
    page.wait_for_selector("#bench-again", timeout=WAIT_MS)
    assert "python -m eval.run --dataset sample" in page.inner_text("#bench-table")


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
