"""Compiled cores of :mod:`polyquant.algebra`: arrays in, arrays out, nothing checked twice."""
