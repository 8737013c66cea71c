"""The shipped weights for voices: alike in both forms, deaf to music and noise, and quick to start."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fake_detector import drawn_sound

import detectors
from data_manifests.datasets import read_dataset
from detectors.audio import dithered, window_samples
from detectors.audio_features import feature_db
from detectors.card import read_audio_card
from detectors.decide import ensemble_probability
from detectors.media import read_sound
from detectors.runtime import KerasSpeechEnsemble, SpeechEnsemble

ROOT = Path(__file__).parent.parent
RATE = 16_000


@pytest.fixture(scope="module")
def detector():
    return detectors.load(detectors.AUDIO_DETECTOR)


def voices():
    return [s for s in read_dataset("sample", None)[1] if s.kind == "audio"]


def test_the_card_names_three_experts_their_data_and_the_leak_battery():
    card = read_audio_card(detectors.AUDIO_DETECTOR)
    assert [m.network for m in card.members] == ["mel_cnn", "whisper_tiny", "spectrum_cnn"]
    assert card.licence == "CC BY-NC 4.0" and 0.03 <= card.dev_false_alarm_rate <= 0.05
    assert {"resemblyzer_librispeech", "copies by lyra"} <= {d.name for d in card.training_data}
    alone = {m.name: m.value for m in card.metrics if m.name.endswith("alone")}
    assert len(alone) == 7 and min(alone.values()) >= 0.40


def test_machine_voices_of_the_sample_score_higher_than_recorded_ones(detector):
    scores = {s.sample_id: detector.detect(s.path, with_maps=False).verdict.fake_probability for s in voices()}
    real = [p for name, p in scores.items() if name.startswith("real")]
    fake = [p for name, p in scores.items() if name.startswith("fake")]
    assert np.mean(fake) > np.mean(real) + 0.2, scores


def chord(seconds=8.0):
    t = np.arange(round(seconds * RATE)) / RATE
    notes = sum(np.sin(2 * np.pi * f * t) * np.exp(-2 * (t % 0.5)) for f in (220, 277.2, 329.6, 440))
    return (0.1 * notes).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "wave"),
    [
        ("noise", np.random.default_rng(0).normal(0, 0.05, 8 * RATE).astype(np.float32)),
        ("tone", drawn_sound("tone", 8)),
        ("chord", chord()),
        ("silence", np.zeros(8 * RATE, np.float32)),
        ("hum", (0.2 * np.sin(2 * np.pi * 50 * np.arange(8 * RATE) / RATE)).astype(np.float32)),
    ],
)
def test_what_is_no_speech_gets_no_score(detector, tmp_path, name, wave):
    soundfile.write(tmp_path / f"{name}.wav", wave, RATE)
    verdict = detector.detect(tmp_path / f"{name}.wav").verdict
    assert verdict.decision == "undecided" and verdict.reason in ("no_speech", "silent")


@pytest.mark.filterwarnings("ignore")  # TensorFlow warns of itself
def test_the_served_form_agrees_with_the_keras_reference_on_the_sample():
    card = read_audio_card(detectors.AUDIO_DETECTOR)
    windows = [dithered(np.resize(read_sound(s.path, 6.0), window_samples(card))) for s in voices()]
    features = {f: np.stack([feature_db(w, f, card.features) for w in windows]) for f in ("mel", "spectrum")}
    served, reference = SpeechEnsemble(card)(features), KerasSpeechEnsemble(card)(features)
    gap = np.abs(ensemble_probability(served.logits, card) - ensemble_probability(reference.logits, card))
    assert gap.mean() < 0.05 and gap.max() < 0.15
    assert np.array_equal(served.speech_logits >= card.speech_logit, reference.speech_logits >= card.speech_logit)


def test_a_recording_in_pieces_scores_as_the_whole(detector):
    wave = np.concatenate([read_sound(s.path, 8.0) for s in voices()])
    whole = detector.judge(iter([wave])).fake_probability
    pieces = detector.judge(iter(np.array_split(wave, 301))).fake_probability
    assert whole == pytest.approx(pieces, abs=0.02)


def test_the_terminal_judges_a_voice_without_importing_tensorflow():
    code = (
        "import sys, runpy\n"
        f"sys.argv = ['detectors', {voices()[0].path!r}, '--json']\n"
        "try:\n    runpy.run_module('detectors', run_name='__main__')\n"
        "except SystemExit as stop:\n    print('CODE', stop.code)\n"
        "print('LOADED', [m for m in ('tensorflow', 'keras', 'gradio', 'librosa', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "CODE 0" in done.stdout and "LOADED []" in done.stdout
    told = json.loads(done.stdout[: done.stdout.rindex("CODE")])
    assert told["media"]["kind"] == "audio" and len(told["networks"]) == 3 and told["windows"]
