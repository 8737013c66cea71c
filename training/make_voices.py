"""`python -m training.make_voices SOUNDS MORE`: the voices that ship in `data_manifests/sample`.

SOUNDS is the folder into which Debian's packages asterisk-core-sounds-{en,fr,it}-g722 were unpacked: prompts read by
people, under licences that let them be passed on. MORE holds the vocoders' repositories, as for training. espeak-ng,
flite and festival must be installed. Run it after `training.make_sample`, whose manifest it completes.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

import av
import numpy as np
import soundfile

from detectors.media import SAMPLE_RATE_HZ, read_sound
from training.make_sample import COLUMNS, OUT
from training.pseudo_fakes import vocode

VOICES = {
    "allison": ("en_US_f_Allison/dir-intro-fn.g722", "Allison Smith, English", "CC BY-SA 3.0, Allison Smith"),
    "june": ("fr_CA_f_June/demo-abouttotry.g722", "June Wallack, French", "CC BY-SA 3.0, June Wallack"),
    "carlo": ("it_IT_m_Carlo/demo-abouttotry.g722", "Carlo Flora, Italian", "CC BY 3.0, Carlo Flora"),
}
SENTENCE = (
    "Hello, this is your bank. We have seen a payment that looks unusual. Please call us back on the number that "
    "stands on your card, and on no other."
)
SPEAKERS = {
    "espeak": ["espeak-ng", "-v", "en-us", "-w", "{out}", SENTENCE],
    "flite": ["flite", "-voice", "slt", "-t", SENTENCE, "-o", "{out}"],
    "festival": ["text2wave", "-o", "{out}", "{text}"],
}


def main(argv: list[str] | None = None) -> int:
    """Writes recordings and their rows of the manifest; returns the exit code."""
    words = sys.argv[1:] if argv is None else argv
    if len(words) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    sounds, more = Path(words[0]), Path(words[1])
    rows: list[list[str]] = []

    def keep(file: str, wave: np.ndarray, label: str, method: str, group: str, licence: str, about: str) -> None:
        peak = float(np.abs(wave).max())
        soundfile.write(OUT / file, np.clip(wave * min(1.0, 0.9 / peak), -1, 1), SAMPLE_RATE_HZ, subtype="PCM_16")
        rows.append([file, "audio", label, method, "" if label == "fake" else "prompt", group, licence, about])

    people = {name: _prompt(sounds, path) for name, (path, _, _) in VOICES.items()}
    for name, wave in people.items():
        keep(f"real_voice_{name}.flac", wave, "real", "real", name, VOICES[name][2], VOICES[name][1])
    copiers: dict[str, tuple[str, vocode.Copier, str]] = {
        "hifigan": ("carlo", vocode.HifiGan("universal"), "HiFi-GAN vocoder"),
        "lyra": ("allison", vocode.Lyra(more / "lyra/lyra/model_coeffs"), "Lyra, a neural codec"),
        "world": ("june", vocode.world, "WORLD vocoder"),
    }
    for method, (name, copy, title) in copiers.items():
        made = copy(people[name], np.random.default_rng(3))
        about = f"the prompt of {VOICES[name][1].split(',')[0]} taken apart and built again by {title}"
        keep(f"fake_voice_{method}_{name}.flac", made, "fake", method, name, VOICES[name][2], about)
    for method, command in SPEAKERS.items():
        keep(
            f"fake_voice_{method}.flac", _spoken(command), "fake", method, method,
            "no rights claimed", f"a sentence spoken by {method}",
        )  # fmt: skip
    manifest = OUT / "manifest.csv"
    with manifest.open(newline="", encoding="utf-8") as lines:
        pictures = [r for r in csv.DictReader(lines) if r.get("kind", "image") == "image"]
    with manifest.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([[r.get(c, "image") if c == "kind" else r[c] for c in COLUMNS] for r in pictures])
        writer.writerows(rows)
    return 0


def _prompt(sounds: Path, path: str) -> np.ndarray:
    """A prompt in Asterisk's raw G.722, float32 at 16 kHz."""
    file = next(p for p in sounds.rglob("*.g722") if str(p).endswith(path))
    with av.open(str(file), format="g722") as container:
        parts = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    return np.concatenate(parts).astype(np.float32) / 32768


def _spoken(command: list[str]) -> np.ndarray:
    """What a speaking program says, float32 at 16 kHz."""
    with tempfile.TemporaryDirectory() as folder:
        out, text = Path(folder) / "spoken.wav", Path(folder) / "text.txt"
        text.write_text(SENTENCE, encoding="utf-8")
        subprocess.run([c.format(out=out, text=text) for c in command], check=True, capture_output=True)
        return read_sound(out, 10.0)


if __name__ == "__main__":
    sys.exit(main())
