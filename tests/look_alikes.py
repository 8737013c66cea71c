"""Trees that look like downloaded datasets: empty files in their places."""

from data_manifests.datasets import read_dataset


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")


def samples_of(name, root):
    return {s.sample_id: s for s in read_dataset(name, root)[1]}
