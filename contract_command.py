"""The console script ``contract``: finds the repository that it was installed from and starts its command line."""

from __future__ import annotations

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent


def main() -> int:
    """Run one command; the exit status is 0, 1, 3 or 4, as the README says."""
    if not (_ROOT / "tests" / "harness").is_dir():
        print("contract runs from its repository: install it with pip install -e FOLDER", file=sys.stderr)
        return 4
    # Before site-packages: other distributions install packages with the name tests.
    sys.path.insert(0, str(_ROOT))
    try:
        from tests.harness.command_line import main as run  # noqa: PLC0415  # it is importable from here on
    except ImportError as problem:  # Python would end with 1, which means a broken promise
        print(f"contract: {problem}; install it with pip install -e {_ROOT}", file=sys.stderr)
        return 4
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
