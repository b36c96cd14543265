"""How much a complainant may add to his case from his browser. What comes by post the desk enters without limit."""

from datetime import datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from requests_app.complaint_enums import ComplaintAction, ComplaintFileKind
from requests_app.models import Complaint

MOST_A_DAY = 5  # each is a mail to the desk
MOST_FILES = 20  # with those he sent at first; 10 MB each


def reasons_against_more(row: Complaint, new_files: int, at: datetime) -> list[str]:
    """Why he cannot add that much now; empty when he can. Certain under the lock of the case alone."""
    of_today = row.events.filter(action=ComplaintAction.SUPPLEMENT, by_complainant=True, on=localdate(at))
    if of_today.count() >= MOST_A_DAY:
        return [_("今天已补充 %s 次，请明天再补充；急事请致电办理单位。") % MOST_A_DAY]
    if not new_files:
        return []
    left = MOST_FILES - row.files.filter(kind=ComplaintFileKind.EVIDENCE, added_by=None).count()
    if new_files <= left:
        return []
    words = {"most": MOST_FILES, "left": max(left, 0)}
    return [_("一件最多在网上提交 %(most)s 份材料，还可以提交 %(left)s 份；其余的请邮寄或者当面提交。") % words]
