"""Strings that are trimmed before they are validated are one mistake."""

from __future__ import annotations

from contracts.deviations import Deviations
from contracts.findings import ACCEPTED, REFUSED, Finding
from contracts.kinds.bodies import blank_in, kinds_of_field
from contracts.kinds.changes import CHANGED, kinds_of_change
from contracts.kinds.violations import kinds_of_mismatch
from contracts.root_causes.merging import merged
from contracts.root_causes.root_cause import RootCauses

TRIMMED = ("response.201.{}.echo", CHANGED, kinds_of_change(" a", "a"))
BLANK = ("request.{}.pattern", REFUSED, ("400 no", *kinds_of_field("name", " ")))
PADDED = ("request.{}.pattern", ACCEPTED, kinds_of_mismatch("^[a-z]+$", " a"))


#: A project that is also read back trimmed.
READ_BACK = ("state.reads_back", "name differs", ())


def _number_of_causes(**fields: list[tuple[str, str, tuple[str, ...]]]) -> int:
    causes = RootCauses(Deviations.none())
    for name, findings in fields.items():
        for clause, cause, kinds in findings:
            causes.add(Finding(clause.format(name), cause, "e", "r", f"/{name}", kinds), None)
    # A report may be written more than once from the same root causes.
    return len(merged(merged(list(causes), {}, {}), {}, {}))


def test_a_trimmed_field_refuses_blank_strings_and_accepts_padded_ones() -> None:
    assert blank_in("name") in BLANK[2]
    assert _number_of_causes(name=[TRIMMED, BLANK, PADDED]) == 1


def test_what_is_already_one_with_other_promises_stays_so() -> None:
    assert _number_of_causes(name=[TRIMMED, READ_BACK, BLANK]) == 1


def test_a_field_that_is_not_shown_is_trimmed_if_two_others_are() -> None:
    assert _number_of_causes(name=[TRIMMED], key=[TRIMMED], mail=[PADDED]) == 1
    assert _number_of_causes(name=[TRIMMED], mail=[PADDED]) == 2


def test_a_merged_root_cause_keeps_all_clauses_when_it_is_merged_again() -> None:
    causes = RootCauses(Deviations.none())
    for name, (clause, cause, kinds) in (("name", TRIMMED), ("key", TRIMMED), ("name", BLANK)):
        causes.add(Finding(clause.format(name), cause, "e", "r", f"/{name}", kinds), None)
    (one,) = merged(list(causes), {}, {})
    assert set(one.clauses) == {"response.201.key.echo", "response.201.name.echo", "request.name.pattern"}


def test_other_refusals_and_acceptances_are_further_mistakes() -> None:
    refused = ("request.{}.pattern", REFUSED, ("400 no", *kinds_of_field("name", "a b")))
    accepted = ("request.{}.pattern", ACCEPTED, kinds_of_mismatch("^[a-z]+$", "."))
    assert _number_of_causes(name=[TRIMMED, refused, accepted]) == 3
    assert _number_of_causes(name=[("response.201.{}.echo", CHANGED, ("lower case",)), BLANK]) == 2
