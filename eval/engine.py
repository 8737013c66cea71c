"""Where rows are computed: in this process, in several on this machine, or on a Ray cluster. The rows are the same."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import detectors
from data_manifests.schema import Sample
from detectors.errors import DeepfakeError, UsageError
from eval.corruptions import Corruption
from eval.predict import RowMaker
from eval.subject import Loader, load_detector

Engine = Literal["local", "ray"]
SHARD_ROWS = 8  # that a worker is given at once: what a kill can lose, a worker
IN_FLIGHT = 2  # shards a worker, so that none waits for work and memory does not grow with the dataset
Row = dict[str, str]


@dataclass(frozen=True)
class Work:
    """What a worker must know to make rows; small, because it is sent to each.

    Attributes:
        spec: of the detector, as on the command line.
        digest: of its weights: a worker with others must not join in.
        finder: of faces.
        baseline: name of the detector that knows nothing.
        networks: whose own scores become columns.
        corruption: done to every file; None: none.
    """

    spec: str
    digest: str
    finder: str
    baseline: str
    networks: tuple[str, ...]
    corruption: Corruption | None

    def maker(self, load: Loader = detectors.load) -> RowMaker:
        """Loads the detector.

        Raises:
            UsageError: the weights here are others than those that the run began with.
        """
        detector = load_detector(self.spec, self.finder, load)
        if detector.digest != self.digest:
            raise UsageError(f"the weights of {self.spec} differ between this worker and where the run was started.")
        return RowMaker(detector, load(self.baseline), self.networks, self.corruption)


def shards(samples: Iterable[Sample], rows: int) -> Iterator[list[Sample]]:
    """Lists of about so many samples that part no group, as far as groups follow on each other."""
    shard: list[Sample] = []
    for sample in samples:
        # A group as large as a speaker's may be parted, but not the faces of one picture.
        full = len(shard) >= rows and sample.group_id != shard[-1].group_id
        if full or (len(shard) >= 8 * rows and sample.path != shard[-1].path):
            yield shard
            shard = []
        shard.append(sample)
    if shard:
        yield shard


def compute(
    work: Work,
    samples: Sequence[Sample],
    *,
    engine: Engine = "local",
    workers: int | None = None,
    load: Loader = detectors.load,
) -> Iterator[list[Row]]:
    """Rows of all samples, in no fixed order when there are several workers.

    Args:
        work: see `Work`.
        samples: to be judged.
        engine: "local" or "ray".
        workers: processes; None: one here, one a node on Ray.
        load: of detectors, in this process only.

    Raises:
        DeepfakeError: a worker died (local), or Ray is not installed.
    """
    if engine == "ray":
        yield from _on_ray(work, samples, workers)
    elif workers is None or workers == 1:
        maker = work.maker(load)
        yield from ([maker.row(sample)] for sample in samples)
    else:
        yield from _in_processes(work, samples, workers)


_maker: RowMaker | None = None  # of a worker process


def _begin(work: Work, cpus: Any) -> None:
    """A worker's start: its share of the processor cores, then its detector. Ctrl-C is the parent's to answer."""
    global _maker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    share = cpus.get()
    if share and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, share)
    _maker = work.maker()


def _rows(shard: list[Sample]) -> list[Row]:
    if _maker is None:
        raise RuntimeError("a worker was asked before it was begun")
    return [_maker.row(sample) for sample in shard]


def _in_processes(work: Work, samples: Sequence[Sample], workers: int) -> Iterator[list[Row]]:
    context = multiprocessing.get_context("spawn")
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    cpus = context.Queue()
    for k in range(workers):
        cpus.put(cores[k::workers] or cores)
    waiting = shards(samples, SHARD_ROWS)
    with ProcessPoolExecutor(workers, context, _begin, (work, cpus)) as pool:
        try:
            flying: set[Future[list[Row]]] = {pool.submit(_rows, s) for s in islice(waiting, IN_FLIGHT * workers)}
            while flying:
                done, flying = wait(flying, return_when=FIRST_COMPLETED)
                for one in done:
                    yield one.result()
                flying |= {pool.submit(_rows, s) for s in islice(waiting, len(done))}
        except BrokenProcessPool as error:
            raise DeepfakeError(
                "a worker process died, perhaps for want of memory. What was finished is kept; the same command goes on "
                "from here, with fewer --workers if need be."
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _on_ray(work: Work, samples: Sequence[Sample], workers: int | None) -> Iterator[list[Row]]:
    """Actors that load the detector once; one that dies is started again and its shard repeated."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anybody
    try:
        import ray
    except ImportError as error:
        raise UsageError("--engine ray needs Ray: pip install -r requirements-ray.txt") from error
    if not ray.is_initialized():
        # Where RAY_ADDRESS names a cluster it is joined; otherwise one is started here.
        here = str(Path(__file__).resolve().parent.parent)
        paths = os.pathsep.join(p for p in (here, os.environ.get("PYTHONPATH", "")) if p)
        ray.init(runtime_env={"env_vars": {"PYTHONPATH": paths}}, log_to_driver=False, include_dashboard=False)
    count = workers or max(1, sum(node["Alive"] for node in ray.nodes()))
    cores = ray.cluster_resources().get("CPU", 1.0)
    actor: Any = ray.remote(max_restarts=-1, max_task_retries=-1, num_cpus=cores / count * 0.99)(_RayWorker)
    crew = [actor.options(scheduling_strategy="SPREAD").remote(work) for _ in range(count)]
    waiting = shards(samples, SHARD_ROWS)
    flying = {worker.rows.remote(s): worker for worker in crew * IN_FLIGHT for s in islice(waiting, 1)}
    try:
        while flying:
            done, _ = ray.wait(list(flying), num_returns=1)
            worker = flying.pop(done[0])
            yield ray.get(done[0])
            for shard in islice(waiting, 1):
                flying[worker.rows.remote(shard)] = worker
    finally:
        for worker in crew:
            ray.kill(worker)


class _RayWorker:
    """One process of a cluster, with its own detector."""

    def __init__(self, work: Work) -> None:
        self._maker = work.maker()

    def rows(self, shard: list[Sample]) -> list[Row]:
        """Rows of a shard; asking twice for one gives the same."""
        return [self._maker.row(sample) for sample in shard]
