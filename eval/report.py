"""`python -m eval.report RUN`: report and figures from rows and record alone, without the model."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from detectors.errors import UsageError
from eval import figures
from eval.corruptions import KINDS
from eval.document import Block, Document, Heading, Picture, Points, Table, Text, write_document
from eval.record import numbers_from_rows, write_result
from eval.rows import Rows, read_rows
from eval.wording import CORRUPTION_TITLES, FIGURE_TITLES, KIND_TITLES, LEVEL_WORDS, TITLES, number, share

LEAK_MARGIN = 0.15  # AUC away from chance at which a baseline that knows nothing is worth a warning


def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.report",
        description="Computes a run's numbers again from its rows, and redraws report and figures.",
    )
    parser.add_argument("run", type=Path, help="folder that eval.run wrote")
    options = parser.parse_args(argv)
    try:
        record = read_run(options.run)["record"]
        print(write_numbers_and_report(options.run, record))
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def read_run(folder: Path) -> dict[str, Any]:
    """`result.json` of a run.

    Raises:
        UsageError: the folder holds no finished run.
    """
    if not (folder / "result.json").is_file() or not (folder / "predictions.csv").is_file():
        raise UsageError(f"{folder} holds no finished run (result.json and predictions.csv).")
    told: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return told


def write_numbers_and_report(folder: Path, record: dict[str, Any]) -> Path:
    """Computes `result.json` from the rows and the record, and writes the report; returns `report.md`."""
    rows = read_rows(folder / "predictions.csv")
    result = numbers_from_rows(folder, record, rows) | {"record": record}
    write_result(result, folder)
    return write_report(folder, result, rows)


def write_report(folder: Path, result: dict[str, Any], rows: Rows) -> Path:
    """Writes `report.md`, `report.html`, `tables/` and `figures/` beside the rows; returns the first."""
    drawn = draw_figures(rows, result, folder / "figures")
    return write_document(_document(result, drawn), folder)


def draw_figures(rows: Rows, result: dict[str, Any], folder: Path) -> list[Picture]:
    """Draws what the rows can define; returns the figures as blocks of a report."""
    folder.mkdir(exist_ok=True)
    keep = rows.scored
    y, p = rows.is_fake[keep], rows.fake_probability[keep]
    overall, threshold = result["metrics"]["overall"], result["threshold"]
    both = bool(y.any() and not y.all())
    jobs: dict[str, Callable[[Axes], None]] = {}
    if len(y):
        jobs["confusion"] = lambda axes: figures.draw_confusion(axes, result["confusion_matrix"])
        jobs["histogram"] = lambda axes: figures.draw_histogram(axes, y, p, threshold)
        jobs["risk_coverage"] = lambda axes: figures.draw_risk_coverage(axes, y, p, threshold)
    if both:
        operating = (overall["false_alarm_rate"]["value"], overall["recall"]["value"])
        jobs["roc"] = lambda axes: figures.draw_roc(axes, y, p, operating)
        jobs["det"] = lambda axes: figures.draw_det(axes, y, p, operating, overall["eer"]["value"])
        jobs["precision_recall"] = lambda axes: figures.draw_precision_recall(axes, y, p)
        jobs["reliability"] = lambda axes: figures.draw_reliability(axes, y, p)
        jobs["methods"] = lambda axes: figures.draw_methods(axes, result["metrics"]["by_method"])
    caption = caption_of(result)
    out = []
    for name in FIGURE_TITLES:
        if name in jobs:
            count = len(result["metrics"]["by_method"])
            size = (5.4, 1.3 + 0.35 * count) if name == "methods" else figures.SIZE_IN
            out.append(_draw(folder, name, FIGURE_TITLES[name], caption, jobs[name], size))
    for name, points in result.get("robustness", {}).items():
        title = f"Robustness: {CORRUPTION_TITLES[name]}"
        unit = KINDS[name].unit
        counts = f"{caption.partition(';')[0]};\nfixed threshold {threshold:.2f}, 95 % intervals over groups"

        def draw(axes: Axes, points: list[dict[str, Any]] = points, name: str = name, unit: str = unit) -> None:
            figures.draw_robustness(
                axes, points, f"{CORRUPTION_TITLES[name]}, {unit}" if unit else "", at_one=name == "resize"
            )

        out.append(_draw(folder, f"robustness_{name}", title, counts, draw, figures.SIZE_IN))
    return out


def _draw(
    folder: Path, name: str, title: str, caption: str, draw: Callable[[Axes], None], size_in: tuple[float, float]
) -> Picture:
    figure, axes = figures.new_figure(size_in)
    draw(axes)
    axes.set_title(f"{title}\n{caption}", fontsize=9, loc="left")
    figures.save(figure, folder, name)
    return Picture(name, title, caption.replace("\n", " "))


def caption_of(result: dict[str, Any]) -> str:
    """Dataset, split, counts, and the AUC with its interval; two lines."""
    counts, record = result["counts"], result["record"]
    auc = result["metrics"]["overall"]["auc"]
    split = record["configuration"]["split"] or "all"
    # What the figure is drawn from: files that were scored.
    matrix = result["confusion_matrix"] or {"tn": 0, "fp": 0, "fn": 0, "tp": 0}
    n_real, n_fake = matrix["tn"] + matrix["fp"], matrix["fn"] + matrix["tp"]
    said = f"{record['dataset']['title']}, {split} split: {n_real:,} real, {n_fake:,} fake"
    if counts["n"] > counts["n_scored"]:
        said += f" scored of {counts['n']:,}"
    if record["configuration"].get("corruption"):
        said += f", after {record['configuration']['corruption']}"
    return said + (f";\nAUC {number(auc)}" if auc["value"] is not None else "")


def _document(result: dict[str, Any], drawn: list[Picture]) -> Document:
    record, metrics = result["record"], result["metrics"]
    configuration, dataset = record["configuration"], record["dataset"]
    caption = caption_of(result).partition(";")[0]
    blocks: list[Block] = [Text(f"**{dataset['note']}**")] if dataset["note"] else []
    blocks += [*_what_ran(result), Heading("All files that were scored"), _overall_table(result, caption)]
    if warning := _leak_warning(metrics["baseline"], record["baseline"]):
        blocks.append(Text(warning))
    blocks += [Heading("What was not scored, and what was left undecided"), *_abstentions(result["counts"])]
    blocks += [Heading("What it shares with training"), _leakage(record)]
    if metrics["by_method"]:
        blocks += [Heading("By method, each against all reals"), Table(
            "by_method", f"{caption}. Each method against all reals; 95 % intervals over groups.",
            ("method", "fakes", "AUC", "EER", "fakes found at the threshold"),
            tuple((k, f"{v['n_fake']:,}", number(v["auc"]), number(v["eer"]), number(v["recall"])) for k, v in metrics["by_method"].items()),
        )]  # fmt: skip
    if metrics["by_source"]:
        blocks += [Heading("False alarms by source of the reals"), Table(
            "by_source", f"{caption}. Reals called fake at the threshold.", ("source", "reals", "false-alarm rate"),
            tuple((k, f"{v['n_real']:,}", number(v["false_alarm_rate"])) for k, v in metrics["by_source"].items()),
        )]  # fmt: skip
    if metrics["by_network"]:
        blocks += [Heading("By network"), Table(
            "by_network", f"{caption}. Each network by itself.", ("network", "AUC", "ECE"),
            tuple((k, number(v["auc"]), number(v["ece"])) for k, v in metrics["by_network"].items()),
        )]  # fmt: skip
    if metrics.get("by_kind"):
        blocks += [Heading("By kind of forgery"), Table(
            "by_kind", f"{caption}. What is said of each kind of forgery by itself, against all reals.", ("kind", "AUC"),
            tuple((KIND_TITLES[k], number(v["auc"])) for k, v in metrics["by_kind"].items()),
        )]  # fmt: skip
    for name, told in metrics.get("by_subgroup", {}).items():
        blocks += _subgroup(name, told, caption)
    if metrics.get("trimmed"):
        blocks += _trimmed_table(metrics["trimmed"], caption)
    if metrics.get("frame_level"):
        blocks += _levels_table(metrics, caption)
    if result.get("robustness"):
        blocks += _robustness_table(result, caption)
    blocks += [Heading("Figures"), *drawn] if drawn else []
    blocks += [Heading("Run"), _run_table(result)]
    return Document(f"{configuration['detector']} on {dataset['title']}", tuple(blocks))


def _what_ran(result: dict[str, Any]) -> list[Block]:
    record, counts = result["record"], result["counts"]
    configuration, dataset = record["configuration"], record["dataset"]
    digest = (configuration["weights_digest"] or "none")[:12]
    unit = "faces" if record["level"] == "face" else "files"
    out: list[Block] = [
        Text(
            f"{LEVEL_WORDS[record['level']]} {counts['n']:,} {unit} ({counts['n_real']:,} real, {counts['n_fake']:,} fake), "
            f"split: {configuration['split'] or 'all'}. "
            + (f"Every file after **{configuration['corruption']}**. " if configuration.get("corruption") else "")
            + f"Seen in training: **{record['seen_in_training']}**. Detector {configuration['detector']}, weights {digest}, "
            f"commit {record['commit'] or 'unknown'}, {record['started'][:10]}, {record['machine']['cpu']}."
        ),
        Text(
            "Fake is the positive class. Intervals are 95 % percentile bootstrap over groups, 1,000 draws, seed "
            f"{configuration['seed']}. Threshold {result['threshold']:.4f}: {configuration['threshold_source']}."
        ),
    ]
    told = [f"Labels: {dataset['labels']}."] if dataset.get("labels") else []
    for what in ("missing", "surplus"):
        if dataset.get(what):
            words = (
                "that its lists name are missing and were not measured"
                if what == "missing"
                else "stand in none of its lists"
            )
            told.append(f"**{dataset[what]:,} files {words}.**")
    told += [f"{note[0].upper()}{note[1:]}." for note in dataset.get("notes", [])]
    return [*out, Points(tuple(told))] if told else out


def _overall_table(result: dict[str, Any], caption: str) -> Table:
    record, metrics = result["record"], result["metrics"]
    seen = record["seen_in_training"]
    rows = [(seen, TITLES[k], number(v)) for k, v in metrics["overall"].items()]
    if metrics.get("best_temperature") is not None:
        rows.append(
            (seen, "temperature of least log loss (oracle; above 1: too sure)", f"{metrics['best_temperature']:.3f}")
        )
    m, b = metrics["majority"], metrics["baseline"]
    rows += [
        ("", "accuracy of always the larger class", share(m["accuracy_always_majority"])),
        ("", "accuracy of always fake", share(m["accuracy_always_fake"])),
        ("", "F1 of always fake", share(m["f1_always_fake"])),
        ("no", f"{record['baseline']} baseline: AUC", number(b["auc"])),
        ("no", f"{record['baseline']} baseline: accuracy", number(b["accuracy"])),
    ]
    return Table(
        "metrics",
        f"{caption}. 95 % intervals over groups.",
        ("seen in training", "metric", "value [95 %]"),
        tuple(rows),
        2,
    )


def _abstentions(counts: dict[str, Any]) -> list[Block]:
    reasons = ", ".join(f"{k} {v:,}" for k, v in counts["n_not_scored"].items()) or "none"
    return [
        Points((
            f"Scored: {counts['n_scored']:,} of {counts['n']:,} (coverage {share(counts['coverage'])}); not scored: {reasons}.",
            f"Accuracy with what was not scored counted wrong: {share(counts['accuracy_not_scored_counted_wrong'])}.",
            f"Undecided in all, counting scores in the card's band: {counts['n_undecided']:,} (decided "
            f"{share(counts['coverage_decided'])}); accuracy where decided {share(counts['accuracy_where_decided'])}; "
            f"with undecided counted wrong {share(counts['accuracy_undecided_counted_wrong'])}.",
        )),
        Text("The table above decides every scored file by the threshold, also inside the band."),
    ]  # fmt: skip


def _leakage(record: dict[str, Any]) -> Points:
    """Shared groups and people between splits of the dataset; what the weights were trained on."""
    told = [
        f"The weights were trained on: {', '.join(record['training_data']) or 'nothing, or nothing that is told'}. This dataset "
        f"seen in training: {record['seen_in_training']}."
    ]
    shared = record.get("shared_between_splits", {})
    for what in ("groups", "people"):
        one = shared.get(what, {"n": 0})
        if one["n"]:
            some = (
                f" ({', '.join(one['named'])}{' …' if one['shared'] > len(one['named']) else ''})"
                if one["shared"]
                else ""
            )
            told.append(
                f"Of {one['n']:,} {what} in the split {shared['split']}, {one['shared']:,} stand in another split too{some}."
            )
    near = record.get("near_training_faces")
    if near:
        some = (
            f" ({', '.join(near['named'])}{' …' if near['near'] > len(near['named']) else ''})" if near["near"] else ""
        )
        told.append(
            f"Of {near['n']:,} faces that were scored, {near['near']:,} are near-duplicates of one of the {near['trained_on']:,} "
            f"faces that the weights were trained on{some}."
        )
    else:
        told.append("Near-duplicates of the training data were not looked for: these weights carry no prints of it.")
    return Points(tuple(told))


def _subgroup(name: str, told: dict[str, Any], caption: str) -> list[Block]:
    gaps = told["gaps"]
    words = {"false_alarm_rate": "false alarms", "recall": "fakes found", "accuracy": "accuracy"}
    said = "; ".join(f"{words[k]} {'not measurable' if v is None else share(v)}" for k, v in gaps.items())
    return [
        Heading(f"By {name}"),
        Table(
            f"by_{name}", f"{caption}. At the threshold.", (name, "reals", "fakes", "false alarms", "fakes found", "accuracy"),
            tuple(
                (value, f"{v['n_real']:,}", f"{v['n_fake']:,}", share(v["false_alarm_rate"]), share(v["recall"]), share(v["accuracy"]))
                for value, v in told["values"].items()
            ),
        ),
        Text(f"Gap between the highest and the lowest: {said} (measured only with 50 groups of a class in every subgroup)."),
    ]  # fmt: skip


def _levels_table(metrics: dict[str, Any], caption: str) -> list[Block]:
    """Three ways of counting clips; they answer different questions and are never compared with one another."""
    frames, votes = metrics["frame_level"], metrics["by_vote"]
    names = [n for n in TITLES if n in frames]
    rows = [(n, metrics["overall"].get(n), votes[n], frames[n]) for n in names]
    out: list[Block] = [
        Heading("Frame level, and the vote of the frames"),
        Text(
            f"Frame level: {frames['n_real']:,} real and {frames['n_fake']:,} fake frames, each with its clip's label, its most "
            f"suspicious face and the threshold of single frames ({frames['threshold']:.4f}); intervals over clips. Vote: the "
            "share of frames that count as fake, fake from more than half. Video level, above, is the calibrated mean."
        ),
        Table("levels", f"{caption}. Video and frame level are not comparable.", ("metric", "video level", "by vote", "frame level"),
              tuple((TITLES[n], number(a) if a else "", number(b), number(c)) for n, a, b, c in rows)),
    ]  # fmt: skip
    if metrics.get("by_pooling"):
        out.append(Table(
            "pooling", f"{caption}. Clips by the {', '.join(metrics['by_pooling'])} of their frames' probabilities.",
            ("frames put together by", "AUC", "EER"),
            tuple((how, number(v["auc"]), number(v["eer"])) for how, v in metrics["by_pooling"].items()),
        ))  # fmt: skip
    return out


def _trimmed_table(told: dict[str, Any], caption: str) -> list[Block]:
    """The same files with and without the silence at their ends, which in some sets alone tells the classes apart."""
    names = [n for n in TITLES if n in told["trimmed"]]
    return [
        Heading("With and without the silence at the ends"),
        Text(f"{told['n_real']:,} real and {told['n_fake']:,} fake files that could be scored both ways."),
        Table("trimmed", caption, ("metric", "untrimmed", "trimmed"),
              tuple((TITLES[n], number(told["untrimmed"][n]), number(told["trimmed"][n])) for n in names)),
    ]  # fmt: skip


def _robustness_table(result: dict[str, Any], caption: str) -> list[Block]:
    rows = []
    for name, points in result["robustness"].items():
        for p in points:
            amount = (
                "as they are"
                if p["amount"] is None
                else f"{p['amount']:g} {KINDS[name].unit}"
                if KINDS[name].unit
                else "done"
            )
            rows.append((
                CORRUPTION_TITLES[name], amount, f"{p['n_scored']:,} of {p['n']:,}", number(p["auc"]),
                share(p["false_alarm_rate"]["value"]), share(p["recall"]["value"]),
            ))  # fmt: skip
    return [
        Heading("Robustness"),
        Text("The threshold stays where it is, so false alarms and fakes found move with the damage."),
        Table("robustness", f"{caption}. Threshold {result['threshold']:.4f}; AUC with 95 % intervals over groups.",
              ("corruption", "strength", "scored", "AUC", "false alarms", "fakes found"), tuple(rows), 2),
    ]  # fmt: skip


def _run_table(result: dict[str, Any]) -> Table:
    record = result["record"]
    told = {"started": record["started"], "finished": record["finished"], "commit": record["commit"] or "unknown"}
    told |= {key: value for key, value in record["configuration"].items() if value is not None}
    told |= {"processor": record["machine"]["cpu"], "Python": record["machine"]["python"]}
    told |= {name: v for name, v in record["machine"]["packages"].items() if v}
    return Table(
        "run", "What it takes to repeat this run.", ("", "value"), tuple((k, str(v)) for k, v in told.items()), 2
    )


def _leak_warning(baseline: dict[str, Any], name: str) -> str:
    auc = baseline["auc"]["value"]
    if auc is None or abs(auc - 0.5) < LEAK_MARGIN:
        return ""
    return (
        f"**{name.capitalize()} alone reaches an AUC of {max(auc, 1 - auc):.2f} here** (either way round): part of any "
        "detector's score on this set may come from how the files were made and not from forgery."
    )


if __name__ == "__main__":
    sys.exit(main())
