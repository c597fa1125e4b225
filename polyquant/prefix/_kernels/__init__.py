"""Compiled cores of polyquant.prefix."""
