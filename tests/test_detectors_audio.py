import numpy as np
import pytest
import soundfile
from fake_detector import SPEECH_NETWORKS, drawn_sound, make_audio_card, pitch_scores

from detectors.audio import AudioDetector, dithered, loudest_windows, window_samples
from detectors.audio_features import FeatureSettings, feature_db
from detectors.describe import clock, report_to_dict
from detectors.types import AudioWindow

RATE = 16_000


@pytest.fixture
def detector():
    return AudioDetector(make_audio_card(), pitch_scores)


@pytest.fixture
def sound_file(tmp_path):
    def write(*parts, rate=RATE, name="sound.wav", subtype="PCM_16"):
        wave = np.concatenate([drawn_sound(kind, seconds, rate) for kind, seconds in parts])
        soundfile.write(tmp_path / name, wave, rate, subtype=subtype)
        return tmp_path / name

    return write


@pytest.mark.parametrize(("kind", "decision"), [("low", "real"), ("bright", "fake")])
def test_a_voice_is_decided_by_the_mean_of_its_windows(detector, sound_file, kind, decision):
    report = detector.detect(sound_file((kind, 4)))
    verdict = report.verdict
    assert (verdict.decision, verdict.reason) == (decision, "")
    assert [s.network for s in verdict.scores] == list(SPEECH_NETWORKS)
    assert report.media.kind == "audio" and report.media.length_s == pytest.approx(4.0)
    assert verdict.windows[0].start_s == 0.0 and verdict.windows[-1].end_s == pytest.approx(4.0, abs=0.3)
    logits = [np.log(w.fake_probability / (1 - w.fake_probability)) for w in verdict.windows]
    pooled = np.log(verdict.fake_probability / (1 - verdict.fake_probability))
    assert pooled == pytest.approx(np.mean(logits), abs=1e-5)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([("silence", 3)], "silent"),
        ([("tone", 3)], "no_speech"),
        ([("low", 0.05)], "too_short"),
        ([("low", 0.5)], "too_short"),
        ([("silence", 2), ("low", 0.3), ("silence", 2)], "too_short"),
    ],
)
def test_what_holds_no_speech_or_too_little_is_undecided_and_says_why(detector, sound_file, parts, reason):
    verdict = detector.detect(sound_file(*parts)).verdict
    assert (verdict.decision, verdict.reason, verdict.fake_probability) == ("undecided", reason, None)


def test_silence_and_music_beside_speech_are_left_out_and_named(detector, sound_file):
    verdict = detector.detect(sound_file(("low", 3), ("silence", 3), ("tone", 3))).verdict
    assert verdict.decision == "real"
    assert {w.reason for w in verdict.windows} == {"", "silent", "no_speech"}
    alone = detector.detect(sound_file(("low", 3))).verdict
    assert verdict.fake_probability == pytest.approx(alone.fake_probability, abs=0.05)


def test_the_windows_that_spoke_loudest_are_named_by_their_time(detector, sound_file):
    verdict = detector.detect(sound_file(("low", 4), ("bright", 2), ("low", 4))).verdict
    loudest = loudest_windows(verdict.windows)
    assert 3.4 < loudest[0].start_s < 5.6
    assert all(a.end_s <= b.start_s or b.end_s <= a.start_s for a, b in [(loudest[0], w) for w in loudest[1:]])


def test_a_long_stream_is_cut_into_the_same_windows_however_it_comes(detector):
    wave = np.concatenate([drawn_sound("low", 30), drawn_sound("bright", 31.37)])
    whole = detector.judge(iter([wave]))
    pieces = detector.judge(iter(np.array_split(wave, 977)))
    assert whole.fake_probability == pytest.approx(pieces.fake_probability, abs=2e-3)
    starts = [w.start_s for w in pieces.windows]
    assert starts == sorted(starts) and np.all(np.diff(starts) <= 0.5 + 1e-9)
    assert pieces.windows[-1].end_s == pytest.approx(len(wave) / RATE, abs=0.02)


def test_level_does_not_move_the_score(detector, sound_file, tmp_path):
    soundfile.write(tmp_path / "quiet.wav", drawn_sound("low", 3) * 0.05, RATE)
    quiet = detector.detect(tmp_path / "quiet.wav").verdict.fake_probability
    assert quiet == pytest.approx(detector.detect(sound_file(("low", 3))).verdict.fake_probability, abs=0.02)


def test_trimming_leaves_out_the_silence_at_the_ends(detector, sound_file):
    padded = sound_file(("silence", 2), ("low", 3), ("silence", 2))
    trimmed = detector.detect_trimmed(padded).verdict
    assert [w.reason for w in trimmed.windows] == [""] * len(trimmed.windows)
    assert trimmed.windows[-1].end_s == pytest.approx(3.0, abs=0.25)


def test_progress_and_overview_cover_the_file(detector, sound_file):
    told = []
    report = detector.detect(sound_file(("low", 45)), on_progress=lambda done, length: told.append((done, length)))
    assert told[-1][0] == pytest.approx(45, abs=0.6) and told[-1][1] == pytest.approx(45)
    assert report.overview.mel_db.shape[0] * report.overview.column_s == pytest.approx(45, abs=0.3)
    assert report.overview.mel_db.shape[0] <= 2400


def test_a_report_is_told_with_its_windows(detector, sound_file):
    told = report_to_dict(detector.detect(sound_file(("bright", 3))))
    assert told["decision"] == "fake" and set(told["networks"]) == set(SPEECH_NETWORKS)
    assert told["windows"][0]["start_s"] == 0.0 and "faces" not in told and "width_px" not in told["media"]


@pytest.mark.filterwarnings("ignore")  # librosa's imports
def test_the_log_mel_is_librosas():
    import librosa

    settings = FeatureSettings()
    for kind in ("low", "bright", "tone"):
        wave = dithered(drawn_sound(kind, 2.0))
        ours = feature_db(wave, "mel", settings)
        power = librosa.feature.melspectrogram(
            y=wave, sr=settings.sample_rate_hz, n_fft=settings.mel_fft, hop_length=settings.hop,
            n_mels=settings.mel_bands, fmin=settings.mel_low_hz, fmax=settings.mel_high_hz, center=False,
        )  # fmt: skip
        theirs = librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=None).T[: len(ours)]
        assert np.abs(ours - theirs).max() < 1e-3


def test_the_linear_spectrum_is_numpys():
    wave = drawn_sound("low", 0.1)
    ours = feature_db(wave, "spectrum", FeatureSettings())
    window = np.hanning(513)[:512]
    theirs = 10 * np.log10(np.maximum(np.abs(np.fft.rfft(wave[160:672] * window)[:-1]) ** 2, 1e-10))
    assert ours.shape == (1 + (1600 - 512) // 160, 256) and np.allclose(ours[1], theirs, atol=1e-3)


def test_a_window_is_as_long_as_its_frames():
    card = make_audio_card()
    wave = np.zeros(window_samples(card), np.float32)
    for feature in ("mel", "spectrum"):
        assert len(feature_db(wave, feature, card.features)) == card.window_frames
        assert len(feature_db(wave[:-1], feature, card.features)) == card.window_frames - 1


def test_a_window_is_scored_or_says_why_not():
    with pytest.raises(ValueError, match="reason"):
        AudioWindow(0.0, 1.0, -20.0, None, "")
    with pytest.raises(ValueError, match="start_s"):
        AudioWindow(1.0, 1.0, -20.0, 0.5, "")


@pytest.mark.parametrize(("seconds", "words"), [(7.46, "0:07.5"), (59.97, "1:00.0"), (3723.0, "1:02:03.0")])
def test_times_are_written_as_people_read_them(seconds, words):
    assert clock(seconds) == words
