"""`result.json`: every number, and what ran, on what, with what."""

from __future__ import annotations

import datetime
import json
import platform
import subprocess
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from eval.bootstrap import intervals, with_intervals
from eval.corruptions import GRID, Corruption
from eval.metrics import (
    METRICS,
    SPEECH_METRICS,
    Estimate,
    best_temperature,
    confusion,
    point_values,
    pool_frames,
    subgroup_rates,
)
from eval.rows import Rows, read_rows

PACKAGES = ("av", "numpy", "opencv-python-headless", "openvino", "pillow", "scikit-learn", "soxr")
METHOD_METRICS = ("auc", "average_precision", "eer", "recall")


def machine() -> dict[str, Any]:
    """Python, packages and processor."""
    packages: dict[str, str | None] = {}
    for name in PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            packages[name] = None
    return {"python": platform.python_version(), "packages": packages, "cpu": cpu_name()}


def cpu_name() -> str:
    """The processor as it calls itself, with the vector instructions that decide a network's speed."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    told = {key.strip(): value.strip() for key, value in fields.items()}
    flags = set(told.get("flags", "").split())
    speed = (
        "AVX-512 BF16"
        if "avx512_bf16" in flags
        else "AVX-512"
        if "avx512f" in flags
        else "AVX2"
        if "avx2" in flags
        else "no AVX2"
    )
    return f"{told.get('model name', platform.machine())} ({speed})"


def project_commit() -> str | None:
    """Commit of the checkout this file lies in, "+" when changed; None outside one."""
    try:
        here = Path(__file__).parent
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
            cwd=here, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip() or None


def estimate(
    is_fake: np.ndarray,
    probability: np.ndarray,
    said_fake: np.ndarray,
    group_id: np.ndarray,
    *,
    names: tuple[str, ...] = tuple(METRICS),
    draws: int = 1000,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Metrics with 95 % intervals by a bootstrap over groups.

    Args:
        is_fake: bool (n,).
        probability: (n,), of fake.
        said_fake: bool (n,), the decision.
        group_id: (n,); rows of one group are drawn together.
        names: of `METRICS`.
        draws: bootstrap sets.
        seed: of the draws.
    """
    values = point_values(is_fake, probability, said_fake, names)
    if not len(is_fake):
        return with_intervals(values, {})
    return with_intervals(values, intervals(is_fake, probability, said_fake, group_id, values, draws=draws, seed=seed))


def compute_result(
    rows: Rows,
    *,
    threshold: float,
    seed: int,
    draws: int = 1000,
    speech: bool = False,
    frame_threshold: float | None = None,
) -> dict[str, Any]:
    """All numbers, from rows alone.

    Args:
        rows: of one run.
        threshold: from the card; an "unsure" file still has a probability, and counts by it here.
        seed: of the bootstrap.
        draws: of the bootstrap.
        speech: also ASVspoof's measures, and numbers without the silence at the ends.
        frame_threshold: of clips, from which a single frame counts as fake: also numbers at frame level and by vote.
    """
    keep = rows.scored
    names = (*METRICS, *SPEECH_METRICS) if speech else tuple(METRICS)
    y, p, groups = rows.is_fake[keep], rows.fake_probability[keep], rows.group_id[keep].astype(str)
    said = p >= threshold
    overall = estimate(y, p, said, groups, names=names, draws=draws, seed=seed)
    by_method = {}
    for method in sorted({m for m in rows.method[keep] if m != "real"}):
        these = ~y | (rows.method[keep] == method)
        part = estimate(y[these], p[these], said[these], groups[these], names=METHOD_METRICS, draws=draws, seed=seed)
        by_method[method] = {"n_fake": int((rows.method[keep] == method).sum())} | _plain(part)
    by_source = {}
    for source in sorted(set(rows.source[keep][~y])):
        these = ~y & (rows.source[keep] == source)
        part = estimate(
            y[these], p[these], said[these], groups[these], names=("false_alarm_rate",), draws=draws, seed=seed
        )
        by_source[source or "real"] = {"n_real": int(these.sum())} | _plain(part)
    by_part: dict[str, dict[str, Any]] = {}
    # One kind's probability is not meant to be that of any fake, so its calibration would say nothing here.
    for name, columns, asked in (("by_kind", rows.kinds, ("auc",)), ("by_network", rows.networks, ("auc", "ece"))):
        by_part[name] = {
            which: _plain(estimate(y, scores[keep], said, groups, names=asked, draws=draws, seed=seed))
            for which, scores in columns.items()
            if keep.any() and not np.isnan(scores[keep]).any()
        }
    baseline_rows = ~np.isnan(rows.baseline_score)
    b_y, b_s = rows.is_fake[baseline_rows], rows.baseline_score[baseline_rows]
    baseline = estimate(
        b_y,
        b_s,
        b_s >= 0.5,
        rows.group_id[baseline_rows].astype(str),
        names=("auc", "accuracy", "eer"),
        draws=draws,
        seed=seed,
    )
    return {
        "metrics": {
            "overall": _plain(overall),
            "by_method": by_method,
            "by_source": by_source,
            **by_part,
            "by_subgroup": _by_subgroup(rows, said),
            "best_temperature": best_temperature(y, p) if y.any() and not y.all() else None,
            "baseline": _plain(baseline),
            "majority": _constant_rows(y),
        }
        | ({"trimmed": _trimmed(rows, threshold, draws, seed)} if speech else {})
        | (_of_frames(rows, frame_threshold, draws, seed) if frame_threshold is not None else {}),
        "confusion_matrix": confusion(y, said) if len(y) else None,
        "threshold": threshold,
        "counts": _counts(rows, said),
    }


MOST_VALUES = 30  # of a subgroup's name; more is an identity and no subgroup


def _by_subgroup(rows: Rows, said: np.ndarray) -> dict[str, Any]:
    """Rates of every subgroup that the dataset tells, and the gaps between them where they can be measured."""
    keep = rows.scored
    out = {}
    for name, values in rows.subgroups().items():
        these = values[keep] != ""
        told = values[keep][these]
        if not 1 < len(set(told)) <= MOST_VALUES:
            continue
        y, d, groups = rows.is_fake[keep][these], said[these], rows.group_id[keep][these]
        rates, gaps = subgroup_rates(told, y, d, groups)
        counts = {v: {"n_real": int((~y[told == v]).sum()), "n_fake": int(y[told == v].sum())} for v in rates}
        out[name] = {"values": {v: counts[v] | rates[v] for v in rates}, "gaps": gaps}
    return out


ROBUSTNESS = "robustness"  # folder of a run that holds a folder of rows for every corruption


def numbers_from_rows(folder: Path, record: dict[str, Any], rows: Rows) -> dict[str, Any]:
    """Everything of `result.json` but the record, from the rows of a run's folder.

    Args:
        folder: of the run.
        record: threshold, seed and kind of media are read from it.
        rows: of the untouched files.
    """
    configuration = record["configuration"]
    threshold, seed = configuration["threshold"], configuration["seed"]
    numbers = compute_result(
        rows,
        threshold=threshold,
        seed=seed,
        speech=record["kind"] == "audio",
        frame_threshold=record["frame_threshold"],
    )
    curves: dict[str, list[dict[str, Any]]] = {}
    for name, amounts in GRID[record["kind"]].items():
        files = {
            a: folder / ROBUSTNESS / str(Corruption(name, a)).replace(":", "-") / "predictions.csv" for a in amounts
        }
        there = {a: file for a, file in files.items() if file.is_file()}
        if there:
            curves[name] = [_robustness_point(None, rows, threshold, seed)]
            curves[name] += [_robustness_point(a, read_rows(file), threshold, seed) for a, file in there.items()]
    return numbers | ({ROBUSTNESS: curves} if curves else {})


def _robustness_point(amount: float | None, rows: Rows, threshold: float, seed: int) -> dict[str, Any]:
    """One point of a robustness curve, at the fixed threshold; `amount` None: the untouched files."""
    keep = rows.scored
    y, p = rows.is_fake[keep], rows.fake_probability[keep]
    told = estimate(
        y, p, p >= threshold, rows.group_id[keep].astype(str), names=("auc", "false_alarm_rate", "recall"), seed=seed
    )
    return {
        "amount": amount, "n": len(rows.is_fake), "n_scored": int(keep.sum()), "n_real": int((~y).sum()), "n_fake": int(y.sum()),
    } | _plain(told)  # fmt: skip


def _trimmed(rows: Rows, threshold: float, draws: int, seed: int) -> dict[str, Any]:
    """The main numbers of the files that were scored both ways, without the silence at their ends and with it."""
    both = ~np.isnan(rows.trimmed_probability) & rows.scored
    y, groups = rows.is_fake[both], rows.group_id[both].astype(str)
    names = ("auc", "eer", "min_dcf", "false_alarm_rate", "miss_rate")
    told: dict[str, Any] = {"n_real": int((~y).sum()), "n_fake": int(y.sum())}
    for name, scores in (("trimmed", rows.trimmed_probability[both]), ("untrimmed", rows.fake_probability[both])):
        told[name] = _plain(estimate(y, scores, scores >= threshold, groups, names=names, draws=draws, seed=seed))
    return told


FRAME_METRICS = ("auc", "eer", "average_precision", "accuracy", "false_alarm_rate", "miss_rate")


def _of_frames(rows: Rows, frame_threshold: float, draws: int, seed: int) -> dict[str, Any]:
    """Numbers over single frames, drawn by clip, and over clips by the vote of their frames.

    A frame has the label of its clip, also where the clip was altered for a part of its time only.
    """
    of_clip = rows.frame_scores()
    counts = np.array([len(scores) for scores in of_clip], int)
    of_frame = np.repeat(np.arange(len(counts)), counts)
    y, groups = rows.is_fake[of_frame], rows.group_id[of_frame].astype(str)
    scores = np.concatenate(of_clip) if counts.sum() else np.empty(0)
    by_frame = estimate(y, scores, scores >= frame_threshold, groups, names=FRAME_METRICS, draws=draws, seed=seed)
    voted = ~np.isnan(rows.vote)
    by_vote = estimate(
        rows.is_fake[voted], rows.vote[voted], rows.vote[voted] > 0.5, rows.group_id[voted].astype(str),
        names=FRAME_METRICS, draws=draws, seed=seed,
    )  # fmt: skip
    return {
        "frame_level": {"n_real": int((~y).sum()), "n_fake": int(y.sum()), "threshold": frame_threshold}
        | _plain(by_frame),
        "by_vote": {"n_real": int((~rows.is_fake[voted]).sum()), "n_fake": int(rows.is_fake[voted].sum())}
        | _plain(by_vote),
        "by_pooling": {
            how: _plain(pooled) for how, pooled in _pooled(rows, of_clip, frame_threshold, draws, seed).items()
        },
    }


def _pooled(
    rows: Rows, of_clip: list[np.ndarray], threshold: float, draws: int, seed: int
) -> dict[str, dict[str, Estimate]]:
    """AUC and EER over clips when their frames' scores are put together by mean, maximum or vote."""
    some = np.array([len(scores) > 0 for scores in of_clip], bool)
    y, groups = rows.is_fake[some], rows.group_id[some].astype(str)
    out = {}
    for how in ("mean", "maximum", "vote"):
        p = np.array([pool_frames(scores, how, threshold) for scores in of_clip if len(scores)])
        out[how] = estimate(y, p, p >= threshold, groups, names=("auc", "eer"), draws=draws, seed=seed)
    return out


def _plain(estimates: dict[str, Estimate]) -> dict[str, dict[str, Any]]:
    return {n: {"value": e.value, "ci95": None if e.ci95 is None else list(e.ci95)} for n, e in estimates.items()}


def _constant_rows(y: np.ndarray) -> dict[str, Any]:
    """What one gets without looking: always the larger class, and always fake."""
    if not len(y):
        return {"accuracy_always_majority": None, "accuracy_always_fake": None, "f1_always_fake": None}
    share = float(y.mean())
    return {
        "accuracy_always_majority": max(share, 1 - share),
        "accuracy_always_fake": share,
        "f1_always_fake": 2 * share / (1 + share) if share else None,
    }


def _counts(rows: Rows, said: np.ndarray) -> dict[str, Any]:
    """How many were scored, and what abstaining costs; see docs/evaluation.md for each."""
    n = len(rows.is_fake)
    keep = rows.scored
    right = np.zeros(n, bool)
    right[keep] = said == rows.is_fake[keep]
    decided = rows.decision != "undecided"
    return {
        "n": n,
        "n_real": int((~rows.is_fake).sum()),
        "n_fake": int(rows.is_fake.sum()),
        "n_scored": int(keep.sum()),
        "n_not_scored": {str(k): v for k, v in sorted(Counter(rows.reason[~keep]).items())},
        "n_errors": int((rows.error != "").sum()),
        "coverage": float(keep.mean()) if n else None,
        "accuracy_not_scored_counted_wrong": float(right.mean()) if n else None,
        "n_undecided": int((~decided).sum()),
        "coverage_decided": float(decided.mean()) if n else None,
        "accuracy_where_decided": float(right[decided].mean()) if decided.any() else None,
        "accuracy_undecided_counted_wrong": float((right & decided).mean()) if n else None,
    }


def write_result(result: dict[str, Any], folder: Path, name: str = "result.json") -> Path:
    """Strict JSON: undefined is null, and NaN is refused."""
    path = folder / name
    part = folder / f"{name}.part"
    part.write_text(json.dumps(result, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    part.replace(path)
    return path


def now() -> str:
    """UTC, ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
