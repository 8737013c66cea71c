"""The doors between rooms, and what may be imported before it is needed."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("detectors", "data_manifests", "eval", "demo", "training")
# room -> what it may import of the others; a name with a dot is the only module allowed
DOORS = {
    "detectors": set(),
    "data_manifests": {"detectors.types", "detectors.errors"},
    "eval": {"detectors", "data_manifests"},
    "demo": {"detectors", "eval.figures", "eval.corruptions", "data_manifests.datasets.csv", "data_manifests.schema"},
    "training": {"detectors", "eval.metrics"},
}


def imports_of(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


@pytest.mark.parametrize("room", ROOMS)
def test_imports_go_one_way(room):
    for file in (ROOT / room).rglob("*.py"):
        for name in imports_of(file):
            if name.split(".")[0] in ROOMS and name.split(".")[0] != room:
                assert any(name == door or name.startswith(door + ".") for door in DOORS[room]), (
                    f"{file.name} imports {name}"
                )


def test_the_name_of_the_evaluation_room_never_hides_the_builtin():
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    assert "eval" not in [alias.name for alias in node.names], file.name


@pytest.mark.parametrize(
    "code",
    [
        "import detectors, detectors.image, detectors.runtime, detectors.explain",
        "import detectors.__main__ as m; m._parser().format_help()",
        "import eval.run, eval.report",
        "import app; app.main(['--help'])",
        "import demo.page",
    ],
)
def test_tensorflow_is_not_imported_before_it_is_needed(code):
    check = "import atexit, sys; atexit.register(lambda: print('LOADED', 'tensorflow' in sys.modules or 'keras' in sys.modules))\n"
    done = subprocess.run([sys.executable, "-c", check + code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "LOADED False" in done.stdout


def test_help_of_the_page_imports_no_gradio():
    code = "import atexit, sys, app\natexit.register(lambda: print('LOADED', 'gradio' in sys.modules))\napp.main(['--help'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert "LOADED False" in done.stdout and "--share" in done.stdout


def test_every_command_that_the_documents_name_runs_when_called():
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "Makefile"]
    texts += [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    named = {n for t in texts for n in re.findall(r"(?:python|PYTHON\)) -m (\w+(?:\.\w+)*)", t.read_text("utf-8"))}
    ours = {name for name in named if name.split(".")[0] in ROOMS}
    assert {"detectors", "eval.run", "training.run", "training.collected"} <= ours
    for name in ours:
        module = ROOT / Path(*name.split("."))
        file = module / "__main__.py" if module.is_dir() else module.with_suffix(".py")
        # Without this line a module is imported, does nothing and ends with exit code 0.
        assert '\nif __name__ == "__main__":\n' in file.read_text("utf-8"), name
