"""The command that serves the page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
PROBE = """
import sys
sys.argv = ["app.py", "--help"]
import app
try:
    app.main(["--help"])
except SystemExit as end:
    assert end.code == 0
heavy = {"tensorflow", "keras", "gradio", "torch", "openvino"} & set(sys.modules)
print("HEAVY", sorted(heavy))
"""


def run(*command, **options):
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=60, **options)


def test_help_answers_without_tensorflow_or_gradio():
    done = run("-c", PROBE)
    assert done.returncode == 0, done.stderr
    assert "HEAVY []" in done.stdout
    for option in ("--host", "--port", "--share", "--max-mb", "--detector", "--finder", "--language"):
        assert option in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "http"], "a port is a number from 1 to 65535, not 'http'"),
        (["--port", "70000"], "a port is a number from 1 to 65535"),
        (["--max-mb", "0"], "wanted a whole number from 1 to 2048"),
        (["--max-mb", "2049"], "wanted a whole number from 1 to 2048"),
        (["--finder", "magic"], "invalid choice: 'magic'"),
        (["--language", "xx"], f"the page speaks {', '.join(LANGUAGES)}, not 'xx'"),
    ],
)
def test_a_wrong_option_is_one_clear_line(arguments, said, capsys):
    import app

    with pytest.raises(SystemExit) as end:
        app.main(arguments)
    assert end.value.code == 2
    assert said in capsys.readouterr().err


def test_the_port_may_come_from_the_environment(monkeypatch):
    import app

    monkeypatch.setenv("GRADIO_SERVER_PORT", "8123")
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
    options = app._parser().parse_args([])
    assert (options.host, options.port) == ("0.0.0.0", 8123)
    assert app._parser().parse_args(["--port", "9000"]).port == 9000


def test_the_language_may_come_from_the_environment(monkeypatch, capsys):
    import app

    monkeypatch.delenv("DEEPFAKE_LANGUAGE", raising=False)
    assert app._parser().parse_args([]).language == "en"
    monkeypatch.setenv("DEEPFAKE_LANGUAGE", "de")
    assert app._parser().parse_args([]).language == "de"
    monkeypatch.setenv("DEEPFAKE_LANGUAGE", "xx")
    with pytest.raises(SystemExit):
        app._parser().parse_args([])
    assert "not 'xx'" in capsys.readouterr().err


def test_limits_and_finders_are_the_detectors_own():
    import app
    from demo.words import size_limit
    from detectors.faces import FINDER_NAMES
    from detectors.media import ClipLimits, Limits

    assert ClipLimits().max_bytes == app.MOST_MB << 20
    assert f"Up to {Limits().max_bytes >> 20} MB" in size_limit(app.DEFAULT_MAX_MB)
    assert app.FINDERS == FINDER_NAMES


def test_an_unknown_detector_is_one_line_and_no_page():
    done = run("app.py", "--detector", "no-such-detector")
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("error: there is no detector 'no-such-detector'")
    assert "Traceback" not in done.stderr
