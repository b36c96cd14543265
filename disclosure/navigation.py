"""Links to disclosure's pages, where every page shows them."""

from django.utils.translation import gettext_lazy as _

from govportal.contributions import NavEntry, Place

ENTRIES = (
    NavEntry("home", Place.MENU, _("首页"), "home", position=10),
    NavEntry(
        "items",
        Place.MENU,
        _("法定主动公开"),
        "items",
        within=("item", "item_history", "item_diff", "search"),
        position=20,
    ),
    NavEntry("catalogue", Place.MENU, _("标准目录"), "catalogue", within=("catalogue_entry",), position=30),
    NavEntry("normative", Place.MENU, _("规范性文件"), "normative", position=35),
    NavEntry("powers", Place.MENU, _("权力事项"), "powers", position=40),
    NavEntry("services", Place.MENU, _("办事指南"), "services", position=50),
    NavEntry("enforcement", Place.MENU, _("行政执法"), "enforcement", position=52),
    NavEntry("projects", Place.MENU, _("重大项目"), "projects", within=("project",), position=54),
    NavEntry("leaders", Place.MENU, _("领导信息"), "leaders", position=60),
    NavEntry("log", Place.MENU, _("公开登记簿"), "log", within=("log_entry",), position=90),
    NavEntry("search", Place.SEARCH, _("搜索公开信息"), "search"),
    NavEntry("feed", Place.FEED, _("最新公开"), "feed_items"),
    NavEntry(
        "door-catalogue",
        Place.DOOR,
        _("标准目录"),
        "catalogue",
        _("每一项应当公开什么、由谁、什么时候、在哪里。"),
        position=20,
    ),
    NavEntry(
        "door-services", Place.DOOR, _("办事指南"), "services", _("条件、材料、程序、时限、收费和地点。"), position=30
    ),
    NavEntry(
        "door-boards", Place.DOOR, _("公开栏"), "boards", _("设在哪里、现在张贴着什么、与网上是否一致。"), position=50
    ),
    NavEntry("foot-negative-list", Place.FOOTER, _("不予公开负面清单"), "negative_list", position=44),
    NavEntry(
        "foot-rectifications",
        Place.FOOTER,
        _("整改公开"),
        "rectifications",
        within=("rectification",),
        position=46,
    ),
    NavEntry("foot-coverage", Place.FOOTER, _("公开情况"), "coverage", within=("coverage_cases",), position=42),
    NavEntry("foot-boards", Place.FOOTER, _("公开栏"), "boards", within=("board", "board_sheet"), position=48),
    NavEntry("foot-gazettes", Place.FOOTER, _("政府公报"), "gazettes", position=50),
    NavEntry("foot-data", Place.FOOTER, _("数据表"), "data_tables", position=55),
    NavEntry("foot-open-data", Place.FOOTER, _("开放数据"), "open_data", position=60),
    NavEntry("foot-log", Place.FOOTER, _("公开登记簿"), "log", position=70),
)
