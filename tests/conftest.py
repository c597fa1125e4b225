"""The same hypothesis cases for everyone; they still shrink."""

from hypothesis import settings

settings.register_profile("polyquant", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("polyquant")
