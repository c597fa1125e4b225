"""What the core of pyramid.js must compute, from the library and from searches of another kind."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from polyquant_widgets import pyramid_3d

from polyquant.quantize import Pyramid, Scalar, gains, lloyd_max, rebuild
from polyquant.quantize.bounds import cap_bound
from polyquant.quantize.insight import cosines
from polyquant.quantize.pyramid import count_points

Case = dict[str, Any]
RAYS = 120  # of an outline in pyramid.js
STEPS = 24  # of its quadrature


def cases() -> list[Case]:
    return [*counts(), *indices(), *searches(), *ties(), *errors(), *bodies(), *outlines(), *whole()]


def case(call: str, *arguments: Any, **more: Any) -> Case:
    return {"call": call, "arguments": list(arguments), **more}


def counts() -> list[Case]:
    found = []
    for n, k in [(1, 0), (1, 5), (2, 3), (3, 0), (3, 1), (3, 12), (8, 6), (16, 12), (32, 22), (128, 84), (256, 40)]:
        found.append(case("countPoints", n, k, expected=str(count_points(n, k))))
        found.append(case("bitsFor", n, k, expected=Pyramid(n, k).bits))
    for k in (1, 4, 12):
        found.append(case("pointsOf", k, expected=Pyramid(3, k).point(range(count_points(3, k))).tolist()))
    return found


def indices() -> list[Case]:
    rng = np.random.default_rng(50)
    found = []
    for n, k in [(1, 1), (1, 4), (2, 5), (3, 5), (3, 12), (5, 1), (8, 6), (16, 12), (32, 22), (64, 43), (128, 84)]:
        pyramid = Pyramid(n, k)
        chosen = {0, pyramid.count - 1, *(int(rng.random() * 2**53) * pyramid.count >> 53 for _ in range(3))}
        for index in sorted(chosen):
            point = pyramid.point(index).tolist()
            found.append(case("rank", point, expected=str(index)))
            found.append(case("unrank", n, k, {"big": str(index)}, expected=point))
        for wrong in (-1, pyramid.count):
            found.append(case("unrank", n, k, {"big": str(wrong)}, raises="index must be from 0 to"))
    return found


def searches() -> list[Case]:
    """Random vectors have no ties: the very points."""
    rng = np.random.default_rng(51)
    found = []
    for n, k, many in [
        (2, 5, 4),
        (3, 1, 6),
        (3, 5, 30),
        (3, 12, 30),
        (8, 6, 20),
        (16, 12, 20),
        (16, 27, 10),
        (32, 50, 4),
    ]:
        for x in rng.normal(size=(many, n)):
            for call, method in (("nearest", "exact"), ("project", "projection")):
                found.append(case(call, x.tolist(), k, expected=Pyramid(n, k).nearest(x, method=method).tolist()))
    return found


def ties() -> list[Case]:
    """Vectors of small whole numbers: a point as good as the library's is good enough, but it is the same one."""
    found = []
    for k in (1, 2, 4, 5, 9):
        pyramid = Pyramid(3, k)
        for x in np.indices((3, 4, 4)).reshape(3, -1).T[1:] - np.array([1, 0, 2]):
            if not x.any():
                continue
            best = pyramid.nearest(x.astype(float), method="exact")
            every = pyramid.point(range(pyramid.count))
            assert math.isclose(cosines(x, every).max(), cosines(x, [best])[0], rel_tol=1e-12)
            found.append(case("nearest", x.tolist(), k, expected=best.tolist()))
    return found


def sector(steps: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Directions x >= y >= z >= 0 in equal shares of each strip, and weights."""
    angle = (np.arange(steps) + 0.5) / steps * math.pi / 4
    top = np.sin(angle) / np.sqrt(1 + np.sin(angle) ** 2)
    z = top[:, None] * (np.arange(steps) + 0.5) / steps
    width = np.sqrt(1 - z * z)
    x = np.stack([width * np.cos(angle)[:, None], width * np.sin(angle)[:, None], z], axis=-1).reshape(-1, 3)
    weight = np.repeat(top, steps)
    return x, weight / weight.sum()


def mean_error(x: NDArray[np.float64], weight: NDArray[np.float64], points: NDArray[Any]) -> float:
    cosine = (x * points).sum(axis=1) / np.linalg.norm(points, axis=1)
    return float(weight @ (1 - cosine**2))


def farthest(pyramid: Pyramid, x: NDArray[np.float64], rng: np.random.Generator) -> dict[str, Any]:
    """The direction that fares worst: of many, the worst one; then of many near the last one, nearer and nearer."""
    for step in 0.02 * 0.7 ** np.arange(50):
        points = pyramid.nearest(x, method="exact")
        cosine = (x * points).sum(axis=1) / np.linalg.norm(points, axis=1)
        worst = x[cosine.argmin()]
        x = np.vstack([worst, worst + step * rng.normal(size=(300, 3))])
        x /= np.linalg.norm(x, axis=1, keepdims=True)
    return {"x": np.sort(np.abs(worst))[::-1].tolist(), "error": 1 - float(cosine.min()) ** 2}


def pieces(levels: int) -> Scalar:
    """The best quantizer for an entry of a direction in space: anywhere from -1 to 1 with equal probability."""
    return lloyd_max(np.ones_like, levels, support=(-1.0, 1.0))


def errors() -> list[Case]:
    x, weight = sector(STEPS)
    found = [case("sector", STEPS, expected=[{"x": a.tolist(), "weight": w} for a, w in zip(x, weight)])]
    # another sample of directions, from all over the sphere, says that the quadrature is right
    rng = np.random.default_rng(52)
    free = rng.normal(size=(200_000, 3))
    free /= np.linalg.norm(free, axis=1, keepdims=True)
    even = np.full(len(free), 1 / len(free))
    for k in range(1, 13):
        pyramid = Pyramid(3, k)
        points = pyramid.nearest(x, method="exact")
        mean = mean_error(x, weight, points)
        rough = mean_error(free, even, pyramid.nearest(free, method="exact"))
        assert math.isclose(mean, rough, rel_tol=0.01), (k, mean, rough)
        found.append(case("pyramidError", k, expected=mean))
        if k not in (3, 6, 12):  # where two kinds of directions fare equally badly
            found.append(case("farthest", k, expected=farthest(pyramid, free, rng), tolerance=1e-6))
        found.append(case("rateOf", k, expected=math.log2(pyramid.count) / 3))
        found.append(
            case("capBound", pyramid.count, expected=cap_bound(3, math.log2(pyramid.count) / 3), tolerance=1e-8)
        )
    for levels in range(2, 10):
        mean = mean_error(x, weight, pieces(levels).quantize(x))
        found.append(case("scalarError", levels, expected=mean))
        found.append(case("scalarAt", math.log2(levels), expected=mean))
    found.append(case("scalarError", 1, expected=1.0))
    return found


def directions(around: float, up: float) -> NDArray[np.float64]:
    a, b = math.radians(around), math.radians(up)
    return np.array([math.cos(b) * math.cos(a), math.cos(b) * math.sin(a), math.sin(b)])


def axes(turn: float, tilt: float) -> NDArray[np.float64]:
    """Right, up and to the eye: what is level, and what is upright with the eye."""
    eye = directions(turn, tilt)
    right = directions(turn + 90, 0)
    return np.array([right, np.cross(eye, right), eye])


def gauge(q: NDArray[np.float64], m: float) -> float:
    return float((1 - m) * np.abs(q).sum() + m * np.linalg.norm(q))


def bodies() -> list[Case]:
    """A point of a convex body is seen where the way to the eye leaves it; what is seen is found again."""
    rng = np.random.default_rng(53)
    found = [case("axesOf", 25, 24, expected=pyramid_3d._view(25).tolist())]
    for turn, tilt in [(0, 0), (25, 24), (-140, -60), (180, 90)]:
        view = axes(turn, tilt)
        found.append(case("axesOf", turn, tilt, expected=view.tolist()))
        for m in (0, 0.35, 1):
            for q in rng.normal(size=(6, 3)):
                point = q / gauge(q, m)
                leaves = gauge(point + 1e-6 * view[2], m) > 1
                found.append(case("faces", q.tolist(), view[2].tolist(), m, expected=leaves))
                if leaves:
                    across, high, _ = (view @ point).tolist()
                    unit = (q / np.linalg.norm(q)).tolist()
                    found.append(case("under", across, high, turn, tilt, m, expected=unit, tolerance=1e-6))
        rim = 0.6 * view[0] - 0.8 * view[1]  # beside a sphere is its outline
        found.append(case("under", 1.2, -1.6, turn, tilt, 1, expected=rim.tolist(), tolerance=1e-6))
    eye = [-0.8, 0.1, 0.5]  # every corner but one has a face that looks at it
    corners = [(-1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, 1), (0, 0, -1), (-1, 1, 0), (0, 1, 1)]
    for q, seen in [*((q, True) for q in corners), ((1, 0, 0), False), ((1, 0, -1), False), ((1, -1, 0), False)]:
        found.append(case("faces", q, eye, 0, expected=seen))
    return found


def outlines() -> list[Case]:
    """Halving the way along each ray until the library finds another point."""
    found = []
    for k, index in [(1, 0), (2, 5), (5, 16), (5, 3), (12, 100)]:
        pyramid = Pyramid(3, k)
        point = pyramid.point(index)
        home = point / np.linalg.norm(point)
        side = np.cross(home, [0, 0, 1] if abs(home[2]) < 0.8 else [1, 0, 0])
        side /= np.linalg.norm(side)
        angle = 2 * math.pi * np.arange(RAYS) / RAYS
        rays = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * np.cross(home, side)
        near, far = np.zeros((RAYS, 1)), np.full((RAYS, 1), math.pi / 2)
        for _ in range(45):
            middle = (near + far) / 2
            at = np.cos(middle) * home + np.sin(middle) * rays
            inside = (pyramid.nearest(at, method="exact") == point).all(axis=1, keepdims=True)
            near, far = np.where(inside, middle, near), np.where(inside, far, middle)
        outline = np.cos(near) * home + np.sin(near) * rays
        found.append(case("cellOf", k, index, expected=outline.tolist(), tolerance=1e-6))
    return found


def whole() -> list[Case]:
    """All that is said about a direction."""
    x, weight = sector(STEPS)
    found = []
    for k, around, up in [(5, 36, 40), (5, 12, 37), (1, -100, 10), (12, 170.5, -80), (3, 45, -20), (8, -33.5, 61)]:
        pyramid, q = Pyramid(3, k), directions(around, up)
        y, other = (pyramid.nearest(q, method=method) for method in ("exact", "projection"))
        cosine, worse = (float(cosines(q, [p])[0]) for p in (y, other))
        rate = math.log2(pyramid.count) / 3
        means = [1.0, *(mean_error(x, weight, pieces(levels).quantize(x)) for levels in range(2, 10))]
        scalar = np.interp(rate, np.log2(np.arange(1, 10)), means)
        said = {
            "x": q.tolist(), "y": y.tolist(), "count": pyramid.count, "bits": pyramid.bits, "index": pyramid.index(y),
            "code": str(pyramid.rank(y)), "rate": rate, "back": rebuild(gains([q], [y]), [y])[0].tolist(),
            "angle": math.degrees(math.acos(cosine)), "error": 1 - cosine**2,
            "projection": other.tolist() if worse < cosine - 1e-9 else None,
            "projectionAngle": math.degrees(math.acos(worse)),
            "mean": mean_error(x, weight, pyramid.nearest(x, method="exact")),
            "bound": cap_bound(3, rate), "scalar": float(scalar),
        }  # fmt: skip
        found.append(case("compute", {"k": k, "around": around, "up": up}, expected=said, tolerance=1e-8))
    return found
