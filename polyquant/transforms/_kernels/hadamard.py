"""The Walsh-Hadamard transform in place: butterflies over halves of growing blocks."""

from polyquant._kernel import kernel


@kernel
def fwht(rows):
    """Transform each row of rows (m, 2^d), any number type, in place and natural order.

    Two steps at a time, so that the numbers pass through the cache half as often; a last single one if d is odd.
    """
    n = rows.shape[1]
    for r in range(rows.shape[0]):
        row = rows[r]
        part = 1
        while 2 * part < n:
            for start in range(0, n, 4 * part):
                p = row[start : start + part]  # with slices the compiler uses vector instructions
                q = row[start + part : start + 2 * part]
                s = row[start + 2 * part : start + 3 * part]
                t = row[start + 3 * part : start + 4 * part]
                for i in range(part):
                    a = p[i] + q[i]
                    b = p[i] - q[i]
                    c = s[i] + t[i]
                    d = s[i] - t[i]
                    p[i] = a + c
                    q[i] = b + d
                    s[i] = a - c
                    t[i] = b - d
            part *= 4
        if part < n:
            for i in range(part):
                a = row[i]
                b = row[i + part]
                row[i] = a + b
                row[i + part] = a - b
