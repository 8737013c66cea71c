import json

import pytest
from conftest import read_csv

import detectors
from detectors.__main__ import main


@pytest.fixture(autouse=True)
def use_drawn_detector(monkeypatch, drawn_detector):
    monkeypatch.setattr(detectors, "load", lambda name=None, finder=None: drawn_detector)


def test_a_picture_gets_one_line_and_a_line_a_face(scene_file, capsys):
    assert main([str(scene_file((10, 20, 60, 40), (100, 20, 60, 250)))]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "signs of manipulation — probability of fake 1.00 (threshold 0.60), 2 faces" in lines[0]
    assert lines[1].startswith("  face 1 at (100, 20)–(160, 80): 1.00 (xception") and "generator" in lines[1]
    assert lines[2].startswith("  face 2 ")
    assert len(lines) == 4 and "smoothed" in lines[3]  # a drawn face has no grain


def test_json_of_one_file_is_an_object_and_of_several_a_list(scene_file, capsys):
    one, two = scene_file((100, 20, 60, 250)), scene_file(name="nobody.png")
    assert main([str(one), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["decision"] == "fake"
    assert main([str(one), str(two), "--json"]) == 0
    assert [r["reason"] for r in json.loads(capsys.readouterr().out)] == [None, "no_face"]


def test_a_broken_file_in_a_folder_costs_one_row_and_exit_code_2(scene_file, tmp_path, capsys):
    scene_file((100, 20, 60, 250), name="many/a.png")
    (tmp_path / "many/b.jpg").write_bytes(b"not a picture at all")
    scene_file((100, 20, 60, 0), name="many/c.png")
    assert main([str(tmp_path / "many"), "--csv", str(tmp_path / "out.csv")]) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1 and "b.jpg: only JPEG, PNG and WebP" in said.err
    rows = read_csv(tmp_path / "out.csv")
    assert [r["decision"] for r in rows] == ["fake", "", "real"] and rows[1]["error"]


def test_undecided_says_why(scene_file, capsys):
    assert main([str(scene_file())]) == 0
    assert "why undecided: no face was found" in capsys.readouterr().out


def test_nothing_to_do_is_said(capsys):
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2 and "name at least one file" in capsys.readouterr().err


def test_a_reader_that_has_read_enough_is_no_error(tmp_path):
    import subprocess
    import sys
    from pathlib import Path

    root = Path(__file__).parent.parent
    files = " ".join(
        ["data_manifests/sample/manifest.csv"] * 3
    )  # three errors go to stderr, the answer to a closed pipe
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m detectors --json {files} 2>/dev/null | true; echo ${{PIPESTATUS[0]}}"],
        cwd=root, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.strip() in ("0", "2")  # a broken pipe that nobody answers makes it 120
