"""Runs that are stopped, killed, shared among processes or doubled, with a detector that costs nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import read_csv
from PIL import Image

import detectors
from data_manifests.schema import Sample
from detectors.errors import UsageError
from eval.engine import Work, shards
from eval.folder import claim
from eval.rows import RowFile
from eval.run import main

ROOT = Path(__file__).parent.parent
STUB = "python:stub_detector:by_name"


@pytest.fixture
def pictures(tmp_path):
    """Forty pictures named by their number; a higher one is more fake to the stub."""
    for i in range(40):
        path = (
            tmp_path
            / "set"
            / ("fake/gan" if i % 2 else "real/camera")
            / f"{i:02}{'x' if i == 6 else ''}{'y' if i == 7 else ''}.png"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (32, 32), (i, i, i)).save(path)
    return tmp_path / "set"


def argv(pictures, out, *more, spec=STUB):
    return ["--dataset", "folder", "--root", str(pictures), "--detector", spec, "--out", str(out), *more]


def start(arguments, **env):
    paths = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    return subprocess.Popen([sys.executable, "-m", "eval.run", *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, env=os.environ | {"PYTHONPATH": paths} | env,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # fmt: skip


def wait_for_rows(file, count, process):
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if file.exists() and file.read_bytes().count(b"\n") > count:
            return
        time.sleep(0.02)
    raise AssertionError(process.communicate()[1])


def test_a_function_of_somebody_else_gets_the_same_tables_and_its_failures_are_rows(pictures, tmp_path):
    assert main(argv(pictures, tmp_path / "run")) == 0
    rows = {r["sample_id"]: r for r in read_csv(tmp_path / "run/predictions.csv")}
    assert rows["fake/gan/31.png"]["fake_probability"] == "0.31000000" and rows["fake/gan/31.png"]["decision"] == "real"
    assert (rows["real/camera/06x.png"]["decision"], rows["real/camera/06x.png"]["reason"]) == ("undecided", "no_face")
    assert "RuntimeError: no y, please" in rows["fake/gan/07y.png"]["error"]
    told = json.loads((tmp_path / "run/result.json").read_text())
    assert told["threshold"] == 0.6 and told["record"]["training_data"] == ["drawn"]
    assert told["record"]["configuration"]["detector"] == "by_name" and told["counts"]["n_errors"] == 1
    assert "Seen in training: **unknown**" in (tmp_path / "run/report.md").read_text()


def test_several_processes_give_the_same_bytes_as_one(pictures, tmp_path):
    assert main(argv(pictures, tmp_path / "one")) == 0
    done = start(argv(pictures, tmp_path / "two", "--workers", "2"))
    said = done.communicate(timeout=120)[1]
    assert done.returncode == 0, said
    assert (tmp_path / "two/predictions.csv").read_bytes() == (tmp_path / "one/predictions.csv").read_bytes()
    results = [json.loads((tmp_path / name / "result.json").read_text()) for name in ("one", "two")]
    assert results[0]["metrics"] == results[1]["metrics"]


def test_a_killed_run_goes_on_where_it_was_and_a_second_one_is_refused_meanwhile(pictures, tmp_path, capsys):
    assert main(argv(pictures, tmp_path / "whole")) == 0
    out = tmp_path / "cut"
    running = start(argv(pictures, out), STUB_SECONDS="0.2")
    wait_for_rows(out / "predictions.csv", 4, running)
    assert main(argv(pictures, out)) == 2
    assert "another run is writing into" in capsys.readouterr().err
    running.send_signal(signal.SIGKILL)
    running.communicate()
    kept = (out / "predictions.csv").read_bytes()
    assert 4 < kept.count(b"\n") < 40
    assert main(argv(pictures, out)) == 0
    assert (out / "predictions.csv").read_bytes().startswith(kept[: kept.rfind(b"\n") + 1])
    assert (out / "predictions.csv").read_bytes() == (tmp_path / "whole/predictions.csv").read_bytes()
    results = [json.loads((tmp_path / name / "result.json").read_text()) for name in ("whole", "cut")]
    assert results[0]["metrics"] == results[1]["metrics"] and results[0]["counts"] == results[1]["counts"]


def test_ctrl_c_says_that_the_same_command_goes_on(pictures, tmp_path):
    running = start(argv(pictures, tmp_path / "cut"), STUB_SECONDS="0.2")
    wait_for_rows(tmp_path / "cut/predictions.csv", 2, running)
    running.send_signal(signal.SIGINT)
    assert "the same command goes on" in running.communicate(timeout=60)[1] and running.returncode == 130


def test_a_worker_that_is_killed_is_said_and_what_was_finished_is_kept(pictures, tmp_path):
    spec, mark = "python:stub_detector:dies_once", str(tmp_path / "mark")
    out = tmp_path / "run"
    first = start(argv(pictures, out, "--workers", "2", spec=spec), STUB_MARK=mark)
    said = first.communicate(timeout=120)[1].strip().splitlines()[-1]
    assert first.returncode == 2 and "a worker process died" in said and "goes on from here" in said
    again = start(argv(pictures, out, "--workers", "2", spec=spec), STUB_MARK=mark)
    said = again.communicate(timeout=120)[1]
    assert again.returncode == 0, said
    assert len(read_csv(out / "predictions.csv")) == 40


def test_a_detector_that_gives_no_probability_is_a_row_with_its_reason(pictures, tmp_path):
    assert main(argv(pictures, tmp_path / "run", "--limit", "2", spec="python:stub_detector:too_sure")) == 0
    assert all("gave 1.5" in r["error"] for r in read_csv(tmp_path / "run/predictions.csv"))


@pytest.mark.parametrize(("spec", "words"), [
    ("python:stub_detector", "not of the form"), ("python:nowhere_at_all:f", "cannot be imported"),
    ("python:stub_detector:nothing", "has no function nothing"), ("nowhere/card.json", "there is no card"),
])  # fmt: skip
def test_a_detector_that_is_not_there_is_one_sentence(pictures, tmp_path, spec, words, capsys):
    assert main(argv(pictures, tmp_path / "run", spec=spec)) == 2
    assert words in capsys.readouterr().err


def test_another_list_of_files_is_another_run(pictures, tmp_path, capsys):
    assert main(argv(pictures, tmp_path / "run")) == 0
    (pictures / "real/camera/00.png").unlink()
    assert main(argv(pictures, tmp_path / "run")) == 2
    assert "other options (samples_sha256)" in capsys.readouterr().err


def test_a_claim_that_fails_leaves_the_folder_free(tmp_path):
    (tmp_path / "strange.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty and holds no run"), claim(tmp_path, {}):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["strange.txt"]


def sample(i, group, path=None):
    return Sample(f"s{i}", path or f"p{i}", "image", False, "real", "", group, "all")


def test_shards_part_no_group_unless_it_is_very_large_and_never_a_picture():
    told = [list(s) for s in shards([sample(i, f"g{i // 5}") for i in range(20)], 8)]
    assert [len(s) for s in told] == [10, 10]
    speaker = [sample(i, "ann") for i in range(200)]
    assert [len(s) for s in shards(speaker, 8)] == [64, 64, 64, 8]
    crowd = [sample(i, "street", "street.jpg") for i in range(100)]
    assert [len(s) for s in shards(crowd, 8)] == [100]


def test_rows_come_back_into_order_and_line_breaks_in_names_do_no_harm(tmp_path):
    def row(name):
        return dict.fromkeys(("sample_id", "path"), name) | {"is_fake": "0"}

    names = ["b", "odd\nname", 'quoted, "too"', "a"]
    file = RowFile(tmp_path / "r.csv", ())
    file.write([row(n) for n in ("a", 'quoted, "too"', "odd\nname", "b")])
    file.close()
    file.sort(names)
    assert [r["path"] for r in read_csv(tmp_path / "r.csv")] == ["b", "odd name", 'quoted, "too"', "a"]
    again = RowFile(tmp_path / "r.csv", ())
    assert again.done == {"b", "odd name", 'quoted, "too"', "a"}
    again.close()
    with pytest.raises(UsageError, match="another version"):
        RowFile(tmp_path / "r.csv", ("xception",))


def test_a_worker_with_other_weights_does_not_join_in():
    work = Work("brightness", "abc", "yunet", "brightness", (), None)
    with pytest.raises(UsageError, match="weights of brightness differ"):
        work.maker(detectors.load)


@pytest.mark.slow
def test_a_ray_cluster_of_two_nodes_gives_the_same_bytes_though_a_worker_is_killed(pictures, tmp_path, monkeypatch):
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    assert main(argv(pictures, tmp_path / "one", spec="python:stub_detector:by_name")) == 0
    mark = tmp_path / "mark"
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT), str(ROOT / "tests"))))
    monkeypatch.setenv("STUB_MARK", str(mark))
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    try:
        cluster.add_node(num_cpus=1)
        cluster.wait_for_nodes()
        run = start(argv(pictures, tmp_path / "ray", "--engine", "ray", "--workers", "2", spec="python:stub_detector:dies_once"),
                    RAY_ADDRESS=cluster.address, STUB_MARK=str(mark))  # fmt: skip
        said = run.communicate(timeout=300)[1]
        assert run.returncode == 0, said
    finally:
        cluster.shutdown()
    assert mark.exists()
    one, other = (tmp_path / name / "predictions.csv" for name in ("one", "ray"))
    assert one.read_bytes() == other.read_bytes()
