"""不予公开备案: proposed with a draft, in force by its approval, looked at again, released (条例第十四至十八条)."""

from datetime import datetime

from disclosure.enums import WithholdingState
from disclosure.models import Withholding
from govportal import audit
from govportal.models import PublicRevision, User


def put_in_force(withholding: Withholding, *, actor: User, at: datetime) -> None:
    """With the final approval of its edition, inside that transaction: the matter is withheld from now on."""
    withholding.state, withholding.decided_by, withholding.decided_at = WithholdingState.IN_FORCE, actor, at
    withholding.save(update_fields=["state", "decided_by", "decided_at"])
    PublicRevision.raise_number()  # the public sees counts by ground
    audit.record(
        actor, "withholding.in_force", withholding, agency=withholding.agency, after={"ground": withholding.ground}
    )
