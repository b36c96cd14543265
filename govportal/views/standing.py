"""Standing pages: guide, institutions, accessibility, privacy, help. The administrator writes their text."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from govportal.site import site_profile


@dataclass(frozen=True, slots=True)
class StandingPage:
    """`rule`: what obliges the agency to have this text, shown while it is missing."""

    title: Promise
    lead: Promise
    template: str
    rule: str = ""


PAGES: Mapping[str, StandingPage] = MappingProxyType(
    {
        "guide": StandingPage(
            _("政府信息公开指南"),
            _("公开什么、怎么找、怎么申请、找谁。"),
            "govportal/guide.html",
            "《中华人民共和国政府信息公开条例》第十二条",
        ),
        "institutions": StandingPage(
            _("政府信息公开制度"),
            _("公开工作依据的法规、规章和本地制度。"),
            "govportal/standing.html",
            "国办公开办函〔2019〕61号",
        ),
        "accessibility": StandingPage(
            _("无障碍声明"), _("每个人都应当能读到公开的信息。"), "govportal/accessibility.html"
        ),
        "privacy": StandingPage(_("隐私说明"), _("我们记录什么、不记录什么。"), "govportal/privacy.html"),
        "help": StandingPage(_("帮助与联系"), _("怎么查找、怎么下载、怎么核对、找谁问。"), "govportal/help.html"),
    }
)


def standing_page(request: HttpRequest, key: str) -> HttpResponse:
    page = PAGES[key]
    text = getattr(site_profile(), key)
    return render(request, page.template, {"page": page, "text": text})
