"""Compiled cores of polyquant.transforms."""
