"""The weights that ship: whole, small enough, alike in both forms, and quick to start."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import detectors
from data_manifests.datasets import read_dataset
from detectors.__main__ import main
from detectors.card import WEIGHTS_DIR, card_names, read_card
from detectors.decide import ensemble_probability
from detectors.errors import CardError
from detectors.prints import SUFFIX as PRINTS
from detectors.runtime import KerasEnsemble, OpenVinoEnsemble

ROOT = Path(__file__).parent.parent
MB = 1_000_000


def pictures():
    return [s for s in read_dataset("sample", None)[1] if s.kind == "image"]


def test_every_file_is_under_ten_megabytes_and_all_under_sixty_and_named_by_a_card():
    files = [p for p in WEIGHTS_DIR.iterdir() if p.is_file()]
    assert max(p.stat().st_size for p in files) < 10 * MB
    assert sum(p.stat().st_size for p in files) <= 60 * MB
    card = read_card(detectors.DEFAULT_DETECTOR)
    assert sum(f.bytes for m in card.members for f in (*m.served, m.reference)) <= 40 * MB
    cards = [read_card(name) for name in card_names()]
    named = {f.file for c in cards for m in c.members for f in (*m.served, m.reference)}
    # Beside them only cards, and prints of the faces that a card's weights were trained on.
    more = {f"{c.name}{suffix}" for c in cards for suffix in (".card.json", PRINTS)}
    assert named <= {p.name for p in files} <= named | more


def test_the_card_names_four_networks_data_licence_and_measured_numbers():
    card = read_card(detectors.DEFAULT_DETECTOR)
    assert {m.network for m in card.members} == {"xception", "inception_v3", "resnet50", "densenet121"}
    assert card.licence == "CC BY-NC 4.0" and len(card.training_data) >= 4
    assert 0.04 <= card.dev_false_alarm_rate <= 0.05 and 0 < card.dev_miss_rate < 1
    assert all(m.n_real > 0 and m.n_fake > 0 for m in card.metrics) and len(card.metrics) >= 8


@pytest.mark.parametrize("name", card_names())
def test_every_card_tells_what_thresholds_cost_in_step_with_its_own(name):
    card = read_card(name)
    points = card.operating_points
    assert [p.threshold for p in points] == pytest.approx(np.arange(0.02, 0.99, 0.02))
    # Read between its neighbours only, without the card's own rates. One of 120 dev clips is .008 of a class.
    at = [p.threshold for p in points]
    false_alarms, misses = (
        np.interp(card.threshold, at, [getattr(p, n) for p in points]) for n in ("false_alarm_rate", "miss_rate")
    )
    assert false_alarms == pytest.approx(card.dev_false_alarm_rate, abs=0.01)
    assert misses == pytest.approx(card.dev_miss_rate, abs=0.015)
    below, above = (
        next(p for p in s if k * (p.threshold - card.threshold) >= 0) for s, k in ((points[::-1], -1), (points, 1))
    )
    assert (
        below.false_alarm_rate >= card.dev_false_alarm_rate - 1e-4
        and above.false_alarm_rate <= card.dev_false_alarm_rate + 1e-4
    )
    assert below.miss_rate <= card.dev_miss_rate + 1e-4 and above.miss_rate >= card.dev_miss_rate - 1e-4


def test_check_verifies_every_card(capsys):
    assert main(["--check"]) == 0
    told = capsys.readouterr().out
    assert "image-ensemble@" in told and "audio-ensemble@" in told


def test_swapped_weights_are_refused_by_the_probe(tmp_path):
    card = read_card(detectors.DEFAULT_DETECTOR)
    for file in WEIGHTS_DIR.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    first, second = card.members[1].served, card.members[2].served
    for a, b in zip(first, second, strict=True):
        (tmp_path / a.file).write_bytes((WEIGHTS_DIR / b.file).read_bytes())
    with pytest.raises(CardError, match="does not give its probe score"):
        OpenVinoEnsemble(card, tmp_path)


def test_the_sample_is_scored_the_same_at_every_order_and_batch():
    detector = detectors.load()
    crops = [detector.detect(s.path).verdict.evidence[0].crop_rgb for s in pictures()]
    together = detector.score_crops(np.stack(crops))
    alone = np.concatenate([detector.score_crops(c[None]) for c in reversed(crops)])[::-1]
    assert np.allclose(together, alone, atol=1e-3)


@pytest.mark.filterwarnings("ignore")  # TensorFlow warns of itself
def test_the_served_form_agrees_with_the_keras_reference_on_the_sample():
    card = read_card(detectors.DEFAULT_DETECTOR)
    detector = detectors.load()
    crops = np.stack([detector.detect(s.path).verdict.evidence[0].crop_rgb for s in pictures()])
    served = detector.score_crops(crops)
    reference = ensemble_probability(KerasEnsemble(card)(crops).logits, card)
    assert np.abs(served - reference).mean() < 0.05 and np.abs(served - reference).max() < 0.15
    assert np.array_equal(np.argsort(served)[-1:], np.argsort(reference)[-1:])


def test_the_terminal_answers_without_importing_tensorflow():
    picture = pictures()[0].path
    code = (
        "import sys, runpy\n"
        f"sys.argv = ['detectors', {picture!r}, '--json']\n"
        "try:\n    runpy.run_module('detectors', run_name='__main__')\n"
        "except SystemExit as stop:\n    print('CODE', stop.code)\n"
        "print('LOADED', [m for m in ('tensorflow', 'keras', 'gradio', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "CODE 0" in done.stdout and "LOADED []" in done.stdout
    told = json.loads(done.stdout[: done.stdout.rindex("CODE")])
    assert told["decision"] in ("real", "fake", "undecided") and len(told["faces"][0]["networks"]) == 4


def test_the_commands_of_the_readme_run(tmp_path):
    commands = [
        line.removeprefix("$ ") for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("$ python")
    ]
    assert len(commands) >= 3
    for command in commands:
        words = command.replace("runs/sample", str(tmp_path / "run")).split()
        done = subprocess.run([sys.executable, *words[1:]], cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{command}: {done.stderr}"


def test_the_readme_has_the_front_matter_of_a_space():
    lines = (ROOT / "README.md").read_text().splitlines()
    front = dict(line.split(": ", 1) for line in lines[1 : lines.index("---", 1)])
    assert front["sdk"] == "gradio" and front["app_file"] == "app.py"
    pinned = (ROOT / "requirements.txt").read_text()
    assert f"gradio=={front['sdk_version']}" in pinned
