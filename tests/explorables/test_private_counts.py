"""The crowd of private_counts.js has the law of so many single reports, and a single report has the law of a client."""

import json
import os
import shutil
import subprocess
from itertools import combinations, product

import numpy as np
import pytest
from polyquant_widgets._explorable import HERE

from polyquant.ldp import ModularSubset, SubsetSelection

SCRIPT = """
import { simulate, oneReport } from "./private_counts.js";
import { readFileSync } from "node:fs";
const { design, counts, item, seeds } = JSON.parse(readFileSync(0, "utf8"));
const draw = (seed) => (counts ? simulate(design, counts, seed) : oneReport(design, item, seed));
console.log(JSON.stringify(Array.from({ length: seeds }, (_, i) => draw(i + 1))));
"""
SMALL = [
    SubsetSelection(5, 1.0, omega=2),
    SubsetSelection(4, 1.0, omega=3),
    SubsetSelection(3, 2.0, omega=1),
    ModularSubset(4, 1.0, moduli=(3, 4)),
    ModularSubset(4, 0.5, moduli=(2, 3, 5)),
]


@pytest.fixture
def drawn(tmp_path):
    """What the page draws with the seeds 1, 2, ... for a mechanism and either counts of a crowd or one user's item."""
    program = shutil.which("node")
    if program is None and os.environ.get("CI"):
        pytest.fail("CI must run what readers' browsers compute, and there is no node here")
    if program is None:
        pytest.skip("needs node")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "draw.js").write_text(SCRIPT)
    for name in ("kit", "private_counts"):
        shutil.copy(HERE / f"{name}.js", tmp_path)

    def run(m, **asked):
        design = {"k": m.k, "epsilon": m.epsilon, "dials": m._moduli, "sizes": m._omegas}
        given = json.dumps({"design": design, **asked})
        done = subprocess.run([program, tmp_path / "draw.js"], input=given, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def reports(m):
    """All reports: number of the dial and hours, in the order of the channel's columns."""
    return [(j, z) for j, (h, size) in enumerate(zip(m._moduli, m._omegas)) for z in combinations(range(h), size)]


def too_far(observed, expected):
    """Pearson's chi-square, in standard deviations above its mean; results too rare for it are taken together."""
    rare = expected < 5
    seen = np.append(observed[~rare], observed[rare].sum())
    due = np.append(expected[~rare], expected[rare].sum())
    seen, due = seen[due > 0], due[due > 0]
    freedom = seen.size - 1
    return (((seen - due) ** 2 / due).sum() - freedom) / np.sqrt(2 * freedom)


def counted(results, law, total):
    observed = dict.fromkeys(law, 0)
    for result in results:
        observed[result] += 1  # a result that cannot be is a KeyError
    return too_far(np.array(list(observed.values())), total * np.array(list(law.values())))


@pytest.mark.parametrize("m", SMALL, ids=str)
def test_a_single_report_follows_the_channel(drawn, m):
    seeds = 6000
    for item in (0, m.k - 1):
        law = dict(zip(reports(m), m.channel()[item]))
        said = [(one["dial"], tuple(one["hours"])) for one in drawn(m, item=item, seeds=seeds)]
        assert abs(counted(said, law, seeds)) < 6


@pytest.mark.parametrize("m", SMALL, ids=str)
@pytest.mark.parametrize("items", [(0,), (0, 1), (2, 2), (2, 0, 2)], ids=str)
def test_tallies_of_a_few_users_follow_their_joint_law(drawn, m, items):
    if m.k + len(items) > 6 and len(m._moduli) > 2:
        items = items[:2]
    law, channel = {}, m.channel()
    for chosen in product(enumerate(reports(m)), repeat=len(items)):
        lit, users = [[0] * h for h in m._moduli], [0] * len(m._moduli)
        for _, (j, hours) in chosen:
            users[j] += 1
            for hour in hours:
                lit[j][hour] += 1
        chance = np.prod([channel[x, column] for x, (column, _) in zip(items, chosen)])
        key = json.dumps([lit, users])
        law[key] = law.get(key, 0) + chance
    seeds = 6000
    results = drawn(m, counts=np.bincount(items, minlength=m.k).tolist(), seeds=seeds)
    assert abs(counted([json.dumps([one["lit"], one["users"]]) for one in results], law, seeds)) < 6


LARGE = [SubsetSelection(*made) for made in ((60, 0.25), (60, 1.0, 1), (24, 6.0))]
LARGE += [ModularSubset(k, 1.0, moduli=m) for k, m in ((24, (7, 9, 11, 20)), (60, (20, 23, 27, 47)), (12, (2, 60, 5)))]


@pytest.mark.parametrize("m", LARGE, ids=str)
@pytest.mark.parametrize("n", [4000, 1_024_000])
def test_large_crowds_have_the_right_means_and_variances(drawn, m, n):
    seeds = 400
    counts = np.random.default_rng(n).multinomial(n, np.random.default_rng(1).dirichlet(np.full(m.k, 0.5)))
    results = drawn(m, counts=counts.tolist(), seeds=seeds)
    lit = np.array([np.concatenate(one["lit"]) for one in results], float)
    users = np.array([one["users"] for one in results])
    assert (users.sum(1) == n).all()
    for j, (size, part) in enumerate(zip(m._omegas, np.split(lit, np.cumsum(m._moduli)[:-1], axis=1))):
        assert (part.sum(1) == size * users[:, j]).all()  # every user lights so many hours
    mean, variance = [], []
    for block in m._blocks():
        own = np.bincount(np.arange(m.k) % block.m, weights=counts, minlength=block.m)
        p, q = float(block.p) / m.groups, float(block.q) / m.groups
        mean.append(p * own + q * (n - own))
        variance.append(p * (1 - p) * own + q * (1 - q) * (n - own))
    mean, variance = np.concatenate(mean), np.concatenate(variance)
    z = (lit.mean(0) - mean) / np.sqrt(variance / seeds)
    assert np.abs(z).max() < 5.5
    assert abs((z**2).mean() - 1) < 6 * np.sqrt(2 / z.size)
    squares = ((lit - mean) ** 2).mean(
        0
    ) / variance  # about 1, give or take sqrt(2 / seeds) if the law is near to normal
    likely = variance > 10
    assert np.abs(squares[likely] - 1).max(initial=0) < 6 * np.sqrt(2.2 / seeds)
