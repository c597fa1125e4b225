"""Public combinations of secret bytes over GF(256): no table is indexed by a secret, no branch depends on one."""

import numpy as np

from polyquant._kernel import kernel

BLOCK = 4096  # bytes of every row that stay in the first cache level while eight bits of the weights are used up


@kernel
def combine(weights, rows, out):
    """Set out = sum over j of weights[j] * rows[j]; uint8 arrays of shapes (k,), (k, n), (n,).

    Horner in the bits of the weights: sum_j w_j r_j = sum_b x^b (sum of the rows whose weight has bit b), so all k
    products together cost seven multiplications by x.
    """
    k, n = rows.shape
    for start in range(0, n, BLOCK):
        stop = min(start + BLOCK, n)
        acc = out[start:stop]
        acc[:] = 0
        for bit in range(7, -1, -1):
            if bit < 7:
                for i in range(stop - start):
                    acc[i] = np.uint8(acc[i] << 1) ^ np.uint8(0x1B * (acc[i] >> 7))  # not a branch
            for j in range(k):
                if weights[j] >> bit & 1:  # weights are public
                    row = rows[j, start:stop]
                    for i in range(stop - start):
                        acc[i] ^= row[i]


@kernel
def combine_all(weights, rows, out):
    """Set out[i] = sum over j of weights[i, j] * rows[j]; shapes (m, k), (k, n), (m, n)."""
    for i in range(weights.shape[0]):
        combine(weights[i], rows, out[i])
