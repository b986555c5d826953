"""Test data: published documents, recorded exchanges, other patterns."""

from __future__ import annotations

from pathlib import Path
from typing import Final

#: The folder of these files.
DATA: Final = Path(__file__).parent
