"""`python -m detectors FILE|FOLDER … [--json] [--csv OUT]`: verdicts in a terminal."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import detectors
from detectors.card import card_names, read_card
from detectors.describe import clock, report_to_dict
from detectors.errors import CardError, DeepfakeError
from detectors.faces import FINDER_NAMES
from detectors.types import Evidence, Report, Verdict

SUFFIXES = {
    ".jpg", ".jpeg", ".png", ".webp", ".jpe", ".jfif", ".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".aac",
    ".amr", ".aif", ".aiff", ".weba", ".webm", ".mp4", ".m4v", ".mov", ".mkv", ".avi",
}  # fmt: skip
DECISION_WORDS = {
    "fake": "signs of manipulation",
    "real": "no sign of manipulation found",
    "undecided": "undecided",
}
REASON_WORDS = {
    "no_face": "no face was found, and faces are all that is judged; another finder may see one (--finder mtcnn)",
    "too_small": "the faces are too small to judge",
    "unsure": "the score lies where this detector cannot tell",
    "too_short": "there is too little to judge: under a second of speech, or a face in too few frames",
    "silent": "it is silent",
    "no_speech": "no speech was found, and voices are all that is judged",
}
KIND_WORDS = {"blend": "a face pasted or blended in", "generator": "a picture made by a generator"}
SHOWN_PERSONS = 8
CSV_COLUMNS = (
    "path", "media", "decision", "reason", "fake_probability", "threshold", "faces", "looks_most_like", "length_s",
    "loudest_window_s", "vote", "sound_decision", "sound_reason", "sound_fake_probability", "error",
)  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code: 0, or 2 when something could not be read."""
    options = _parser().parse_args(argv)
    try:
        if options.check:
            return _check()
        if not options.files:
            _parser().error("name at least one file or folder, or --check")
        if options.detector:
            detectors.load(options.detector, finder=options.finder)
    except DeepfakeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    failed = 0
    rows: list[dict[str, object]] = []
    told: list[dict[str, object]] = []
    for path in _files(options.files):
        try:
            detector = detectors.load(options.detector or detectors.detector_for(path), finder=options.finder)
            report = _detect(detector, path, options)
        except CardError as error:  # no file can be judged then, whichever it is
            print(f"error: {error}", file=sys.stderr)
            return 2
        except DeepfakeError as error:
            failed += 1
            rows.append({"path": str(path), "error": str(error)})
            told.append({"path": str(path), "error": str(error)})
            print(f"{path}: {error}", file=sys.stderr)
            continue
        rows.append(_row(report))
        if options.json:
            told.append(report_to_dict(report, with_maps=options.maps))
        else:
            print(_sentence(report))
    if options.json:
        print(json.dumps(told[0] if len(told) == 1 else told, indent=2, ensure_ascii=False, allow_nan=False))
    if options.csv:
        with Path(options.csv).open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, CSV_COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
    return 2 if failed or not rows else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m detectors",
        description="Judges the faces in pictures and videos and the voices in recordings and sound tracks: a calibrated "
        "probability of fake, or undecided and why. Nothing leaves this machine.",
        epilog="Exit code 0 when every file was read, 2 when one was not. A verdict is evidence and never proof.",
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="pictures, recordings, videos or folders")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("--maps", action="store_true", help="with --json: the patch maps too")
    parser.add_argument("--csv", metavar="OUT", help="also write one row a file to OUT")
    parser.add_argument("--detector", help=f"one of {', '.join(detectors.names())} (default: by the file's content)")
    parser.add_argument("--finder", default="yunet", choices=FINDER_NAMES, help="face finder (default: %(default)s)")
    parser.add_argument(
        "--rate", type=_rate, metavar="HZ", help="frames of a video that are looked at in a second (default: 1)"
    )
    parser.add_argument("--check", action="store_true", help="verify every card, its files and its probe, and stop")
    return parser


def _rate(text: str) -> float:
    value = float(text)
    if not 0 < value <= 120:
        raise argparse.ArgumentTypeError("a rate lies above 0 and up to 120")
    return value


def _detect(detector: detectors.Detector, path: Path, options: argparse.Namespace) -> Report:
    from detectors.video import VideoDetector

    if isinstance(detector, VideoDetector):
        show = _show_progress if sys.stderr.isatty() else None
        return detector.detect(path, with_maps=options.maps, rate_hz=options.rate, on_progress=show)
    return detector.detect(path, with_maps=options.maps)


def _show_progress(done_s: float, length_s: float | None) -> None:
    """A line that the next output overwrites."""
    of = f" of {clock(length_s)}" if length_s else ""
    print(f"\r{clock(done_s)}{of} \r", end="", file=sys.stderr, flush=True)


def _files(given: list[Path]) -> Iterator[Path]:
    """Files as named; of folders, every picture, recording and video below them by its suffix, in order."""
    for path in given:
        if path.is_dir():
            yield from (p for p in sorted(path.rglob("*")) if p.suffix.lower() in SUFFIXES and p.is_file())
        else:
            yield path


def _check() -> int:
    for name in card_names():
        detectors.load(name)  # checks digests and the probe
        card = read_card(name)
        print(f"{name}@{card.digest[:12]}: {len(card.members)} networks, digests and probe as the card says")
    return 0


def _sentence(report: Report) -> str:
    verdict = report.spoken
    words = DECISION_WORDS[verdict.decision]
    lines = [f"{report.path}: {words}"]
    if report.media.kind == "video":
        lines[0] += f" ({_both(report)})"
    elif verdict.fake_probability is not None:
        lines[0] += (
            f" — probability of fake {verdict.fake_probability:.2f} (threshold {verdict.threshold:.2f}), {_extent(report)}"
        )
    if verdict.reason and report.media.kind != "video":
        lines.append(f"  why undecided: {REASON_WORDS[verdict.reason]}")
    if report.media.kind == "audio":
        lines += _voice_lines(verdict)
    elif report.media.kind == "video":
        lines += _clip_lines(report)
    else:
        lines += [_face_line(i, e) for i, e in enumerate(verdict.evidence, 1) if verdict.detector != "brightness"]
    lines += [f"  note: {note}" for note in report.notes]
    return "\n".join(lines)


def _extent(report: Report) -> str:
    """How much was judged."""
    if report.media.kind == "audio":
        scored = sum(w.fake_probability is not None for w in report.verdict.windows)
        return f"{report.media.length_s or 0:.1f} s, {scored} of {len(report.verdict.windows)} windows with speech"
    faces = len(report.verdict.evidence)
    return f"{faces} face{'s' if faces != 1 else ''}"


def _both(report: Report) -> str:
    """ "picture: fake 0.93; sound: undecided, too short"."""
    parts = []
    for name, verdict in (("picture", report.verdict), ("sound", report.sound)):
        if verdict is None:
            parts.append(f"{name}: none that was judged")
        elif verdict.fake_probability is None:
            parts.append(f"{name}: undecided, {verdict.reason.replace('_', ' ')}")
        else:
            parts.append(f"{name}: {verdict.decision} {verdict.fake_probability:.2f}")
    return "; ".join(parts)


def _clip_lines(report: Report) -> list[str]:
    """Each person's verdict and vote, then the sound's."""
    verdict = report.verdict
    length = report.media.length_s or 0
    lines = [f"  {len(report.frame_times_s)} frames of {clock(length)} were looked at; {_persons(report)}"]
    if verdict.fake_probability is None:
        lines.append(f"  why the picture is undecided: {REASON_WORDS[verdict.reason]}")
    for person in verdict.persons[:SHOWN_PERSONS]:
        where = f"{clock(person.frames[0].time_s)} to {clock(person.frames[-1].time_s)}"
        if person.fake_probability is None:
            lines.append(f"  person {person.number}, {where}: not judged, {REASON_WORDS[person.reason]}")
            continue
        said = round((person.vote or 0) * len(person.scored))
        lines.append(
            f"  person {person.number}, {where}: {person.fake_probability:.2f} (threshold {verdict.threshold:.2f}), "
            f"{said} of {len(person.scored)} frames vote fake"
        )
    if report.sound is not None:
        if report.sound.reason and report.sound.fake_probability is None:
            lines.append(f"  why the sound is undecided: {REASON_WORDS[report.sound.reason]}")
        lines += [line.replace("  ", "  sound, ", 1) for line in _voice_lines(report.sound)]
    return lines


def _persons(report: Report) -> str:
    count = len(report.verdict.persons)
    return "no face was found" if not count else f"{count} person{'s' if count != 1 else ''} seen"


def _voice_lines(verdict: Verdict) -> list[str]:
    """What each network says of a voice, and where it sounded most like a fake."""
    from detectors.audio import loudest_windows

    lines = []
    if verdict.scores:
        lines.append("  networks: " + ", ".join(f"{s.network} {s.fake_probability:.2f}" for s in verdict.scores))
    where = [
        f"{clock(w.start_s)}–{clock(w.end_s)} ({w.fake_probability:.2f})" for w in loudest_windows(verdict.windows)
    ]
    if len(verdict.windows) > 1 and where:
        lines.append("  most suspicious: " + ", ".join(where))
    return lines


def _face_line(number: int, e: Evidence) -> str:
    x0, y0, x1, y1 = (round(v) for v in e.box_xyxy)
    where = f"  face {number} at ({x0}, {y0})–({x1}, {y1})"
    if e.fake_probability is None:
        return f"{where}: not scored, {REASON_WORDS[e.reason]}"
    networks = ", ".join(f"{s.network} {s.fake_probability:.2f}" for s in e.scores)
    like = f"; looks most like {KIND_WORDS[e.forgery_kind]}" if e.decision == "fake" and e.forgery_kind else ""
    return f"{where}: {e.fake_probability:.2f} ({networks}){like}"


def _row(report: Report) -> dict[str, object]:
    from detectors.audio import loudest_windows

    verdict = report.verdict
    first = verdict.evidence[0] if verdict.evidence else None
    kind, heard = report.media.kind, report.sound or report.verdict
    loudest = loudest_windows(heard.windows, 1)
    faces = len(verdict.persons) if kind == "video" else len(verdict.evidence)
    return {
        "path": report.path,
        "media": report.media.kind,
        "decision": verdict.decision,
        "reason": verdict.reason,
        "fake_probability": "" if verdict.fake_probability is None else f"{verdict.fake_probability:.6f}",
        "threshold": f"{verdict.threshold:.6f}",
        "faces": "" if kind == "audio" else faces,
        "looks_most_like": (first.forgery_kind or "") if first else "",
        "length_s": f"{report.media.length_s:.2f}" if report.media.length_s is not None else "",
        "loudest_window_s": f"{loudest[0].start_s:.2f}" if loudest else "",
        "vote": f"{verdict.persons[0].vote:.4f}" if verdict.persons and verdict.persons[0].vote is not None else "",
        "sound_decision": report.sound.decision if report.sound else "",
        "sound_reason": report.sound.reason if report.sound else "",
        "sound_fake_probability": f"{report.sound.fake_probability:.6f}"
        if report.sound and report.sound.fake_probability is not None
        else "",
        "error": "",
    }


def _main() -> int:
    """`main`, quiet when whoever reads the output has read enough (`… | head`)."""
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter flushes once more at its end
        return 0
    return code


if __name__ == "__main__":
    sys.exit(_main())
