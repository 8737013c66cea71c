"""Reconstructions: a real photo sent through a decoder, which leaves there what every generator's decoder leaves.

Two kinds of decoder: small autoencoders of our own that differ in their up-sampler, and the tiny distilled
autoencoder of a current diffusion model (madebyollin/taesd, MIT) where `--more` holds it.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
from keras import layers

from detectors.errors import UsageError
from training.pseudo_fakes.masks import random_face_mask
from training.pseudo_fakes.self_blend import paste

log = logging.getLogger(__name__)

HELD_OUT_UPSAMPLER = "pixel-shuffle"  # never trained on: tells whether up-sampling was learned or one up-sampler
PATCH_PX = 64
Decoder = Callable[[np.ndarray, np.random.Generator], np.ndarray]  # uint8 (s, s, 3) -> uint8 (s, s, 3)


class PixelShuffle(layers.Layer):
    """Depth to space by two (Shi et al., 2016)."""

    def call(self, x: Any) -> Any:
        n, h, w, c = keras.ops.shape(x)
        x = keras.ops.reshape(x, (n, h, w, 2, 2, c // 4))
        x = keras.ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return keras.ops.reshape(x, (n, h * 2, w * 2, c // 4))

    def compute_output_shape(self, shape: tuple) -> tuple:
        n, h, w, c = shape
        return n, None if h is None else 2 * h, None if w is None else 2 * w, c // 4


def _double(x: Any, filters: int, upsampler: str) -> Any:
    if upsampler == "transposed":
        return layers.Conv2DTranspose(filters, 4, 2, "same", activation="relu")(x)
    if upsampler == "pixel-shuffle":
        return layers.Activation("relu")(PixelShuffle()(layers.Conv2D(filters * 4, 3, padding="same")(x)))
    return layers.Conv2D(filters, 3, padding="same", activation="relu")(
        layers.UpSampling2D(2, interpolation=upsampler)(x)
    )


def build_autoencoder(upsampler: str, filters: int = 32, latent: int = 12) -> keras.Model:
    """A convolutional autoencoder, factor 4, for pictures in [0, 1] whose sides are multiples of 4."""
    inputs = x = keras.Input((None, None, 3))
    x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    x = layers.Conv2D(2 * filters, 4, 2, "same", activation="relu")(x)
    x = layers.Conv2D(2 * filters, 4, 2, "same", activation="relu")(x)
    x = layers.Conv2D(latent, 1, name="latent")(x)
    x = layers.Conv2D(2 * filters, 3, padding="same", activation="relu")(x)
    x = _double(x, 2 * filters, upsampler)
    x = _double(x, filters, upsampler)
    return keras.Model(
        inputs, layers.Conv2D(3, 3, padding="same")(x), name=f"autoencoder_{upsampler.replace('-', '_')}"
    )


def fit_autoencoder(upsampler: str, crops_rgb: np.ndarray, *, steps: int, seed: int) -> keras.Model:
    """Trains one on random patches of real crops until it copies them well.

    Args:
        upsampler: "transposed", "nearest", "bilinear" or HELD_OUT_UPSAMPLER.
        crops_rgb: uint8 (n, size, size, 3), real photos of the training split.
        steps: of 16 patches.
        seed: of patches and weights.
    """
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model = build_autoencoder(upsampler)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    model.compile(optimizer=keras.optimizers.Adam(rate), loss="mae", jit_compile=False)
    high = crops_rgb.shape[1] - PATCH_PX + 1
    loss = float("nan")
    for _ in range(steps):
        batch = np.stack([
            crops_rgb[i, y : y + PATCH_PX, x : x + PATCH_PX]
            for i, y, x in zip(rng.integers(0, len(crops_rgb), 16), rng.integers(0, high, 16), rng.integers(0, high, 16), strict=True)
        ]).astype(np.float32) / 255  # fmt: skip
        loss = float(model.train_on_batch(batch, batch))
    log.info("autoencoder %s: mean absolute error %.4f after %d steps", upsampler, loss, steps)
    return model


def autoencoder_decoder(model: keras.Model) -> Decoder:
    """A decoder function of one of our autoencoders."""

    def decode(pixels_rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        out = keras.ops.convert_to_numpy(model(pixels_rgb[None].astype(np.float32) / 255, training=False))[0]
        return np.clip(out * 255 + 0.5, 0, 255).astype(np.uint8)

    return decode


def diffusion_decoder(more: Path) -> Decoder | None:
    """The FLUX.2 tiny autoencoder, run by torch from its own repository; None where it or torch is absent."""
    home = more / "taesd"
    weights = [home / f"taef2_{part}.pth" for part in ("encoder", "decoder")]
    if not all(p.is_file() for p in weights) or importlib.util.find_spec("torch") is None:
        log.warning("no diffusion autoencoder: torch or %s is absent", home)
        return None
    import torch

    spec = importlib.util.spec_from_file_location("taesd", home / "taesd.py")
    if spec is None or spec.loader is None:
        raise UsageError(f"{home} does not hold the autoencoder's own taesd.py.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    torch.set_num_threads(2)
    model = module.TAESD(*map(str, weights)).eval()

    def decode(pixels_rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        with torch.inference_mode():
            x = torch.from_numpy(pixels_rgb.astype(np.float32) / 255).permute(2, 0, 1)[None]
            latent = model.encoder(x)
            # A generator's latents are never exactly those of a photo.
            noise = torch.from_numpy(rng.standard_normal(tuple(latent.shape), np.float32))
            latent = latent + float(rng.choice([0.0, 0.03, 0.08])) * latent.std() * noise
            out = model.decoder(latent).clamp(0, 1)[0].permute(1, 2, 0).numpy()
        return (out * 255 + 0.5).astype(np.uint8)

    return decode


def reconstruct(
    pixels_rgb: np.ndarray, native_px: int, landmarks_xy: np.ndarray, decode: Decoder, rng: np.random.Generator
) -> Iterator[tuple[str, int, np.ndarray]]:
    """Two fakes from one pass: the whole picture decoded, and only its face.

    Yields:
        ("whole", side at which it was decoded, pixels) and ("face", native side, pixels); uint8, the input's size.
    """
    size = pixels_rgb.shape[0]
    side = int(rng.integers(12, max(13, min(native_px, size) // 8 + 1))) * 8
    out = decode(cv2.resize(pixels_rgb, (side, side), interpolation=cv2.INTER_AREA), rng)
    up = cv2.resize(out, (size, size), interpolation=cv2.INTER_CUBIC)
    yield "whole", side, up
    mask = random_face_mask(landmarks_xy, size, rng)
    mask = mask / max(float(mask.max()), 1e-3)  # a swap replaces the face; it is not a faint overlay
    yield "face", native_px, paste(up, pixels_rgb, mask)
