"""Compiled cores of :mod:`polyquant.sharing`: arrays in, arrays out, nothing checked twice."""
