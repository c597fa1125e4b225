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
def _search(u, sign, symbols, free, came):
    """Correlation of *sign* * u with the best word; its message in *free*. *came* (steps, states) is work space."""
    steps, states = came.shape
    score, after, gains = np.empty(states), np.empty(states), np.empty(8)
    score[:] = -np.inf
    score[0] = 0.0
    for time in range(steps):
        x, y, z = sign * u[3 * time], sign * u[3 * time + 1], sign * u[3 * time + 2]
        for bits in range(gains.size):
            gains[bits] = (1 - 2 * (bits & 1)) * x + (1 - (bits & 2)) * y + (1 - (bits >> 1 & 2)) * z
        step = 2 if time >= free.size else 1  # zeros at the end: only even states
        for state in range(states):  # bit 0 is the newest input: what falls out of the register decides the path
            if state % step:
                after[state] = -np.inf
                continue
            old = score[state >> 1] + gains[symbols[state]]
            older = score[(state + states) >> 1] + gains[symbols[state + states]]
            came[time, state] = 1 if older > old else 0
            after[state] = max(old, older)
        score, after = after, score
    state = 0
    for time in range(steps - 1, -1, -1):
        if time < free.size:
            free[time] = state & 1
        state = (state + came[time, state] * states) >> 1
    return score[0]


@kernel
def coded(u, symbols, free):
    """The message whose word agrees best with each row of u, for either sign of the coefficient.

    Rows start with three values a step for each free bit and for the six zeros after them; *symbols* is SYMBOLS.
    """
    came = np.empty((free.shape[1] + MEMORY, symbols.size // 2), np.uint8)
    other = np.empty(free.shape[1], np.uint8)
    for row in range(u.shape[0]):
        if _search(u[row], -1.0, symbols, other, came) > _search(u[row], 1.0, symbols, free[row], came):
            for i in range(other.size):
                free[row, i] = other[i]
