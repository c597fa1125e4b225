"""The Walsh-Hadamard transform in place: butterflies over halves of growing blocks."""

from polyquant._kernel import kernel


@kernel
def fwht(rows):
    """Transform each row of rows (m, 2^d), any number type, in place and natural order."""
    n = rows.shape[1]
    for r in range(rows.shape[0]):
        row = rows[r]
        half = 1
        while half < n:
            for start in range(0, n, 2 * half):
                for i in range(start, start + half):
                    a = row[i]
                    b = row[i + half]
                    row[i] = a + b
                    row[i + half] = a - b
            half *= 2
