"""The game: its lists, rounds, scores and sentences, without a browser."""

import csv

import numpy as np
import pytest
from conftest import draw_scene
from fake_detector import FakeDetector, loader_of
from PIL import Image

from data_manifests.build import write_manifest
from data_manifests.schema import Sample
from demo import words
from demo.game import Answer, Deck, Game, Item, open_deck, open_sample, share_with_interval
from detectors.errors import CardError, DatasetError, UnreadableMedia


def answer(truth, said, p, sure=1):
    return Answer(truth, said, sure, p, 0.6)


@pytest.mark.parametrize(("truth", "said", "sure", "p", "you", "model", "both"), [
    (True, True, 0, 0.1, True, False, False),  # a guess against clear evidence
    (True, True, 2, 0.5, True, False, True),  # certain against weak evidence
    (False, True, 0, 0.02, False, True, True),
    (False, False, 1, None, True, False, True),  # the detector abstained
    (True, True, 1, 0.6, True, True, True),
])  # fmt: skip
def test_the_player_the_detector_and_both_are_right_or_wrong_each_by_their_own(truth, said, sure, p, you, model, both):
    one = answer(truth, said, p, sure)
    assert (one.player_right, one.model_right, one.both_right) == (you, model, both)


def test_a_game_counts_scores_and_the_streak():
    game = Game(tuple(Item("", "image", truth, "") for truth in (True, False, True)))
    for said, p in ((False, 0.9), (False, 0.1), (True, 0.2)):
        game = game.play(said, 1, p, 0.6)
    assert game.scores()[:2] == (2, 2) and game.streak == 2 and game.current is None
    with pytest.raises(ValueError, match="all rounds"):
        game.play(True, 1, 0.5, 0.6)


@pytest.fixture
def listed(tmp_path):
    """A function that writes a list of drawn names, so many of each class, and returns its path."""

    def write(rows, name="mine.csv", columns=("path", "kind", "label", "about"), there=True):
        with (tmp_path / name).open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows([columns, *rows])
        for path, *_ in rows if there else ():
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text("x")
        return tmp_path / name

    return write


def names(game):
    return [item.path.rsplit("/", 1)[-1] for item in game.items]


def test_a_game_is_of_one_kind_balanced_shuffled_and_drawn_anew(listed):
    rows = [(f"{k}{i}.x", k, label, "") for k in ("image", "audio", "video") for i, label in enumerate(("real",) * 30)]
    rows += [(f"{k}f{i}.x", k, "fake", "") for k in ("image", "audio", "video") for i in range(9)]
    deck = open_deck(listed(rows))
    assert deck.kinds == ("image", "audio") and deck.count("audio") == (30, 9) and deck.name == "mine.csv"
    game = deck.deal("image", 10, seed=1)
    assert (
        len(game.items) == 10 and sum(i.is_fake for i in game.items) == 5 and {i.kind for i in game.items} == {"image"}
    )
    assert len(set(names(game))) == 10 and len({i.is_fake for i in game.items[:5]}) == 2
    assert names(deck.deal("image", 10, seed=1)) == names(game) != names(deck.deal("image", 10, seed=2))
    assert len(deck.deal("image", 50).items) == 18  # as far as the rarer class goes


def test_guessing_one_answer_is_right_half_of_the_time_whatever_the_list_holds(listed):
    deck = open_deck(listed([(f"{i}.x", "image", "real" if i else "fake", "") for i in range(40)]))
    assert [i.is_fake for i in deck.deal("image").items].count(True) * 2 == len(deck.deal("image").items) == 2


def test_the_projects_own_manifests_are_played_with(tmp_path, listed):
    samples = []
    for i, (path, method, source) in enumerate((("fake/x.png", "Deepfakes", ""), ("real/y.png", "real", "YouTube"))):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text("x")
        samples.append(Sample(path, str(tmp_path / path), "image", not i, method, source, path, "test"))
    face = Sample("face", str(tmp_path / "fake/x.png"), "image", True, "gan", "", "f", "test", face_xyxy=(1, 2, 3, 4))
    write_manifest([*samples, face], tmp_path / "build.csv", hashed=True)
    game = open_deck(tmp_path / "build.csv").deal("image")
    assert {(i.is_fake, i.about) for i in game.items} == {(True, "Made with Deepfakes."), (False, "From YouTube.")}
    named = [("clip.mp4", "fake"), ("a.flac", "fake"), ("b.ogg", "real"), ("c.jpg", "real"), ("d", "fake")]
    deck = open_deck(listed(named, columns=("path", "label")))  # no kind: told from the suffix
    assert deck.count("audio") == deck.count("image") == (1, 1)


@pytest.mark.parametrize(("text", "said"), [
    ("", "columns path and label; found nothing"),
    ("name,size\na,1\n", "found name, size"),
    ("path,label\n", "0 real and 0 fake pictures"),
    ("path,label\na.png,maybe\n", "line 2: the label is 'maybe'"),
    ("path,label\nreal.png,fake\n", "0 real and 1 fake pictures, 0 real and 0 fake recordings"),
    ("path,label\ngone.png,fake\ngone2.png,real\n", "0 of the files are there"),
    ("path,kind,label\na.mp4,video,fake\n", "and 1 videos"),
    (b"\x89PNG\r\n\x1a\n\xff\xfe", "CSV file in UTF-8"),
    (None, "is none. Write a CSV"),
])  # fmt: skip
def test_a_list_that_gives_no_game_is_refused_in_one_sentence(tmp_path, text, said):
    (tmp_path / "real.png").write_text("x")
    if text is not None:
        (tmp_path / "list.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DatasetError) as raised:
        open_deck(tmp_path / "list.csv")
    assert said in str(raised.value) and "\n" not in str(raised.value)


def test_the_command_ends_with_code_2_and_one_line_when_the_games_list_is_wrong(tmp_path, capsys, monkeypatch):
    import app

    monkeypatch.setattr(app, "_warm_up", lambda *_: None)
    assert app.main(["--game", str(tmp_path / "none.csv")]) == 2
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1 and told[0].startswith("error: --game needs a list of files")


def test_a_missing_file_costs_its_round_only_and_is_logged_once(listed, caplog):
    manifest = listed([(f"{i}.x", "image", ("real", "fake")[i % 2], "") for i in range(8)])
    (manifest.parent / "3.x").unlink()
    deck = open_deck(manifest)
    for seed in range(4):
        game = deck.deal("image", 20, seed)
        assert len(game.items) == 6 and "3.x" not in names(game)
    assert [r.getMessage() for r in caplog.records] == [
        f"the game leaves out {manifest.parent / '3.x'}: it is not there."
    ]


def test_a_broken_file_costs_its_round_only_and_is_logged_once(listed, caplog):
    from demo.game_tab import _show_round

    manifest = listed([(f"{i}.png", "image", ("real", "fake")[i % 2], "") for i in range(4)])
    for i in range(3):
        Image.fromarray(draw_scene((20, 20, 60, 200))).save(manifest.parent / f"{i}.png")
    deck = open_deck(manifest)
    bad = next(i for i in deck.deal("image").items if i.path.endswith("3.png"))
    good = next(i for i in deck.deal("image").items if i.path.endswith("2.png"))
    game = _show_round(deck, Game((bad, good)))[0]
    assert game.items == (good,) and "Round 1 of 1" in _show_round(deck, Game((bad, good)))[6]
    assert len(caplog.records) == 1 and "3.png" in caplog.text
    assert bad.path not in [i.path for i in deck.deal("image").items]
    nothing = _show_round(deck, Game((bad,)))
    assert words.GAME_NOTHING_LEFT in nothing[6] and nothing[3]["interactive"] is False and nothing[5]["visible"]
    ended = _show_round(deck, Game((good, bad)).play(True, 1, 0.9, 0.6))
    assert "All 1 rounds" in ended[6] and ended[5]["value"] == words.GAME_AGAIN


def guessing(listed, detect, n=2):
    """A deck of files that can be shown, and what a guess tells when the detector is asked by `detect`."""
    from demo.game_tab import _make_guess
    from demo.image_tab import TabConfig

    manifest = listed([(f"{i}.png", "image", ("real", "fake")[i % 2], "a man against a wall") for i in range(n)])
    for i in range(n):
        Image.fromarray(draw_scene((20, 20, 60, 200))).save(manifest.parent / f"{i}.png")
    detector = FakeDetector([((0.1, 0.1, 0.6, 0.7), 0.94)])
    if detect is not None:
        detector.detect = detect
    deck = open_deck(manifest)
    config = TabConfig(loader_of(detector), "image-ensemble", "yunet", 1)
    return deck, _make_guess(config, "audio-ensemble", deck, True)


def refuse_with(error):
    def detect(path, **options):
        raise error(f"{path} says <no>")

    return detect


def test_a_file_that_breaks_at_the_guess_costs_its_round(listed, caplog):
    deck, guess = guessing(listed, refuse_with(UnreadableMedia))
    game = deck.deal("image")
    told = guess(game, 1)
    assert told[0].items == game.items[1:] and words.GAME_BROKEN in told[6]
    assert told[5]["visible"] and told[5]["value"] == words.GAME_NEXT and told[3]["interactive"] is False
    assert deck.deal("image").items == () and len(caplog.records) == 1  # one file is left: no game with both classes


def test_a_game_whose_last_file_breaks_at_the_guess_ends_with_its_summary(listed):
    deck, guess = guessing(listed, refuse_with(UnreadableMedia))
    told = guess(deck.deal("image").play(True, 1, 0.9, 0.6), 1)
    assert "All 1 rounds" in told[6] and told[5]["value"] == words.GAME_AGAIN and told[0].current is None


def test_an_error_that_is_not_the_files_fault_bans_no_file(listed, caplog):
    deck, guess = guessing(listed, refuse_with(CardError))
    game = deck.deal("image")
    told = guess(game, 1)
    assert told[0] is game and "says &lt;no&gt;." in told[6] and game.current.path not in told[6]
    assert len(deck.deal("image").items) == 2 and caplog.records == []


def test_a_lists_own_words_are_not_translated(listed, monkeypatch):
    monkeypatch.setitem(words.MESSAGES, "{} against {}", "{0} gegen {1}")
    deck, guess = guessing(listed, None)
    assert "<p>A man against a wall. " in guess(deck.deal("image"), 1)[6]
    deck.name = ""  # as the shipped sample
    assert "<p>A man gegen a wall. " in guess(deck.deal("image"), 1)[6]


def test_the_shipped_sample_gives_games_of_both_kinds_and_its_absence_none(tmp_path):
    from demo.image_tab import SAMPLE_DIR

    deck = open_sample(SAMPLE_DIR)
    assert deck.kinds == ("image", "audio") and deck.name == ""
    assert all(item.about for kind in deck.kinds for item in deck.deal(kind).items)
    assert open_sample(tmp_path).kinds == ()


def test_a_large_picture_is_shown_at_the_size_of_a_screen():
    from demo.game_tab import SHOWN_SIDE_PX, _on_screen

    assert _on_screen(np.zeros((4000, 1000, 3), np.uint8)).shape == (SHOWN_SIDE_PX, SHOWN_SIDE_PX // 4, 3)
    assert _on_screen(np.zeros((40, 10, 3), np.uint8)).shape == (40, 10, 3)


def test_shares_have_wilsons_interval():
    share, low, high = share_with_interval(8, 10)
    assert share == 0.8 and low == pytest.approx(0.4902, abs=1e-3) and high == pytest.approx(0.9433, abs=1e-3)
    assert share_with_interval(0, 0) is None


def test_a_round_shows_no_name_that_would_tell(tmp_path):
    from demo.game_tab import _show_round

    Image.fromarray(draw_scene((20, 20, 60, 200))).save(tmp_path / "fake_it.png")
    shown = _show_round(Deck(()), Game((Item(str(tmp_path / "fake_it.png"), "image", True, ""),)))
    assert isinstance(shown[1]["value"], np.ndarray) and "fake_it" not in str(shown[6])
