from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from contracts import diagnosis
from contracts.expectation import Expectation, Expected
from reports.json_report import report_object
from reports.reading import summarize
from tests.selftest.contracts.diagnosis.services import Service, report_on

if TYPE_CHECKING:
    from pathlib import Path

    from contracts.exchange import Case


def _wrong(expected: Expectation) -> set[str]:
    return {violation.where.removeprefix("/").partition("/")[0] for violation in expected.violations}


def _does_not_know_the_email(_case: Case, expected: Expectation, _body: dict[str, Any]) -> int | None:
    return 201 if _wrong(expected) == {"alertReceiverEmail"} else None


def _takes_null_for_metadata(_case: Case, expected: Expectation, body: dict[str, Any]) -> dict[str, Any] | None:
    is_open = expected.expected is Expected.UNSPECIFIED
    if body and not is_open and _wrong(expected) <= {"metadata"} and body.get("metadata") is None:
        return {"metadata": None}
    return None


def _writes_numbers_as_texts(_case: Case, expected: Expectation, body: dict[str, Any]) -> int | None:
    (field,) = _wrong(expected) or {""}
    value = body.get(field)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return 201 if field == "externalId" and is_number else None


def _drops_nulls(_case: Case, expected: Expectation, body: dict[str, Any]) -> dict[str, Any] | None:
    if expected.expected is not Expected.CREATED or not isinstance(body.get("metadata"), dict):
        return None
    return {"metadata": {name: value for name, value in body["metadata"].items() if value is not None}}


def _fails_beyond_32_bits(_case: Case, expected: Expectation, body: dict[str, Any]) -> int | None:
    number = body.get("maxConcurrentJobs") or 0
    if expected.expected is not Expected.CREATED:
        return None
    return 500 if number != int(number) or not -(2**31) <= number < 2**31 else None


def _fails_beyond_32_bits_after_conversion(_case: Case, expected: Expectation, body: dict[str, Any]) -> int | None:
    number = body.get("maxConcurrentJobs")
    if expected.expected is Expected.CREATED:
        return _fails_beyond_32_bits(_case, expected, body)
    if {violation.clause for violation in expected.violations} != {"request.maxConcurrentJobs.type"}:
        return None
    try:
        number = float(number) if isinstance(number, str) and number.strip() else 0
    except ValueError:
        return None
    return 201 if number == number // 1 and abs(number) < 2**31 else 500


def _keeps_32_bits(_case: Case, expected: Expectation, body: dict[str, Any]) -> dict[str, Any] | None:
    number = body.get("maxConcurrentJobs")
    if expected.expected is not Expected.CREATED or number is None or number != int(number) or float(number) != number:
        return None
    return {"maxConcurrentJobs": int(number) % 2**32}


def _cuts_external_ids(_case: Case, expected: Expectation, body: dict[str, Any]) -> dict[str, Any] | None:
    text = body.get("externalId")
    if not isinstance(text, str) or expected.expected is not Expected.CREATED:
        return None
    return {"externalId": text[:70]}


def _fails_with_a_text_as_a_body(_case: Case, expected: Expectation, _body: dict[str, Any]) -> int | None:
    return 500 if isinstance(expected.body, str) and expected.violations else None


def _refuses_with_200(_case: Case, expected: Expectation, _body: dict[str, Any]) -> int | None:
    return 200 if expected.expected is Expected.REJECTED else None


def _reads_words_as_booleans(_case: Case, expected: Expectation, body: dict[str, Any]) -> dict[str, Any] | None:
    metadata = body.get("metadata")
    if expected.expected is not Expected.CREATED or not isinstance(metadata, dict):
        return None
    words: dict[Any, bool] = {"true": True, "false": False}
    return {"metadata": {k: words.get(v, v) if isinstance(v, str) else v for k, v in metadata.items()}}


def _refuses_a_charset(case: Case, expected: Expectation, _body: dict[str, Any]) -> int | None:
    is_refused = "charset" in (case.header("Content-Type") or "")
    return 415 if expected.expected is Expected.CREATED and is_refused else None


def _closes_the_connection(_case: Case, _expected: Expectation, body: dict[str, Any]) -> int | None:
    return 0 if body.get("globalConnectionExternalIds") == [] else None


def _writes_upper_case(_case: Case, expected: Expectation, body: dict[str, Any]) -> dict[str, Any] | None:
    if expected.expected is not Expected.CREATED:
        return None
    texts = {name: body.get(name) for name in ("displayName", "externalId")}
    return {name: text.upper() for name, text in texts.items() if isinstance(text, str)}


def _has_an_empty_plan(_case: Case, expected: Expectation, body: dict[str, Any]) -> dict[str, Any] | None:
    return {"plan": {}} if expected.expected is Expected.CREATED and body else None


SERVICES: dict[str, tuple[Service, str, int]] = {
    "unknown field": (_does_not_know_the_email, "alertReceiverEmail is not known to the service", 1),
    "conversion": (_writes_numbers_as_texts, "externalId: ", 1),
    "lost members": (_drops_nulls, "metadata: members that are null are dropped", 1),
    "integer": (
        _fails_beyond_32_bits,
        "maxConcurrentJobs is stored as a 32-bit integer: fractions and numbers beyond 2^31 - 1 make the service fail",
        1,
    ),
    "lost bits": (_keeps_32_bits, "maxConcurrentJobs: whole numbers keep their lowest 32 bits, without a sign", 1),
    # Also where some of the failing requests are open, such as those that repeat an externalId.
    "cut": (_cuts_external_ids, "externalId: strings are cut after 70 characters", 1),
    "no response": (
        _closes_the_connection,
        "requests get no complete answer if globalConnectionExternalIds is an empty array",
        1,
    ),
    "several fields": (_writes_upper_case, "displayName and externalId: strings are stored in upper case", 1),
    # Bodies that are other values are refused, as they should be: that speaks, too.
    "failure": (_fails_with_a_text_as_a_body, "requests make the service fail (500) if the body is a string", 1),
    "status": (_refuses_with_200, "all invalid requests are answered with the status 200, not with a 4xx", 1),
    "empty plan": (_has_an_empty_plan, "plan is an empty object in all responses", 1),
    "words": (_reads_words_as_booleans, "metadata: the strings true and false become booleans", 1),
    "null": (_takes_null_for_metadata, "metadata comes back as null where it was not sent, and null is taken", 2),
}


@pytest.mark.parametrize("name", SERVICES)
def test_one_sentence_says_what_the_service_does_instead(name: str, tmp_path: Path) -> None:
    service, sentence, findings = SERVICES[name]
    summary = report_on(service, tmp_path)
    assert summary.causes
    assert summary.causes[0].sentence.startswith(sentence)
    assert len(summary.causes[0].findings) == findings
    assert all(finding.diagnosis is summary.causes[0] for finding in summary.findings)
    assert summary.causes[0].agrees == summary.causes[0].speaks >= summary.causes[0].failing > 0


def test_numbers_that_a_lenient_service_takes_from_strings_fail_like_others(tmp_path: Path) -> None:
    summary = report_on(_fails_beyond_32_bits_after_conversion, tmp_path)
    words = (
        "maxConcurrentJobs is stored as a 32-bit integer: fractions and numbers beyond 2^31 - 1, also in strings, make"
    )
    (finding,) = (finding for finding in summary.findings if finding.clause.id == "service.no_5xx")
    assert finding.diagnosis is not None
    assert finding.diagnosis.sentence.startswith(words)


def test_the_content_type_of_refusals_explains_no_refused_media_type(tmp_path: Path) -> None:
    summary = report_on(_refuses_a_charset, tmp_path)
    assert [finding.clause.id for finding in summary.findings] == ["request.mediaType"]
    assert not any("responses have" in cause.sentence for cause in summary.causes)


def test_a_report_without_diagnosis_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = report_on(_takes_null_for_metadata, tmp_path)
    monkeypatch.setattr(diagnosis, "diagnose", lambda *_: [])
    without = summarize([tmp_path])
    findings = tuple(replace(finding, diagnosis=None) for finding in summary.findings)
    assert without == replace(summary, causes=(), findings=findings)
    assert report_object(without)["verdict"] == report_object(summary)["verdict"]


def test_nothing_is_read_again_where_nothing_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "observed", lambda *_: pytest.fail("the history was read again"))
    summary = report_on(lambda *_: None, tmp_path)
    assert not summary.findings
    assert not summary.causes


def test_a_diagnosis_that_fails_costs_nothing_but_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(diagnosis, "diagnose", fails)
    summary = report_on(_does_not_know_the_email, tmp_path)
    assert len(summary.findings) == 1
    assert [note.kind for note in summary.notes] == ["diagnosis"]
