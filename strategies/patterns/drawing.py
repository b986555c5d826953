"""Automata as Mermaid flowcharts and conformance sets as a table, for docs/patterns.md."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from contracts.patterns import state_cover
from strategies.patterns.conformance import conformance_set
from strategies.patterns.positions import position_and_length_words
from strategies.patterns.texts import refused_transitions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.patterns import Automaton, Pattern

_BLOCK: Final = re.compile(r"(<!-- drawn: (?P<name>[^>]+?) -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)


def flowchart(pattern: Pattern) -> str:
    """The automaton as a Mermaid flowchart.

    Accepting states have double circles. Each state shows a shortest text that leads to it. The rejecting state is
    omitted: characters without an arrow lead to it.
    """
    automaton = pattern.automaton
    lines = ["flowchart LR", "  start(( )) --> s0"]
    for state, access in state_cover(automaton).items():
        if state != automaton.sink:
            text = automaton.text_of(access) or "(nothing)"
            left, right = ("(((", ")))") if state in automaton.accepting else ("((", "))")
            lines.append(f'  s{state}{left}"{_escaped(text)}"{right}')
    for state in automaton.states:
        lines += [f'  s{state} -->|"{label}"| s{there}' for there, label in _arrows(automaton, state)]
    return "```mermaid\n" + "\n".join(lines) + "\n```\n"


def table(patterns: Mapping[str, Pattern]) -> str:
    """The sizes of the sets, a row for each pattern."""
    lines = [
        "| pattern | states | classes | ways into rejection | words, m = 0 | words, m = 1 | position and length |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, pattern in patterns.items():
        automaton = pattern.automaton
        columns = (
            len(automaton.states),
            len(automaton.classes),
            len(refused_transitions(automaton)),
            len(conformance_set(pattern, extra_states=0, seed=0)),
            len(conformance_set(pattern, extra_states=1, seed=0)),
            len(position_and_length_words(pattern, seed=0)),
        )
        lines.append(f"| `{name}` | " + " | ".join(f"{column:,}" for column in columns) + " |")
    return "\n".join(lines) + "\n"


def redrawn(document: str, patterns: Mapping[str, Pattern]) -> str:
    """The document with each block between ``<!-- drawn: NAME -->`` and ``<!-- end -->`` regenerated.

    ``NAME`` is a pattern's name, or ``counts`` for the table. Raises KeyError for an unknown name.
    """

    def block(match: re.Match[str]) -> str:
        name = match["name"]
        return match[1] + (table(patterns) if name == "counts" else flowchart(patterns[name])) + match[4]

    return _BLOCK.sub(block, document)


def _arrows(automaton: Automaton, state: int) -> list[tuple[int, str]]:
    targets: dict[int, list[str]] = {}
    for cls, there in zip(automaton.classes, automaton.transitions[state], strict=True):
        if there != automaton.sink:
            targets.setdefault(there, []).append(cls.name)
    return [(there, ", ".join(map(_escaped, names))) for there, names in targets.items()]


def _escaped(text: str) -> str:
    """Escaped for quoted text in Mermaid, in which some characters would be Markdown or markup."""
    return "".join(f"#{ord(char)};" if char in "\"#&;<>*`'" else char for char in text)
