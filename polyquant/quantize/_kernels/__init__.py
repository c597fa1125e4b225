"""Compiled cores of the family: arrays in, arrays out, nothing checked twice."""
