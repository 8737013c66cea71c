"""Arrays to matplotlib figures that go into print: colour-blind safe, legible in grey, no numbers of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import seaborn as sns
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn import metrics as sk

from eval.metrics import ECE_BINS, risk_coverage, roc_points

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


def draw_roc(axes: Axes, is_fake: np.ndarray, score: np.ndarray, operating: tuple[float, float] | None) -> None:
    """ROC; `operating` is (false-alarm rate, recall) at the card's threshold."""
    fpr, tpr, _ = roc_points(is_fake, score)
    axes.plot(fpr, tpr, color=REAL, lw=2, label=f"AUC {sk.roc_auc_score(is_fake, score):.3f}")
    axes.plot([0, 1], [0, 1], color=INK, lw=1, ls=":", label="chance")
    if operating:
        axes.plot(*operating, "o", color=FAKE, ms=7, label="at the card's threshold")
    axes.set(xlabel="false-alarm rate", ylabel="fakes found", xlim=(0, 1), ylim=(0, 1.01))
    axes.legend(loc="lower right", frameon=False)


def draw_precision_recall(axes: Axes, is_fake: np.ndarray, score: np.ndarray) -> None:
    """Precision against recall, with the share of fakes as the floor."""
    precision, recall, _ = sk.precision_recall_curve(is_fake, score)
    axes.plot(recall, precision, color=REAL, lw=2, drawstyle="steps-pre")
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
    axes.legend(frameon=False)


def draw_reliability(axes: Axes, is_fake: np.ndarray, probability: np.ndarray) -> None:
    """Share of fakes against mean probability in ten bins; dots as large as their bin."""
    which = np.clip(np.ceil(probability * ECE_BINS - 1e-9).astype(int) - 1, 0, ECE_BINS - 1)
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
    axes.plot(coverage, risk, color=REAL, lw=2)
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
