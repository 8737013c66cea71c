"""`python -m eval.report RUN`: report and figures from rows and record alone, without the model."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from detectors.errors import UsageError
from eval import figures
from eval.rows import Rows, read_rows

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
    "image": "Image level: one probability a picture, that of its most suspicious face.",
    "video": "Video level: one probability a video, that of its most suspicious person, pooled over the frames.",
    "clip": "Clip level: one probability a recording, pooled over its windows of speech.",
}
LEAK_MARGIN = 0.15  # AUC away from chance at which a baseline that knows nothing is worth a warning
FIGURE_TITLES = {
    "confusion": "Confusion matrix at the card's threshold",
    "roc": "ROC curve",
    "precision_recall": "Precision and recall",
    "histogram": "Scores by class",
    "reliability": "Reliability",
    "risk_coverage": "Risk and coverage",
    "methods": "AUC by method",
}


def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.report", description="Redraws a run's report and figures.")
    parser.add_argument("run", type=Path, help="folder that eval.run wrote")
    options = parser.parse_args(argv)
    try:
        print(write_report(options.run))
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def write_report(folder: Path) -> Path:
    """Writes `report.md` and `figures/` beside the rows.

    Raises:
        UsageError: the folder holds no finished run.
    """
    if not (folder / "result.json").is_file() or not (folder / "predictions.csv").is_file():
        raise UsageError(f"{folder} holds no finished run (result.json and predictions.csv).")
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    rows = read_rows(folder / "predictions.csv")
    drawn = draw_figures(rows, result, folder / "figures")
    path = folder / "report.md"
    path.write_text(_words(result, drawn), encoding="utf-8")
    return path


def draw_figures(rows: Rows, result: dict[str, Any], folder: Path) -> list[str]:
    """Draws what the rows can define; returns the figures' names."""
    folder.mkdir(exist_ok=True)
    keep = rows.scored
    y, p = rows.is_fake[keep], rows.fake_probability[keep]
    overall, threshold = result["metrics"]["overall"], result["threshold"]
    both = bool(y.any() and not y.all())
    jobs: dict[str, Any] = {}
    if len(y):
        jobs["confusion"] = lambda axes: figures.draw_confusion(axes, result["confusion_matrix"])
        jobs["histogram"] = lambda axes: figures.draw_histogram(axes, y, p, threshold)
        jobs["risk_coverage"] = lambda axes: figures.draw_risk_coverage(axes, y, p, threshold)
    if both:
        operating = (overall["false_alarm_rate"]["value"], overall["recall"]["value"])
        jobs["roc"] = lambda axes: figures.draw_roc(axes, y, p, operating)
        jobs["precision_recall"] = lambda axes: figures.draw_precision_recall(axes, y, p)
        jobs["reliability"] = lambda axes: figures.draw_reliability(axes, y, p)
        jobs["methods"] = lambda axes: figures.draw_methods(axes, result["metrics"]["by_method"])
    for name, draw in jobs.items():
        size = figures.SIZE_IN
        if name == "methods":
            size = (5.4, 1.3 + 0.35 * len(result["metrics"]["by_method"]))
        figure, axes = figures.new_figure(size)
        draw(axes)
        axes.set_title(f"{FIGURE_TITLES[name]}\n{_caption(result)}", fontsize=9, loc="left")
        figures.save(figure, folder, name)
    return [name for name in FIGURE_TITLES if name in jobs]


def _caption(result: dict[str, Any]) -> str:
    counts, record = result["counts"], result["record"]
    auc = result["metrics"]["overall"]["auc"]
    split = record["configuration"]["split"] or "all"
    # What the figure is drawn from: files that were scored.
    matrix = result["confusion_matrix"] or {"tn": 0, "fp": 0, "fn": 0, "tp": 0}
    n_real, n_fake = matrix["tn"] + matrix["fp"], matrix["fn"] + matrix["tp"]
    said = f"{record['dataset']['title']}, {split} split: {n_real} real, {n_fake} fake"
    if counts["n"] > counts["n_scored"]:
        said += f" scored of {counts['n']}"
    if record["configuration"].get("corruption"):
        said += f", after {record['configuration']['corruption']}"
    return said + (f";\nAUC {_number(auc)}" if auc["value"] is not None else "")


def _number(estimate: dict[str, Any]) -> str:
    if estimate["value"] is None:
        return "not defined"
    text = f"{estimate['value']:.3f}"
    return text + (f" [{estimate['ci95'][0]:.3f}, {estimate['ci95'][1]:.3f}]" if estimate["ci95"] else "")


def _share(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.1%}"


def _words(result: dict[str, Any], drawn: list[str]) -> str:
    record, counts, metrics = result["record"], result["counts"], result["metrics"]
    configuration, dataset = record["configuration"], record["dataset"]
    digest = (configuration["weights_digest"] or "none")[:12]
    out = [
        f"# {configuration['detector']} on {dataset['title']}",
        "",
        f"**{dataset['note']}**\n" if dataset["note"] else "",
        f"{LEVEL_WORDS[record['level']]} {counts['n']} files "
        f"({counts['n_real']} real, {counts['n_fake']} fake), split: {configuration['split'] or 'all'}. "
        + (f"Every file after **{configuration['corruption']}**. " if configuration.get("corruption") else "")
        + f"Seen in training: **{record['seen_in_training']}**. Detector {configuration['detector']}, weights {digest}, "
        f"commit {record['commit'] or 'unknown'}, {record['started'][:10]}, {record['machine']['cpu']}.",
        "",
        "Fake is the positive class. Intervals are 95 % percentile bootstrap over groups, 1,000 draws, seed "
        f"{configuration['seed']}. Threshold {result['threshold']:.4f}: {configuration['threshold_source']}.",
        "",
        "## All files that were scored",
        "",
        "| seen in training | metric | value [95 %] |",
        "|---|---|---|",
    ]
    out += [f"| {record['seen_in_training']} | {TITLES[k]} | {_number(v)} |" for k, v in metrics["overall"].items()]
    m, b = metrics["majority"], metrics["baseline"]
    out += [
        f"| | accuracy of always the larger class | {_share(m['accuracy_always_majority'])} |",
        f"| | F1 of always fake | {_share(m['f1_always_fake'])} |",
        f"| | {record['baseline']} baseline: AUC | {_number(b['auc'])} |",
        f"| | {record['baseline']} baseline: accuracy | {_number(b['accuracy'])} |",
        "",
        _leak_warning(b, record["baseline"]),
        "## What was not scored, and what was left undecided",
        "",
        f"* Scored: {counts['n_scored']} of {counts['n']} (coverage {_share(counts['coverage'])}); not scored: "
        + (", ".join(f"{k} {v}" for k, v in counts["n_not_scored"].items()) or "none")
        + ".",
        f"* Accuracy with what was not scored counted wrong: {_share(counts['accuracy_not_scored_counted_wrong'])}.",
        f"* Undecided in all, counting scores in the card's band: {counts['n_undecided']} (decided "
        f"{_share(counts['coverage_decided'])}); accuracy where decided {_share(counts['accuracy_where_decided'])}; "
        f"with undecided counted wrong {_share(counts['accuracy_undecided_counted_wrong'])}.",
        "",
        "The table above decides every scored file by the threshold, also inside the band.",
        "",
    ]
    if metrics["by_method"]:
        out += [
            "## By method, each against all reals",
            "",
            "| method | fakes | AUC | EER | fakes found at the threshold |",
            "|---|---|---|---|---|",
        ]
        out += [
            f"| {k} | {v['n_fake']} | {_number(v['auc'])} | {_number(v['eer'])} | {_number(v['recall'])} |"
            for k, v in metrics["by_method"].items()
        ]
        out.append("")
    if metrics["by_source"]:
        out += ["## False alarms by source of the reals", "", "| source | reals | false-alarm rate |", "|---|---|---|"]
        out += [f"| {k} | {v['n_real']} | {_number(v['false_alarm_rate'])} |" for k, v in metrics["by_source"].items()]
        out.append("")
    if metrics["by_network"]:
        out += ["## By network", "", "| network | AUC | ECE |", "|---|---|---|"]
        out += [f"| {k} | {_number(v['auc'])} | {_number(v['ece'])} |" for k, v in metrics["by_network"].items()]
        out.append("")
    if metrics.get("trimmed"):
        out += _trimmed_table(metrics["trimmed"])
    if metrics.get("frame_level"):
        out += _levels_table(metrics)
    caption = _caption(result).replace("\n", " ")
    out += [f"![{FIGURE_TITLES[name]}: {caption}](figures/{name}.png)\n" for name in drawn]
    return "\n".join(out)


def _levels_table(metrics: dict[str, Any]) -> list[str]:
    """Three ways of counting clips; they answer different questions and are never compared with one another."""
    frames, votes = metrics["frame_level"], metrics["by_vote"]
    out = [
        "## Frame level, and the vote of the frames",
        "",
        f"Frame level: {frames['n_real']} real and {frames['n_fake']} fake frames, each with its clip's label, its most "
        f"suspicious face and the threshold of single frames ({frames['threshold']:.4f}); intervals over clips. Vote: the "
        "share of frames that count as fake, fake from more than half. Video level, above, is the calibrated mean.",
        "",
        "| metric | video level | by vote | frame level |",
        "|---|---|---|---|",
    ]
    names = [n for n in TITLES if n in frames]
    rows = [(n, metrics["overall"].get(n), votes[n], frames[n]) for n in names]
    out += [f"| {TITLES[n]} | {_number(a) if a else ''} | {_number(b)} | {_number(c)} |" for n, a, b, c in rows]
    return [*out, ""]


def _trimmed_table(told: dict[str, Any]) -> list[str]:
    """The same files with and without the silence at their ends, which in some sets alone tells the classes apart."""
    out = [
        "## With and without the silence at the ends",
        "",
        f"{told['n_real']} real and {told['n_fake']} fake files that could be scored both ways.",
        "",
        "| metric | untrimmed | trimmed |",
        "|---|---|---|",
    ]
    names = [n for n in TITLES if n in told["trimmed"]]
    out += [f"| {TITLES[n]} | {_number(told['untrimmed'][n])} | {_number(told['trimmed'][n])} |" for n in names]
    return [*out, ""]


def _leak_warning(baseline: dict[str, Any], name: str) -> str:
    auc = baseline["auc"]["value"]
    if auc is None or abs(auc - 0.5) < LEAK_MARGIN:
        return ""
    return (
        f"**{name.capitalize()} alone reaches an AUC of {max(auc, 1 - auc):.2f} here** (either way round): part of any "
        "detector's score on this set may come from how the files were made and not from forgery.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
