import pytest

from detectors.errors import UsageError
from detectors.networks import NETWORK_NAMES, find_architecture


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("XceptionV3", "xception"),
        ("Xception", "xception"),
        ("InceptionV3", "inception_v3"),
        ("inception-v3", "inception_v3"),
        ("ResNet", "resnet50"),
        ("DenseNet121", "densenet121"),
    ],
)
def test_common_spellings_are_understood(said, meant):
    assert find_architecture(said).name == meant


def test_the_four_networks_of_the_ensemble_are_there_and_no_other_is_guessed():
    assert set(NETWORK_NAMES) == {"xception", "inception_v3", "resnet50", "densenet121"}
    with pytest.raises(UsageError, match="no network 'resnet51'.*Did you mean resnet50"):
        find_architecture("resnet51")
