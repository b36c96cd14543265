"""What the audit trail calls the deeds on requests: the words of the steps themselves where there are any."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from requests_app.enums import Action

# Whoever has no account, as the trail names him: a record is Chinese, whatever language his page has.
APPLICANT = "申请人"

_DEEDS: dict[str, Promise | str] = {
    "request.file": _("网上提交"),
    "request.enter": _("登记收到的申请"),
    "request.message": _("留言"),
    "request.note": _("内部备注"),
    "request.renew_code": _("重发查询码"),
    "request.submit_decision": _("送签"),
    "request.return_decision": _("退回"),
    "request.drop_decision": _("收回送签"),
    "request.record_applicant": _("补录申请人"),
    "request.unmask": _("查看申请人信息"),
    "request.open_paper": _("查看身份证明、申请书"),
    "request.open_file": _("打开材料"),
    "request.search_applicant": _("按申请人查找"),
    "request.add_file": _("上传材料"),
    "request.settle_receipt": _("确定收到日期"),
    "letter.issue": _("生成文书"),
    "letter.regenerate": _("重新生成文书"),
    "letter.seal": _("上传用印件"),
    "letter.send": _("发出文书"),
    "letter.deliver": _("登记送达"),
    "letter.open": _("查看文书"),
    "letter.open_proof": _("查看送达凭证"),
    "letter.download": _("下载文书"),
    "appeal.record": _("登记"),
    "appeal.answer": _("登记答复、答辩"),
    "appeal.close": _("登记结果"),
}
AUDIT_WORDS: dict[str, Promise | str] = {
    "request": _("信息公开申请"),
    "letter": _("文书"),
    **{f"request.{action}": action.label for action in Action},
    **_DEEDS,
}
