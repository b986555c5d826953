"""Texts that test whether a service validates a pattern correctly: complete sets, near misses, hard texts."""

from __future__ import annotations

from strategies.patterns.conformance import conformance_set
from strategies.patterns.explosive import ExplosivePair, explosive_texts
from strategies.patterns.positions import position_and_length_words
from strategies.patterns.texts import members, near_misses
from strategies.patterns.words import Word

__all__ = [
    "ExplosivePair",
    "Word",
    "conformance_set",
    "explosive_texts",
    "members",
    "near_misses",
    "position_and_length_words",
]
