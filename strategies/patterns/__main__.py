"""Show the automata of the page's patterns, or redraw them in a document.

python -m strategies.patterns                    prints a Mermaid flowchart of each request pattern
python -m strategies.patterns docs/patterns.md   redraws the flowcharts and the counts in that document
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from contracts.document import load_contract
from contracts.patterns import Pattern
from strategies.patterns.drawing import flowchart, redrawn


def request_patterns() -> dict[str, Pattern]:
    """The patterns of the request, by the path of their field."""
    return {field.path: Pattern.compile(field.pattern) for field in load_contract().fields if field.pattern}


def main(arguments: list[str]) -> int:
    """Print the drawings, or write them into a document. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m strategies.patterns", description="Draw the page's patterns.")
    parser.add_argument("document", nargs="?", type=Path, help="a document to redraw, such as docs/patterns.md")
    document: Path | None = parser.parse_args(arguments).document
    patterns = request_patterns()
    if document is None:
        for name, pattern in patterns.items():
            sys.stdout.write(f"{name}: {pattern.source}\n{flowchart(pattern)}\n")
    else:
        document.write_text(redrawn(document.read_text(encoding="utf-8"), patterns), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
