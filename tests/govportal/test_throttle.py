from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from govportal import throttle
from govportal.models import ThrottleCount
from govportal.tasks import clear_expired
from govportal.throttle import Limit
from tests.threads import at_once

AT = datetime(2026, 9, 14, 10, 0, tzinfo=UTC)  # a window of every length used here begins at this moment
THREE = Limit("three an hour", 3, timedelta(hours=1))

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def begin_windows_of_throttling() -> None:
    """As they are in the portal, not as other tests have them: AT is a border."""


def test_taking_is_allowed_up_to_the_limit() -> None:
    allowed = [throttle.take(THREE, "203.0.113.7", at=AT) for _time in range(5)]

    assert allowed == [True, True, True, False, False]
    assert throttle.taken(THREE, "203.0.113.7", at=AT) == 5


def test_counts_begin_anew_with_each_window() -> None:
    for _time in range(4):
        throttle.take(THREE, "203.0.113.7", at=AT)

    assert not throttle.take(THREE, "203.0.113.7", at=AT + timedelta(minutes=59))
    assert throttle.take(THREE, "203.0.113.7", at=AT + timedelta(hours=1))


def test_senders_and_limits_are_counted_apart() -> None:
    other = Limit("another", 3, timedelta(hours=1))
    for _time in range(4):
        throttle.take(THREE, "203.0.113.7", at=AT)

    assert throttle.take(THREE, "203.0.113.8", at=AT)
    assert throttle.take(other, "203.0.113.7", at=AT)


def test_limit_of_zero_is_none_and_counts_nothing() -> None:
    off = Limit("off", 0, timedelta(hours=1))

    allowed = [throttle.take(off, "203.0.113.7", at=AT) for _time in range(5)]

    assert all(allowed)
    assert not ThrottleCount.objects.exists()


def test_what_is_given_back_does_not_count() -> None:
    for _time in range(3):
        throttle.take(THREE, "203.0.113.7", at=AT)

    throttle.give_back(THREE, "203.0.113.7", at=AT)

    assert throttle.take(THREE, "203.0.113.7", at=AT)
    assert not throttle.take(THREE, "203.0.113.7", at=AT)


def test_giving_back_what_was_never_taken_does_not_count_below_none() -> None:
    throttle.take(THREE, "203.0.113.7", at=AT)
    for _time in range(3):
        throttle.give_back(THREE, "203.0.113.7", at=AT)

    assert throttle.taken(THREE, "203.0.113.7", at=AT) == 0


def test_what_is_weighed_counts_by_its_weight_and_fits_or_not() -> None:
    ten = Limit("ten megabytes", 10, timedelta(hours=1))

    assert throttle.take(ten, "203.0.113.7", at=AT, count=4)
    assert not throttle.take(ten, "203.0.113.7", at=AT, count=7)
    throttle.give_back(ten, "203.0.113.7", at=AT, count=7)
    assert throttle.take(ten, "203.0.113.7", at=AT, count=6)
    assert not throttle.take(ten, "203.0.113.7", at=AT)


def test_row_tells_neither_who_it_was_nor_which_window_was_his_next() -> None:
    throttle.take(THREE, "203.0.113.7", at=AT)
    throttle.take(THREE, "203.0.113.7", at=AT + timedelta(hours=1))

    keys = list(ThrottleCount.objects.values_list("key", flat=True))

    assert len(set(keys)) == 2
    assert not [key for key in keys if "203" in key and "113" in key]


def test_seconds_left_are_those_of_the_window() -> None:
    assert throttle.seconds_left(THREE, at=AT) == 3600
    assert throttle.seconds_left(THREE, at=AT + timedelta(minutes=59, seconds=59)) == 1


def test_sweep_deletes_windows_that_have_ended() -> None:
    throttle.take(THREE, "203.0.113.7", at=AT)
    throttle.take(THREE, "203.0.113.7", at=AT + timedelta(hours=1))

    deleted = throttle.sweep(AT + timedelta(minutes=90))

    assert deleted == 1
    assert throttle.taken(THREE, "203.0.113.7", at=AT + timedelta(minutes=90)) == 1


def test_nightly_task_sweeps_counts() -> None:
    throttle.take(THREE, "203.0.113.7", at=AT - timedelta(days=3650))

    clear_expired()

    assert not ThrottleCount.objects.exists()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_sender_is_an_address_or_a_network_of_ipv6(address: str, expected: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=address)

    assert throttle.sender(request) == expected


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_each_counted() -> None:
    ten = Limit("ten an hour", 10, timedelta(hours=1))

    outcomes = at_once(lambda: throttle.take(ten, "203.0.113.7", at=AT), times=24)

    assert outcomes.count(True) == 10
    assert outcomes.count(False) == 14
    assert throttle.taken(ten, "203.0.113.7", at=AT) == 24
