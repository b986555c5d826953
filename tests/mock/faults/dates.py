"""Dates of a 201 response: not RFC 3339, out of order, or not of the time of the request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.mock.mistakes import Members, answers, becomes, sent, sets
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_CREATED = "response.201.created.instant"
_UPDATED = "response.201.updated.instant"
_ORDER = "response.201.updated.order"
_CLOCK = "response.201.created.clock"
_PLAN_CREATED = "response.201.plan.created.instant"


def _parsed(answer: Members, name: str = "created") -> datetime:
    return datetime.fromisoformat(answer[name])


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _both(answer: Members, change: timedelta) -> None:
    """Shifts created and updated together, so that their order stays."""
    for name in ("created", "updated"):
        answer[name] = _text(_parsed(answer, name) + change)


answers(breaks=_CREATED).each(
    # a space in the middle and no zone
    writes_created_with_a_space_and_no_zone=becomes("created", lambda value: value.replace("T", " ").rstrip("Z")),
    writes_created_without_a_zone=becomes("created", lambda value: value.rstrip("Z")),
    writes_created_as_a_day=becomes("created", lambda value: value[:10]),
    writes_created_with_an_offset_without_colon=becomes("created", lambda value: value.replace("Z", "+0000")),
    writes_created_in_a_13th_month=becomes("created", lambda value: value[:5] + "13" + value[7:]),
    writes_created_in_the_25th_hour=becomes("created", lambda value: value[:11] + "25" + value[13:]),
    writes_invalid_date=sets("created", "Invalid Date"),
)


@answers(breaks=_CREATED)
def writes_created_as_seconds_in_text(answer: Members) -> None:
    """Writes created as seconds since 1970, in a text."""
    answer["created"] = str(int(_parsed(answer).timestamp()))


@answers(breaks=_CREATED)
def writes_created_as_mail_does(answer: Members) -> None:
    """Writes created as RFC 5322 does."""
    answer["created"] = _parsed(answer).strftime("%a, %d %b %Y %H:%M:%S GMT")


@answers(breaks=_CREATED)
def writes_created_with_the_month_first(answer: Members) -> None:
    """Writes created as month/day/year."""
    answer["created"] = _parsed(answer).strftime("%m/%d/%YT%H:%M:%SZ")


answers(breaks=_CREATED, when=sent("metadata")).each(
    writes_created_without_a_zone_with_metadata=becomes("created", lambda value: value.rstrip("Z")),
)


@answers(breaks=_UPDATED)
def writes_updated_on_the_30th_of_february(answer: Members) -> None:
    """Writes updated on 30 February of the next year."""
    answer["updated"] = f"{_parsed(answer).year + 1}-02-30T00:00:00.000Z"


answers(breaks=_UPDATED).each(
    # because nothing was changed yet
    writes_an_empty_updated=sets("updated", ""),
    writes_updated_with_a_two_digit_year=becomes("updated", lambda value: value[2:]),
    writes_updated_with_a_decimal_comma=becomes("updated", lambda value: value.replace(".", ",")),
)


@answers(breaks=_UPDATED)
def writes_updated_in_ordinal_days(answer: Members) -> None:
    """Writes updated as year and day of the year, which ISO 8601 has and RFC 3339 has not."""
    answer["updated"] = _parsed(answer, "updated").strftime("%Y-%jT%H:%M:%S.000Z")


answers(breaks=_UPDATED, intermittent=True).each(
    writes_updated_without_a_zone_now_and_then=becomes("updated", lambda value: value.rstrip("Z")),
)


@answers(breaks=_ORDER)
def answers_updated_a_millisecond_before_created(answer: Members) -> None:
    """Answers updated a millisecond before created."""
    answer["updated"] = _text(_parsed(answer) - timedelta(milliseconds=1))


answers(breaks=_ORDER).each(cuts_updated_to_the_second=becomes("updated", lambda value: value[:19] + "Z"))


@answers(breaks=_ORDER, when=sent("externalId"))
def answers_updated_a_second_before_created_with_external_id(answer: Members) -> None:
    """Answers updated a second before created where an externalId was sent."""
    answer["updated"] = _text(_parsed(answer) - timedelta(seconds=1))


@answers(breaks=_ORDER, intermittent=True)
def answers_updated_before_created_now_and_then(answer: Members) -> None:
    """Answers updated a second before created in some answers."""
    answer["updated"] = _text(_parsed(answer) - timedelta(seconds=1))


@answers(breaks=_CLOCK)
def answers_local_time_as_utc(answer: Members) -> None:
    """Answers the time of a zone two hours ahead and calls it UTC."""
    _both(answer, timedelta(hours=2))


@answers(breaks=_CLOCK)
def answers_created_of_yesterday(answer: Members) -> None:
    """Answers created a day too early."""
    _both(answer, timedelta(days=-1))


@answers(breaks=_CLOCK)
def answers_created_in_the_year_1970(answer: Members) -> None:
    """Answers created shortly after 1970, seconds taken for milliseconds."""
    seconds = _parsed(answer).timestamp()
    answer["created"] = answer["updated"] = _text(datetime.fromtimestamp(seconds / 1000, UTC))


@answers(breaks=_CLOCK)
def answers_created_in_a_far_future(answer: Members) -> None:
    """Answers created in a year of four thousand and more."""
    _both(answer, timedelta(days=730_000))


@answers(breaks=_CLOCK, intermittent=True)
def answers_created_an_hour_late_now_and_then(answer: Members) -> None:
    """Answers created an hour too late in some answers."""
    _both(answer, timedelta(hours=1))


@answers(breaks=_CLOCK, when=sent("alertReceiverEmail"))
def answers_created_an_hour_early_with_email(answer: Members) -> None:
    """Answers created an hour too early where an alertReceiverEmail was sent."""
    _both(answer, timedelta(hours=-1))


@answers(breaks=_CLOCK)
def answers_the_release_as_created(answer: Members) -> None:
    """Answers the same created for every project, of the day of the release."""
    answer["created"] = answer["updated"] = "2024-05-01T00:00:00.000Z"


@answers(breaks=_CLOCK)
def answers_midnight_as_created(answer: Members) -> None:
    """Answers created as the midnight of tomorrow."""
    day = (_parsed(answer) + timedelta(days=1)).date().isoformat()
    answer["created"] = answer["updated"] = f"{day}T00:00:00.000Z"


@fault("answering", breaks="response.201.updated.clock")
def answers_updated_an_hour_ahead(call: Call) -> None:
    """Answers updated an hour after the request."""
    call.answer["updated"] = _text(_parsed(call.answer, "updated") + timedelta(hours=1))


@fault("answering", breaks="response.201.updated.clock")
def answers_updated_a_year_ahead_with_metadata(call: Call) -> None:
    """Answers updated a year after the request where metadata was sent."""
    if call.fields.get("metadata") is not None:
        call.answer["updated"] = _text(_parsed(call.answer, "updated") + timedelta(days=365))


answers(breaks=_PLAN_CREATED).each(writes_invalid_date_as_plan_created=sets("plan.created", "Invalid Date"))

answers(breaks=_PLAN_CREATED, when=sent("alertReceiverEmail")).each(
    writes_an_empty_plan_created_with_email=sets("plan.created", ""),
)


@answers(breaks="response.201.plan.updated.instant")
def writes_plan_updated_as_seconds_in_text(answer: Members) -> None:
    """Writes plan.updated as seconds since 1970, in a text."""
    answer["plan"]["updated"] = str(int(_parsed(answer).timestamp()))


@answers(breaks="response.201.plan.updated.order")
def answers_plan_updated_an_hour_before_its_creation(answer: Members) -> None:
    """Answers plan.updated an hour before plan.created."""
    answer["plan"]["updated"] = _text(_parsed(answer["plan"]) - timedelta(hours=1))
