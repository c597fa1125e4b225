"""Compiled cores of polyquant.bits."""
