"""The classroom kit is no installed package; it lives beside the assignments."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lessons" / "assignments"))
