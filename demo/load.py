"""`python -m demo.load --url URL`: so many people at once on a running page, on mixed work; errors and waiting times."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from demo.image_tab import SAMPLE_DIR

# What people do in turn: endpoint and file of the sample.
WORK = (
    ("/report", "fake_swap_obama.jpg"), ("/report_recording", "fake_voice_flite.flac"), ("/report", "real_astronaut.jpg"),
    ("/report_clip", "fake_clip_obama.mp4"), ("/report", "real_biden.jpg"),
)  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code: 1 where somebody met an error."""
    parser = argparse.ArgumentParser(prog="python -m demo.load", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:7860/", help="of the running page (default: %(default)s)")
    parser.add_argument("--people", type=int, default=20, help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=3, help="files that each of them checks (default: %(default)s)")
    parser.add_argument("--pid", type=int, help="of the page, to tell its memory")
    options = parser.parse_args(argv)
    before = _memory_mb(options.pid)
    began = time.monotonic()
    with ThreadPoolExecutor(options.people) as people:
        told = [
            t
            for one in people.map(lambda k: _visit(options.url, k, options.rounds), range(options.people))
            for t in one
        ]
    elapsed = time.monotonic() - began
    waits, errors = [seconds for seconds, error in told if not error], [error for _, error in told if error]
    print(f"{options.people} people, {len(told)} files in {elapsed:.0f} s, {len(errors)} errors")
    if waits:
        print(f"seconds for an answer: median {statistics.median(waits):.1f}, longest {max(waits):.1f}")
    if before is not None:
        print(f"memory of the page, MB: {before:.0f} before, {_memory_mb(options.pid) or 0:.0f} after")
    for error in sorted(set(errors)):
        print(f"error: {error}")
    return 1 if errors else 0


def _visit(url: str, number: int, rounds: int) -> list[tuple[float, str]]:
    """One person's answers: seconds, and the error or ""."""
    from gradio_client import Client, handle_file

    client = Client(url, verbose=False)
    out = []
    for k in range(rounds):
        endpoint, name = WORK[(number + k) % len(WORK)]
        began = time.monotonic()
        arguments: list[object] = [handle_file(str(SAMPLE_DIR / name))]
        if endpoint == "/report":
            arguments.append("yunet")
        try:
            answer = client.predict(*arguments, api_name=endpoint)
            error = answer.get("error", "") if isinstance(answer, dict) else f"no report: {answer!r}"
        except Exception as problem:  # whatever a visitor would meet is what is counted here
            error = f"{type(problem).__name__}: {problem}"
        out.append((time.monotonic() - began, error))
    return out


def _memory_mb(pid: int | None) -> float | None:
    """Resident memory of a process, where the system tells it."""
    status = Path(f"/proc/{pid}/status")
    if pid is None or not status.exists():
        return None
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


if __name__ == "__main__":
    sys.exit(main())
