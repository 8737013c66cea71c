"""Adapters of the remaining sets on small look-alikes of the real layouts, and the label map line by line."""

import csv
import json
from collections import Counter

import pytest
from look_alikes import samples_of, touch

from data_manifests.datasets import dataset_names, find_dataset, read_dataset
from detectors.errors import DatasetError


def write_140k(root, label_of_real="1"):
    top = root / "real_vs_fake" / "real-vs-fake"
    for part in ("train", "valid", "test"):
        touch(top, f"{part}/real/1.jpg", f"{part}/fake/A.jpg")
        fake = "0" if label_of_real == "1" else "1"
        (root / f"{part}.csv").write_text(
            ",original_path,id,label,label_str,path\n"
            f"0,/kaggle/1.jpg,1,{label_of_real},real,{part}/real/1.jpg\n1,/kaggle/A.jpg,A,{fake},fake,{part}/fake/A.jpg\n"
        )


def test_140k_reads_one_as_real_and_refuses_a_list_that_contradicts_its_folders(tmp_path):
    write_140k(tmp_path)
    told = samples_of("140k", tmp_path)
    assert {k: (s.is_fake, s.split) for k, s in told.items()} == {
        "train/real/1.jpg": (False, "train"), "train/fake/A.jpg": (True, "train"), "valid/real/1.jpg": (False, "dev"),
        "valid/fake/A.jpg": (True, "dev"), "test/real/1.jpg": (False, "test"), "test/fake/A.jpg": (True, "test"),
    }  # fmt: skip
    touch(tmp_path, "real_vs_fake/real-vs-fake/test/real/2.jpg")
    (tmp_path / "valid.csv").write_text(",label,path\n0,1,valid/real/9.jpg\n")
    survey = read_dataset("140k", tmp_path)[2]
    assert survey.missing == ["valid/real/9.jpg"]
    assert survey.surplus == ["test/real/2.jpg", "valid/fake/A.jpg", "valid/real/1.jpg"]
    write_140k(tmp_path, label_of_real="0")
    with pytest.raises(DatasetError, match=r"train\.csv, line 2: calls train/real/1\.jpg fake"):
        samples_of("140k", tmp_path)


def test_deepfake_and_real_has_its_three_splits(tmp_path):
    for part in ("Train", "Validation", "Test"):
        touch(tmp_path / "Dataset" / part, "Fake/fake_0.jpg", "Real/real_1.jpg")
    told = samples_of("deepfake_and_real", tmp_path)
    assert Counter((s.split, s.is_fake) for s in told.values()) == {
        (split, fake): 1 for split in ("train", "dev", "test") for fake in (True, False)
    }
    assert {s.method for s in told.values() if s.is_fake} == {"OpenForensics"}


@pytest.mark.parametrize("nested", ["for-norm", "for-norm/for-norm", ""])
def test_fake_or_real_is_read_however_deep_it_was_unpacked(tmp_path, nested):
    for part in ("training", "validation", "testing"):
        touch(tmp_path / nested / part, "real/a.wav", "fake/b.wav")
    told = samples_of("fake_or_real", tmp_path)
    assert Counter((s.split, s.is_fake, s.kind) for s in told.values()) == {
        (split, fake, "audio"): 1 for split in ("train", "dev", "test") for fake in (True, False)
    }


def test_deepfake_faces_reads_words_and_groups_by_original(tmp_path):
    touch(tmp_path, "faces_224/aa.jpg", "faces_224/bb.jpg", "faces_224/cc.jpg", "faces_224/zz.jpg")
    (tmp_path / "metadata.csv").write_text(
        "videoname,original_width,original_height,label,original\naa.mp4,129,129,FAKE,bb.mp4\nbb.mp4,1,1,REAL,\n"
        "cc.mp4,1,1,FAKE,bb.mp4\ndd.mp4,1,1,REAL,\n"
    )
    _, samples, survey, _ = read_dataset("deepfake_faces", tmp_path)
    assert [(s.sample_id, s.is_fake, s.group_id) for s in samples] == [
        ("faces_224/aa.jpg", True, "bb.mp4"), ("faces_224/bb.jpg", False, "bb.mp4"), ("faces_224/cc.jpg", True, "bb.mp4"),
    ]  # fmt: skip
    assert len({s.split for s in samples}) == 1
    assert survey.missing == ["dd.jpg"] and survey.surplus == ["zz.jpg"]
    (tmp_path / "metadata.csv").write_text("videoname,label,original\naa.mp4,1,\n")
    with pytest.raises(DatasetError, match="line 2: the label is '1' and not REAL or FAKE"):
        samples_of("deepfake_faces", tmp_path)


def test_dfdc_preview_reads_its_list_and_names_what_is_missing(tmp_path):
    names = {
        "method_A/1/1_A/x.mp4": ("fake", "train"), "method_B/2/2_B/y.mp4": ("fake", "test"),
        "original_videos/1/1_1.mp4": ("real", "train"), "original_videos/2/2_9.mp4": ("real", "test"),
    }  # fmt: skip
    touch(tmp_path / "DFDCP", *list(names)[:3], "method_A/9/9_A/z.mp4")
    listing = tmp_path / "DFDCP" / "dataset.json"
    listing.write_text(json.dumps({k: {"label": label, "set": part} for k, (label, part) in names.items()}))
    _, samples, survey, _ = read_dataset("dfdcp", tmp_path)
    assert [(s.sample_id, s.is_fake, s.method, s.group_id, s.split) for s in samples] == [
        ("method_A/1/1_A/x.mp4", True, "method_A", "1", "train"), ("method_B/2/2_B/y.mp4", True, "method_B", "2", "test"),
        ("original_videos/1/1_1.mp4", False, "real", "1", "train"),
    ]  # fmt: skip
    assert survey.missing == ["original_videos/2/2_9.mp4"] and survey.surplus == ["method_A/9/9_A/z.mp4"]
    listing.write_text(json.dumps({"method_A/1/1_A/x.mp4": {"label": "real", "set": "train"}}))
    with pytest.raises(DatasetError, match="calls method_A/1/1_A/x.mp4 real, and its folder does not"):
        samples_of("dfdcp", tmp_path)
    listing.write_text("{")
    with pytest.raises(DatasetError, match="not of the form"):
        samples_of("dfdcp", tmp_path)


def test_dfd_groups_by_the_actor_who_was_filmed_and_names_both(tmp_path):
    touch(tmp_path, "original_sequences/actors/c23/videos/01__hugging_happy.mp4",
          "manipulated_sequences/DeepFakeDetection/c23/videos/01_27__hugging_happy__ISF9SP4G.mp4")  # fmt: skip
    real, fake = samples_of("dfd", tmp_path).values()
    assert (real.is_fake, real.group_id, real.people) == (False, "01", ("01",))
    assert (fake.is_fake, fake.group_id, fake.people) == (True, "01", ("01", "27"))
    assert fake.split == real.split and fake.subgroups == (("scene", "hugging_happy"),)
    touch(tmp_path, "manipulated_sequences/DeepFakeDetection/c23/videos/strange.mp4")
    with pytest.raises(DatasetError, match=r"strange\.mp4 is not named as"):
        samples_of("dfd", tmp_path)


def test_dacon_leaves_out_what_has_no_labels(tmp_path):
    touch(
        tmp_path,
        "deepfake_1st/fake/v1/0.jpg",
        "deepfake_1st/fake/v1/1.jpg",
        "deepfake_1st/real/a.png",
        "test/leaderboard/x.jpg",
    )
    _, samples, survey, _ = read_dataset("dacon", tmp_path)
    assert [(s.is_fake, s.group_id) for s in samples] == [(True, "fake/v1"), (True, "fake/v1"), (False, "real/a.png")]
    assert survey.notes == ["test/leaderboard has no labels and is left out"]


AV_HEADER = "source,target1,target2,method,category,type,race,gender,path,\n"


def test_fakeavceleb_knows_which_of_picture_and_sound_was_forged(tmp_path):
    top = tmp_path / "FakeAVCeleb_v1.2"
    touch(top, "RealVideo-RealAudio/African/men/id00076/00109.mp4", "RealVideo-FakeAudio/African/men/id00076/00109_fake.mp4",
          "FakeVideo-RealAudio/Asian (East)/women/id00081/00001_id3.mp4")  # fmt: skip
    (top / "meta_data.csv").write_text(
        AV_HEADER
        + "id00076,-,-,real,A,RealVideo-RealAudio,African,men,00109.mp4,FakeAVCeleb/RealVideo-RealAudio/African/men/id00076\n"
        + "id00076,-,-,rtvc,B,RealVideo-FakeAudio,African,men,00109_fake.mp4,x\n"
        + "id00081,id3,-,faceswap,C,FakeVideo-RealAudio,Asian (East),women,00001_id3.mp4,x\n"
        + "id00099,-,-,real,A,RealVideo-RealAudio,African,men,9.mp4,x\n"
    )
    _, samples, survey, _ = read_dataset("fakeavceleb", tmp_path)
    assert [(s.is_fake, s.method, s.group_id) for s in samples] == [
        (False, "real", "id00076"), (True, "RealVideo-FakeAudio (rtvc)", "id00076"),
        (True, "FakeVideo-RealAudio (faceswap)", "id00081"),
    ]  # fmt: skip
    assert samples[2].subgroups == (("race", "Asian (East)"), ("gender", "women")) and samples[2].people == (
        "id00081",
        "id3",
    )
    assert survey.missing == ["RealVideo-RealAudio/African/men/id00099/9.mp4"] and not survey.surplus


def forensics(root, category=1):
    touch(root, "Images/Test-Dev/p.jpg", "Images/Test-Dev/extra.jpg", "Images/Val/p.jpg")
    for part in ("Test-Dev", "Val"):
        (root / f"{part}_poly.json").write_text(json.dumps({
            "images": [{"id": 7, "file_name": f"Images/{part}/p.jpg", "width": 100, "height": 90}],
            "annotations": [
                {"id": 1, "image_id": 7, "category_id": 0, "bbox": [10, 20, 30, 40], "segmentation": [[0, 0, 1, 1.5]]},
                {"id": 2, "image_id": 7, "category_id": category, "bbox": [50.5, 20, 30, 40]},
            ],
        }))  # fmt: skip


def test_openforensics_is_a_sample_a_face_and_ids_of_its_parts_do_not_collide(tmp_path):
    forensics(tmp_path)
    _, samples, survey, _ = read_dataset("openforensics", tmp_path)
    assert [(s.sample_id, s.is_fake, s.split, s.face_xyxy) for s in samples] == [
        ("Val/p.jpg#1", False, "dev", (10.0, 20.0, 40.0, 60.0)), ("Val/p.jpg#2", True, "dev", (50.5, 20.0, 80.5, 60.0)),
        ("Test-Dev/p.jpg#1", False, "test", (10.0, 20.0, 40.0, 60.0)), ("Test-Dev/p.jpg#2", True, "test", (50.5, 20.0, 80.5, 60.0)),
    ]  # fmt: skip
    assert {s.group_id for s in samples} == {"Val/p.jpg", "Test-Dev/p.jpg"}
    assert survey.surplus == ["Images/Test-Dev/extra.jpg"]
    assert any("Train_poly.json is not there" in note for note in survey.notes)
    forensics(tmp_path, category=2)
    with pytest.raises(DatasetError, match="not of the form"):
        samples_of("openforensics", tmp_path)


LA_KEYS = """LA_0009 LA_E_9332881 alaw ita_tx A07 spoof notrim eval
LA_0020 LA_E_1000001 none loc_tx bonafide bonafide notrim progress
LA_0020 LA_E_1000002 none loc_tx bonafide bonafide trim hidden
LA_0021 LA_E_1000003 opus sin_tx - bonafide notrim eval
"""


@pytest.mark.parametrize("keys", ["keys/CM", "keys/LA/CM", "LA-keys-full/keys/LA/CM"])
def test_asvspoof_2021_la_reads_codec_and_transmission_and_leaves_the_hidden_track_out(tmp_path, keys):
    (tmp_path / keys).mkdir(parents=True)
    (tmp_path / keys / "trial_metadata.txt").write_text(LA_KEYS)
    touch(tmp_path, "ASVspoof2021_LA_eval/flac/LA_E_9332881.flac", "ASVspoof2021_LA_eval/flac/LA_E_1000001.flac")
    _, samples, survey, _ = read_dataset("asvspoof2021_la", tmp_path)
    assert [(s.sample_id, s.is_fake, s.method, s.split, s.group_id) for s in samples] == [
        ("LA_E_9332881", True, "A07", "test", "LA_0009"), ("LA_E_1000001", False, "real", "dev", "LA_0020"),
    ]  # fmt: skip
    assert samples[0].subgroups == (("codec", "alaw"), ("transmission", "ita_tx"))
    assert survey.missing == ["LA_E_1000003.flac"] and "1 trials of the hidden track" in survey.notes[0]


def test_asvspoof_2021_df_finds_its_sound_in_four_parts(tmp_path):
    (tmp_path / "keys/DF/CM").mkdir(parents=True)
    line = "LA_0023 DF_E_2000011 nocodec asvspoof A14 spoof notrim {} traditional_vocoder - - - -\n"
    (tmp_path / "keys/DF/CM/trial_metadata.txt").write_text(
        line.format("progress") + line.replace("2000011", "2000013").format("eval")
    )
    touch(tmp_path, "ASVspoof2021_DF_eval_part00/ASVspoof2021_DF_eval/flac/DF_E_2000011.flac",
          "ASVspoof2021_DF_eval_part03/ASVspoof2021_DF_eval/flac/DF_E_2000013.flac")  # fmt: skip
    told = samples_of("asvspoof2021_df", tmp_path)
    assert {k: s.split for k, s in told.items()} == {"DF_E_2000011": "dev", "DF_E_2000013": "test"}
    assert told["DF_E_2000011"].subgroups == (
        ("codec", "nocodec"), ("source", "asvspoof"), ("vocoder", "traditional_vocoder")
    )  # fmt: skip
    (tmp_path / "keys/DF/CM/trial_metadata.txt").write_text("LA_0023 DF_E_2 nocodec asvspoof A14 fake notrim eval\n")
    with pytest.raises(DatasetError, match="line 1: expected speaker, file, codec"):
        samples_of("asvspoof2021_df", tmp_path)


def test_every_dataset_of_the_plan_is_there_and_says_what_a_user_must_know():
    wanted = """celebdf celebdf1 dfdc dfdcp deepfake_faces faceforensics dfd uadfv 140k deepfake_and_real openforensics dacon
        fakeavceleb asvspoof2019 asvspoof2021_la asvspoof2021_df in_the_wild fake_or_real folder csv sample"""
    assert set(dataset_names()) == set(wanted.split())
    for name in dataset_names():
        card, _ = find_dataset(name)
        assert card.labels and card.size and card.licence and card.how_to_get.endswith(".")


@pytest.mark.parametrize("name", sorted(set(dataset_names()) - {"folder", "csv", "sample"}))
def test_a_set_that_is_not_there_says_how_to_get_it_and_where_to_put_it(tmp_path, name):
    for root, home, words in ((None, None, "needs --root DIR, or put it into"), (tmp_path, None, "was not found"),
                              (None, tmp_path, f"Put it into {tmp_path}/{name}")):  # fmt: skip
        with pytest.raises(DatasetError, match=words) as refused:
            read_dataset(name, root, home)
        assert find_dataset(name)[0].how_to_get in str(refused.value)


@pytest.mark.parametrize("folder", ["", "uadfv", "UADFV"])
def test_a_set_is_found_below_the_folder_of_all_datasets_too(tmp_path, folder):
    touch(tmp_path / folder, "real/0000.mp4", "fake/0000_fake.mp4")
    for root, home in ((tmp_path, None), (None, tmp_path)):
        assert len(read_dataset("uadfv", root, home)[1]) == 2


def test_a_list_may_declare_what_its_digits_mean(tmp_path):
    file = tmp_path / "list.csv"
    for column, fake in (("is_fake", [True, False]), ("is_real", [False, True])):
        file.write_text(f"file_name,{column}\na.wav,1\nb.wav,0\n")
        assert [s.is_fake for s in read_dataset("csv", file)[1]] == fake
    file.write_text("path,is_fake\na.wav,yes\n")
    with pytest.raises(DatasetError, match="line 2: the is_fake is 'yes'; write 0 or 1"):
        read_dataset("csv", file)


def test_a_list_gives_back_everything_that_a_sample_holds(tmp_path):
    rows = [["a#1", "a.jpg", "fake", "gan", "g", "race=x;gender=y", "id1;id2", "1 2 3 4.5"]]
    with (tmp_path / "list.csv").open("w", newline="") as lines:
        csv.writer(lines).writerows(
            [["sample_id", "path", "label", "method", "group", "subgroups", "people", "face"], *rows]
        )
    (one,) = read_dataset("csv", tmp_path / "list.csv")[1]
    assert (one.sample_id, one.subgroups, one.people, one.face_xyxy) == (
        "a#1", (("race", "x"), ("gender", "y")), ("id1", "id2"), (1.0, 2.0, 3.0, 4.5)
    )  # fmt: skip
