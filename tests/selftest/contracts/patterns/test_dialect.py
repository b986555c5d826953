"""The matcher is ECMA-262: compared with Node if there is one, and everywhere against `regress`."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time

import pytest
import regress

from contracts.patterns import Automaton, Pattern, PatternError, difference
from tests.selftest.data import DATA

DISPLAY_NAME = r"^[^./]+$"
EMAIL = r"^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$"
PROJECT_ID = r"^[0-9a-zA-Z]{21}$"

#: Such as other people write; between them they use most of the dialect.
OTHER_PATTERNS: dict[str, str] = json.loads(DATA.joinpath("other_patterns.json").read_text())
PAGE_PATTERNS = {"displayName": DISPLAY_NAME, "alertReceiverEmail": EMAIL, "id": PROJECT_ID}

_NODE_PROGRAM = """
const fs = require('fs');
const work = JSON.parse(fs.readFileSync(0, 'utf8'));
console.log(JSON.stringify(work.map(([source, texts]) => {
  const pattern = new RegExp(source, 'u');
  return texts.map((text) => pattern.test(text));
})));
"""


def _node_answers(work: list[tuple[str, list[str]]]) -> list[list[bool]]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node here: ECMA-262 was checked against the regress engine only")
    done = subprocess.run(
        [node, "-e", _NODE_PROGRAM],
        input=json.dumps(work),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    answers: list[list[bool]] = json.loads(done.stdout)
    return answers


def _texts_near(pattern: Pattern, rng: random.Random, count: int) -> list[str]:
    """Random walks that mostly stay alive, so that both results occur, with stray characters."""
    automaton = pattern.automaton
    untracked = "\n\r\u2028\u2029\u0085\u00a0\ufeff \t\x00.@/-aZ9é\u0660\uff0e\u212a\U0001f600"
    texts = []
    for _ in range(count):
        state, text = automaton.initial, ""
        for _ in range(rng.choice((0, 1, 2, 5, 12, 25, 40))):
            if rng.random() < 0.03:
                char = rng.choice(untracked)
            else:
                live = [i for i, there in enumerate(automaton.transitions[state]) if there != automaton.sink]
                cls = automaton.classes[rng.choice(live or range(len(automaton.classes)))]
                low, high = rng.choice(cls.ranges)
                char = rng.choice((cls.representative, chr(rng.randint(low, min(high, low + 40)))))
            if 0xD800 <= ord(char) <= 0xDFFF:
                continue
            text += char
            state = automaton.transitions[state][automaton.class_of(char)]
        member = text + _shortest_way_to_accept(automaton, state)
        texts += [text, text + rng.choice(untracked), member, member + rng.choice(untracked)]
    return texts


def _shortest_way_to_accept(automaton: Automaton, state: int) -> str:
    ways = {state: ""}
    for here in (waiting := [state]):
        if here in automaton.accepting:
            return ways[here]
        for cls, there in zip(automaton.classes, automaton.transitions[here], strict=True):
            if there not in ways:
                ways[there] = ways[here] + cls.representative
                waiting.append(there)
    return ""


def _work(seed: int) -> list[tuple[str, list[str]]]:
    rng = random.Random(seed)
    return [
        (source, _texts_near(Pattern.compile(source), rng, 150)) for source in (PAGE_PATTERNS | OTHER_PATTERNS).values()
    ]


def _random_pattern(rng: random.Random, depth: int = 3) -> str:
    """A pattern of the grammar's every construct over a tiny alphabet, so that its parts interact."""
    pick = rng.random()
    if depth == 0 or pick < 0.3:
        return rng.choice(("a", "b", ".", r"\n", "[ab]", "[^a]", r"\w", r"\W", r"\s", r"[^\d\s]", "", "-"))
    inner = _random_pattern(rng, depth - 1)
    if pick < 0.5:
        return inner + _random_pattern(rng, depth - 1)
    if pick < 0.6:
        return f"(?:{inner}|{_random_pattern(rng, depth - 1)})"
    if pick < 0.75:
        return f"({inner}){rng.choice(('*', '+', '?', '{2}', '{1,2}', '{0,2}?', '{2,}', '*?'))}"
    if pick < 0.87:
        return f"(?{rng.choice('=!')}{inner})" + _random_pattern(rng, depth - 1)
    return rng.choice(("^", "$", r"\b", r"\B")) + inner if pick < 0.94 else inner + rng.choice(("$", r"\b"))


def _random_work(seed: int, count: int) -> list[tuple[str, list[str]]]:
    rng = random.Random(seed)
    texts = ["".join(rng.choices("ab\n- \u2028é", k=rng.randint(0, 6))) for _ in range(60)]
    return [(_random_pattern(rng, 4), texts) for _ in range(count)]


def _disagreements(work: list[tuple[str, list[str]]], answers: list[list[bool]]) -> list[tuple[str, str, bool]]:
    return [
        (source, text, theirs)
        for (source, texts), row in zip(work, answers, strict=True)
        for text, theirs in zip(texts, row, strict=True)
        if Pattern.compile(source).matches(text) != theirs
    ]


def test_matching_agrees_with_node_on_thousands_of_texts() -> None:
    work = _work(seed=1)
    answers = _node_answers(work)
    assert not _disagreements(work, answers)
    for (source, _), row in zip(work, answers, strict=True):
        if source != OTHER_PATTERNS["one line"]:
            assert {True, False} <= set(row), f"{source} was only ever answered {row[0]}"
    print(f"{sum(map(len, answers))} texts of {len(work)} patterns")


def test_matching_of_random_patterns_agrees_with_node() -> None:
    work = _random_work(seed=2, count=1500)
    assert not _disagreements(work, _node_answers(work))


def test_matching_agrees_with_the_regress_engine() -> None:
    work = _work(seed=3)
    answers = [[_regress(source, text) for text in texts] for source, texts in work]
    assert not _disagreements(work, answers)


def _regress(source: str, text: str) -> bool:
    return regress.Regex(source, "u").find(text) is not None


@pytest.mark.parametrize(
    ("source", "text", "member"),
    [
        (r"^a$", "a\n", False),
        (r"^a$", "b\na", False),
        (r"^.$", "\r", False),
        (r"^.$", "\u2028", False),
        (r"^.$", "\u0085", True),
        (r"^.$", "\U0001f600", True),
        (r"^\d$", "\u0663", False),
        (r"^\s$", "\ufeff", True),
        (r"^\s$", "\u0085", False),
        (r"^\w$", "é", False),
        (r"^\w$", "\u212a", False),
        (r"^\uD83D\uDE00$", "\U0001f600", True),
        (r"^[]$", "", False),
        (r"^[^]$", "\n", True),
        (r"b", "abc", True),
        (r"", "anything", True),
        (r"^(?:(?=a).)+$", "aa", True),
        (r"^x(?=y)|^z$", "xy", True),
        (r"^(?!a$)a*$", "a", False),
        (r"^(?:a*b)?$", "aa", False),
    ],
)
def test_the_dialect_is_ecma_262(source: str, text: str, *, member: bool) -> None:
    assert Pattern.compile(source).matches(text) is member


@pytest.mark.parametrize(
    ("source", "construct"),
    [
        (r"(a)\1", "back-reference"),
        (r"(?<x>a)\k<x>", "back-reference"),
        (r"(?<=a)b", "look-behind"),
        (r"(?<!a)b", "look-behind"),
        (r"\p{L}", "Unicode property"),
        (r"(?i:a)", "unknown group"),
        (r"a{2", "unfinished counted repetition"),
        (r"a{3,2}", "out of order"),
        (r"[b-a]", "out of order"),
        (r"[\d-x]", "range that ends in a class"),
        (r"(?=a)*", "repeated assertion"),
        (r"\_", "unknown escape"),
        (r"a)", "unmatched"),
        (r"(a", "unfinished group"),
        (r"[a", "unfinished '['"),
        (r"a]", "lone ']'"),
        (r"a**", "nothing to repeat"),
        (r"\u{110000}", "impossible code point"),
        (r"\x4", "unfinished hexadecimal escape"),
        (r"(?<1>a)", "proper name"),
        (r"(?:a{200}){200}", "too large"),
        (r"^(?:a|b)*a(?:a|b){14}$", "more than 5000 states"),
    ],
)
def test_what_is_no_automaton_or_no_pattern_is_refused_by_name(source: str, construct: str) -> None:
    with pytest.raises(PatternError, match=construct.replace("[", r"\[")):
        Pattern.compile(source)


def test_a_million_steps_cost_a_million_steps() -> None:
    evil = Pattern.compile(r"^(?:(?:a+)+)+$")
    began = time.process_time()  # of this process alone: other work on the machine does not count
    assert not evil.matches("a" * 200_000 + "!")
    assert time.process_time() - began < 2


def test_the_page_s_patterns_compile_quickly() -> None:
    program = (
        "import time; began = time.process_time(); from contracts.patterns import Pattern\n"
        f"for source in {list(PAGE_PATTERNS.values())!r}: Pattern.compile(source)\n"
        "print(time.process_time() - began)"
    )
    seconds = min(float(subprocess.check_output([sys.executable, "-c", program], text=True)) for _ in range(3))
    assert seconds < 0.2, f"{seconds:.3f} s at the best of three"


@pytest.mark.parametrize("source", [*PAGE_PATTERNS.values(), *OTHER_PATTERNS.values()])
def test_automata_are_total_and_minimal(source: str) -> None:
    automaton = Pattern.compile(source).automaton
    assert all(len(row) == len(automaton.classes) for row in automaton.transitions)
    assert sum(cls.size for cls in automaton.classes) == 0x110000
    for cls_number, cls in enumerate(automaton.classes):
        assert automaton.class_of(cls.representative) == cls_number
        assert {automaton.class_of(chr(end)) for bounds in cls.ranges for end in bounds} == {cls_number}
    reached = {automaton.initial}
    for _ in automaton.states:
        reached |= {there for state in reached for there in automaton.transitions[state]}
    assert reached == set(automaton.states)
    apart = {(p, q) for p in automaton.accepting for q in automaton.states if q not in automaton.accepting}
    apart |= {(q, p) for p, q in apart}
    grown = True
    while grown:
        more = {
            (p, q)
            for p in automaton.states
            for q in automaton.states
            if any(pair in apart for pair in zip(automaton.transitions[p], automaton.transitions[q], strict=True))
        }
        grown = not more <= apart
        apart |= more
    assert len(apart) == len(automaton.states) * (len(automaton.states) - 1)


@pytest.mark.parametrize(
    ("before", "after", "lost", "gained"),
    [
        (DISPLAY_NAME, r"^[^/.]+$", None, None),
        (DISPLAY_NAME, r"^[^/]+$", None, "."),
        (DISPLAY_NAME, r"^[^./]*$", None, ""),
        (DISPLAY_NAME, r"^[^./]{1,3}$", "aaaa", None),
        (PROJECT_ID, r"^[0-9a-zA-Z]{20,21}$", None, "a" * 20),
        (EMAIL, EMAIL.replace(r"(?!\.)", ""), None, ".a@a.aa"),
        (r"^[a-m]$", r"^[k-z]$", "a", "n"),
    ],
)
def test_the_difference_of_two_patterns_is_a_shortest_text(
    before: str, after: str, lost: str | None, gained: str | None
) -> None:
    assert difference(Pattern.compile(before).automaton, Pattern.compile(after).automaton) == (lost, gained)
