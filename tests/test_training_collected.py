"""Which faces of public repositories train, choose and measure."""

import csv
import hashlib
import re
import runpy
import sys
from functools import partial

import numpy as np
import pytest
from drawn_clips import number_of, numbered, write_video
from PIL import Image

from detectors.errors import UnreadableMedia
from training.collected import LISTS, main, read_collected, read_list
from training.crops import read_pixels
from training.dataset import PARTNER_SOURCES
from training.pools import SOURCE_WEIGHT
from training.recipe import read_recipe
from training.run import ROOT
from training.sources import Picture

HEADER = "path,label,generator,source,split,group,box,second\n"


@pytest.fixture
def collected(tmp_path):
    """A sheet of two pictures, one photo, and one list of them."""
    folder = tmp_path / "collected" / "ann+page"
    folder.mkdir(parents=True)
    sheet = np.zeros((40, 100, 3), np.uint8)
    sheet[5:35, 10:40], sheet[5:35, 60:90] = 90, 200
    Image.fromarray(sheet).save(folder / "sheet.png")
    Image.fromarray(np.full((30, 30, 3), 33, np.uint8)).save(folder / "photo.png")
    table = tmp_path / "collected.csv"
    table.write_text(
        HEADER
        + "ann+page/sheet.png,fake,sdxl,sheets,train,1,10:5:40:35,\n"
        + "ann+page/sheet.png,fake,flux1,sheets,test,2,60:5:90:35,\n"
        + "ann+page/photo.png,real,,photos,dev,3,,\n"
        + "bob+page/1.png,fake,sdxl,sheets,train,4,,\n"
    )
    return tmp_path, table


def test_a_picture_of_a_sheet_is_cut_by_its_box_and_what_is_absent_is_said(collected, caplog):
    root, table = collected
    sheet, photo = read_collected(root, set(), table)
    assert (sheet.is_fake, sheet.generator, sheet.split, photo.is_fake, photo.split) == (
        True,
        "sdxl",
        "train",
        False,
        "dev",
    )
    assert read_pixels(sheet).shape == (30, 30, 3) and (read_pixels(sheet) == 90).all()
    assert (read_pixels(photo) == 33).all()
    assert "1 faces of bob+page are absent" in caplog.text


def test_files_of_a_closed_split_are_left_out_and_those_for_measuring_are_not_trained_on(collected):
    root, table = collected
    photo = hashlib.sha256((root / "collected/ann+page/photo.png").read_bytes()).hexdigest()
    assert [p.generator for p in read_collected(root, {photo}, table)] == ["sdxl"]
    assert [p.generator for p in read_collected(root, set(), table, splits=("test",))] == ["flux1"]


def test_a_row_of_a_clip_is_the_frame_at_its_second(tmp_path):
    clip = write_video(tmp_path / "clip.mp4", map(numbered, range(75)), rate=25)
    frames = [read_pixels(Picture(clip, True, "x", "clips", "train", "1", None, second)) for second in (0.0, 0.5, 2.0)]
    assert [number_of(frame) for frame in frames] == [0, 13, 50]  # 12.5 frames in: the first at or after it
    half = read_pixels(Picture(clip, True, "x", "clips", "train", "1", (96, 0, 192, 96), 2.0))
    assert (half == frames[2][:, 96:]).all()
    with pytest.raises(UnreadableMedia, match="no frame at 9 s"):
        read_pixels(Picture(clip, True, "x", "clips", "train", "1", None, 9.0))


def test_what_is_kept_for_measuring_becomes_a_folder_for_the_harness(collected, capsys, monkeypatch):
    root, table = collected
    monkeypatch.setattr("training.collected.read_collected", partial(read_collected, table=table))
    assert main([str(root), str(root / "out")]) == 0
    (written,) = (root / "out").rglob("*.png")
    assert written.parent == root / "out/fake/flux1" and (np.asarray(Image.open(written)) == 200).all()
    assert main([str(root / "elsewhere"), str(root / "none")]) == 2
    assert "none of the listed pictures" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")  # imported above as a module, too
def test_the_documented_command_runs_and_does_not_end_in_silence(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["training.collected", str(tmp_path), str(tmp_path / "out")])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("training.collected", run_name="__main__")
    assert end.value.code == 2
    assert "none of the listed pictures" in capsys.readouterr().err


def test_the_list_keeps_its_promises():
    """No page with demonstrated methods in two splits, no person on two sides, every repository with its commit and licence."""
    rows = read_list()
    with (LISTS / "collected.repos.csv").open(newline="") as lines:
        repositories = {r["repository"]: r for r in csv.DictReader(lines)}
    assert {r["path"].split("/")[0].replace("+", "/") for r in rows} == set(repositories)
    assert all(re.fullmatch(r"[0-9a-f]{40}", r["commit"]) and r["licence"] for r in repositories.values())
    assert len({(r["path"], r["box"], r["second"]) for r in rows}) == len(rows)
    assert all((r["label"] == "fake") == bool(r["generator"]) == bool(r["method"]) for r in rows)
    assert {r["split"] for r in rows} == {"train", "dev", "test"}
    for column, of in (("path", "pages"), ("group", "")):  # a page of several people is whole, a person always
        sides: dict[str, set[str]] = {}
        for row in rows:
            if not of or row["source"] == of:
                sides.setdefault(row[column].split("/")[0] if of else row[column], set()).add(row["split"])
        assert {name for name, splits in sides.items() if len(splits) > 1} == set()
    people = {}
    for row in rows:
        if row["source"] == "pages":
            people.setdefault(row["group"].split(":", 1)[1], set()).add(row["split"])
    assert {person for person, splits in people.items() if "train" in splits and "test" in splits} == set()
    tested = "stylegan2|inswapper|roop|facefusion|reactor|thispersondoesnotexist|deepfacelive"
    assert [r["method"] for r in rows if re.search(tested, r["method"])] == []


def test_every_kind_that_trains_has_its_share_and_its_partners():
    recipe = read_recipe(ROOT / "training/recipes/image-ensemble.toml")
    trained = {r["generator"] for r in read_list() if r["split"] == "train" and r["label"] == "fake"}
    assert trained <= {share.family for share in recipe.shares} and trained <= set(PARTNER_SOURCES)
    sources = {r["source"] for r in read_list() if r["split"] == "train" and r["label"] == "real"}
    assert sources <= set(SOURCE_WEIGHT)
    assert {s for partners in PARTNER_SOURCES.values() for s in partners} <= set(SOURCE_WEIGHT)
