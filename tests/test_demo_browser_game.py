"""In Chromium: the game, with the sample and with a list of somebody's own files."""

from __future__ import annotations

import re

import pytest
import soundfile
from browser import MARKS, WAIT_MS
from conftest import draw_scene
from fake_detector import FakeDetector, drawn_sound, loader_of
from PIL import Image

from demo import words
from demo.screenshots import open_tab

pytest_plugins = ["browser"]
pytestmark = MARKS


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
