import numpy as np
import pytest
import soundfile
from fake_detector import drawn_sound
from PIL import Image

from detectors.errors import MediaError, UsageError
from detectors.media import SoundFile, read_image, read_sound
from eval.corruptions import corrupted, read_corruption


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("jpg:40", "no corruption 'jpg'; there are .* Did you mean jpeg"),
        ("mp3", r"needs a kbit/s from 8 to 320"),
        ("jpeg:0", "needs a quality from 1 to 100"),
        ("telephone:8", "takes no number"),
    ],
)
def test_a_corruption_that_makes_no_sense_is_one_sentence(text, words):
    with pytest.raises(UsageError, match=words):
        read_corruption(text)


@pytest.mark.parametrize(("text", "form"), [("mp3:32", "MP3"), ("opus:12", "opus"), ("telephone", "pcm_mulaw")])
def test_a_sound_keeps_its_length_and_loses_its_quality(tmp_path, text, form):
    soundfile.write(tmp_path / "voice.wav", drawn_sound("low", 7.3), 16_000)
    with corrupted(tmp_path / "voice.wav", read_corruption(text)) as copy:
        with SoundFile(copy) as sound:
            assert form in sound.info.format or sound.info.sample_rate_hz == 8_000
        wave = read_sound(copy, 20)
        where = copy
    assert len(wave) == pytest.approx(7.3 * 16_000, abs=2_500) and not where.exists()
    assert wave.std() == pytest.approx(0.1, rel=0.25)


def test_a_telephone_has_nothing_above_four_kilohertz(tmp_path):
    soundfile.write(tmp_path / "voice.wav", drawn_sound("bright", 3), 16_000)
    with corrupted(tmp_path / "voice.wav", read_corruption("telephone")) as copy:
        spectrum = np.abs(np.fft.rfft(read_sound(copy, 2)))
    assert (spectrum[len(spectrum) * 9 // 16 :] ** 2).sum() < 1e-3 * (spectrum**2).sum()


def test_pictures_are_saved_again_or_made_smaller(tmp_path):
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (80, 60, 3), np.uint8)).save(tmp_path / "a.png")
    with corrupted(tmp_path / "a.png", read_corruption("jpeg:40")) as copy:
        assert read_image(copy).info.format == "JPEG"
    with corrupted(tmp_path / "a.png", read_corruption("resize:0.5")) as copy:
        assert read_image(copy).pixels_rgb.shape == (40, 30, 3)


def test_what_cannot_be_read_cannot_be_corrupted(tmp_path):
    (tmp_path / "letter.wav").write_text("no sound")
    with pytest.raises(MediaError), corrupted(tmp_path / "letter.wav", read_corruption("telephone")):
        pass
