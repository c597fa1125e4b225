"""First on PYTHONPATH, this makes ``import numba`` fail, as where there is no compiler."""

raise ImportError("numba is hidden for this run")
