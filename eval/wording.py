"""What reports call metrics, levels, figures, kinds of forgery and corruptions, and how they write a number."""

from __future__ import annotations

from typing import Any

# metric -> words and how it is written
TITLES = {
    "auc": "ROC AUC", "average_precision": "average precision", "eer": "EER (interpolated)",
    "eer_asvspoof": "EER (ASVspoof's way)", "accuracy": "accuracy", "balanced_accuracy": "balanced accuracy",
    "f1": "F1", "macro_f1": "macro F1", "mcc": "MCC", "precision": "precision", "recall": "recall (fakes found)",
    "false_alarm_rate": "false-alarm rate (reals called fake)", "miss_rate": "miss rate (fakes called real)",
    "tpr_at_fpr_1": "fakes found at 1 % false alarms (oracle threshold)",
    "tpr_at_fpr_5": "fakes found at 5 % false alarms (oracle threshold)",
    "min_dcf": "minDCF (spoof prior .05, costs 1 and 10; oracle threshold)", "act_dcf": "actDCF (same costs)",
    "cllr": "Cllr, bits",
    "brier": "Brier score", "nll": "log loss", "ece": "ECE, 10 bins", "aurc": "AURC",
}  # fmt: skip
LEVEL_WORDS = {
    "face": "Face level: one probability an annotated face, matched by overlap (IoU of at least 0.5).",
    "image": "Image level: one probability a picture, that of its most suspicious face.",
    "video": "Video level: one probability a video, that of its most suspicious person, pooled over the frames.",
    "clip": "Clip level: one probability a recording, pooled over its windows of speech.",
}
FIGURE_TITLES = {
    "confusion": "Confusion matrix at the card's threshold",
    "roc": "ROC curve",
    "det": "DET curve",
    "precision_recall": "Precision and recall",
    "histogram": "Scores by class",
    "reliability": "Reliability",
    "risk_coverage": "Risk and coverage",
    "methods": "AUC by method",
}
KIND_TITLES = {"blend": "a face pasted in (blend)", "generator": "a generated picture (generator)"}
CORRUPTION_TITLES = {
    "jpeg": "JPEG", "resize": "Resizing", "blur": "Gaussian blur", "noise": "Gaussian noise", "h264": "H.264",
    "denoise": "Denoised (non-local means)", "smooth": "Smoothed (bilateral filter)", "sharpen": "Sharpened (unsharp mask)",
    "tone": "Tone curve of a filter", "mp3": "MP3", "opus": "Opus", "telephone": "8 kHz mu-law telephone", "hiss": "White noise", "reverb": "Reverberation",
    "trim": "Silence at the ends trimmed",
}  # fmt: skip


def number(estimate: dict[str, Any]) -> str:
    """A value and its interval, as text."""
    if estimate["value"] is None:
        return "not defined"
    text = f"{estimate['value']:.3f}"
    return text + (f" [{estimate['ci95'][0]:.3f}, {estimate['ci95'][1]:.3f}]" if estimate["ci95"] else "")


def share(value: float | None) -> str:
    """A rate in per cent, as text."""
    return "not defined" if value is None else f"{value:.1%}"
