"""Adapters of speech sets, on small look-alikes of the real layouts."""

from functools import partial

import pytest

from data_manifests.datasets import read_dataset
from detectors.errors import DatasetError


def samples_of(name, root):
    return read_dataset(name, root)[1]


PROTOCOL = """LA_0079 LA_T_1138215 - - bonafide
LA_0079 LA_T_1271820 - A01 spoof
LA_0080 LA_T_1272637 - A03 spoof
"""


def asvspoof(root, nested=""):
    top = root / nested / "LA" if nested else root / "LA"
    lists = top / "ASVspoof2019_LA_cm_protocols"
    lists.mkdir(parents=True)
    (lists / "ASVspoof2019.LA.cm.train.trn.txt").write_text(PROTOCOL)
    (lists / "ASVspoof2019.LA.cm.dev.trl.txt").write_text("LA_0069 LA_D_1047731 - - bonafide\n")
    (lists / "ASVspoof2019.LA.cm.eval.trl.txt").write_text("LA_0039 LA_E_2834763 - A11 spoof\n")
    for name in (
        "train/flac/LA_T_1138215",
        "train/flac/LA_T_1271820",
        "train/flac/LA_T_1272637",
        "eval/flac/LA_E_2834763",
    ):
        path = top / f"ASVspoof2019_LA_{name}.flac"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return top


@pytest.mark.parametrize("given", ["", "LA"])
@pytest.mark.parametrize("nested", ["", "LA"])
def test_asvspoof_2019_is_read_as_it_downloads_kaggles_nesting_included(tmp_path, nested, given):
    asvspoof(tmp_path, nested)
    index = partial(samples_of, "asvspoof2019")
    samples = {s.sample_id: s for s in index(tmp_path / given)}
    assert list(samples) == ["LA_T_1138215", "LA_T_1271820", "LA_T_1272637", "LA_E_2834763"]  # dev has no sound here
    real, fake = samples["LA_T_1138215"], samples["LA_T_1271820"]
    assert (real.is_fake, real.method, real.group_id, real.split) == (False, "real", "LA_0079", "train")
    assert (fake.is_fake, fake.method, fake.kind) == (True, "A01", "audio")
    assert real.path.endswith("ASVspoof2019_LA_train/flac/LA_T_1138215.flac")
    assert samples["LA_E_2834763"].split == "test"


def test_asvspoof_with_a_strange_line_or_nothing_is_refused(tmp_path):
    index = partial(samples_of, "asvspoof2019")
    for root in (None, tmp_path):
        with pytest.raises(DatasetError, match=r"Download LA\.zip"):
            index(root)
    top = asvspoof(tmp_path)
    (top / "ASVspoof2019_LA_cm_protocols" / "ASVspoof2019.LA.cm.train.trn.txt").write_text(
        "LA_0079 LA_T_1 - - bona-fide\n"
    )
    with pytest.raises(DatasetError, match=r"line 1: expected speaker.*found 'LA_0079 LA_T_1 - - bona-fide'"):
        index(tmp_path)


META = (
    "file,speaker,label\n0.wav,Alec Guinness,spoof\n1.wav,Alec Guinness,spoof\n4.wav,Christopher Hitchens,bona-fide\n"
)


@pytest.mark.parametrize("given", ["", "release_in_the_wild"])
def test_in_the_wild_is_read_with_its_speakers(tmp_path, given):
    top = tmp_path / "release_in_the_wild"
    top.mkdir()
    (top / "meta.csv").write_text(META)
    for name in ("0.wav", "1.wav", "4.wav"):
        (top / name).write_bytes(b"")
    index = partial(samples_of, "in_the_wild")
    samples = index(tmp_path / given)
    told = [(s.sample_id, s.is_fake, s.method, s.group_id) for s in samples]
    assert told == [
        ("0.wav", True, "spoof", "Alec Guinness"),
        ("1.wav", True, "spoof", "Alec Guinness"),
        ("4.wav", False, "real", "Christopher Hitchens"),
    ]
    assert samples[0].path == str(top / "0.wav") and {s.kind for s in samples} == {"audio"}


def test_in_the_wild_from_kaggle_says_that_it_has_no_speakers(tmp_path):
    for name in ("real/7.wav", "fake/1.wav"):
        path = tmp_path / "release_in_the_wild" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x")
    index = partial(samples_of, "in_the_wild")
    real, fake = index(tmp_path)
    assert (real.is_fake, real.group_id, real.source) == (False, "real/7.wav", "web, speaker grouping unavailable")
    assert (fake.is_fake, fake.group_id) == (True, "fake/1.wav")


def test_in_the_wild_with_asvspoofs_spelling_is_refused(tmp_path):
    (tmp_path / "meta.csv").write_text(META.replace("bona-fide", "bonafide"))
    index = partial(samples_of, "in_the_wild")
    with pytest.raises(DatasetError, match=r"line 4: the label is 'bonafide', not bona-fide or spoof"):
        index(tmp_path)
    with pytest.raises(DatasetError, match="needs --root"):
        index(None)


def test_a_list_of_ones_own_is_read_with_whatever_it_tells(tmp_path):
    (tmp_path / "list.csv").write_text(
        "path,label,system,source,speaker,split\na/1.wav,bonafide,,studio,ann,dev\nb.jpg,fake,gan,,bob,\n"
    )
    index = partial(samples_of, "csv")
    voice, picture = index(tmp_path / "list.csv")
    assert (voice.kind, voice.is_fake, voice.source, voice.group_id, voice.split) == (
        "audio",
        False,
        "studio",
        "ann",
        "dev",
    )
    assert (picture.kind, picture.method, picture.group_id, picture.split) == ("image", "gan", "bob", "all")
    assert voice.path == str(tmp_path / "a/1.wav")


def test_a_list_with_digits_for_labels_is_refused(tmp_path):
    (tmp_path / "list.csv").write_text("path,label\na.wav,1\n")
    index = partial(samples_of, "csv")
    with pytest.raises(DatasetError, match=r"line 2: the label is '1'; write real or fake"):
        index(tmp_path / "list.csv")
    (tmp_path / "list.csv").write_text("file,label\n")
    with pytest.raises(DatasetError, match="columns path and label"):
        index(tmp_path / "list.csv")


def test_the_shipped_sample_holds_pictures_clips_and_voices_of_both_classes():
    index = partial(samples_of, "sample")
    assert {(s.kind, s.is_fake) for s in index(None)} == {
        (k, f) for k in ("image", "video", "audio") for f in (True, False)
    }
