"""The inverse G of a symmetric Toeplitz matrix, by its first column u: products by fast transforms.

With L(u) the lower triangular Toeplitz matrix with first column u, and v = (0, u_{k-1}, ..., u_1),

    u_0 G = L(u) L(u)^T - L(v) L(v)^T                 [GS72]
          = (C^T S + C S^T) / 2,    C = L(u) + L(v)^T,    S = L(u) - L(v)^T.

C is circulant and S skew-circulant: spectra of length k make them diagonal, where the triangular ones need twice the
length. The second line holds since both sides have the same displacement: with Z the cyclic shift and Y the one that
turns the sign of what comes round, Z G - G Y has rank two, and a matrix with Z X = X Y is zero.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from polyquant._parallel import run

Vector = NDArray[np.float64]
Spectrum = NDArray[np.complex128]
SMOOTH = (2, 3, 5, 7, 11)  # factors of lengths that are quick to transform


class Triangular:
    """Any length k: six real transforms of a length of 2k or a little more."""

    def __init__(self, u: Vector) -> None:
        v = np.concatenate(([0.0], u[:0:-1]))
        self.size = fast_size(2 * u.size - 1)
        self._scale = u[0]
        self._spectra = np.fft.rfft(u, self.size), np.fft.rfft(v, self.size)

    def solve(self, b: Vector, threads: int) -> Vector:
        """G *b*, in up to two *threads*."""
        k, size = b.size, self.size
        spectrum = np.fft.rfft(b, size)

        def product(of: Spectrum) -> Spectrum:
            """Spectrum of L L^T b, from that of the first column of L."""
            turned = np.conj(of)
            turned *= spectrum
            lower = np.fft.rfft(np.fft.irfft(turned, size)[:k], size)
            lower *= of
            return lower

        rising, falling = run(product, self._spectra, threads)
        rising -= falling
        return np.asarray(np.fft.irfft(rising, size)[:k] / self._scale)


class Cyclic:
    """Even k without large factors: three real transforms of length k, and three complex ones of length k / 2.

    With c + id the spectrum of C and s + it that of S, and b in the spectrum of S, the two products are
    c (s b) and -id (it b), summed in the spectrum of C. The spectrum of S for real x has symmetric halves: all is in
    the transform of (x_j - i x_{j + k/2}) e^{-i pi j / k}, j < k / 2.
    """

    def __init__(self, u: Vector) -> None:
        half = u.size // 2
        self.size = u.size
        self._twist = np.exp(-1j * np.pi / u.size * np.arange(half))
        self._back = np.conj(self._twist)
        skew, cyclic = np.fft.fft((u[:half] - 1j * u[half:]) * self._twist), np.fft.rfft(u) / u[0]
        self._factors = (skew.real.copy(), cyclic.real.copy()), (skew.imag.copy(), cyclic.imag.copy())

    def solve(self, b: Vector, threads: int) -> Vector:
        """G *b*, in up to two *threads*."""
        half = b.size // 2
        spectrum = np.empty(half, np.complex128)
        spectrum.real, spectrum.imag = b[:half], -b[half:]
        spectrum *= self._twist
        spectrum = np.fft.fft(spectrum, out=spectrum)

        def product(which: int) -> Spectrum:
            """Both steps of one of the products, without its factors i."""
            skew, cyclic = self._factors[which]
            values, x = spectrum * skew, np.empty(b.size)
            values = np.fft.ifft(values, out=values)
            values *= self._back
            if which == 0:
                x[:half], x[half:] = values.real, -values.imag
            else:
                x[:half], x[half:] = values.imag, values.real
            result = np.fft.rfft(x)
            result *= cyclic
            return result

        total, turned = run(product, (0, 1), threads)
        total.real -= turned.imag
        total.imag += turned.real
        return np.fft.irfft(total, b.size)


def inverse(u: Vector) -> Triangular | Cyclic:
    """The quicker form of the inverse with first column *u*."""
    rest = u.size
    for factor in SMOOTH:
        while rest % factor == 0:
            rest //= factor
    return Cyclic(u) if rest == 1 and u.size % 2 == 0 else Triangular(u)


def fast_size(least: int) -> int:
    """The smallest number from *least* on with no prime factor above 5: a fast transform."""
    best = 1 << (least - 1).bit_length()
    five = 1
    while five < best:
        three = five
        while three < best:
            best = min(best, three << max(0, (-(-least // three) - 1).bit_length()))
            three *= 3
        five *= 5
    return best
