"""From a recording to what is shown."""

import csv
import io
import json
import re

import numpy as np
import pytest
import soundfile
from fake_detector import FakeDetector, drawn_sound, loader_of, make_audio_card

from demo import audio_cards, audio_handlers, cards, plots, words
from demo.image_tab import list_examples
from detectors.baseline import LoudnessDetector
from detectors.errors import CardError
from detectors.types import AudioWindow

LOAD = loader_of(FakeDetector([]))


@pytest.fixture
def sound_file(tmp_path):
    def write(*parts, name="voice.wav"):
        soundfile.write(tmp_path / name, np.concatenate([drawn_sound(k, s) for k, s in parts]), 16_000)
        return str(tmp_path / name)

    return write


def test_a_voice_gets_words_numbers_a_timeline_and_excerpts(sound_file):
    view = audio_handlers.analyse_sound(sound_file(("low", 3), ("bright", 4)), LOAD)
    card = audio_cards.verdict_card(view)
    assert view.band.headline in card and "Whisper encoder" in card and "windows of some four seconds" in card
    section = audio_cards.timeline_section(view)
    assert section.count('class="dc-fill"') == len(view.windows) and section.count("<audio ") == len(view.excerpts) > 0
    assert view.excerpts[0].fake_probability == max(w.fake_probability for w in view.windows)
    assert view.excerpts[0].start_s >= 2.0  # the bright part begins at 3 s


def test_what_a_voice_means_is_not_said_of_pictures():
    for p, decision in ((0.1, "real"), (0.65, "fake"), (0.99, "fake")):
        band = words.evidence_band(p, decision, "", "audio")
        assert band.headline == words.evidence_band(p, decision, "").headline
        assert "picture" not in band.meaning and "face" not in band.meaning


@pytest.mark.parametrize(
    ("parts", "headline"),
    [
        ([("silence", 3)], "Silent"),
        ([("tone", 3)], "No speech detected"),
        ([("low", 0.4)], "Too little speech to judge"),
    ],
)
def test_what_cannot_be_judged_says_why(sound_file, parts, headline):
    view = audio_handlers.analyse_sound(sound_file(*parts), LOAD)
    assert view.band.headline == headline and view.fake_probability is None
    assert headline in audio_cards.verdict_card(view)


def test_errors_are_sentences_without_this_machines_paths(tmp_path):
    path = tmp_path / "upload-123.wav"
    path.write_text("A letter.")
    view = audio_handlers.analyse_sound(str(path), LOAD, shown_name="grandma.wav")
    assert view.error.startswith("Only sound and videos") and view.error.endswith("text.")
    assert str(tmp_path) not in audio_cards.verdict_card(view) and audio_cards.timeline_section(view) == ""
    assert audio_handlers.analyse_sound(None, LOAD).error == words.NO_SOUND

    def broken(name, **options):
        raise CardError("the weights file x.bin is missing; install the project again.")

    assert "missing" in audio_handlers.analyse_sound(str(path), broken).error


def test_progress_names_the_time_and_never_runs_backwards(sound_file):
    told = []
    audio_handlers.analyse_sound(
        sound_file(("low", 50)), LOAD, on_progress=lambda share, what: told.append((share, what))
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[-1] <= 1 and any("of 0:50.0" in what for _, what in told)


def test_reports_as_json_and_csv_agree(sound_file):
    view = audio_handlers.analyse_sound(sound_file(("low", 3), ("silence", 3)), LOAD, shown_name="=cmd.wav")
    told = json.loads(view.json_text)
    rows = list(csv.DictReader(io.StringIO(view.csv_text)))
    assert len(rows) == len(told["windows"]) and rows[0]["file"] == "'=cmd.wav"
    assert [float(r["fake_probability"]) if r["fake_probability"] else None for r in rows] == [
        w["fake_probability"] for w in told["windows"]
    ]
    assert audio_handlers.sound_report_for_api(None, LOAD) == {"error": words.NO_SOUND}


def test_a_hostile_file_name_stays_text(sound_file):
    view = audio_handlers.analyse_sound(sound_file(("low", 3)), LOAD, shown_name='<img src=x onerror="alert(1)">.wav')
    assert "<img src=x" not in audio_cards.verdict_card(view)


def test_the_baseline_claims_no_evidence(sound_file):
    view = audio_handlers.analyse_sound(sound_file(("low", 2)), lambda name, **o: LoudnessDetector())
    assert view.band.step is None and "not evidence" in view.band.headline


def test_the_lane_covers_the_whole_time_once():
    windows = [AudioWindow(float(i), i + 2.0, -20.0, 0.9 if i == 2 else 0.2, "") for i in range(5)]
    windows.append(AudioWindow(5.0, 7.0, -70.0, None, "silent"))
    lane = plots.score_lane(windows, 7.0, 0.6, (0.4, 0.6), "told")
    spans = [(float(x), float(w)) for x, w in re.findall(r'x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', lane)]
    assert len(spans) == 6 and lane.count("dc-unjudged") == 1 and lane.count("dc-bar-over") == 1
    ends = [x + w for x, w in spans]
    assert spans[0][0] == 0 and ends[-1] == pytest.approx(1000, abs=2)
    assert all(a <= b[0] + 0.1 for a, b in zip(ends, spans[1:], strict=False))


def test_a_spectrogram_has_low_tones_at_the_bottom():
    mel = np.full((50, 80), -90.0, np.float32)
    mel[:, :10] = 0.0
    picture = plots.draw_spectrogram(mel).astype(int).sum(-1)
    assert picture[-5].mean() > 2 * picture[5].mean()


def test_examples_are_kept_apart_by_kind(tmp_path):
    (tmp_path / "manifest.csv").write_text("path,kind,label\na.jpg,image,real\nb.flac,audio,real\nc.flac,audio,fake\n")
    for name in ("a.jpg", "b.flac", "c.flac"):
        (tmp_path / name).write_bytes(b"x")
    assert list_examples(tmp_path) == {"real": [tmp_path / "a.jpg"]}
    assert list_examples(tmp_path, "audio") == {"real": [tmp_path / "b.flac"], "fake": [tmp_path / "c.flac"]}


def test_about_shows_a_model_card_for_voices():
    markup = cards.about([make_audio_card()])
    for said in ("Model card: voices", "windows of 1 s at 16 kHz", "genuine voices", "Log-mel CNN"):
        assert said in markup
