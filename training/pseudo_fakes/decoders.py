"""Published networks that send a photo through themselves and leave their trace on it; read from `--more`.

Three kinds: autoencoders of diffusion models, vector-quantised autoencoders, and enlargers trained against a
discriminator. docs/training.md names each repository and commit. What is absent is left out with a warning.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from detectors.errors import UsageError

log = logging.getLogger(__name__)

Decoder = Callable[[np.ndarray, np.random.Generator], np.ndarray]  # uint8 (s, s, 3) -> uint8 (s, s, 3)
LATENT_NOISE = (0.0, 0.03, 0.08)  # of a latent's spread: a generator's latents are never exactly those of a photo
BORDER_PX = 32  # mirrored around a picture: some of these networks leave a frame at its edge


@dataclass(frozen=True)
class PublicDecoder:
    """A network and what may be made with it.

    Attributes:
        name: of its families: reconstruct-NAME and reface-NAME.
        files: below `--more`; all must be there.
        load: from these files to the decoder.
        whole: whole pictures are fakes too. Enlargers are what phones do to honest pictures, so of those only pasted
            faces are.
        held_out: measured on dev and never trained on.
    """

    name: str
    files: tuple[str, ...]
    load: Callable[[list[Path]], Decoder]
    whole: bool = True
    held_out: bool = False


def _to_network(pixels_rgb: np.ndarray, low: float = 0.0) -> np.ndarray:
    x = pixels_rgb.astype(np.float32).transpose(2, 0, 1)[None] / 255
    return np.ascontiguousarray(x * (1 - low) + low)


def _to_pixels(x: np.ndarray, low: float = 0.0) -> np.ndarray:
    return np.clip((x[0].transpose(1, 2, 0) - low) / (1 - low) * 255 + 0.5, 0, 255).astype(np.uint8)


def _compile(file: Path) -> Callable[[np.ndarray], list[np.ndarray]]:
    import openvino as ov

    core = ov.Core()
    network = core.compile_model(core.read_model(str(file)), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return lambda x: list(network({0: x}).values())


def keep_colours(decode: Decoder) -> Decoder:
    """Gives a photo's smooth colours back: a colour cast alone would tell its reconstruction."""

    def kept(pixels_rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        size = pixels_rgb.shape[0]
        wide = np.pad(pixels_rgb, ((BORDER_PX, BORDER_PX), (BORDER_PX, BORDER_PX), (0, 0)), mode="reflect")
        out = decode(wide, rng)[BORDER_PX : BORDER_PX + size, BORDER_PX : BORDER_PX + size].astype(np.float32)
        cast = cv2.GaussianBlur(pixels_rgb - out, (0, 0), size / float(rng.uniform(12, 32)))
        return np.clip(out + cast + 0.5, 0, 255).astype(np.uint8)

    return kept


def _tiny_diffusion(files: list[Path]) -> Decoder:
    """FLUX.2's latents by madebyollin/taesd, run by torch from its own repository."""
    import torch

    spec = importlib.util.spec_from_file_location("taesd", files[0])
    if spec is None or spec.loader is None:
        raise UsageError(f"{files[0]} is not the autoencoder's own taesd.py.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.TAESD(*map(str, files[1:])).eval()

    def decode(pixels_rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        with torch.inference_mode():
            latent = model.encoder(torch.from_numpy(_to_network(pixels_rgb)))
            noise = torch.from_numpy(rng.standard_normal(tuple(latent.shape), np.float32))
            latent = latent + float(rng.choice(LATENT_NOISE)) * latent.std() * noise
            return _to_pixels(model.decoder(latent).numpy())

    return decode


def _light_diffusion(files: list[Path]) -> Decoder:
    """Stable Diffusion 1's latents by VAElight; its decoder gives four scales, which are added."""
    encode, paint = map(_compile, files)

    def decode(pixels_rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        size = pixels_rgb.shape[:2]
        # Twice as large, as these models paint: at a crop's own size their latents hold no face.
        latent = encode(_to_network(cv2.resize(pixels_rgb, None, fx=2, fy=2), -1.0))[0]
        latent = latent + np.float32(rng.choice(LATENT_NOISE) * latent.std()) * rng.standard_normal(
            latent.shape, np.float32
        )
        scales = [cv2.resize(p[0].transpose(1, 2, 0), (2 * size[1], 2 * size[0])) for p in paint(latent)]
        whole = cv2.resize(np.sum(scales, 0), size[::-1], interpolation=cv2.INTER_AREA)
        return _to_pixels(whole.transpose(2, 0, 1)[None], -1.0)

    return keep_colours(decode)


def _lattice(files: list[Path]) -> Decoder:
    """A vector-quantised autoencoder with a lattice for a codebook and transposed convolutions (ll-vq-vae)."""
    import torch
    from torch import nn

    state = torch.load(files[0], map_location="cpu", weights_only=True)["state_dict"]
    step = state.pop("_quantizer.embedding.weight").float()

    class Residual(nn.Module):
        def __init__(self, channels: int) -> None:
            super().__init__()
            self.resblock = nn.Sequential(
                nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.ReLU(),
                nn.Conv2d(channels, channels, 1, bias=False),
            )  # fmt: skip

        def forward(self, x: Any) -> Any:
            return x + self.resblock(x)

    def layer(convolution: Any) -> Any:
        return nn.Sequential(convolution, nn.LeakyReLU())

    halvings = sum(1 for k, v in state.items() if k.startswith("_encoder.") and v.ndim == 4 and v.shape[2] == 4)
    widths = [state[f"_encoder.{i}.0.weight"].shape[0] for i in range(halvings)]
    middle, latent = widths[-1], 64
    core = [Residual(middle), Residual(middle), nn.LeakyReLU()]
    encoder = nn.Sequential(
        *(layer(nn.Conv2d(a, b, 4, 2, 1)) for a, b in zip([3, *widths], widths, strict=False)),
        layer(nn.Conv2d(middle, middle, 3, 1, 1)), *core, layer(nn.Conv2d(middle, latent, 1)),
    )  # fmt: skip
    up = widths[::-1]
    decoder = nn.Sequential(
        layer(nn.Conv2d(latent, middle, 3, 1, 1)), Residual(middle), Residual(middle), nn.LeakyReLU(),
        *(layer(nn.ConvTranspose2d(a, b, 4, 2, 1)) for a, b in zip(up, [*up[1:], 3], strict=True)),
    )  # fmt: skip
    for part, prefix in ((encoder, "_encoder."), (decoder, "_decoder.")):
        part.load_state_dict({k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)})

    def decode(pixels_rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        with torch.inference_mode():
            z = encoder(torch.from_numpy(_to_network(pixels_rgb))).permute(0, 2, 3, 1)
            return _to_pixels(decoder((step * torch.round(z / step)).permute(0, 3, 1, 2)).numpy())

    return keep_colours(decode)


def enlarger(factor: int, files: list[Path]) -> Decoder:
    """A network that enlarges by `factor`: the photo is made smaller first, by less than that half of the time."""
    enlarge = _compile(files[0])

    def decode(pixels_rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        size = pixels_rgb.shape[0]
        by = factor if rng.random() < 0.5 else float(rng.uniform(factor / 2, factor))
        small = cv2.resize(pixels_rgb, (max(16, round(size / by)),) * 2, interpolation=cv2.INTER_AREA)
        return cv2.resize(_to_pixels(enlarge(_to_network(small))[0]), (size, size), interpolation=cv2.INTER_AREA)

    return decode


_ONNX = "nn-upscaler-onnxweb/static/model/3/float32/NCHW/"
PUBLIC_DECODERS = (
    PublicDecoder("taef2", ("taesd/taesd.py", "taesd/taef2_encoder.pth", "taesd/taef2_decoder.pth"), _tiny_diffusion),
    PublicDecoder("vaelight", ("VAElight/VAEencoder.onnx", "VAElight/VAEpreview.onnx"), _light_diffusion),
    PublicDecoder("lattice-2", ("ll-vq-vae/experiments/pretrained/celeba/sparse_lattice.ckpt",), _lattice),
    PublicDecoder("lattice-4", ("ll-vq-vae/experiments/pretrained/ffhq1024/dense_lattice.ckpt",), _lattice),
    PublicDecoder("compact", (f"{_ONNX}2xNomosUni_compact_otf_medium.onnx",), partial(enlarger, 2), whole=False),
    PublicDecoder("span-4", (f"{_ONNX}4x-ClearRealityV1-fp32-opset14.onnx",), partial(enlarger, 4), whole=False),
    PublicDecoder(
        "span-2", (f"{_ONNX}2xNomosUni_span_multijpg_ldl.onnx",), partial(enlarger, 2), whole=False, held_out=True
    ),
)


def find_decoders(more: Path) -> list[tuple[PublicDecoder, Decoder]]:
    """Those of `PUBLIC_DECODERS` whose files are there, loaded."""
    torch_is_here = importlib.util.find_spec("torch") is not None
    if torch_is_here:
        import torch

        torch.set_num_threads(2)
    found = []
    for public in PUBLIC_DECODERS:
        files = [more / name for name in public.files]
        if not all(f.is_file() for f in files) or not (torch_is_here or files[0].suffix == ".onnx"):
            log.warning("no fakes by %s: torch or one of %s is absent", public.name, ", ".join(map(str, public.files)))
            continue
        found.append((public, public.load(files)))
    return found
