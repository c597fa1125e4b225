"""Compiled cores of polyquant.ldp."""
