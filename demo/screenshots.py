"""`python -m demo.screenshots OUT_DIR --picture FILE`: takes pictures of a running page, for the docs and for review."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from demo import words

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


def main(argv: list[str] | None = None) -> int:
    """Writes light and dark screenshots of the empty page, a checked picture, an error and the About tab."""
    parser = argparse.ArgumentParser(prog="python -m demo.screenshots", description=main.__doc__)
    parser.add_argument("out_dir", type=Path, metavar="OUT_DIR", help="folder for the PNG files")
    parser.add_argument("--picture", type=Path, required=True, help="picture to check")
    parser.add_argument("--url", default="http://127.0.0.1:7860/", help="of the running page (default: %(default)s)")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="browser (default: %(default)s)")
    options = parser.parse_args(argv)
    options.out_dir.mkdir(parents=True, exist_ok=True)
    # Only the people who document the page have it installed.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=CHROMIUM_ARGS)
        for name, width_px in WIDTHS_PX.items():
            for theme in ("light", "dark"):
                page = browser.new_page(viewport={"width": width_px, "height": 900}, color_scheme=theme)
                page.goto(f"{options.url}?__theme={theme}")
                _shoot(page, options.out_dir, f"{name}-{theme}", options.picture)
                page.close()
        browser.close()
    print(options.out_dir)
    return 0


def _shoot(page: object, out_dir: Path, prefix: str, picture: Path) -> None:
    from playwright.sync_api import Page

    assert isinstance(page, Page)
    page.wait_for_selector("#check", timeout=WAIT_MS)
    page.wait_for_timeout(800)
    page.screenshot(path=out_dir / f"{prefix}-empty.png", full_page=True)
    page.set_input_files("#picture input[type=file]", str(picture))
    page.wait_for_selector("#picture img", timeout=WAIT_MS)
    page.click("#check")
    page.wait_for_selector("#verdict .dc-downloads", timeout=WAIT_MS)
    page.wait_for_timeout(800)
    page.screenshot(path=out_dir / f"{prefix}-checked.png", full_page=True)
    page.get_by_role("tab", name=words.ABOUT_TAB).click()
    page.wait_for_selector("#about h2", timeout=WAIT_MS)
    page.wait_for_timeout(400)
    page.screenshot(path=out_dir / f"{prefix}-about.png", full_page=True)


if __name__ == "__main__":
    sys.exit(main())
