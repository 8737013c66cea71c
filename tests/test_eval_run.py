import itertools
import json
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import draw_scene, read_csv
from drawn_clips import write_video
from fake_detector import drawn_video_detector

from data_manifests.schema import Sample
from detectors.baseline import BrightnessDetector, ClipBrightnessDetector
from eval import report
from eval.predict import choose
from eval.record import compute_result
from eval.rows import read_rows
from eval.run import main


@pytest.fixture
def tree(scene_file, tmp_path):
    """Twelve pictures: dark faces are real and bright ones fake, one has no face, one is broken."""
    for i in range(5):
        scene_file((60, 40, 80, 20 + 10 * i), name=f"data/real/camera/{i}.png")
        scene_file((60, 40, 80, 150 + 20 * i), name=f"data/fake/{'gan' if i % 2 else 'swap'}/{i}.png")
    scene_file(name="data/real/camera/nobody.png")
    (tmp_path / "data/fake/gan/broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    return tmp_path / "data"


@pytest.fixture
def load(drawn_detector):
    return lambda name, **options: BrightnessDetector() if name == "brightness" else drawn_detector


def run(tree, out, load, *more):
    return main(["--dataset", "folder", "--root", str(tree), "--out", str(out), *more], load)


def test_a_run_writes_rows_numbers_report_and_figures(tree, tmp_path, load, capsys):
    out = tmp_path / "run"
    assert run(tree, out, load) == 0
    rows = read_csv(out / "predictions.csv")
    assert len(rows) == 12
    by_id = {row["sample_id"]: row for row in rows}
    assert (
        by_id["real/camera/nobody.png"]["reason"] == "no_face"
        and not by_id["real/camera/nobody.png"]["fake_probability"]
    )
    assert "damaged" in by_id["fake/gan/broken.png"]["error"]
    result = json.loads((out / "result.json").read_text())
    assert result["metrics"]["overall"]["auc"]["value"] == 1.0  # brightness is the label here
    assert set(result["metrics"]["by_method"]) == {"gan", "swap"}
    assert set(result["metrics"]["by_network"]) == {"xception", "resnet50"}
    # The drawn networks' generator head is a logit above the other.
    blend, generator = (
        float(next(row for row in rows if row["fake_probability"])[f"kind_{k}"]) for k in ("blend", "generator")
    )
    assert np.log(generator / (1 - generator)) == pytest.approx(np.log(blend / (1 - blend)) + 1, abs=1e-5)
    assert not by_id["real/camera/nobody.png"]["kind_blend"]
    assert {kind: told["auc"]["value"] for kind, told in result["metrics"]["by_kind"].items()} == {
        "blend": 1.0, "generator": 1.0
    }  # fmt: skip
    assert "| a generated picture (generator) | 1.000" in (out / "report.md").read_text()
    assert (
        set(result["confusion_matrix"]) == {"tn", "fp", "fn", "tp"} and sum(result["confusion_matrix"].values()) == 10
    )
    counts = result["counts"]
    assert (counts["n"], counts["n_scored"], counts["n_errors"]) == (12, 10, 1)
    assert counts["n_not_scored"] == {"no_face": 1, "unreadable": 1}
    assert counts["coverage"] == pytest.approx(10 / 12)
    assert counts["accuracy_not_scored_counted_wrong"] <= 10 / 12
    low, high = result["metrics"]["overall"]["accuracy"]["ci95"]
    assert low <= result["metrics"]["overall"]["accuracy"]["value"] <= high
    assert result["record"]["configuration"]["threshold"] == 0.6 and result["record"]["machine"]["cpu"]
    words = (out / "report.md").read_text()
    for part in (
        "seen in training",
        "always the larger class",
        "brightness baseline",
        "| gan |",
        "Seen in training: **unknown**",
    ):
        assert part in words, part
    for name in ("confusion", "roc", "precision_recall", "histogram", "reliability", "risk_coverage", "methods"):
        assert (out / "figures" / f"{name}.png").stat().st_size > 3000 and (out / "figures" / f"{name}.svg").exists()
    assert str(out / "report.md") in capsys.readouterr().out


def test_a_machine_that_is_slow_to_draw_finishes_its_report(tree, tmp_path, load, monkeypatch):
    """matplotlib warns, an error here, when its search for a free corner for a legend takes over a second."""
    seconds = itertools.count(step=2)
    monkeypatch.setattr("matplotlib.legend.time", SimpleNamespace(perf_counter=lambda: next(seconds)))
    assert run(tree, tmp_path / "run", load) == 0
    assert (tmp_path / "run" / "figures" / "histogram.png").exists()


def test_a_stopped_and_resumed_run_gives_the_same_bytes(tree, tmp_path, load):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert run(tree, whole, load) == 0
    assert run(tree, cut, load) == 0
    data = (cut / "predictions.csv").read_bytes()
    lines = data.splitlines(keepends=True)
    (cut / "predictions.csv").write_bytes(b"".join(lines[:5]) + lines[5][:20])  # killed inside a row
    assert run(tree, cut, load) == 0
    assert (cut / "predictions.csv").read_bytes() == (whole / "predictions.csv").read_bytes()
    one, other = (json.loads((d / "result.json").read_text()) for d in (whole, cut))
    assert one["metrics"] == other["metrics"] and one["counts"] == other["counts"]


def test_a_folder_with_another_run_in_it_is_refused(tree, tmp_path, load, capsys):
    out = tmp_path / "run"
    assert run(tree, out, load) == 0
    assert run(tree, out, load, "--limit", "4") == 2
    assert "holds a run with other options" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--dataset", "celebdff"], "no dataset 'celebdff'"),
        (["--dataset", "folder"], "needs --root"),
        (["--dataset", "sample", "--split", "dev"], "no samples of the split dev"),
        (["--dataset", "sample", "--limit", "0"], "at least 1"),
    ],
)
def test_what_cannot_run_is_one_line_and_exit_code_2(options, words, load, capsys, tmp_path):
    assert main([*options, "--out", str(tmp_path / "x")], load) == 2
    said = capsys.readouterr().err.strip()
    assert words in said and said.startswith("error: ") and "\n" not in said


def test_the_report_is_redrawn_from_rows_alone(tree, tmp_path, load, capsys):
    out = tmp_path / "run"
    run(tree, out, load)
    before = (out / "report.md").read_bytes(), (out / "figures/roc.svg").read_bytes()
    (out / "report.md").unlink()
    assert report.main([str(out)]) == 0
    assert ((out / "report.md").read_bytes(), (out / "figures/roc.svg").read_bytes()) == before
    assert report.main([str(tmp_path)]) == 2
    assert "no finished run" in capsys.readouterr().err


def test_a_set_of_one_class_has_null_where_nothing_is_defined(scene_file, tmp_path, load):
    for i in range(3):
        scene_file((60, 40, 80, 20 + 10 * i), name=f"only/real/{i}.png")
    assert run(tmp_path / "only", tmp_path / "run", load) == 0
    overall = json.loads((tmp_path / "run/result.json").read_text())["metrics"]["overall"]
    assert overall["auc"] == {"value": None, "ci95": None}
    assert overall["false_alarm_rate"]["value"] == 0.0


def test_the_brightness_baseline_runs_like_any_detector(tree, tmp_path, load):
    assert run(tree, tmp_path / "run", load, "--detector", "brightness") == 0
    assert json.loads((tmp_path / "run/result.json").read_text())["record"]["configuration"]["threshold"] == 0.5


def samples(reals, **fakes):
    made = [Sample(f"r{i}", "p", "image", False, "real", "", f"r{i}", "all") for i in range(reals)]
    for method, count in fakes.items():
        made += [Sample(f"{method}{i}", "p", "image", True, method, "", f"{method}{i}", "all") for i in range(count)]
    return made


def test_a_limit_takes_classes_and_methods_in_equal_parts():
    chosen = choose(samples(50, a=50, b=3), 20, seed=1)
    count = {m: sum(s.method == m for s in chosen) for m in ("real", "a", "b")}
    assert count == {"real": 10, "a": 7, "b": 3}
    assert chosen == choose(samples(50, a=50, b=3), 20, seed=1) != choose(samples(50, a=50, b=3), 20, seed=2)


def test_numbers_agree_with_a_hand_count(tmp_path):
    lines = [
        "sample_id,path,is_fake,method,source,group_id,split,fake_probability,decision,reason,error,n_faces,looks_most_like,baseline_score"
    ]
    table = [
        (1, 0.9, "fake", ""),
        (1, 0.3, "real", ""),
        (1, 0.5, "undecided", "unsure"),
        (0, 0.1, "real", ""),
        (0, 0.7, "fake", ""),
        (0, "", "undecided", "no_face"),
    ]
    for i, (fake, p, decision, reason) in enumerate(table):
        lines.append(f"s{i},p,{fake},{'gan' if fake else 'real'},,s{i},all,{p},{decision},{reason},,1,,0.5")
    (tmp_path / "predictions.csv").write_text("\n".join(lines) + "\n")
    result = compute_result(read_rows(tmp_path / "predictions.csv"), threshold=0.5, seed=0, draws=20)
    assert result["confusion_matrix"] == {"tn": 1, "fp": 1, "fn": 1, "tp": 2}
    assert result["metrics"]["overall"]["accuracy"]["value"] == pytest.approx(3 / 5)
    assert result["metrics"]["majority"] == pytest.approx(
        {"accuracy_always_majority": 0.6, "accuracy_always_fake": 0.6, "f1_always_fake": 0.75}
    )
    counts = result["counts"]
    assert counts["accuracy_not_scored_counted_wrong"] == pytest.approx(3 / 6)
    assert counts["n_undecided"] == 2 and counts["coverage_decided"] == pytest.approx(4 / 6)
    assert counts["accuracy_where_decided"] == pytest.approx(2 / 4)
    assert counts["accuracy_undecided_counted_wrong"] == pytest.approx(2 / 6)
    assert np.isclose(result["metrics"]["baseline"]["auc"]["value"], 0.5)


def write_clips(folder):
    """Two real and two fake clips of drawn faces, one of them with nobody in it."""
    scenes = {
        "real/a.mp4": [30] * 4,
        "real/b.mp4": [60] * 4,
        "fake/swap/c.mp4": [200] * 4,
        "fake/swap/d.mp4": [250, 130, 130, 130],
    }
    for name, inside in scenes.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        frames = [draw_scene((20, 40, 60, b)) for b in inside for _ in range(10)]
        write_video(folder / name, frames, 10, options={"crf": "8", "preset": "ultrafast"})
    write_video(folder / "real" / "empty.mp4", [draw_scene()] * 20, 10)
    (folder / "fake" / "swap" / "broken.mp4").write_text("no video")


def test_clips_are_measured_at_video_and_frame_level_both_named(tmp_path):
    write_clips(tmp_path / "set")

    def load(name, **_):
        return ClipBrightnessDetector() if name == "clip-brightness" else drawn_video_detector()

    assert main(["--dataset", "folder", "--root", str(tmp_path / "set"), "--out", str(tmp_path / "run")], load) == 0
    told = json.loads((tmp_path / "run" / "result.json").read_text())
    assert told["record"]["level"] == "video" and told["record"]["baseline"] == "clip-brightness"
    assert told["counts"]["n_not_scored"] == {"no_face": 1, "unreadable": 1} and told["counts"]["n_errors"] == 1
    frames, votes = told["metrics"]["frame_level"], told["metrics"]["by_vote"]
    assert (frames["n_real"], frames["n_fake"]) == (8, 8) and (votes["n_real"], votes["n_fake"]) == (2, 2)
    assert told["metrics"]["overall"]["auc"]["value"] == 1.0 and frames["auc"]["value"] == 1.0
    report = (tmp_path / "run" / "report.md").read_text()
    assert "Video level: one probability a video" in report and "| frame level |" in report
    rows = {r["sample_id"]: r for r in read_csv(tmp_path / "run" / "predictions.csv")}
    assert len(rows["fake/swap/d.mp4"]["frame_scores"].split()) == 4 and float(rows["fake/swap/c.mp4"]["vote"]) == 1
