"""Links to the kernel's pages, where every page shows them."""

from django.utils.translation import gettext_lazy as _

from govportal.contributions import NavEntry, Place

ENTRIES = (
    NavEntry("agencies", Place.MENU, _("单位"), "agencies", within=("agency",), position=70),
    NavEntry("door-guide", Place.DOOR, _("公开指南"), "guide", _("公开什么、怎么找、怎么申请、找谁。"), position=10),
    NavEntry("door-agencies", Place.DOOR, _("找单位"), "agencies", _("职责、领导分工、内设机构和电话。"), position=40),
    NavEntry("foot-guide", Place.FOOTER, _("政府信息公开指南"), "guide", position=10),
    NavEntry("foot-institutions", Place.FOOTER, _("政府信息公开制度"), "institutions", position=20),
    NavEntry("foot-agencies", Place.FOOTER, _("单位名录"), "agencies", position=40),
    NavEntry("foot-accessibility", Place.FOOTER, _("无障碍声明"), "accessibility", position=80),
    NavEntry("foot-privacy", Place.FOOTER, _("隐私说明"), "privacy", position=85),
    NavEntry("foot-help", Place.FOOTER, _("帮助与联系"), "help", position=90),
)
