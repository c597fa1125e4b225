"""Garsia and Wachs: depths of the best tree whose leaves stay in their order."""

from polyquant._kernel import kernel


@kernel
def garsia_wachs(weight, row, node, parent, depth):
    """Depth (nodes,) of each node; the leaves are the first n, in order. Serves int64 and, as py_func, Python integers.

    weight (2n - 1,) begins with the weights of the n leaves. row and node (n,) are the work line: weights and
    the nodes they belong to. Of the first three neighbours x, y, z with x <= z, x and y become one node; it moves left
    past all that are lighter. The tree that arises has the right depths, but not yet the right order.
    """
    n = (weight.size + 1) // 2
    for i in range(n):
        row[i] = weight[i]
        node[i] = i
    size = n
    made = n
    i = 2
    while size > 1:
        while i < size and row[i - 2] > row[i]:
            i += 1
        if i > size:
            i = size
        total = row[i - 2] + row[i - 1]
        weight[made] = total
        parent[node[i - 2]] = made
        parent[node[i - 1]] = made
        at = i - 2
        while at > 0 and row[at - 1] < total:
            row[at] = row[at - 1]
            node[at] = node[at - 1]
            at -= 1
        row[at] = total
        node[at] = made
        made += 1
        size -= 1
        for j in range(i - 1, size):
            row[j] = row[j + 1]
            node[j] = node[j + 1]
        i = max(2, at)
    depth[made - 1] = 0
    for j in range(made - 2, -1, -1):
        depth[j] = depth[parent[j]] + 1
