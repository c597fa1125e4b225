"""Assignments that grade themselves: ``python -m classroom release`` and ``python -m classroom grade FOLDER``.

A tool of this repository, not of the library: ``make assignments`` and ``make grade`` put its folder on the path.
``source`` reads an assignment and writes its two versions, ``batch`` grades a folder of submissions, each with a ``judge`` of its own, which knows the hidden tests, and
a ``student`` process, which runs the foreign code and never sees them. ``report`` writes what came out.
"""
