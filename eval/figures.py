"""Arrays to matplotlib figures that go into print: colour-blind safe, legible in grey, no numbers of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import seaborn as sns
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy import stats
from sklearn import metrics as sk

from eval.metrics import ECE_BINS, ece_bin, risk_coverage, roc_points

MOST_POINTS = 2_000  # of a curve: more cannot be seen, and make an SVG of many megabytes
REAL, FAKE, INK = "#0072B2", "#D55E00", "#333333"  # Okabe and Ito (2008)
SIZE_IN = (4.6, 3.9)
STYLE = {"axes.spines.top": False, "axes.spines.right": False, "font.size": 10}


def new_figure(size_in: tuple[float, float] = SIZE_IN) -> tuple[Figure, Axes]:
    """An empty figure without pyplot, which would keep every figure alive."""
    with sns.axes_style("whitegrid", rc=STYLE):
        figure = Figure(figsize=size_in, layout="constrained")
        axes = figure.subplots()
    return figure, axes


def save(figure: Figure, folder: Path, name: str) -> None:
    """PNG for screens and SVG for print, without dates, so that a redrawn figure is the same file."""
    with rc_context({"svg.hashsalt": name}):  # names of clip paths are random without it
        figure.savefig(folder / f"{name}.png", dpi=160, metadata={"Software": None})
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})


def legend_below(axes: Axes) -> None:
    """A legend in one row under the axis, where it hides nothing.

    It has a fixed place because matplotlib's search for a free corner takes long, and warns, on a busy machine.
    """
    axes.legend(frameon=False, fontsize=8, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.16))


def draw_confusion(axes: Axes, counts: dict[str, int]) -> None:
    """Counts and, of each true class, shares."""
    table = np.array([[counts["tn"], counts["fp"]], [counts["fn"], counts["tp"]]])
    shares = table / np.maximum(table.sum(1, keepdims=True), 1)
    words = np.array([[f"{n}\n{s:.1%}" for n, s in zip(*row, strict=True)] for row in zip(table, shares, strict=True)])
    sns.heatmap(
        shares, annot=words, fmt="", cmap="Blues", vmin=0, vmax=1, cbar=False, ax=axes, square=True, linewidths=1,
        xticklabels=["real", "fake"], yticklabels=["real", "fake"], annot_kws={"size": 12},
    )  # fmt: skip
    axes.set(xlabel="said", ylabel="is")


def thinned(*columns: np.ndarray) -> tuple[np.ndarray, ...]:
    """At most `MOST_POINTS` points of a curve, evenly along it, both ends kept."""
    n = len(columns[0])
    if n <= MOST_POINTS:
        return columns
    keep = np.unique(np.linspace(0, n - 1, MOST_POINTS).round().astype(int))
    return tuple(column[keep] for column in columns)


def draw_roc(axes: Axes, is_fake: np.ndarray, score: np.ndarray, operating: tuple[float, float] | None) -> None:
    """ROC; `operating` is (false-alarm rate, recall) at the card's threshold."""
    fpr, tpr, _ = roc_points(is_fake, score)
    axes.plot(*thinned(fpr, tpr), color=REAL, lw=2, label=f"AUC {sk.roc_auc_score(is_fake, score):.3f}")
    axes.plot([0, 1], [0, 1], color=INK, lw=1, ls=":", label="chance")
    if operating:
        axes.plot(*operating, "o", color=FAKE, ms=7, label="at the card's threshold")
    axes.set(xlabel="false-alarm rate", ylabel="fakes found", xlim=(0, 1), ylim=(0, 1.01))
    axes.legend(loc="lower right", frameon=False)


DET_TICKS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95)


def draw_det(
    axes: Axes, is_fake: np.ndarray, score: np.ndarray, operating: tuple[float, float] | None, eer: float | None
) -> None:
    """Misses against false alarms on normal deviates, where a Gaussian detector is a line (Martin et al., 1997)."""
    fpr, tpr, _ = roc_points(is_fake, score)
    inside = (fpr > 0) & (fpr < 1) & (tpr > 0) & (tpr < 1)
    x, y = thinned(stats.norm.ppf(fpr[inside]), stats.norm.ppf(1 - tpr[inside]))
    axes.plot(x, y, color=REAL, lw=2)
    low, high = stats.norm.ppf(DET_TICKS[0]), stats.norm.ppf(DET_TICKS[-1])
    axes.plot([low, high], [low, high], color=INK, lw=1, ls=":")
    if eer is not None and 0 < eer < 1:
        at = stats.norm.ppf(eer)
        axes.plot(at, at, "s", color=INK, ms=6, label=f"EER {eer:.1%}")
    if operating and all(0 < v < 1 for v in operating):
        axes.plot(
            stats.norm.ppf(operating[0]),
            stats.norm.ppf(1 - operating[1]),
            "o",
            color=FAKE,
            ms=7,
            label="at the card's threshold",
        )
    labels = [f"{t:.1%}" if t < 0.01 else f"{t:.0%}" for t in DET_TICKS]
    axes.set_xticks(stats.norm.ppf(DET_TICKS), labels, rotation=45)
    axes.set_yticks(stats.norm.ppf(DET_TICKS), labels)
    axes.set(xlabel="false-alarm rate", ylabel="miss rate", xlim=(low, high), ylim=(low, high))
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower left", frameon=False)


def draw_robustness(axes: Axes, points: list[dict[str, Any]], what: str, *, at_one: bool = False) -> None:
    """AUC, fakes found and false alarms over the strength of a corruption.

    Args:
        axes: to draw on.
        points: as `numbers_from_rows` of `eval.record` gives them, the untouched files first.
        what: name and unit of the strength; "" where there is none.
        at_one: the untouched files stand at strength 1 among the others (resizing).
    """
    if at_one:
        points = sorted(points, key=lambda p: 1.0 if p["amount"] is None else p["amount"])
    labels = ["as is" if p["amount"] is None else f"{p['amount']:g}" if what else "after" for p in points]
    x = np.arange(len(points))
    for key, name, colour, mark, shift in (
        ("auc", "AUC", REAL, "o", 0.0), ("recall", "fakes found", FAKE, "s", 0.08), ("false_alarm_rate", "false alarms", INK, "^", -0.08),
    ):  # fmt: skip
        there = [(i, p[key]) for i, p in zip(x, points, strict=True) if p[key]["value"] is not None]
        if not there:
            continue
        at = np.array([i for i, _ in there]) + shift
        axes.plot(at, [e["value"] for _, e in there], mark, color=colour, ls="-", lw=1.8, ms=6, label=name)
        for i, (_, e) in zip(at, there, strict=True):
            if e["ci95"]:
                axes.plot([i, i], e["ci95"], color=colour, lw=1.2, alpha=0.7)
    axes.axhline(0.5, color=INK, lw=0.8, ls=":")
    axes.set_xticks(x, labels)
    axes.set(xlabel=what, ylabel="rate, or AUC", ylim=(-0.02, 1.05), xlim=(-0.4, len(points) - 0.6))
    legend_below(axes)


def draw_pairs(
    axes: Axes, is_fake: np.ndarray, probability: np.ndarray, thresholds: tuple[float, float], names: tuple[str, str]
) -> None:
    """Every file by its probability in two runs, (2, n); in the upper left the second alone says fake."""
    for name, rows, colour, mark in (("real", ~is_fake, REAL, "o"), ("fake", is_fake, FAKE, "x")):
        x, y = probability[0, rows], probability[1, rows]
        if len(x) > MOST_POINTS:
            keep = np.random.default_rng(0).choice(len(x), MOST_POINTS, replace=False)
            x, y = x[keep], y[keep]
        axes.scatter(x, y, s=16, marker=mark, color=colour, alpha=0.6, lw=1 if mark == "x" else 0, label=name)
    axes.axvline(thresholds[0], color=INK, lw=1, ls="--")
    axes.axhline(thresholds[1], color=INK, lw=1, ls="--")
    axes.plot([0, 1], [0, 1], color=INK, lw=0.8, ls=":")
    axes.set(xlabel=names[0], ylabel=names[1], xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    axes.xaxis.label.set_fontsize(8)
    axes.yaxis.label.set_fontsize(8)
    axes.legend(frameon=False, loc="upper left", fontsize=8)


def draw_matrix(
    axes: Axes,
    values: np.ndarray,
    words: list[list[str]],
    rows: list[str],
    columns: list[str],
    seen: np.ndarray,
    label: str,
) -> None:
    """Detectors against datasets; what was seen in training is hatched.

    Args:
        axes: to draw on.
        values: (detectors, datasets) in [0, 1], NaN where there is no run.
        words: what stands in each cell.
        rows: names of detectors.
        columns: names of datasets.
        seen: bool (detectors, datasets).
        label: of the colour bar.
    """
    shown = np.ma.masked_invalid(values)
    mesh = axes.imshow(shown, cmap="cividis", vmin=0.5, vmax=1.0, aspect="auto")
    for i in range(len(rows)):
        for j in range(len(columns)):
            if np.isnan(values[i, j]):
                axes.text(j, i, "–", ha="center", va="center", color=INK)
                continue
            dark = values[i, j] < 0.75
            axes.text(j, i, words[i][j], ha="center", va="center", color="white" if dark else "black", fontsize=8)
            if seen[i, j]:
                axes.add_patch(
                    Rectangle(
                        (j - 0.5, i - 0.5),
                        1,
                        1,
                        fill=False,
                        hatch="///",
                        lw=0,
                        ec="white" if dark else "black",
                        alpha=0.45,
                    )
                )
    axes.set_xticks(range(len(columns)), columns, rotation=30, ha="right")
    axes.set_yticks(range(len(rows)), rows)
    axes.grid(False)
    if axes.figure is not None:
        axes.figure.colorbar(mesh, ax=axes, label=label, shrink=0.8)


def draw_precision_recall(axes: Axes, is_fake: np.ndarray, score: np.ndarray) -> None:
    """Precision against recall, with the share of fakes as the floor."""
    precision, recall, _ = sk.precision_recall_curve(is_fake, score)
    axes.plot(*thinned(recall, precision), color=REAL, lw=2, drawstyle="steps-pre")
    axes.axhline(is_fake.mean(), color=INK, lw=1, ls=":")
    axes.annotate("always fake", (0.02, is_fake.mean()), xytext=(0, 3), textcoords="offset points", color=INK)
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))


def draw_histogram(axes: Axes, is_fake: np.ndarray, probability: np.ndarray, threshold: float) -> None:
    """Scores of each class as shares of the class."""
    bins = np.linspace(0, 1, 26).tolist()
    for name, rows, colour, hatch in (("real", ~is_fake, REAL, ""), ("fake", is_fake, FAKE, "///")):
        if rows.any():
            share = np.full(rows.sum(), 1 / rows.sum())
            axes.hist(
                probability[rows],
                bins,
                weights=share,
                color=colour,
                alpha=0.55,
                label=f"{name} (n {rows.sum()})",
                hatch=hatch,
                edgecolor=colour,
            )
    axes.axvline(threshold, color=INK, ls="--", lw=1.2, label=f"threshold {threshold:.2f}")
    axes.set(xlabel="calibrated probability of fake", ylabel="share of class", xlim=(0, 1))
    legend_below(axes)


def draw_reliability(axes: Axes, is_fake: np.ndarray, probability: np.ndarray) -> None:
    """Share of fakes against mean probability in ten bins; dots as large as their bin."""
    which = ece_bin(probability)
    axes.plot([0, 1], [0, 1], color=INK, lw=1, ls=":")
    for b in range(ECE_BINS):
        rows = which == b
        if rows.any():
            axes.scatter(
                probability[rows].mean(), is_fake[rows].mean(), s=20 + 300 * rows.mean(), color=REAL, alpha=0.8, lw=0
            )
    axes.set(xlabel="mean probability of fake in bin", ylabel="share that is fake", xlim=(0, 1), ylim=(-0.02, 1.02))


def draw_risk_coverage(axes: Axes, is_fake: np.ndarray, probability: np.ndarray, threshold: float) -> None:
    """Error rate when only the surest part is answered."""
    coverage, risk = risk_coverage(is_fake, probability, threshold)
    axes.plot(*thinned(coverage, risk), color=REAL, lw=2)
    axes.set(xlabel="share answered, surest first", ylabel="error rate", xlim=(0, 1), ylim=(0, None))


def draw_methods(axes: Axes, methods: dict[str, dict]) -> None:
    """AUC of each method with its interval."""
    names = list(methods)
    for at, name in enumerate(names):
        auc = methods[name]["auc"]
        if auc["value"] is None:
            continue
        axes.plot(auc["value"], at, "o", color=REAL, ms=7)
        if auc["ci95"]:
            axes.plot(auc["ci95"], [at, at], color=REAL, lw=2)
    axes.axvline(0.5, color=INK, lw=1, ls=":")
    axes.set(
        yticks=range(len(names)),
        yticklabels=names,
        xlabel="AUC against all reals (95 % interval)",
        ylim=(len(names) - 0.5, -0.5),
    )
    low = min([m["auc"]["ci95"][0] if m["auc"]["ci95"] else 0.5 for m in methods.values()] + [0.45])
    axes.set_xlim(max(0.0, low - 0.03), 1.01)
