"""Prefix codes and what they cost."""
