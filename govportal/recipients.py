"""Who is told of a deadline: those who act, then the head of the office, then the head of the agency (domain §8).

Recipients are memberships, never the names an agency publishes. All of them are read at once: a round asks for many.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from govportal.contributions import Deadline
from govportal.models import Membership, MutedKind, User
from govportal.permissions import ROLE_PERMISSIONS, Role
from govportal.rungs import Rung


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody told, and whether as a head because the day has come or passed (上报)."""

    user_id: int
    is_escalation: bool = False


class Staff:
    """Active users by agency and role, with their mail address and what they want no mail of."""

    def __init__(self, agencies: Collection[int] | None = None) -> None:
        """`agencies`: of these alone, without addresses: enough to ask whom a deadline concerns."""
        rows = Membership.objects.filter(user__is_active=True)
        if agencies is not None:
            rows = rows.filter(agency__in=agencies)
        self._roles: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for agency_id, role, user_id in rows.values_list("agency_id", "role", "user_id"):
            self._roles[agency_id][role].add(user_id)
        self._holders: dict[tuple[int, str], frozenset[int]] = {}
        self._active: set[int] | None = None

    def load_addresses(self) -> tuple[dict[int, str], set[tuple[int, str]]]:
        """(mail address by active user, muted (user, kind))."""
        addresses = dict(User.objects.filter(is_active=True).values_list("pk", "email"))
        self._active = set(addresses)
        return addresses, set(MutedKind.objects.values_list("user_id", "kind"))

    def told_of(self, deadline: Deadline, rung: Rung, *, is_confidential: bool) -> list[Recipient]:
        """Whom this rung concerns, by id; nobody when the agency has nobody left."""
        acting = self._acting(deadline, is_confidential=is_confidential)
        if is_confidential:
            return [Recipient(pk) for pk in sorted(acting)]
        office = self._with_role(deadline.agency_id, Role.OFFICE_HEAD)
        heads = self._with_role(deadline.agency_id, Role.AGENCY_HEAD)
        acting = acting or office or heads
        escalated = (office if rung >= 0 else frozenset()) | (heads if rung >= 1 else frozenset())
        return [Recipient(pk, pk in escalated) for pk in sorted(acting | escalated)]

    def _acting(self, deadline: Deadline, *, is_confidential: bool) -> frozenset[int]:
        """The named handlers that are still there, else whoever may; of a confidential matter those named alone."""
        if is_confidential:
            return frozenset(pk for pk in deadline.handlers if self._active is None or pk in self._active)
        holders = self._holding(deadline.agency_id, deadline.permission)
        return (holders.intersection(deadline.handlers) or holders).difference(deadline.but)

    def _holding(self, agency_id: int, permission: str) -> frozenset[int]:
        found = self._holders.get((agency_id, permission))
        if found is None:
            roles = (role for role, permissions in ROLE_PERMISSIONS.items() if permission in permissions)
            found = frozenset().union(*(self._with_role(agency_id, role) for role in roles))
            self._holders[agency_id, permission] = found
        return found

    def _with_role(self, agency_id: int, role: Role) -> frozenset[int]:
        return frozenset(self._roles.get(agency_id, {}).get(role, ()))


def concerns(user_id: int, deadlines: Iterable[Deadline], staff: Staff, *, is_confidential: bool) -> list[Deadline]:
    """Those of the deadlines that this person acts on, or answers for as a head."""
    return [
        deadline
        for deadline in deadlines
        if any(told.user_id == user_id for told in staff.told_of(deadline, 1, is_confidential=is_confidential))
    ]
