"""How documents, lessons and docstrings become pages that need no kernel and no network."""
