"""Validation of downloads and the manifests that are made of them."""

import csv
import hashlib
from dataclasses import replace

import pytest

from data_manifests import build
from data_manifests.datasets import find_dataset, read_dataset
from data_manifests.schema import Sample, Survey
from data_manifests.validate import validate


def write_uadfv(root, count=49):
    for i in range(count):
        for name in (f"real/{i:04d}.mp4", f"fake/{i:04d}_fake.mp4"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(name.encode())


def rows_of(file):
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_whole_download_is_read_aloud_and_hashed(tmp_path, capsys):
    write_uadfv(tmp_path / "UADFV")
    out = tmp_path / "m.csv"
    assert build.main(["uadfv", "--root", str(tmp_path), "--out", str(out), "--strict"]) == 0
    said = capsys.readouterr().out
    assert "98 videos: 49 real, 49 fake, as published (all videos)" in said
    assert "labels: the folders are called real and fake" in said and "warning" not in said
    rows = rows_of(out)
    assert len(rows) == 98
    first = rows[0]
    assert first["sha256"] == hashlib.sha256(b"fake/0000_fake.mp4").hexdigest() and first["bytes"] == "18"
    assert [(s.sample_id, s.is_fake, s.group_id, s.split) for s in read_dataset("csv", out)[1]] == [
        (s.sample_id, s.is_fake, s.group_id, s.split) for s in read_dataset("uadfv", tmp_path)[1]
    ]


def test_a_download_with_a_gap_says_which_files_and_writes_all_of_them(tmp_path, capsys):
    write_uadfv(tmp_path / "UADFV")
    (tmp_path / "UADFV/real/0003.mp4").unlink()
    out = tmp_path / "m.csv"
    assert build.main(["uadfv", "--root", str(tmp_path), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "48 real, 49 fake, which is not a published size (all videos: 49 real, 49 fake)" in said
    assert "1 files are missing: real/0003.mp4" in said
    assert rows_of(tmp_path / "m.gaps.csv") == [{"what": "missing", "path": "real/0003.mp4"}]
    assert build.main(["uadfv", "--root", str(tmp_path), "--out", str(out), "--strict", "--no-hash"]) == 1
    assert rows_of(out)[0]["sha256"] == ""


def test_a_list_that_was_changed_is_a_warning_and_the_published_one_is_named(tmp_path):
    (tmp_path / "Celeb-real").mkdir()
    (tmp_path / "Celeb-real/id0_0000.mp4").write_bytes(b"")
    listing = tmp_path / "List_of_testing_videos.txt"
    listing.write_text("1 Celeb-real/id0_0000.mp4\n")
    card, samples, survey, _ = read_dataset("celebdf", tmp_path)
    assert any("not the published list" in line for line in validate(card, samples, survey).warnings)
    same = replace(card, digests=((listing.name, hashlib.sha256(listing.read_bytes()).hexdigest()),))
    assert any("byte for byte" in line for line in validate(same, samples, survey).told)


def test_the_published_split_sizes_are_told_one_by_one():
    card, _ = find_dataset("celebdf")
    samples = [
        Sample(f"{split}{i}", "p", "video", i >= reals, "x" if i >= reals else "real", "", f"g{i}", split)
        for split, reals, n in (("test", 178, 518), ("train", 712, 6011))
        for i in range(n)
    ]
    told = validate(card, samples, Survey())
    assert not told.warnings
    for line in ("test: 518 videos: 178 real, 340 fake, as published", "6,529 videos: 890 real, 5,639 fake, as published",
                 "labels: in List_of_testing_videos.txt 1 means real and 0 fake"):  # fmt: skip
        assert any(line in t for t in told.told), line


def test_a_stopped_hashing_goes_on_and_gives_the_same_bytes(tmp_path, monkeypatch):
    write_uadfv(tmp_path / "UADFV", 5)
    samples = read_dataset("uadfv", tmp_path)[1]
    build.write_manifest(samples, tmp_path / "whole.csv", hashed=True)
    whole = (tmp_path / "whole.csv").read_bytes()
    (tmp_path / "cut.csv.part").write_bytes(whole[: len(whole) // 2])
    hashed = []
    real = build.sha256_of
    monkeypatch.setattr(build, "sha256_of", lambda path: hashed.append(path) or real(path))
    build.write_manifest(samples, tmp_path / "cut.csv", hashed=True)
    assert (tmp_path / "cut.csv").read_bytes() == whole and 0 < len(hashed) < len(samples)


def test_a_file_that_vanishes_is_a_row_without_a_digest(tmp_path, capsys):
    write_uadfv(tmp_path / "UADFV", 2)
    samples = read_dataset("uadfv", tmp_path)[1]
    (tmp_path / "UADFV/real/0000.mp4").unlink()
    assert build.write_manifest(samples, tmp_path / "m.csv", hashed=True) == 1
    assert [r["sha256"] == "" for r in rows_of(tmp_path / "m.csv")] == [False, False, True, False]


def test_the_list_shows_what_is_found_and_how_to_get_the_rest(tmp_path, monkeypatch, capsys):
    write_uadfv(tmp_path / "UADFV", 1)
    monkeypatch.setenv("DEEPFAKE_DATA", str(tmp_path))
    assert build.main(["--list"]) == 0
    said = capsys.readouterr().out
    assert f"found in {tmp_path}/UADFV" in said and "Download LA.zip" in said and "licence: CC BY-NC" in said


@pytest.mark.parametrize(
    ("options", "words"), [([], "name a dataset"), (["celebdff"], "Did you mean celebdf"), (["uadfv"], "needs --root")]
)
def test_what_cannot_be_built_is_one_line_and_exit_code_2(options, words, monkeypatch, capsys):
    monkeypatch.delenv("DEEPFAKE_DATA", raising=False)
    assert build.main(options) == 2
    said = capsys.readouterr().err.strip()
    assert words in said and "\n" not in said
