"""The site's own modules lie beside the documents; without Sphinx (extra "site") there is nothing to test."""

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "docs" / "_site"), str(ROOT / ".ci")]
collect_ignore_glob = [] if importlib.util.find_spec("sphinx") else ["test_*.py"]
