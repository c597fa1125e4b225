"""What the user's function sees and may do wrong; interruptions and budgets."""

import functools
import gc

import numpy as np
import pytest

from polyquant.errors import BudgetError, PolyquantError
from polyquant.transforms import Plan, plan, sparse_wht
from polyquant.transforms.spright import _sampling
from polyquant.transforms.spright._sampling import Sampler, unique
from polyquant.transforms.spright.bins import points
from tests.transforms.functions import Counted, character, synthesis

DESIGN = plan(12, b=3, delays=12)  # 288 samples
CLEAN = synthesis([5, 100, 4000], [1.0, -2.0, 0.5])


def run(fn, n=12, **options):
    return sparse_wht(fn, n, **{"plan": DESIGN, "sigma": 0.0, "validate": 0, **options})


def test_the_function_gets_each_index_once_and_in_batches():
    fn = Counted(CLEAN)
    found = run(fn, batch=100)
    assert all(m.dtype == np.uint64 and m.ndim == 1 and len(m) <= 100 for m in fn.seen)
    asked = np.concatenate(fn.seen)
    assert np.array_equal(asked, np.unique(points(DESIGN)))
    assert (found.samples_asked, found.samples_unique, found.calls) == (288, len(asked), len(fn.seen))
    assert found.support.tolist() == [5, 100, 4000]


def test_without_the_cache_it_is_asked_as_planned():
    fn = Counted(CLEAN)
    found = run(fn, batch=50, cache=False)
    assert np.array_equal(np.concatenate(fn.seen), points(DESIGN).ravel())
    assert found.samples_asked == fn.total == 288
    assert found.samples_unique == len(np.unique(points(DESIGN)))
    assert found.calls == 6


def test_beyond_64_bits_an_index_has_limbs():
    support = [2**69 + 2**64 + 1, 2**63, 7]
    fn = Counted(synthesis(support, [1.0, 2.0, 3.0]))
    found = sparse_wht(fn, 70, K=3, validate=16)
    assert all(m.dtype == np.uint64 and m.shape[1] == 2 for m in fn.seen)
    assert found.status == "converged"
    assert found.support.tolist() == [[7, 0], [2**63, 0], [1, 33]]
    assert found.coeffs == pytest.approx([3.0, 2.0, 1.0])
    assert found.holdout_r2 == pytest.approx(1)
    assert found.interactions(3) == [((0, 1, 2), pytest.approx(3)), ((0, 64, 69), pytest.approx(1))]


@pytest.mark.parametrize("n", [1, 12, 64, 70])
def test_with_bits_an_index_is_a_row_of_zeros_and_ones(n):
    seen = []

    def fn(bits):
        seen.append(bits)
        return 1.0 - 2.0 * (bits[:, 0] ^ bits[:, -1]) if n > 1 else bits[:, 0].astype(float)

    found = sparse_wht(fn, n, K=1, bits=True, validate=4)
    assert all(bits.dtype == np.uint8 and bits.shape[1] == n and bits.max() <= 1 for bits in seen)
    assert found.converged
    assert found.interactions(2 if n > 1 else 1)[0][0] == ((0, n - 1) if n > 1 else (0,))


def test_a_function_that_writes_into_its_argument_harms_nobody():
    def fn(m):
        values = CLEAN(m)
        m[:] = 0
        return values

    assert run(fn).support.tolist() == [5, 100, 4000]


@pytest.mark.parametrize("kind", [list, np.float32, np.int64, np.uint8, np.bool_])
def test_lists_integers_and_truth_values_are_numbers(kind):
    def fn(m):
        positive = CLEAN(m) > 0
        return positive.tolist() if kind is list else positive.astype(kind)

    def plain(m):
        return (CLEAN(m) > 0).astype(float)

    assert np.array_equal(run(fn).coeffs, run(plain).coeffs)


WRONG = {
    "one missing": (lambda m: np.zeros(len(m) - 1), ValueError, r"fn must return \d+ numbers for \d+ indices, got sha"),
    "one more": (lambda m: np.zeros(len(m) + 1), ValueError, "got shape"),
    "a column": (lambda m: np.zeros((len(m), 1)), ValueError, r"got shape \(\d+, 1\)"),
    "a number": (lambda m: 1.0, ValueError, r"got shape \(\)"),
    "nothing": (lambda m: None, TypeError, "fn must return real numbers, got an array of object"),
    "complex": (lambda m: np.zeros(len(m)) * 1j, TypeError, "got an array of complex128"),
    "words": (lambda m: ["1"] * len(m), TypeError, "got an array of <U1"),
    "nan": (lambda m: np.where(m == 8, np.nan, 1.0), ValueError, "fn must return finite numbers, got nan at index 8"),
    "infinity": (lambda m: np.where(m == 8, -np.inf, 1.0), ValueError, "got -inf at index 8"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_answer(name):
    fn, error, message = WRONG[name]
    assert 8 in points(DESIGN)
    with pytest.raises(error, match=message):
        run(fn)


def test_ragged_answers_are_refused():
    with pytest.raises(ValueError, match="inhomogeneous"):
        run(lambda m: [[1.0], [1.0, 2.0], *([1.0] for _ in m[2:])])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n": -1}, ValueError, "n must be at least 0, got -1"),
        ({"n": 13}, ValueError, "plan must be for n = 13, got one for n = 12"),
        ({"plan": "auto"}, TypeError, "plan must be a Plan, got str"),
        ({"fn": 3}, TypeError, "fn must be a function of an array of indices, got int"),
        ({"sigma": -1}, ValueError, "sigma must be at least 0"),
        ({"sigma": np.inf}, ValueError, "sigma must be finite"),
        ({"batch": 0}, ValueError, "batch must be at least 1, got 0"),
        ({"validate": -1}, ValueError, "validate must be at least 0"),
        ({"max_samples": -1}, ValueError, "max_samples must be at least 0"),
        ({"max_samples": 1e9}, TypeError, "max_samples must be an integer"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
        ({"progress": 1}, TypeError, "progress must be a function, got int"),
        ({"plan": None, "K": -1}, ValueError, "K must be at least 0"),
    ],
)
def test_wrong_arguments(options, error, message):
    called = []
    with pytest.raises(error, match=message):
        run(**{"fn": called.append, **options})
    assert not called


def test_delays_that_cannot_be_decoded_are_not_sampled():
    columns, delays = DESIGN.groups[0]
    broken = Plan(12, 3, ((columns, delays[::-1]),))
    called = []
    with pytest.raises(ValueError, match="layout of noiseless"):
        run(called.append, plan=broken)
    assert not called


def test_a_plan_over_the_budget_is_refused_before_the_first_call():
    called = []
    with pytest.raises(BudgetError, match="max_samples must be at least 288 for this plan, got 287"):
        run(called.append, max_samples=287)
    assert not called
    assert issubclass(BudgetError, PolyquantError)


@pytest.mark.parametrize("n", [31, 60, 200])
def test_a_plan_that_no_memory_holds_is_refused(n):
    called = []
    with pytest.raises(BudgetError, match="plan must ask for at most 1073741824 samples, got"):
        sparse_wht(called.append, n, K=10**30)
    assert not called


@pytest.mark.parametrize("cache", [True, False])
@pytest.mark.parametrize("budget", [288, 300, 10_000])
def test_validation_keeps_to_the_budget(budget, cache):
    fn = Counted(CLEAN)
    found = run(fn, max_samples=budget, validate=50, cache=cache)
    assert fn.total <= min(budget, 288 + 50)
    assert (found.holdout_r2 is None) == (fn.total == 288)


class Fragile:
    """Fails at the third call, once."""

    def __init__(self):
        self.total, self.calls = 0, 0

    def __call__(self, m):
        self.calls += 1
        if self.calls == 3:
            raise OSError("the instrument is busy")
        self.total += len(m)
        return CLEAN(m)

    def method(self, m):
        return self(m)


@pytest.mark.parametrize("pick", [lambda o: o, lambda o: o.method, lambda o: functools.partial(o)])
def test_a_second_run_resumes_after_an_exception(pick):
    instrument = Fragile()
    fn = pick(instrument)
    with pytest.raises(OSError, match="the instrument is busy"):
        run(fn, batch=64)
    assert instrument.total == 128
    if isinstance(fn, functools.partial):
        found = run(fn, batch=64)
    else:
        found = run(pick(instrument), batch=64)  # a bound method is another object each time
    assert found.converged
    assert instrument.total == found.samples_unique


def test_a_wrong_answer_is_not_kept():
    bad = [True]

    def fn(m):
        values = CLEAN(m)
        if bad and 8 in m:
            bad.clear()
            values[m == 8] = np.nan
        return values

    with pytest.raises(ValueError, match="got nan at index 8"):
        run(fn, batch=10)
    assert run(fn, batch=10).support.tolist() == [5, 100, 4000]


def test_samples_are_kept_for_the_same_function_and_size_only():
    first, second = Fragile(), Fragile()
    with pytest.raises(OSError, match="busy"):
        run(first, batch=64)
    second.calls = 3
    run(second, batch=64)
    assert second.total == len(np.unique(points(DESIGN)))
    other = plan(13, b=3, delays=12)
    found = sparse_wht(first, 13, plan=other, validate=0)
    assert first.total == 128 + found.samples_unique


def test_a_finished_run_keeps_nothing():
    fn = Counted(CLEAN)
    run(fn)
    run(fn)
    assert fn.total == 2 * len(np.unique(points(DESIGN)))


def test_samples_die_with_their_function():
    instrument = Fragile()
    with pytest.raises(OSError, match="busy"):
        run(instrument, batch=64)
    before = len(_sampling._interrupted)
    del instrument
    gc.collect()
    assert len(_sampling._interrupted) == before - 1


def test_a_function_that_cannot_be_remembered_still_runs():
    class Unhashable(Fragile):
        __hash__ = None

    instrument = Unhashable()
    with pytest.raises(OSError, match="busy"):
        run(instrument, batch=64)
    assert run(instrument).converged


def test_progress_is_told_and_may_stop_at_any_point():
    steps = []
    run(Counted(CLEAN), batch=100, validate=20, progress=lambda *step: steps.append(step))
    assert list(dict.fromkeys(stage for stage, _, _ in steps)) == ["sample", "peel", "refine", "validate"]
    assert all(0 <= done <= total for _, done, total in steps)
    for stage in ("sample", "peel", "refine", "validate"):
        last = [step for step in steps if step[0] == stage][-1]
        assert last[1] == last[2]
    for stop in range(len(steps)):
        fn, told = Counted(CLEAN), []

        def progress(*step, told=told, stop=stop):
            told.append(step)
            return len(told) <= stop

        found = run(fn, batch=100, validate=20, progress=progress)
        assert (found.status, found.converged) == ("stopped", False)
        assert told[: stop + 1] == steps[: stop + 1]
        if steps[stop][0] != "sample":
            assert found.support.tolist() in ([5, 100, 4000], [])
        again = run(fn, batch=100)
        assert again.converged
        assert len(np.unique(np.concatenate(fn.seen))) == fn.total  # nothing was asked twice


def test_none_from_progress_means_go_on():
    assert run(CLEAN, progress=lambda *_: None).converged
    assert run(CLEAN, progress=lambda *_: 0).converged  # only False says stop


@pytest.mark.parametrize("W", [1, 2, 3])
def test_unique_rows(W):
    rng = np.random.default_rng(W)
    array = rng.integers(0, 3, (200, W)).astype(np.uint64)
    keys, back = unique(array)
    numbers = [sum(int(x) << 64 * w for w, x in enumerate(row)) for row in keys]
    assert numbers == sorted(set(numbers))
    assert np.array_equal(keys[back], array)


def test_a_sampler_knows_what_it_has_not_seen():
    sampler = Sampler(lambda m: m.astype(float), 5)
    points = np.array([[3], [1], [3], [9]], np.uint64)
    assert sampler.read(points).tolist() == [3, 1, 3, 9]
    assert sampler.unseen(np.array([[9], [4], [4], [1]], np.uint64)).tolist() == [[4]]
    assert sampler.calls == 1


def test_characters_of_the_oracle():
    assert character(0b110, np.array([0, 0b010, 0b110, 0b111], np.uint64)).tolist() == [1, -1, 1, 1]
