import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from requests_app.clock import ClockKind, Event
from requests_app.clock_records import Record, UnreadableRecord, parse

GOOD = '{"id": "a", "received_on": "2026-03-02", "today": "2026-03-31", "events": []}'

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*ClockKind, "2026-03-02"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "received_on", "today", "events", "kind", "on", "ref", "days"]), inner)
    ),
    max_leaves=12,
)


def with_event(event: str) -> str:
    return f'{{"received_on": "2026-03-02", "events": [{event}]}}'


def test_history_is_read_in_the_shape_of_the_cases() -> None:
    event = '{"kind": "third_party_asked", "on": "2026-03-04", "ref": 7, "delivered_on": "2026-03-09", "note": "x"}'

    record = parse(with_event(event))

    asked = Event(ClockKind.THIRD_PARTY_ASKED, date(2026, 3, 4), "7", None, date(2026, 3, 9))
    assert record == Record(None, date(2026, 3, 2), None, [asked])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("9" * 5000, "not JSON"),
        ("[]", "not a JSON object"),
        ("{}", "received_on None is no date"),
        ('{"received_on": "2026-02-30"}', "is no date"),
        ('{"received_on": "2026-W10-1"}', "is no date"),
        ('{"received_on": "20260302"}', "is no date"),
        ('{"received_on": 20260302}', "is no date"),
        ('{"received_on": "２０２６-03-02"}', "is no date"),
        ('{"received_on": "2026-03-02", "today": ""}', "today '' is no date"),
        ('{"received_on": "2026-03-02", "events": {}}', "events: not a list"),
        ('{"received_on": "2026-03-02", "events": [' + "0," * 1000 + "0]}", "events: not a list of at most"),
        (with_event("1"), "event 1: not a JSON object"),
        (with_event('{"on": "2026-03-04"}'), "event 1: kind None is unknown"),
        (with_event('{"kind": ["extended"], "on": "2026-03-04"}'), "event 1: kind ['extended'] is unknown"),
        (with_event('{"kind": "extended", "on": "2026-03-04", "days": true}'), "event 1: days True"),
        (with_event('{"kind": "extended", "on": "2026-03-04", "days": 5.0}'), "event 1: days 5.0"),
        (with_event('{"kind": "extended", "on": "2026-03-04", "ref": []}'), "event 1: ref []"),
        (with_event('{"kind": "extended", "days": 5}'), "event 1: on None is no date"),
        (with_event('{"kind": "co_agency_asked", "on": "2026-03-04", "delivered_on": "?"}'), "event 1: delivered_on"),
    ],
)
def test_bad_line_says_what_is_wrong(line: str, reason: str) -> None:
    with pytest.raises(UnreadableRecord) as refused:
        parse(line)

    assert reason in str(refused.value)
    assert len(str(refused.value)) < 200


@settings(deadline=None)
@given(_json.map(json.dumps) | st.text())
def test_no_line_breaks_the_reader(line: str) -> None:
    try:
        record = parse(line)
    except UnreadableRecord:
        return

    assert isinstance(record, Record)


def test_good_line_is_read() -> None:
    assert parse(GOOD) == Record("a", date(2026, 3, 2), date(2026, 3, 31), [])


@pytest.mark.parametrize("today", ["0001-01-01", "2026-03-01", "9999-12-31"])
def test_day_that_cannot_be_today_is_refused(today: str) -> None:
    with pytest.raises(UnreadableRecord, match="today"):
        parse(f'{{"received_on": "2026-03-02", "today": "{today}", "events": []}}')
