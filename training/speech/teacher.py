"""AASIST (Jung et al., ICASSP 2022) as a teacher: its soft scores of the raw waveform, where it can be had.

Its published weights are read from its authors' repository below `--more` and are not shipped; without it the
networks learn from labels alone.
"""

from __future__ import annotations

import importlib.util
import json
import logging
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from training.speech.clips import ClipTable, read_clips

log = logging.getLogger(__name__)

SAMPLES = 64_600  # as it was trained; shorter clips are repeated
BATCH = 8


def teacher_scores(folder: Path, more: Path | None, tables: dict[str, int]) -> dict[str, dict[int, float]]:
    """Calibrated logits of fake for training clips, by table and index; empty where there is no teacher.

    Args:
        folder: of the tables of clips; scores are kept below it.
        more: holds the repository as `aasist`.
        tables: name of a table -> how many of its training clips are scored at most.
    """
    kept = folder / "teacher"
    missing = [name for name in tables if not (kept / f"{name}.npz").exists()]
    if missing and more is not None and (more / "aasist" / "models" / "AASIST.py").is_file():
        kept.mkdir(exist_ok=True)
        score = _load(more / "aasist")
        for name in missing:
            table = read_clips(folder, name)
            rows = table.where("train")[: tables[name]]
            np.savez(kept / f"{name}.npz", rows=rows, score=_score_all(table, rows, score))
            log.info("teacher: %d clips of %s", len(rows), name)
    elif missing:
        log.warning("there is no AASIST below --more; the networks learn from labels alone")
        return {}
    raw = {}
    for name in tables:
        with np.load(kept / f"{name}.npz") as file:
            raw[name] = file["rows"], file["score"]
    # Trimmed and levelled clips all look rather fake to it: its scale is put right on the recordings.
    rows, score = raw["clips"]
    label = np.array([read_clips(folder).rows[i].is_fake for i in rows])
    line = LogisticRegression(C=1e4, class_weight="balanced").fit(score[:, None], label)
    scale, bias = float(line.coef_[0, 0]), float(line.intercept_[0])
    return {
        name: {int(r): scale * float(s) + bias for r, s in zip(rows, score, strict=True)}
        for name, (rows, score) in raw.items()
    }


def _score_all(table: ClipTable, rows: np.ndarray, score) -> np.ndarray:  # noqa: ANN001
    parts = []
    for first in range(0, len(rows), BATCH):
        waves = np.stack([np.resize(table.wave(i), SAMPLES) for i in rows[first : first + BATCH]])
        out = score(waves)[1]
        parts.append(out[:, 0] - out[:, 1])  # its second output is bona fide
    return np.concatenate(parts)


def _load(repository: Path):  # noqa: ANN202
    """Its network in OpenVINO, which is twice as fast here as torch."""
    import openvino as ov
    import torch

    from detectors.errors import DatasetError

    spec = importlib.util.spec_from_file_location("aasist_model", repository / "models" / "AASIST.py")
    if spec is None or spec.loader is None:
        raise DatasetError(f"{repository} holds no AASIST.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    settings = json.loads((repository / "config" / "AASIST.conf").read_text(encoding="utf-8"))["model_config"]
    net = module.Model(settings)
    kept = torch.load(repository / "models" / "weights" / "AASIST.pth", map_location="cpu", weights_only=True)
    net.load_state_dict(kept)
    net.eval()
    with torch.no_grad():
        converted = ov.convert_model(net, example_input=torch.zeros(BATCH, SAMPLES) + 1e-3)
    return ov.Core().compile_model(converted, "CPU")
