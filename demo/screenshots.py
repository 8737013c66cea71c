"""`python -m demo.screenshots OUT_DIR`: takes pictures of every tab of a running page, for the docs and for review."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from demo import words
from demo.image_tab import SAMPLE_DIR

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS_PX = {"desktop": 1280, "phone": 390}
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WAIT_MS = 60_000
# What is checked: file of the sample, name in `words` of the tab, upload field, what shows that it is there, button, verdict.
TABS = {
    "picture": ("fake_swap_obama.jpg", "IMAGE_TAB", "#picture", "img", "#check", "#verdict"),
    "clip": ("fake_clip_two_persons.mp4", "VIDEO_TAB", "#clip", "video", "#check-clip", "#clip-verdict"),
    "voice": (
        "fake_voice_flite.flac",
        "AUDIO_TAB",
        "#sound",
        "[class*=waveform]",
        "#check-sound",
        "#sound-verdict",
    ),
}


def main(argv: list[str] | None = None) -> int:
    """Writes light and dark screenshots of every tab, at desktop and phone width, with a file of the sample checked."""
    parser = argparse.ArgumentParser(prog="python -m demo.screenshots", description=main.__doc__)
    parser.add_argument("out_dir", type=Path, metavar="OUT_DIR", help="folder for the PNG files")
    for kind, (file, *_) in TABS.items():
        parser.add_argument(f"--{kind}", type=Path, default=SAMPLE_DIR / file, help="to check (default: %(default)s)")
    parser.add_argument("--url", default="http://127.0.0.1:7860/", help="of the running page (default: %(default)s)")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="browser (default: %(default)s)")
    parser.add_argument("--language", default="en", help="of the running page (default: %(default)s)")
    options = parser.parse_args(argv)
    words.speak(options.language)
    options.out_dir.mkdir(parents=True, exist_ok=True)
    # Only the people who document the page have it installed.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=CHROMIUM_ARGS)
        for name, width_px in WIDTHS_PX.items():
            for theme in ("light", "dark"):
                page = browser.new_page(
                    viewport={"width": width_px, "height": 900}, color_scheme=theme, locale=options.language
                )
                page.goto(f"{options.url}?__theme={theme}")
                _shoot(page, options.out_dir, f"{name}-{theme}", {kind: getattr(options, kind) for kind in TABS})
                page.close()
        browser.close()
    print(options.out_dir)
    return 0


def _shoot(page: Page, out_dir: Path, prefix: str, files: dict[str, Path]) -> None:
    page.wait_for_selector("#check", timeout=WAIT_MS)
    page.wait_for_timeout(800)
    page.screenshot(path=out_dir / f"{prefix}-empty.png", full_page=True)
    for kind, (_, tab, field, shown, button, verdict) in TABS.items():
        open_tab(page, getattr(words, tab))
        page.set_input_files(f"{field} input[type=file]", str(files[kind]))
        page.wait_for_selector(f"{field} {shown}", timeout=WAIT_MS)
        page.wait_for_timeout(500)
        page.click(button)
        page.wait_for_selector(f"{verdict} .dc-downloads", timeout=WAIT_MS)
        page.wait_for_selector(f"#keep-{field[1:]}", state="visible", timeout=WAIT_MS)
        if kind == "picture":
            _explain_and_probe(page)
        page.wait_for_timeout(800)
        page.screenshot(path=out_dir / f"{prefix}-{kind}.png", full_page=True)
    open_tab(page, words.BATCH_TAB)
    page.set_input_files("#batch-files input[type=file]", [str(file) for file in files.values()])
    page.wait_for_timeout(1500)
    page.click("#batch-check")
    page.wait_for_selector("#batch-told .dc-downloads", timeout=WAIT_MS)
    page.wait_for_timeout(800)
    page.screenshot(path=out_dir / f"{prefix}-batch.png", full_page=True)
    open_tab(page, words.GAME_TAB)
    page.wait_for_selector("#game-picture img", timeout=WAIT_MS)
    page.click("#game-fake")
    page.wait_for_selector("#game-score table", timeout=WAIT_MS)
    page.wait_for_timeout(800)
    page.screenshot(path=out_dir / f"{prefix}-game.png", full_page=True)
    open_tab(page, words.BENCH_TAB)
    page.wait_for_timeout(1500)
    page.screenshot(path=out_dir / f"{prefix}-benchmarks.png", full_page=True)
    open_tab(page, words.ABOUT_TAB)
    page.wait_for_selector("#about h2", timeout=WAIT_MS)
    page.wait_for_timeout(400)
    page.screenshot(path=out_dir / f"{prefix}-about.png", full_page=True)


def _explain_and_probe(page: Page) -> None:
    page.click("#explain")
    page.wait_for_selector("#explanation .dc-why[role]", timeout=WAIT_MS)
    page.click("#probe-picture-go")
    page.wait_for_selector("#probe-picture-told strong", timeout=WAIT_MS)
    # What was pressed is scrolled to; the picture begins at the top.
    page.evaluate("scrollTo(0, 0)")


def open_tab(page: Page, tab: str) -> None:
    """Opens a tab, from the menu of those that have no room where it is one of them."""
    page.evaluate("scrollTo(0, 0)")
    wanted = page.get_by_role("tab", name=tab)
    if not wanted.is_visible():
        page.locator(".overflow-menu > button").click()
        page.locator(".overflow-dropdown button", has_text=tab).click()
        return
    wanted.click()


if __name__ == "__main__":
    sys.exit(main())
