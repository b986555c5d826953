"""Requests for the words of a pattern: each is the value of its field in an otherwise valid body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.patterns import Pattern
from strategies.encoding import STYLES, Style, json_case
from strategies.patterns import Word, near_misses
from strategies.surrounding_fields import SurroundingFields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis.strategies import SearchStrategy

    from contracts.document import Contract, Field
    from contracts.exchange import Case
    from strategies.unique_names import UniqueNames

#: Common names of projects, with characters that the page's pattern forbids in typical positions.
TITLES: Final = (
    *("1.2", "v2.0 beta", "3.14", "10.000", "Dr. Who", "e.g. this", "end.", ".start", "...", "..", "a . b", ". ."),
    *("a@b.co", "ann@example.org"),
    *("example.com", "readme.md", "archive.tar.gz", "www.example.org", "J.R.R. Tolkien", "Inc.", "No.5", "U.S."),
    *("a / b", "/ ", " /", "and/or", "N/A", "1/2", "24/7", "/", "//", "/etc/passwd", "../secrets", "./x", "a/"),
    *("https://example.com", "C:/x", "a\\b/c", "</b>", "{{a.b}}", "${a.b}", "%2F.", "&#47;.", "a\n.", "\n/", "\t."),
    *("%2E", "%2F", "&#46;", "a b", "A-B_C", "(x) [y] {z}", "50%", "#1", "a, b; c", "what? yes!", "a\\b", "a:b", "a|b"),
    # Dialects differ in line breaks and in the end of a text.
    *("a\u2028b.c", "a\u2029b/c", "a\x85b.c", "a\x00b.c", "a\rb/c", "a\x0bb.c", "a\x1eb/c"),
)
#: Common addresses, right and wrong.
ADDRESSES: Final = (
    *("no-at-sign", "a..b@c.de", ".a@b.co", "a.@b.co", "a@b", "a@b.c", "a@b.co\n", "\na@b.co", " a@b.co", "a@b.co "),
    *("a@b..co", "a@.b.co", "a@b.co.", "a@-b.co", "a@@b.co", "a@b@c.de", "@b.co", "a@", "a b@c.de", "a@b c.de"),
    *("ü@example.com", "a@exämple.com", "a@例え.jp", '"a b"@c.de', '"a"@c.de', "a@[127.0.0.1]", "a@127.0.0.1"),
    *("mailto:a@b.co", "Ann <ann@example.com>", "<a@b.co>", "a@b.co, c@d.co", "a@b.co;c@d.co", "a@b.co c@d.co"),
    *("a@b_c.co", "a@b.c1", "a@b.123", "a/b@c.de", "a!b@c.de", "a#b@c.de", "a%b@c.de", "a&b@c.de", "a=b@c.de"),
    *("a?b@c.de", "a^b@c.de", "a|b@c.de", "a~b@c.de", "a`b@c.de", "a{b@c.de", "a$b@c.de", "a*b@c.de", "a:b@c.de"),
    *("a\\b@c.de", "a,b@c.de", "a(x)@b.co", "a@b.co(x)", "a@b.co/x", "a@b.co:25", "a@localhost", "'@b.co", "a'@b.co"),
    *("a+b@c.de", "a+@c.de", "+a@c.de", "-a@c.de", "_@c.de", "1@2.co", "A@B.CO", "a.b.c@d.e.fg", "o'brien@example.com"),
    *("a@b.museum", "a@xn--exmple-cua.com", "a@1.co", "a-b@c-d.co", "a__b@c.de", "first.last+tag@sub.example.co.uk"),
    # Digits, letters and white space of other scripts, and letters that case folding makes ASCII.
    *(
        "a\u0663@b.co",
        "a\U0001d7d7@b.co",
        "a\xa0b@c.de",
        "a@b\u0663.co",
        "a@b\xfcc.de",
        "a@b.\u0440\u0444",
        "a@b.co\u200b",
    ),
    *(
        "a@b\u212a.co",
        "a@b.\u017fo",
        "\u017f@b.co",
        "a@b\u3002co",
        "a\uff20b.co",
        "a@b.co?x=1",
        "none",
        "n/a",
        "\ufeffa@b.co",
    ),
    *(f"{'a' * 62}..b@c.de", f"{'a' * 70}..b@c.de", f"{'a' * 70}.@b.co", f"a@{'b' * 60}.{'c' * 10}..de"),
)
#: The first words, which are the shortest, get minimal bodies, so that the smallest case is among them.
_ALONE = 8
#: Longer words get few other members, to limit the size of the body.
_LONG = 4_000


def natural_words(pattern: Pattern) -> list[Word]:
    """Common texts that may or may not match the pattern; addresses only if it matches some."""
    texts = (*(TITLES if pattern.matches("Project alpha") else ()), *(ADDRESSES if pattern.matches("a@b.co") else ()))
    return [Word(text, pattern.matches(text), "as people write it") for text in texts]


def pattern_cases(
    contract: Contract,
    field: Field,
    words: Iterable[Word],
    names: UniqueNames,
    seed: int,
    *,
    case_set: str = "conformance",
) -> list[Case]:
    """One request for each word; the rest of the body is valid and varies from request to request."""
    surrounding_fields = SurroundingFields(contract, names, seed)
    cases: list[Case] = []
    for word in words:
        context = "minimal" if len(word.text) > _LONG or len(cases) < _ALONE else None
        body = surrounding_fields.body(field, context) | {field.path: word.text}
        intent = f"request.{field.path}.pattern ({word.purpose})"
        style = _style(word.text, len(cases))
        cases.append(json_case(body, case_set=f"pattern.{field.path}.{case_set}", intent=intent, style=style))
    return cases


def _style(text: str, turn: int) -> Style:
    """The encoding of the body: sometimes with escapes, which mean the same characters."""
    if len(text) > _LONG:
        return "compact"
    if "/" in text and turn % 2:
        return "solidus"
    return STYLES[1 + turn // 3 % (len(STYLES) - 1)] if turn % 3 == 1 else "compact"


def near_miss_bodies(contract: Contract, field: Field) -> SearchStrategy[Case]:
    """A text one edit away from the pattern of ``field``, in an ordinary body; ``{name}`` marks it."""
    if field.pattern is None:
        raise ValueError(f"Expected a field with a pattern, got {field.path!r}")
    plain = SurroundingFields(contract, None).body(field, "minimal")

    def with_text(text: str) -> Case:
        intent = f"request.{field.path}.pattern: a near miss"
        return json_case(plain | {field.path: text}, case_set=f"pattern.{field.path}.near_miss", intent=intent)

    return near_misses(Pattern.compile(field.pattern)).map(with_text)
