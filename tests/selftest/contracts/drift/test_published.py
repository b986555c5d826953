"""The document published with version 0.83, and the page, compared with the contract: the expected list is manual."""

from __future__ import annotations

from contracts.document import load_contract
from contracts.drift import compare, read_contract, read_source
from contracts.drift.impact import Effect
from tests.selftest.data import DATA

HELD = read_contract(load_contract())
BREAKS, REFUSES, TAKES, PROMISES = Effect.BREAKS, Effect.REFUSES, Effect.TAKES, Effect.PROMISES

COLORS = (
    "RED", "BLUE", "YELLOW", "PURPLE", "GREEN", "PINK", "VIOLET", "ORANGE", "DARK_GREEN", "CYAN", "LAVENDER",
    "DEEP_ORANGE",
)  # fmt: skip

#: Read off the two documents side by side. The page is the younger one.
EXPECTED = {
    # The old document lets metadata be null, both ways; the page says object.
    ("request.metadata", "null", "no null", "null", (TAKES,)),
    ("response.201.metadata", "null", "no null", "null", (BREAKS,)),
    # It does not know two fields of the body, and one member of the response.
    ("request.globalConnectionExternalIds", "removed", "string[]", "nothing", (BREAKS, REFUSES)),
    (
        "request.alertReceiverEmail",
        "removed",
        (
            "string<email> | null · pattern `^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]"
            "@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$`"
        ),
        "nothing",
        (BREAKS, REFUSES),
    ),
    ("response.201.poolId", "removed", "string | null · pattern `^[0-9a-zA-Z]{21}$`", "nothing", (BREAKS,)),
    # It promises a text for externalId in the response; the page lets it be null.
    ("response.201.externalId", "null", "null", "no null", (PROMISES,)),
    # It lists members that the page shows nowhere.
    (
        "response.201.icon.color",
        "added",
        "nothing",
        "enum<string> · required · options " + ", ".join(f"`{color}`" for color in COLORS),
        (PROMISES,),
    ),
    (
        "response.201.plan.piecesFilterType",
        "added",
        "nothing",
        "enum<string> · required · options `NONE`, `ALLOWED`",
        (PROMISES,),
    ),
}


def test_every_difference_of_the_published_document_is_listed_and_nothing_else() -> None:
    found = compare(HELD, read_source(str(DATA / "published-openapi-0.83.json")))
    told = [(d.member, d.aspect, d.held, d.published, d.effects) for d in found]
    assert set(told) == EXPECTED
    assert len(told) == len(EXPECTED)


def test_each_difference_says_what_it_means_for_both_sides() -> None:
    found = {(d.member, d.aspect): d for d in compare(HELD, read_source(str(DATA / "published-openapi-0.83.json")))}
    null = found["request.metadata", "null"].impact
    assert null.client == "no client breaks; null may be sent"
    assert null.service == "a service may now accept null, which it refused"
    answered = found["response.201.metadata", "null"].impact
    assert answered.client == "a client that never had to expect null breaks"
    assert answered.service == "a service may now respond with null"
    gone = found["response.201.poolId", "removed"].impact
    assert gone.client == "a client that reads poolId breaks"
    color = found["response.201.icon.color", "added"].impact
    assert color.client == "no client breaks; clients may come to rely on icon.color, which the contract does not check"
    stricter = found["response.201.externalId", "null"].impact
    assert stricter.client == "no client breaks"
    assert stricter.service == "a service that still responds with null breaks the published document"


def test_the_text_of_the_page_says_what_the_contract_says() -> None:
    page = read_source(str(DATA / "create-project.txt"))
    assert page.form == "text of the page"
    assert compare(HELD, page) == ()


def test_seen_from_the_published_document_the_same_members_differ() -> None:
    published = read_source(str(DATA / "published-openapi-0.83.json"))
    back = {
        (d.member, {"added": "removed", "removed": "added"}.get(d.aspect, d.aspect)) for d in compare(published, HELD)
    }
    assert back == {(member, aspect) for member, aspect, *_ in EXPECTED}
