"""Two runs side by side, several as a matrix, and the model card that is written from runs."""

import json

import numpy as np
import pytest
from conftest import read_csv
from PIL import Image
from sklearn import metrics as sk

from detectors.card import read_card
from eval import compare, matrix, model_card, report
from eval.document import Document, Heading, Picture, Points, Table, Text, write_document
from eval.record import write_result
from eval.run import main


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """One set, three detectors of a module: a good one, a worse one, and one that scores half of the files only."""
    top = tmp_path_factory.mktemp("runs")
    rng = np.random.default_rng(3)
    for i in range(60):
        path = top / "set" / ("fake/gan" if i % 2 else "real/camera") / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (32, 32)).save(path)
    good = np.clip(rng.normal(0.35, 0.15, 60) + 0.3 * (np.arange(60) % 2), 0, 1).round(3)
    worse = np.clip(good + rng.normal(0, 0.25, 60), 0, 1).round(3)
    (top / "peers.py").write_text(
        f"from pathlib import Path\nGOOD = {good.tolist()}\nWORSE = {worse.tolist()}\n"
        "def good(p): return GOOD[int(Path(p).stem)]\ndef worse(p): return WORSE[int(Path(p).stem)]\n"
        "def half(p): return GOOD[int(Path(p).stem)] if int(Path(p).stem) < 30 else None\n"
    )
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(top)
    for name in ("good", "worse", "half"):
        assert (
            main(
                [
                    "--dataset",
                    "folder",
                    "--root",
                    str(top / "set"),
                    "--detector",
                    f"python:peers:{name}",
                    "--out",
                    str(top / name),
                ]
            )
            == 0
        )
    patch.undo()
    return top, good, worse


def test_a_comparison_gives_paired_differences_and_the_files_that_flipped(runs, tmp_path, capsys):
    top, good, worse = runs
    assert compare.main([str(top / "good"), str(top / "worse"), "--out", str(tmp_path / "c")]) == 0
    told = json.loads((tmp_path / "c/compare.json").read_text())
    y = np.arange(60) % 2 == 1
    auc = told["differences"]["auc"]
    assert auc["value"] == pytest.approx(sk.roc_auc_score(y, worse) - sk.roc_auc_score(y, good))
    low, high = auc["ci95"]
    assert low < auc["value"] < high and told["delong"]["difference"] == pytest.approx(auc["value"])
    flipped = {r["sample_id"]: r for r in read_csv(tmp_path / "c/flipped.csv")}
    expected = [i for i in range(60) if (good[i] >= 0.5) != (worse[i] >= 0.5)]
    assert {int(k.rpartition("/")[2].removesuffix(".png")) for k in flipped} == set(expected)
    right, wrong = told["mcnemar"]["only_other_right"], told["mcnemar"]["only_one_right"]
    assert right + wrong == len(expected) and set(told["flipped"]) <= {"right → wrong", "wrong → right"}
    gaps = [abs(float(r["probability_one"]) - float(r["probability_other"])) for r in flipped.values()]
    assert gaps == sorted(gaps, reverse=True)
    words = (tmp_path / "c/report.md").read_text()
    assert "DeLong's test" in words and "McNemar's exact test" in words and (tmp_path / "c/figures/scores.svg").exists()


def test_a_run_against_itself_differs_nowhere(runs, tmp_path):
    top, _, _ = runs
    compare.write_comparison(top / "good", top / "good", tmp_path)
    told = json.loads((tmp_path / "compare.json").read_text())
    assert all(d["value"] == 0 and d["ci95"] == [0, 0] for d in told["differences"].values())
    assert told["delong"]["p_value"] == told["mcnemar"]["p_value"] == 1 and not told["flipped"]


def test_what_one_run_did_not_score_is_counted_and_left_out_of_the_difference(runs, tmp_path):
    top, _, _ = runs
    compare.write_comparison(top / "good", top / "half", tmp_path)
    told = json.loads((tmp_path / "compare.json").read_text())
    assert told["coverage"] == [1.0, 0.5] and told["n_real"] + told["n_fake"] == 30
    assert told["differences"]["auc"]["value"] == 0
    assert sum(n for kind, n in told["flipped"].items() if kind.endswith("not scored")) == 30


def test_runs_on_other_files_cannot_be_compared(runs, tmp_path, capsys):
    top, _, _ = runs
    lines = (top / "good/predictions.csv").read_text()
    for name, change, words in (("a", lines.replace("real/camera", "x").replace("fake/gan", "z"), "share no file"),
                                ("b", lines.replace(".png,1,gan", ".png,0,gan"), "disagree about which files are fake")):  # fmt: skip
        (tmp_path / name).mkdir()
        (tmp_path / name / "result.json").write_bytes((top / "good/result.json").read_bytes())
        (tmp_path / name / "predictions.csv").write_text(change)
        assert compare.main([str(top / "good"), str(tmp_path / name), "--out", str(tmp_path / "c")]) == 2
        assert words in capsys.readouterr().err
    assert compare.main([str(top / "good"), str(tmp_path), "--out", str(tmp_path / "c")]) == 2


def test_a_matrix_finds_runs_below_a_folder_and_leaves_gaps_open(runs, tmp_path, capsys):
    top, _, _ = runs
    assert matrix.main([str(top), "--out", str(tmp_path)]) == 0
    words = (tmp_path / "report.md").read_text()
    assert words.count("| Folder set |") == 3 and (tmp_path / "tables/datasets.csv").exists()
    assert matrix.main([str(tmp_path / "figures"), "--out", str(tmp_path)]) == 2
    assert "holds no finished run" in capsys.readouterr().err


def test_a_model_card_is_written_from_runs_with_these_weights_only(runs, tmp_path, capsys):
    top, _, _ = runs
    assert model_card.main(["image-ensemble", str(top / "good"), "--out", str(tmp_path)]) == 2
    assert "was measured with good without weights" in capsys.readouterr().err
    result = json.loads((top / "good/result.json").read_text())
    card = read_card("image-ensemble")
    result["record"]["configuration"] |= {"detector": card.name, "weights_digest": card.digest}
    (tmp_path / "run").mkdir()
    write_result(result, tmp_path / "run")
    (tmp_path / "run/predictions.csv").write_bytes((top / "good/predictions.csv").read_bytes())
    assert model_card.main(["image-ensemble", str(tmp_path / "run"), "--out", str(tmp_path)]) == 0
    words = (tmp_path / "image-ensemble.md").read_text()
    for part in (card.digest[:12], "| Folder set |", f"{card.threshold:.4f}", "## Limits", "| 140k |", "never proof"):
        assert part in words, part


def test_a_report_is_one_page_that_needs_nothing_beside_it(runs):
    top, _, _ = runs
    assert report.main([str(top / "good")]) == 0
    page = (top / "good/report.html").read_text()
    assert page.count("data:image/svg+xml;base64,") == 8 and "http" not in page.replace("http://www.w3.org", "")
    assert '<th scope="col">' in page and page.count("alt=") == 8 and "<title>good on Folder set</title>" in page
    tex = (top / "good/tables/metrics.tex").read_text()
    assert r"\begin{tabular}{llr}" in tex and "ROC AUC &" in tex and r"95 \%" in tex and r"\bottomrule" in tex
    assert read_csv(top / "good/tables/metrics.csv")[0]["metric"] == "ROC AUC"


def test_a_report_names_what_the_lists_lack_and_what_splits_share(runs, tmp_path):
    top, _, _ = runs
    result = json.loads((top / "good/result.json").read_text())
    result["record"]["dataset"] |= {"missing": 3, "notes": ["read at quality c23"]}
    result["record"]["shared_between_splits"] = {
        "split": "test", "groups": {"n": 9, "shared": 0, "named": []}, "people": {"n": 5, "shared": 2, "named": ["id1", "id2"]}
    }  # fmt: skip
    write_result(result, tmp_path)
    (tmp_path / "predictions.csv").write_bytes((top / "good/predictions.csv").read_bytes())
    assert report.main([str(tmp_path)]) == 0
    words = (tmp_path / "report.md").read_text()
    assert "3 files that its lists name are missing" in words and "Read at quality c23." in words
    assert "Of 5 people in the split test, 2 stand in another split too (id1, id2)." in words
    assert "Of 9 groups in the split test, 0 stand in another split too." in words


def test_a_document_escapes_what_each_form_would_misread(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/f.svg").write_text("<svg/>")
    table = Table("t", "50 % & more", ("name_1", "n"), (("a|b <i>", "1"),))
    told = Document(
        "A & B", (Heading("H"), Text("**bold** `code` <script>"), Points(("one",)), table, Picture("f", "F", 'say "x"'))
    )
    words = write_document(told, tmp_path).read_text()
    assert "a\\|b" in words and "## H" in words and "* one" in words
    page = (tmp_path / "report.html").read_text()
    assert (
        "<script>" not in page
        and "<strong>bold</strong>" in page
        and "<h1>A &amp; B</h1>" in page
        and "&quot;x&quot;" in page
    )
    assert (
        r"name\_1 & n \\" in (tmp_path / "tables/t.tex").read_text()
        and r"50 \% \& more" in (tmp_path / "tables/t.tex").read_text()
    )
    with pytest.raises(ValueError, match="a row of 1"):
        Table("t", "", ("a", "b"), (("1",),))
