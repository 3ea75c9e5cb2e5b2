"""The real Pillow, with the decoder of sitecustomize.py: the product's child reads no site."""

import runpy
import sys
from pathlib import Path

_FOLDER = Path(__file__).parents[1]

sys.path.remove(str(_FOLDER))
del sys.modules["PIL"]
runpy.run_path(str(_FOLDER / "sitecustomize.py"))  # imports the real one
sys.path.insert(0, str(_FOLDER))
