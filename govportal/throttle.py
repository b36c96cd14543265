"""How often may somebody do this? Counted in the database, so that all processes and machines count together.

A count belongs to a window of time that begins at the same moment for everybody: at the border of two windows somebody
may do a thing twice as often as the limit says, which every limit must bear. Who counts is kept as a keyed fingerprint
(network address, number of a case), with the window in it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.db import connection
from django.db.models import F
from django.http import HttpRequest

from govportal.crypto import fingerprint
from govportal.models import ThrottleCount
from govportal.proxy import client_address

# A household or an office has one such network of IPv6 and may use any address in it (RFC 6177).
_IPV6_PREFIX = 64


@dataclass(frozen=True, slots=True)
class Limit:
    """`times` within one window of the length `within`; 0 is no limit."""

    name: str
    times: int
    within: timedelta


def take(limit: Limit, who: str, *, at: datetime, count: int = 1) -> bool:
    """Count one more, or `count`, and say whether it is still allowed. One statement, so that no two of many at once
    are counted as one.

    Call it outside a transaction: what is rolled back was never counted.
    """
    if not limit.times:
        return True
    key, ends_at = _window(limit, who, at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO govportal_throttlecount (key, count, ends_at) VALUES (%s, %s, %s) "
            "ON CONFLICT (key) DO UPDATE SET count = govportal_throttlecount.count + excluded.count RETURNING count",
            [key, count, connection.ops.adapt_datetimefield_value(ends_at)],
        )
        (so_far,) = cursor.fetchone()
    return bool(so_far <= limit.times)


def give_back(limit: Limit, who: str, *, at: datetime, count: int = 1) -> None:
    """What was taken does not count after all: it was no wrong guess, or nothing came of it. `at` as it was taken."""
    key, _ends_at = _window(limit, who, at)
    ThrottleCount.objects.filter(key=key, count__gte=count).update(count=F("count") - count)


def taken(limit: Limit, who: str, *, at: datetime) -> int:
    """How often it was done in the present window, what was refused included."""
    key, _ends_at = _window(limit, who, at)
    return ThrottleCount.objects.filter(key=key).values_list("count", flat=True).first() or 0


def seconds_left(limit: Limit, *, at: datetime) -> int:
    """Until the window ends and counting begins anew; at least one."""
    length = int(limit.within.total_seconds())
    return length - int(at.timestamp()) % length


def sweep(at: datetime) -> int:
    """Delete the counts of windows that have ended; answers how many."""
    deleted, _by_model = ThrottleCount.objects.filter(ends_at__lte=at).delete()
    return deleted


def sender(request: HttpRequest) -> str:
    """Where a request comes from, for counting: the address, or its network of IPv6."""
    address = client_address(request)
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or ip_network((parsed, _IPV6_PREFIX), strict=False))
    return str(parsed)


def _window(limit: Limit, who: str, at: datetime) -> tuple[str, datetime]:
    """The key of the present window, and when it ends."""
    length = int(limit.within.total_seconds())
    number = int(at.timestamp()) // length
    ends_at = datetime.fromtimestamp((number + 1) * length, tz=UTC)
    return fingerprint(f"throttle {limit.name}", f"{number}|{who}"), ends_at
