"""Many files at once, the game, and finished runs: what these tabs show, without a browser."""

import csv
import io
import json

import numpy as np
import pytest
import soundfile
from conftest import draw_scene
from drawn_clips import write_video
from fake_detector import FakeDetector, drawn_sound, loader_of
from PIL import Image

from data_manifests.build import write_manifest
from data_manifests.schema import Sample
from demo import benchmarks, words
from demo.batch import batch_to_csv, batch_to_json, check_all, folder_files
from demo.game import Answer, Deck, Game, Item, open_deck, open_sample, share_with_interval
from detectors.errors import CardError, DatasetError, UnreadableMedia


@pytest.fixture
def loader():
    return loader_of(FakeDetector([((0.1, 0.1, 0.6, 0.7), 0.94)]))


@pytest.fixture
def files(tmp_path):
    Image.fromarray(draw_scene((20, 20, 60, 200))).save(tmp_path / "b.png")
    (tmp_path / "a.txt").write_text("no picture")
    soundfile.write(tmp_path / "c.wav", drawn_sound("bright", 4), 16_000)
    write_video(tmp_path / "d.mp4", [draw_scene((20, 40, 60, 250))] * 40, 10, options={"crf": "8"})
    return [str(tmp_path / name) for name in ("b.png", "a.txt", "c.wav", "d.mp4")]


def test_a_batch_takes_every_kind_and_a_broken_file_is_a_row(files, loader):
    views = list(check_all(folder_files(files), loader))
    rows = {row.name: row for row in views[-1].rows}
    assert list(rows) == ["a.txt", "b.png", "c.wav", "d.mp4"]
    assert (
        rows["a.txt"].decision == ""
        and "Only JPEG" in rows["a.txt"].remark
        and str(files[1]) not in rows["a.txt"].remark
    )
    assert (rows["b.png"].kind, rows["b.png"].decision) == ("picture", "fake") and "Strong evidence" in rows[
        "b.png"
    ].verdict
    assert (
        rows["c.wav"].kind == "recording"
        and rows["d.mp4"].kind == "video"
        and rows["d.mp4"].remark.startswith("Faces.")
    )
    assert [len(v.rows) for v in views] == [0, 1, 2, 3, 4] and "file 2 of 4: b.png" in views[1].working
    assert "1 that could not be read" in views[-1].summary and not views[-1].working


def test_a_batch_is_downloaded_as_csv_and_json(files, loader):
    rows = list(check_all([(files[0], "=evil.png"), (files[1], "a.txt")], loader))[-1].rows
    table = list(csv.DictReader(io.StringIO(batch_to_csv(rows))))
    assert (
        table[0]["file"] == "'=evil.png"
        and float(table[0]["fake_probability"]) == pytest.approx(0.94)
        and table[1]["error"]
    )
    told = json.loads(batch_to_json(rows))
    assert told[0]["faces"] and told[1]["error"] == rows[1].remark


def test_a_batch_of_nothing_or_of_too_many_is_a_sentence(files, loader):
    assert [v.error for v in check_all([], loader)] == [words.BATCH_NOTHING]
    (view,) = check_all([(files[0], "b.png")] * 3, loader, most=2)
    assert "3 files were chosen; 2 can be checked" in view.error


def test_files_that_a_folder_hides_are_left_out():
    assert folder_files(["/x/b.png", "/x/.DS_Store", "/y/A.png"]) == [("/y/A.png", "A.png"), ("/x/b.png", "b.png")]


# ---- the game ----


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


def test_a_round_shows_no_name_that_would_tell(loader, tmp_path):
    from demo.game_tab import _show_round

    Image.fromarray(draw_scene((20, 20, 60, 200))).save(tmp_path / "fake_it.png")
    shown = _show_round(Deck(()), Game((Item(str(tmp_path / "fake_it.png"), "image", True, ""),)))
    assert isinstance(shown[1]["value"], np.ndarray) and "fake_it" not in str(shown[6])


# ---- benchmarks ----


@pytest.fixture
def runs(tmp_path):
    number = {"value": 0.9, "ci95": [0.8, 0.95]}
    told = {
        "metrics": {"overall": {"auc": number, "accuracy": number, "f1": number, "eer": {"value": None, "ci95": None}}},
        "counts": {"n_real": 10, "n_fake": 1200, "n_scored": 1209},
        "record": {"level": "image", "seen_in_training": "no", "configuration": {"detector": "<b>x</b>"},
                   "dataset": {"title": "Celeb-DF", "note": ""}},
    }  # fmt: skip
    for name in ("one", "study/two", "broken"):
        (tmp_path / name / "figures").mkdir(parents=True)
        (tmp_path / name / "result.json").write_text(json.dumps(told) if name != "broken" else "{")
    (tmp_path / "one/figures/roc.svg").write_text("<svg/>")
    return tmp_path


def test_every_finished_run_is_found_and_one_that_cannot_be_read_says_so(runs):
    found = benchmarks.find_runs(runs)
    assert [r.name for r in found] == ["broken", "one", "study/two"]
    table = benchmarks.overview(found)
    assert (
        "0.900 [0.800, 0.950]" in table
        and "10 / 1 200" in table
        and words.BENCH_BROKEN in table
        and "&lt;b&gt;" in table
    )
    shown = benchmarks.run_view(found[1])
    assert shown.count("<img") == 1 and "–" in shown and "<b>x</b>" not in shown
    assert words.BENCH_BROKEN in benchmarks.run_view(found[0])


def test_only_runs_that_were_found_are_opened(runs):
    from demo.bench_tab import _show, _table

    assert _show(runs, "../one") == "" and "Celeb-DF" in _show(runs, "one")
    assert "python -m eval.run" in _table(runs / "nothing")


# ---- beside a verdict ----


def test_a_probe_asks_again_about_copies_and_says_whether_they_agree(files, loader):
    from demo.probe import ProbeView, probe, probe_card

    views = list(probe(files[0], "image", loader, detector="image-ensemble"))
    assert [c.name for c in views[-1].copies] == ["As it is", "JPEG, quality 40", "Half the size"]
    assert [len(v.copies) for v in views] == [0, 1, 2, 3] and words.PROBE_STABLE in probe_card(views[-1])
    assert "<progress" in probe_card(views[1])
    flipped = ProbeView("", (views[-1].copies[0], type(views[-1].copies[0])("x", 0.1, "real", "No sign")), 2)
    assert words.PROBE_FLIPS in probe_card(flipped)
    unjudged = type(views[-1].copies[0])("x", None, "undecided", "Too small to judge")
    some = ProbeView("", (*views[-1].copies, unjudged), 4)
    assert words.PROBE_SOME_UNJUDGED in probe_card(some)
    assert words.PROBE_ALL_UNJUDGED in probe_card(ProbeView("", (views[-1].copies[0], unjudged), 2))
    sounds = list(probe(files[2], "audio", loader, detector="audio-ensemble"))
    assert [c.name for c in sounds[-1].copies] == ["As it is", "MP3, 32 kbit/s", "Telephone, 8 kHz"]


def test_a_clip_is_encoded_again_and_its_faces_are_asked_again(files, loader):
    from demo.probe import probe, probe_card

    views = list(probe(files[3], "video", loader, detector="video-ensemble"))
    assert [c.name for c in views[-1].copies] == ["As it is", "H.264, CRF 35", "Half the size"]
    shares = [v.share for v in views]
    assert shares == sorted(shares) and shares[-1] == 1.0 and len(views) > 40  # it tells how far each copy is
    whole = loader("video-ensemble").detect(files[3], with_sound=False).verdict
    assert views[-1].copies[0].fake_probability == whole.fake_probability
    assert not views[-1].is_working and "<progress" not in probe_card(views[-1])


def test_a_clip_that_is_too_long_to_be_encoded_again_is_a_sentence(files, loader, monkeypatch):
    from demo.probe import probe

    monkeypatch.setattr("demo.probe.MAX_CLIP_S", 2.0)
    (*_, last) = probe(files[3], "video", loader, detector="video-ensemble")
    assert last.error == "Copies are made of videos of up to two minutes only; cut the video first."


def test_a_stopped_probe_leaves_no_copy_behind(files, loader, tmp_path, monkeypatch):
    import tempfile
    import threading

    from demo.probe import probe, probe_card

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    stop, made = threading.Event(), []
    views = []
    for view in probe(files[3], "video", loader, detector="video-ensemble", stop=stop):
        views.append(view)
        made += [folder for folder in tmp_path.glob("corrupted-*") if folder not in made]
        if made:
            stop.set()
    assert made and not list(tmp_path.glob("corrupted-*"))
    assert views[-1].is_stopped and words.STOPPED in probe_card(views[-1])


def test_a_probe_of_nothing_or_of_a_letter_is_a_sentence(files, loader):
    from demo.probe import probe

    assert [v.error for v in probe(None, "image", loader, detector="image-ensemble")] == [words.NO_PICTURE]
    (*_, last) = probe(files[1], "image", loader, detector="image-ensemble")
    assert "Only JPEG" in last.error and files[1] not in last.error
    assert [v.error for v in probe(None, "video", loader, detector="video-ensemble")] == [words.NO_CLIP]
    (*_, last) = probe(files[1], "video", loader, detector="video-ensemble")
    assert "Only videos" in last.error and files[1] not in last.error


@pytest.mark.parametrize(("hot", "cold", "good"), [(0.3, 0.85, True), (0.88, 0.3, False), (0.895, 0.9, False)])
def test_a_map_is_said_to_explain_the_score_only_where_blurring_it_lowers_the_score_most(hot, cold, good):
    said = words.deletion_words(0.9, hot, cold)
    assert (words.DELETION_GOOD in said) == good and (words.DELETION_BAD in said) != good and words.percent(hot) in said


def test_origin_is_shown_beside_the_score_and_escaped():
    from demo.cards import provenance_section
    from detectors.provenance import Claim, Provenance

    shown = provenance_section(Provenance((Claim("PNG text", "software", "<b>ComfyUI</b>", "generator"),), ("a note",)))
    assert (
        "&lt;b&gt;ComfyUI" in shown
        and "names a generator" in shown
        and "A note." in shown
        and words.PROVENANCE_NOTE in shown
    )
    assert words.PROVENANCE_NONE in provenance_section(Provenance((), ())) and provenance_section(None) == ""


def test_a_picture_that_names_its_generator_says_so_beside_an_unchanged_score(tmp_path, loader):
    from PIL.PngImagePlugin import PngInfo

    from demo.cards import verdict_card
    from demo.handlers import analyse_image

    told = PngInfo()
    told.add_text("parameters", "a portrait\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1")
    for name, info in (("plain.png", None), ("made.png", told)):
        Image.fromarray(draw_scene((20, 20, 60, 200))).save(tmp_path / name, pnginfo=info)
    plain, made = (analyse_image(str(tmp_path / n), "yunet", loader) for n in ("plain.png", "made.png"))
    assert made.fake_probability == plain.fake_probability
    assert "names a generator" in verdict_card(made) and words.PROVENANCE_NONE in verdict_card(plain)
