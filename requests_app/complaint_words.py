"""What the audit trail calls the deeds on complaints and feedback, and sentences that several pages show."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from requests_app.complaint_enums import ComplaintAction

# Whoever has no account, as the trail names him: a record is Chinese, whatever language his page has.
COMPLAINANT = "投诉人"

_DEEDS: dict[str, Promise | str] = {
    "complaint.file": _("网上提交"),
    "complaint.enter": _("登记收到的投诉"),
    "complaint.view": _("查看"),
    "complaint.unmask": _("查看投诉人信息"),
    "complaint.search": _("按投诉人查找"),
    "complaint.open_file": _("打开材料"),
    "complaint.add_file": _("上传材料"),
    "complaint.send_again": _("重新发送通知"),
    "complaint.renew_code": _("重发查询码"),
    "complaint.summarise": _("拟制公开摘要"),
    "complaint.purge": _("清除期满的个人信息"),
}
AUDIT_WORDS: dict[str, Promise | str] = {
    "complaint": _("投诉举报"),
    **{f"complaint.{action}": action.label for action in ComplaintAction},
    **_DEEDS,
}
# No list of the trail names these rows; the desk reads them beside the case.
CONFIDENTIAL = ("requests_app.Complaint", "requests_app.ComplaintFile", "requests_app.Complainant")
