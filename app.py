"""`python app.py` serves the page; also the entry of a Hugging Face Space (gradio SDK)."""

from __future__ import annotations

import argparse
import atexit
import contextlib
import logging
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path

LANGUAGES = ("en", *sorted(f.stem.removeprefix("words_") for f in Path(__file__).with_name("demo").glob("words_*.py")))
FINDERS = ("yunet", "mtcnn", "haar")
DEFAULT_MAX_MB = 200  # minutes of video; a picture may have 50, see detectors.media.Limits
MOST_MB = 2048  # as much as the detectors open


def main(argv: list[str] | None = None) -> int:
    """Serves the page until it is interrupted; returns 0, or 2 when the detector or the game's list cannot be loaded."""
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # tells of every table of every font in a PDF
    logging.getLogger("httpx").setLevel(logging.WARNING)  # gradio looks at its own page when it starts
    # Read by gradio where it is imported, hence before: no analytics, and a folder for uploads that goes with us.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    if "GRADIO_TEMP_DIR" not in os.environ:
        uploads = tempfile.mkdtemp(prefix="deepfake-check-")
        os.environ["GRADIO_TEMP_DIR"] = uploads
        atexit.register(shutil.rmtree, uploads, ignore_errors=True)

    # Here and not above, so that --help answers at once.
    from detectors.errors import DeepfakeError

    # Networks are compiled outside Python's lock, so they load while gradio is imported.
    threading.Thread(target=_warm_up, args=(options.detector, options.finder), daemon=True).start()
    try:
        # First of all, for the rest of the page takes its words where it is imported.
        from demo import words

        words.speak(options.language)
        from demo.page import build_page, launch_page

        page = build_page(
            detector=options.detector, finder=options.finder, max_mb=options.max_mb, runs_dir=Path(options.runs),
            game_list=options.game,
        )  # fmt: skip
    except DeepfakeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    try:
        launch_page(
            page, max_mb=options.max_mb, server_name=options.host, server_port=options.port, share=options.share,
            auth=options.auth,
        )  # fmt: skip
    except OSError as error:  # gradio's word for a port that is taken
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _warm_up(detector: str, finder: str) -> None:
    """Loads the detectors; what is wrong with them is said when the page asks for them again."""
    import detectors

    with contextlib.suppress(detectors.DeepfakeError):
        for name in (detector, detectors.VIDEO_DETECTOR, detectors.AUDIO_DETECTOR):
            detectors.load(name, finder=finder)


def _parser() -> argparse.ArgumentParser:
    # A Space tells where to listen by the variables that gradio itself would read.
    host = os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1")
    port = os.environ.get("GRADIO_SERVER_PORT", "7860")
    parser = argparse.ArgumentParser(
        prog="python app.py",
        description="Serves the page that checks faces in pictures and videos, and voices, for manipulation. Nothing leaves this machine.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--host", default=host, help="address to listen on; 0.0.0.0 lets others on the network in")
    parser.add_argument("--port", type=_port, default=port, help="port to listen on")
    parser.add_argument(
        "--share", action="store_true", help="ask gradio for a public link, which relays pictures through its servers"
    )
    parser.add_argument("--max-mb", type=_megabytes, default=DEFAULT_MAX_MB, help="largest upload in megabytes")
    parser.add_argument("--auth", type=_name_and_password, metavar="NAME:PASSWORD", help="ask visitors for these")
    parser.add_argument("--runs", default="runs", metavar="DIR", help="where finished runs of eval.run are shown from")
    parser.add_argument(
        "--game", type=Path, metavar="MANIFEST.csv",
        help="play “Spot the fake” with this list of files (columns path and label) instead of the shipped sample",
    )  # fmt: skip
    parser.add_argument(
        "--language", type=_language, default=os.environ.get("DEEPFAKE_LANGUAGE") or "en", metavar="|".join(LANGUAGES),
        help="what the page speaks, also $DEEPFAKE_LANGUAGE",
    )  # fmt: skip
    parser.add_argument("--detector", default="image-ensemble", help="name of the detector")
    parser.add_argument("--finder", default="yunet", choices=FINDERS, help="face finder that is chosen at first")
    return parser


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text!r}")


def _language(text: str) -> str:
    if text in LANGUAGES:
        return text
    raise argparse.ArgumentTypeError(f"the page speaks {', '.join(LANGUAGES)}, not {text!r}")


def _name_and_password(text: str) -> tuple[str, str]:
    name, _, password = text.partition(":")
    if name and password:
        return name, password
    raise argparse.ArgumentTypeError("wanted NAME:PASSWORD, as in --auth newsroom:correct-horse")


def _megabytes(text: str) -> int:
    if text.isdecimal() and 0 < int(text) <= MOST_MB:
        return int(text)
    raise argparse.ArgumentTypeError(f"wanted a whole number from 1 to {MOST_MB}, got {text!r}")


if __name__ == "__main__":
    sys.exit(main())
