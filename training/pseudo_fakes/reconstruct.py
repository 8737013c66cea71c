"""Reconstructions: a real photo sent through a decoder, which leaves there what every generator's decoder leaves.

Two kinds of decoder: small autoencoders of our own that differ in their up-sampler, and published networks
(`decoders.py`) where `--more` holds them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import cv2
import keras
import numpy as np
from keras import layers

from detectors.faces import sharpness
from training.pseudo_fakes.decoders import Decoder
from training.pseudo_fakes.masks import random_face_mask
from training.pseudo_fakes.self_blend import paste

log = logging.getLogger(__name__)

HELD_OUT_UPSAMPLER = "pixel-shuffle"  # never trained on: tells whether up-sampling was learned or one up-sampler
PATCH_PX = 64


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


def softness(fake_rgb: np.ndarray, real_rgb: np.ndarray) -> float:
    """Standard deviation in pixels of the Gaussian that makes a real crop as soft as its reconstruction; 0 if it is.

    Most decoders lose fine detail. Beside a sharp original that alone would tell them, and a network so taught calls
    every photo out of focus fake.
    """
    wanted = sharpness(fake_rgb)
    if wanted >= sharpness(real_rgb):
        return 0.0
    low, high = 0.0, 4.0
    for _ in range(7):
        middle = (low + high) / 2
        if sharpness(cv2.GaussianBlur(real_rgb, (0, 0), middle)) > wanted:
            low = middle
        else:
            high = middle
    return high


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
