import pytest
from PIL import Image

from data_manifests.datasets import dataset_names, find_dataset, read_dataset
from data_manifests.schema import Sample
from detectors.errors import DatasetError


def index(root):
    return read_dataset("folder", root)[1]


def put(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 20)).save(path, "PNG")


def test_the_first_folder_under_fake_is_the_method_and_under_real_the_source(tmp_path):
    put(tmp_path, "real/a.png", "real/ffhq/deep/b.png", "fake/c.png", "fake/stylegan2/x/d.png")
    got = {s.sample_id: (s.is_fake, s.method, s.source, s.split) for s in index(tmp_path)}
    assert got == {
        "real/a.png": (False, "real", "", "all"),
        "real/ffhq/deep/b.png": (False, "real", "ffhq", "all"),
        "fake/c.png": (True, "fake", "", "all"),
        "fake/stylegan2/x/d.png": (True, "stylegan2", "", "all"),
    }


def test_split_folders_and_classes_are_known_by_their_common_names_in_any_case(tmp_path):
    put(tmp_path, "Train/Real/a.png", "valid/FAKE/m/b.png", "testing/real/c.png")
    assert {(s.split, s.is_fake) for s in index(tmp_path)} == {("train", False), ("dev", True), ("test", False)}


def test_lists_and_hidden_files_are_no_pictures(tmp_path):
    put(tmp_path, "real/a.png", "fake/b.png")
    (tmp_path / "real" / "list.csv").write_text("a")
    (tmp_path / "real" / ".DS_Store").write_text("a")
    assert [s.sample_id for s in index(tmp_path)] == ["fake/b.png", "real/a.png"]


@pytest.mark.parametrize(
    ("root", "words"), [(None, "needs --root"), ("absent", "not a folder"), (".", "holds no pictures")]
)
def test_a_folder_that_cannot_serve_says_why(tmp_path, root, words):
    with pytest.raises(DatasetError, match=words):
        index(None if root is None else tmp_path / root)


def test_the_sample_that_ships_has_both_classes_licences_and_every_file():
    card, samples, _, _ = read_dataset("sample", None)
    assert {s.is_fake for s in samples} == {True, False}
    assert "no measure of quality" in card.note
    assert len({s.sample_id for s in samples}) == len(samples) >= 6


def test_every_dataset_has_a_card_of_its_own_name():
    for name in dataset_names():
        card, _ = find_dataset(name)
        assert card.name == name and card.how_to_get.endswith(".")


def test_an_unknown_dataset_is_refused_with_the_nearest():
    with pytest.raises(DatasetError, match="no dataset 'foldr'.*Did you mean folder"):
        find_dataset("foldr")


def test_a_real_sample_cannot_name_a_forgery():
    with pytest.raises(ValueError, match="exactly when"):
        Sample("a", "a", "image", False, "stylegan2", "", "a", "all")
