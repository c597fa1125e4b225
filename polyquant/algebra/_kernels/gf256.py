"""Public combinations of secret bytes over GF(256): no table is indexed by a secret, no branch depends on one."""

import numpy as np

from polyquant._kernel import kernel

BLOCK = 4096  # bytes of every row that stay in the first cache level while all combinations of them are made


@kernel
def combine_block(weights, rows, start, stop, acc):
    """Set acc = sum over j of weights[j] * rows[j, start:stop].

    Horner in the bits of the weights: sum_j w_j r_j = sum_b x^b (sum of the rows whose weight has bit b), so all k
    products together cost seven multiplications by x.
    """
    acc[:] = 0
    for bit in range(7, -1, -1):
        if bit < 7:
            for i in range(stop - start):
                acc[i] = np.uint8(acc[i] << 1) ^ np.uint8(0x1B * (acc[i] >> 7))  # not a branch
        for j in range(weights.size):
            if weights[j] >> bit & 1:  # weights are public
                row = rows[j, start:stop]
                for i in range(stop - start):
                    acc[i] ^= row[i]


@kernel
def combine_all(weights, rows, out):
    """Set out[i] = sum over j of weights[i, j] * rows[j]; uint8 arrays of shapes (m, k), (k, n), (m, n)."""
    n = rows.shape[1]
    for start in range(0, n, BLOCK):
        stop = min(start + BLOCK, n)
        for i in range(weights.shape[0]):
            combine_block(weights[i], rows, start, stop, out[i, start:stop])
