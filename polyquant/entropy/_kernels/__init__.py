"""Compiled cores of polyquant.entropy."""
