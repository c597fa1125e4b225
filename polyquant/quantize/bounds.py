"""What no quantizer can beat, what a random one does, and where each kind of quantizer ends up at high rates."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.errors import NotConverged

from . import lattices

Array = NDArray[np.float64]

SOURCES = ("gaussian", "laplacian")
E, PI = math.e, math.pi
NODES = np.polynomial.legendre.leggauss(16)

# (bits, log2(4^bits D)) of a Laplacian of variance 1, by Blahut and Arimoto; the last is Shannon's lower bound,
# log2(e / pi), from which the curve is then no longer told apart.
LAPLACIAN = (
    (0, 0), (0.0005, -0.00158), (0.0014, -0.00435), (0.0036, -0.00957), (0.0082, -0.01829), (0.0167, -0.03113),
    (0.0309, -0.04756), (0.0525, -0.06721), (0.0818, -0.0873), (0.121, -0.10786), (0.1684, -0.1265), (0.2237, -0.1429),
    (0.2867, -0.15682), (0.3554, -0.1682), (0.429, -0.17737), (0.5064, -0.18458), (0.5877, -0.19023),
    (0.6706, -0.19457), (0.7558, -0.19791), (0.8421, -0.20047), (0.9295, -0.20242), (1.0177, -0.20424),
    (1.1065, -0.2051), (1.1958, -0.20592), (1.2853, -0.20658), (1.3752, -0.2071), (1.4652, -0.20746),
    (1.5553, -0.20777), (1.6456, -0.20798), (1.7359, -0.20817), (1.8263, -0.2083), (1.9168, -0.20841),
    (2.0073, -0.2085), (2.5, -0.2088),
)  # fmt: skip


def distortion_rate(source: str, bits: float) -> float:
    """Shannon's D(R): the least mean squared error for *bits* per number that any code of any length can reach.

    >>> distortion_rate("gaussian", 2), round(distortion_rate("laplacian", 2), 4)
    (0.0625, 0.0541)

    Parameters
    ----------
    source : "gaussian" or "laplacian"
        Independent numbers of this law, variance 1.
    bits : float
        Bits per number, at least 0.

    References
    ----------
    [SHA59] C. E. Shannon, the bound; [BLA72] R. E. Blahut, how to compute it where there is no formula.
    """
    _check.choice("source", source, SOURCES)
    bits = _check.real("bits", bits, 0)
    excess = 0.0 if source == "gaussian" else float(np.interp(bits, *np.array(LAPLACIAN).T))
    return 2 ** (excess - 2 * bits)


def blahut_arimoto(p: ArrayLike, cost: ArrayLike, slope: float, *, tolerance: float = 1e-4) -> tuple[float, float]:
    """The point of a rate-distortion curve where a unit of cost is worth *slope* nats: (bits, mean cost).

    >>> bits, cost = blahut_arimoto([0.5, 0.5], [[0, 1], [1, 0]], 2.0)  # a fair coin: 1 - h(cost)
    >>> round(bits, 4), round(cost, 4)
    (0.4729, 0.1192)

    Parameters
    ----------
    p : array of float, shape (n,)
        Probabilities of the letters.
    cost : array of float, shape (n, m)
        Of reproducing letter i by letter j.
    slope : float
        Positive.
    tolerance : float
        Bits by which the rate may be too high.

    Raises
    ------
    NotConverged
        After 100,000 steps the rate may still be further off.

    References
    ----------
    [BLA72] R. E. Blahut; [ARI72] S. Arimoto.
    """
    law, costs = _check.probabilities("p", p), _check.finite("cost", cost, 2)
    if len(costs) != len(law) or not costs.size:
        raise ValueError(f"cost must have {len(law)} rows and a column, got shape {costs.shape}")
    slope = _check.real("slope", slope)
    if slope <= 0:
        raise ValueError(f"slope must be positive, got {slope}")
    kernel = np.exp(-slope * costs)
    q = np.full(costs.shape[1], 1 / costs.shape[1])
    for _ in range(100_000):
        joint = law / (kernel @ q)
        change = joint @ kernel
        if math.log2(change.max()) <= tolerance:
            mean = float(joint @ (costs * kernel) @ q)
            return float(-slope * mean - law @ np.log(kernel @ q)) / math.log(2), mean
        q = q * change
    raise NotConverged(f"the rate may still be {math.log2(change.max()):.2g} bits too high")


def asymptote(code: str, source: str = "gaussian") -> float:
    """The c in D ~ c 4^-R: where the mean squared error of a kind of quantizer tends as its rate R grows.

    >>> round(asymptote("pyramid"), 3), round(asymptote("lloyd-max"), 3)
    (1.568, 2.721)

    Parameters
    ----------
    code : str
        "shannon" (any code), "pyramid" (and its dimension grows too), "lloyd-max" (one number at a time, 2^R levels),
        "entropy" (even steps, and an ideal lossless code behind), "a2", "d4", "e8" or "leech" (a number of points, like
        that lattice everywhere and as dense as is best).
    source : "gaussian" or "laplacian"
        Variance 1; lattices for the Gaussian only.

    References
    ----------
    [FIS86] T. R. Fischer, the pyramid; [ZAD82] P. L. Zador, the lattices; [CS82] their second moments.
    """
    table = dict(zip(SOURCES, (_gaussian(), _laplacian())))[_check.choice("source", source, SOURCES)]
    return table[_check.choice("code", code, table)]


def _gaussian() -> dict[str, float]:
    simple = {"shannon": 1.0, "pyramid": 2 * E**2 / (3 * PI), "lloyd-max": 3**0.5 * PI / 2, "entropy": PI * E / 6}
    moments = {lattice.name.lower(): (lattice.n, lattice.second_moment) for lattice in lattices.ALL}
    moments["leech"] = (24, 0.065771)
    return simple | {name: g * 2 * PI * ((n + 2) / n) ** ((n + 2) / 2) for name, (n, g) in moments.items()}


def _laplacian() -> dict[str, float]:
    return {"shannon": E / PI, "pyramid": E**2 / 6, "lloyd-max": 4.5, "entropy": E**2 / 6}


def cap_bound(n: int, bits: float) -> float:
    """A bound for shapes: no 2^(n bits) directions reach a smaller mean of 1 - cos^2 over the sphere in *n* dimensions.

    As if the sphere could be cut into so many round caps of equal size.

    >>> round(cap_bound(16, 2), 4)
    0.062

    Parameters
    ----------
    n : int
        Dimensions, at least 2.
    bits : float
        Bits per dimension, n bits at least 1.
    """
    n, log_count = _sphere(n, bits)
    angle = np.array([_angle(n, -log_count)])
    return float(np.exp(_log_cap(n + 2, angle) - _log_cap(n, angle))[0])


def random_code(n: int, bits: float) -> float:
    """The mean of 1 - cos^2 for 2^(n bits) directions drawn at random, on average over all such codes.

    >>> round(random_code(16, 2), 4)
    0.0659

    Parameters
    ----------
    n, bits : int, float
        As for :func:`cap_bound`.
    """
    n, log_count = _sphere(n, bits)
    angle = np.linspace(_angle(n, -32 - log_count), _angle(n, 4 - log_count), 1025)
    share = _log_share(n, angle)
    some = np.where(share < -30, share, np.log(-np.log1p(-np.exp(np.maximum(share, -31)))))  # log(-log(1 - share))
    missed = np.exp(-np.exp(np.minimum(log_count + some, 9)))  # by all directions
    square = np.sin(angle) ** 2
    return float(square[0] + ((missed[1:] + missed[:-1]) / 2 * np.diff(square)).sum())


def _angle(n: int, log_share: float) -> float:
    """Within which angle of a point that share of the sphere lies, at most a right angle."""
    low, high = 0.0, PI / 2
    for _ in range(60):
        middle = (low + high) / 2
        if _log_share(n, np.array([middle]))[0] > log_share:
            high = middle
        else:
            low = middle
    return high


def _sphere(n: int, bits: float) -> tuple[int, float]:
    n, bits = _check.integer("n", n, 2), _check.real("bits", bits)
    if n * bits < 1:
        raise ValueError(f"bits must be at least 1/n, one bit for a direction, got {bits}")
    return n, n * bits * math.log(2)


def _log_share(n: int, angle: Array) -> Array:
    """Logarithm of the share of the sphere within *angle* of a point, up to a right angle."""
    whole = math.log(PI) / 2 + math.lgamma((n - 1) / 2) - math.lgamma(n / 2)
    return np.asarray(_log_cap(n, angle) - whole)


def _log_cap(n: int, angle: Array) -> Array:
    """Logarithm of the integral of sin^(n-2) from 0 to *angle*: from the end down, where nearly all of it is."""
    nodes, weights = NODES
    slope = (n - 2) * np.maximum(np.cos(angle) / np.sin(angle), 1e-9)
    reach = np.minimum(angle, np.minimum(45 / np.maximum(slope, 1e-9), 9.5 / math.sqrt(max(n - 2, 1e-9))))
    place = (np.arange(16)[:, None] + (1 + nodes) / 2).ravel() / 16
    sines = np.sin(angle[:, None] - reach[:, None] * place) / np.sin(angle)[:, None]
    inside = (sines ** (n - 2)) @ np.tile(weights, 16)
    return np.asarray((n - 2) * np.log(np.sin(angle)) + np.log(reach * inside / 32))
