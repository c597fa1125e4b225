"""A real Dask cluster on this machine; needs the extra ``scale``."""

import warnings

import numpy as np
import pytest

from polyquant.ldp.aggregate import aggregate
from polyquant.ldp.tally import Tally
from tests.ldp import toy

distributed = pytest.importorskip("distributed", reason="needs dask: pip install polyquant[scale]")

TOY = toy.Toy(5)


@pytest.mark.slow
def test_a_cluster_counts_what_one_computer_counts(tmp_path):
    rng = np.random.default_rng(3)
    rows = {f"day {i}": rng.integers(0, 5, 50).tolist() for i in range(12)}
    paths = {name: tmp_path / f"{name}.batch" for name in rows}
    for name, row in rows.items():
        paths[name].write_bytes(TOY.batch(row).to_bytes())
    paths["day 7"] = paths["day 7"].rename(paths["day 7"].with_suffix(".deadly"))  # its first reader dies
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a busy machine makes Dask warn about time and ports
        with (
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=str(tmp_path)
            ) as cluster,
            distributed.Client(cluster) as client,
            client.get_executor() as pool,
        ):
            total = aggregate(paths, Tally(TOY), executor=pool, load=toy.read)
    assert not paths["day 7"].exists()  # it did die
    assert total.counts.tolist() == np.bincount(np.concatenate(list(rows.values())), minlength=5).tolist()
    assert total.chunks == set(rows)
