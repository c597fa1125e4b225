"""Compiled cores of polyquant.transforms.spright."""
