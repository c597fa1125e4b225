"""Texts that the lessons measure, each with its source and its licence beside it."""
