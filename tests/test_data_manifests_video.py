"""Adapters of video sets, on small look-alikes of the real layouts."""

import json
from collections import Counter

import pytest
from look_alikes import samples_of, touch

from data_manifests.datasets import find_dataset, read_dataset
from data_manifests.splits import group_split
from detectors.errors import DatasetError

CELEB = ("Celeb-real/id0_0000.mp4", "Celeb-real/id1_0007.mp4", "YouTube-real/00170.mp4", "YouTube-real/00001.mp4",
         "Celeb-synthesis/id1_id0_0007.mp4", "Celeb-synthesis/id0_id1_0000.mp4")  # fmt: skip
CELEB_LIST = (
    "1 YouTube-real/00170.mp4\n1 Celeb-real/id1_0007.mp4\n0 Celeb-synthesis/id1_id0_0007.mp4"  # no newline at its end
)


@pytest.mark.parametrize("name", ["celebdf", "celebdf1"])
def test_celebdf_is_read_as_it_downloads_and_one_means_real(tmp_path, name):
    touch(tmp_path / "Celeb-DF-v2", *CELEB)
    (tmp_path / "Celeb-DF-v2" / "List_of_testing_videos.txt").write_text(CELEB_LIST)
    told = samples_of(name, tmp_path)
    assert samples_of(name, tmp_path / "Celeb-DF-v2") == told and set(told) == set(CELEB)
    tests = {k: s.is_fake for k, s in told.items() if s.split == "test"}
    assert tests == {CELEB[2]: False, CELEB[1]: False, CELEB[4]: True}
    assert (
        told[CELEB[4]].group_id == told[CELEB[1]].group_id == "celeb/id1_0007"
    )  # a fake belongs to its target's video
    assert told[CELEB[5]].group_id == told[CELEB[0]].group_id and told[CELEB[2]].group_id == "youtube/00170"
    assert all(s.kind == "video" for s in told.values())


def test_celebdf_tolerates_inner_folders_and_casing_and_names_what_is_missing(tmp_path):
    touch(tmp_path, "Youtube-real/videos/00170.mp4", "Celeb-synthesis/videos/id1_id0_0007.mp4")
    (tmp_path / "List_of_testing_videos.txt").write_text(CELEB_LIST)
    _, samples, survey, _ = read_dataset("celebdf", tmp_path)
    assert {s.split for s in samples} == {"test"} and len(samples) == 2
    assert survey.missing == ["celeb-real/id1_0007.mp4"]


def test_celebdf_with_a_list_that_contradicts_its_folders_is_refused(tmp_path):
    touch(tmp_path, *CELEB)
    (tmp_path / "List_of_testing_videos.txt").write_text("0 YouTube-real/00170.mp4\n")
    with pytest.raises(DatasetError, match="calls youtube-real/00170 fake"):
        samples_of("celebdf", tmp_path)
    (tmp_path / "List_of_testing_videos.txt").write_text("real YouTube-real/00170.mp4\n")
    with pytest.raises(DatasetError, match="line 1: expected 0 or 1"):
        samples_of("celebdf", tmp_path)


def forensics(root, quality="c23"):
    (root / "splits").mkdir(parents=True)
    for name, pairs in (("train", [["000", "003"]]), ("val", [["010", "011"]]), ("test", [["953", "974"]])):
        (root / "splits" / f"{name}.json").write_text(json.dumps(pairs))
    touch(root, *(f"original_sequences/youtube/{quality}/videos/{i}.mp4" for i in ("000", "003", "953", "974", "500")))
    for method in ("Deepfakes", "NeuralTextures"):
        touch(
            root,
            *(f"manipulated_sequences/{method}/{quality}/videos/{p}.mp4" for p in ("000_003", "953_974", "974_953")),
        )


@pytest.mark.parametrize("quality", ["c23", "c40", "raw"])
def test_faceforensics_follows_the_official_pairs(tmp_path, quality):
    forensics(tmp_path, quality)
    told = samples_of("faceforensics", tmp_path)
    test = [s for s in told.values() if s.split == "test"]
    assert Counter(s.method for s in test) == {"real": 2, "Deepfakes": 2, "NeuralTextures": 2}
    assert {s.group_id for s in test} == {"953-974"} and not any("500" in k for k in told)
    assert len({s.sample_id for s in told.values()}) == 10  # files of a name in several methods stay apart
    missing = read_dataset("faceforensics", tmp_path)[2].missing
    assert len(missing) == 2 + 2 + 4 and any(
        "Deepfakes/" in m and "003_000" in m for m in missing
    )  # and the whole of val


def test_dfdc_groups_by_original_and_one_means_fake_in_the_official_test(tmp_path):
    part = {f"r{i}.mp4": {"label": "REAL", "split": "train", "original": None} for i in range(40)}
    part |= {f"f{i}.mp4": {"label": "FAKE", "split": "train", "original": f"r{i // 3}.mp4"} for i in range(120)}
    touch(tmp_path / "dfdc_train_part_0", *part)
    (tmp_path / "dfdc_train_part_0" / "metadata.json").write_text(json.dumps(part))
    told = samples_of("dfdc", tmp_path)
    assert len(told) == 160 and sum(s.is_fake for s in told.values()) == 120
    for s in told.values():
        original = s.group_id if s.is_fake else s.sample_id.split("/")[1]
        assert s.split == told[f"dfdc_train_part_0/{original}"].split
    assert {s.split for s in told.values()} == {"train", "dev", "test"}
    touch(tmp_path / "test", "a.mp4", "b.mp4")
    (tmp_path / "test" / "labels.csv").write_text("filename,label\na.mp4,1\nb.mp4,0\n")
    told = samples_of("dfdc", tmp_path)
    assert [s.is_fake for s in told.values() if s.split == "test"] == [True, False]
    (tmp_path / "test" / "labels.csv").write_text("filename,label\na.mp4,FAKE\n")
    with pytest.raises(DatasetError, match="line 2: the label is 'FAKE'"):
        samples_of("dfdc", tmp_path)


def test_dfdc_with_a_strange_label_is_refused(tmp_path):
    touch(tmp_path, "a.mp4")
    (tmp_path / "metadata.json").write_text(json.dumps({"a.mp4": {"label": 1}}))
    with pytest.raises(DatasetError, match="the label of a.mp4 is 1"):
        samples_of("dfdc", tmp_path)


@pytest.mark.parametrize("nested", ["", "UADFV", "fake_videos"])
def test_uadfv_pairs_a_video_with_its_fake(tmp_path, nested):
    touch(tmp_path / nested, *(f"real/{i:04d}.mp4" for i in range(49)), *(f"fake/{i:04d}_fake.mp4" for i in range(49)))
    told = samples_of("uadfv", tmp_path)
    assert Counter(s.is_fake for s in told.values()) == {True: 49, False: 49}
    assert all(told[f"real/{i:04d}.mp4"].split == told[f"fake/{i:04d}_fake.mp4"].split for i in range(49))


@pytest.mark.parametrize("name", ["celebdf", "celebdf1", "faceforensics", "dfdc", "uadfv"])
def test_a_set_that_is_not_there_says_how_to_get_it(tmp_path, name):
    card, _ = find_dataset(name)
    assert card.name == name and card.kind == "video"
    for root in (None, tmp_path):
        with pytest.raises(DatasetError, match="--root"):
            read_dataset(name, root)


def test_a_group_stays_where_it_is_and_shares_are_kept():
    splits = Counter(group_split(f"id{i}") for i in range(4000))
    assert abs(splits["train"] / 4000 - 0.7) < 0.03 and abs(splits["test"] / 4000 - 0.15) < 0.03
    assert group_split("id7") == group_split("id7") and any(
        group_split(f"id{i}") != group_split(f"id{i}", seed=1) for i in range(20)
    )
