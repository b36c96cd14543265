"""告知其他途径: what the complainant needs not type again when his complaint is really a request for information."""

from requests_app.complaint_enums import OtherPath
from requests_app.models import Complaint


def request_values(row: Complaint) -> dict[str, dict[str, str]]:
    """What the form of a request begins with, by step; nothing where he was not sent that way, or it was purged.

    Not who he is: number and code open the case, and neither is a proof of identity. `description` may be longer than
    a request takes; the form says so and keeps it.
    """
    if row.other_path != OtherPath.REQUEST or row.purged_at:
        return {}
    return {"information": {"agency": row.agency.code, "description": row.facts}}
