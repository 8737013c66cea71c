"""Many files at once, finished runs, and what stands beside a verdict, without a browser."""

import csv
import io
import json

import pytest
import soundfile
from conftest import draw_scene
from drawn_clips import write_video
from fake_detector import FakeDetector, drawn_sound, loader_of
from PIL import Image

from demo import benchmarks, words
from demo.batch import batch_to_csv, batch_to_json, check_all, folder_files


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


def test_a_batch_shows_every_note_of_a_file(files):
    noted = loader_of(FakeDetector([((0.1, 0.1, 0.6, 0.7), 0.94)], notes=("one thing.", "another.")))
    (row,) = list(check_all([(files[0], "b.png")], noted))[-1].rows
    assert row.remark == "One thing. Another."


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
