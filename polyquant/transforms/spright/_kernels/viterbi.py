"""A convolutional code of rate 1/3 over the free bits: the word of largest correlation, by dynamic programming.

[VIT67] A. J. Viterbi, Error bounds for convolutional codes.
"""

import numpy as np

from polyquant._kernel import kernel

MEMORY = 6  # the code looks at a bit and at the six before it; six zeros end the word
STATES = 1 << MEMORY
POLYNOMIALS = (0o133, 0o171, 0o165)  # bit t selects the input of t steps ago


def _symbol(register: int) -> int:
    """The three code bits that leave the encoder when *register* holds the last seven inputs, newest in bit 0."""
    return sum((register & taps).bit_count() % 2 << i for i, taps in enumerate(POLYNOMIALS))


SYMBOLS = np.array([_symbol(register) for register in range(2 * STATES)])


@kernel
def _search(u, sign, free, came):
    """Correlation of *sign* * u with the best word; its message in *free*. *came* (steps, STATES) is work space."""
    steps = free.size + MEMORY
    score, after, gains = np.full(STATES, -np.inf), np.empty(STATES), np.empty(8)
    score[0] = 0.0
    for time in range(steps):
        x, y, z = sign * u[3 * time], sign * u[3 * time + 1], sign * u[3 * time + 2]
        for bits in range(8):
            gains[bits] = (-x if bits & 1 else x) + (-y if bits & 2 else y) + (-z if bits & 4 else z)
        for state in range(STATES):  # bit 0 is the newest input: what falls out of the register decides the path
            old, older = score[state >> 1] + gains[SYMBOLS[state]], score[(state | STATES) >> 1]
            older += gains[SYMBOLS[state | STATES]]
            came[time, state] = 1 if older > old else 0
            after[state] = max(old, older)
            if time >= free.size and state & 1:
                after[state] = -np.inf
        score, after = after, score
    state = 0
    for time in range(steps - 1, -1, -1):
        if time < free.size:
            free[time] = state & 1
        state = (state | came[time, state] * STATES) >> 1
    return score[0]


@kernel
def coded(u, free):
    """Both signs of the coefficient are tried, since only its words are known, not its sign."""
    came = np.empty((free.size + MEMORY, STATES), np.int64)
    other = np.empty_like(free)
    if _search(u, -1.0, other, came) > _search(u, 1.0, free, came):
        free[:] = other
