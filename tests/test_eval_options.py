"""What can be asked of a run: defaults, file, flags, and several datasets and detectors in one command."""

import json

import pytest
from PIL import Image

from detectors.errors import UsageError
from eval.options import RunOptions, parser, read_options
from eval.run import main


def options_of(*argv):
    return read_options(vars(parser().parse_args(argv)))


def test_flags_override_the_file_and_the_file_the_defaults(tmp_path):
    file = tmp_path / "study.toml"
    file.write_text('dataset = ["celebdf", "uadfv"]\nlimit = 50\nseed = 7\nroot = "data"\nrobustness = true\n')
    told = options_of("--config", str(file), "--limit", "9")
    assert told == RunOptions(dataset="celebdf,uadfv", limit=9, seed=7, root=tmp_path / "data", robustness=True)
    assert told.datasets == ("celebdf", "uadfv") and told.finder == "yunet"


@pytest.mark.parametrize(("line", "words"), [
    ("limitt = 5", "unknown key 'limitt'. Did you mean 'limit'"), ('limit = "five"', "limit must be int, found 'five'"),
    ("limit = true", "limit must be int"), ('engine = "spark"', "engine is 'spark'; choose from local, ray"),
    ("limit = 0", "--limit must be at least 1"), ("workers = 0", "--workers must be at least 1"), ("dataset =", "cannot be read"),
    ('robustness = true\ncorruption = "jpeg:40"', "measures every corruption"),
])  # fmt: skip
def test_a_file_that_makes_no_sense_is_one_sentence(tmp_path, line, words):
    (tmp_path / "study.toml").write_text(('dataset = "sample"\n' if "dataset" not in line else "") + line + "\n")
    with pytest.raises(UsageError, match=words):
        options_of("--config", str(tmp_path / "study.toml"))


def test_a_run_needs_a_dataset(capsys):
    assert main([]) == 2
    assert "--dataset is missing; --list shows what there is" in capsys.readouterr().err


def test_the_list_of_datasets_is_shown(capsys, monkeypatch):
    monkeypatch.delenv("DEEPFAKE_DATA", raising=False)
    assert main(["--list"]) == 0
    said = capsys.readouterr().out
    assert "celebdf" in said and "not found" in said and "yuezunli/celeb-deepfakeforensics" in said


def two_sets(root):
    """UADFV's and Deepfake-and-real's layouts are one of videos and one of pictures; two of pictures are needed here."""
    for i in range(6):
        for name in (f"deepfake_and_real/Dataset/Test/{'Fake' if i % 2 else 'Real'}/{i}.png",
                     f"140k/real_vs_fake/real-vs-fake/test/{'fake' if i % 2 else 'real'}/{i}.png"):  # fmt: skip
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (32, 32), (30 * i + 20,) * 3).save(root / name)


def test_several_datasets_and_detectors_are_several_runs_and_one_table(tmp_path, monkeypatch, capsys):
    two_sets(tmp_path / "data")
    monkeypatch.setenv("DEEPFAKE_DATA", str(tmp_path / "data"))
    out = tmp_path / "out"
    assert main(["--dataset", "140k,deepfake_and_real", "--detector", "brightness", "--out", str(out)]) == 0
    reports = capsys.readouterr().out.split()
    assert [p.removeprefix(str(out)) for p in reports] == [
        "/140k-brightness/report.md", "/deepfake_and_real-brightness/report.md", "/matrix/report.md"
    ]  # fmt: skip
    assert json.loads((out / "140k-brightness/result.json").read_text())["counts"]["n"] == 6
    words = (out / "matrix/report.md").read_text()
    assert "| 140k real and fake faces |" in words and "F1" in words and (out / "matrix/tables/datasets.tex").exists()
    assert (out / "matrix/figures/matrix_image_image.svg").exists()


def test_all_detectors_of_a_kind_are_measured(tmp_path, monkeypatch, capsys):
    from detectors.baseline import BrightnessDetector

    two_sets(tmp_path)
    asked = []

    def load(name, **_):
        asked.append(name)
        return BrightnessDetector()

    out = tmp_path / "out"
    argv = ["--dataset", "140k", "--root", str(tmp_path / "140k"), "--detector", "all", "--out", str(out)]
    assert main(argv, load) == 0
    assert {"image-ensemble", "brightness"} <= set(asked)
    assert (out / "140k-image-ensemble/report.md").exists() and (out / "140k-brightness/report.md").exists()


def test_robustness_measures_every_strength_at_the_fixed_threshold(tmp_path, monkeypatch):
    from eval import corruptions

    two_sets(tmp_path)
    monkeypatch.setitem(corruptions.GRID, "image", {"jpeg": (90, 40), "blur": (1,)})
    out = tmp_path / "out"
    assert (
        main(
            [
                "--dataset",
                "140k",
                "--root",
                str(tmp_path / "140k"),
                "--detector",
                "brightness",
                "--robustness",
                "--out",
                str(out),
            ]
        )
        == 0
    )
    told = json.loads((out / "result.json").read_text())["robustness"]
    assert [p["amount"] for p in told["jpeg"]] == [None, 90, 40] and [p["amount"] for p in told["blur"]] == [None, 1]
    for points in told.values():
        assert all(p["n_scored"] == 6 and p["auc"] == points[0]["auc"] for p in points)  # brightness stays
    assert (out / "figures/robustness_jpeg.png").exists() and "| JPEG | 40 quality |" in (out / "report.md").read_text()
    assert (out / "robustness/jpeg-40/predictions.csv").exists()


def test_an_untouched_celebdf_becomes_a_report_in_one_command(tmp_path, monkeypatch, capsys):
    from conftest import draw_scene
    from drawn_clips import write_video
    from fake_detector import drawn_video_detector

    from detectors.baseline import ClipBrightnessDetector

    top = tmp_path / "data" / "Celeb-DF-v2"
    clips = {
        "Celeb-real/id0_0000.mp4": 30,
        "YouTube-real/00170.mp4": 50,
        "Celeb-synthesis/id1_id0_0007.mp4": 220,
        "Celeb-synthesis/id0_id1_0000.mp4": 240,
    }
    for name, inside in clips.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        write_video(
            top / name, [draw_scene((20, 40, 60, inside))] * 40, 10, options={"crf": "8", "preset": "ultrafast"}
        )
    (top / "List_of_testing_videos.txt").write_text(
        "1 YouTube-real/00170.mp4\n0 Celeb-synthesis/id1_id0_0007.mp4\n0 Celeb-synthesis/id9_id0_0001.mp4"
    )
    monkeypatch.setenv("DEEPFAKE_DATA", str(tmp_path / "data"))

    def load(name, **_):
        return ClipBrightnessDetector() if name == "clip-brightness" else drawn_video_detector()

    out = tmp_path / "run"
    assert main(["--dataset", "celebdf", "--split", "test", "--out", str(out)], load) == 0
    words = (out / "report.md").read_text()
    for part in ("# video-ensemble on Celeb-DF v2", "in List_of_testing_videos.txt 1 means real", "1 files that its lists name are missing",
                 "Of 2 people in the split test, 2 stand in another split too (id0, id1)", "Video level", "always the larger class"):  # fmt: skip
        assert part in words, part
    told = json.loads((out / "result.json").read_text())
    assert (
        told["confusion_matrix"] == {"tn": 1, "fp": 0, "fn": 0, "tp": 1} and told["record"]["seen_in_training"] == "no"
    )
