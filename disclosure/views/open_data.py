"""开放数据: every data set with its formats, as a page and as a DCAT catalogue; the CSV of any listing."""

from itertools import chain
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.filters import InvalidFilter, ItemFilterSet
from disclosure.records import item_record, public_items
from govportal.contributions import datasets
from govportal.site import absolute_url, site_profile
from govportal.spreadsheets import csv_response

MEDIA_TYPES = {
    "CSV": "text/csv",
    "ZIP": "application/zip",
    "JSON": "application/json",
    "JSONL": "application/jsonl",
    "Atom": "application/atom+xml",
    "XML": "application/xml",
}
# Key of the record and its heading.
CSV_COLUMNS = {
    "index_number": _("索引号"),
    "title": _("标题"),
    "agency": _("发布机构"),
    "document_number": _("文号"),
    "type_label": _("信息类型"),
    "category_label": _("类别"),
    "topic": _("主题分类"),
    "formed_on": _("成文日期"),
    "published_on": _("公开日期"),
    "expires_on": _("有效期至"),
    "validity_label": _("有效性"),
    "digest": _("内容摘要（SHA-256）"),
    "url": _("网址"),
}


def open_data(request: HttpRequest) -> HttpResponse:
    sources = {entry.counted_with for entry in datasets.all() if entry.counted_with}
    counted = {key: n for source in sources for key, n in source().items()}
    sets = [
        (
            entry,
            counted[entry.key] if entry.key in counted else entry.count(),
            [(name, address()) for name, address in entry.formats.items()],
        )
        for entry in datasets.all()
    ]
    return render(request, "disclosure/open_data.html", {"datasets": sets})


def dcat_catalogue(request: HttpRequest) -> HttpResponse:
    """DCAT 2 as JSON-LD."""
    profile = site_profile()
    catalogue = {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
        },
        "@id": absolute_url(reverse("dcat_catalogue")),
        "@type": "dcat:Catalog",
        "dct:title": profile.name,
        "dct:language": "zh-CN",
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": profile.host or profile.name},
        "dcat:dataset": [_dataset(entry) for entry in datasets.all()],
    }
    return JsonResponse(
        catalogue,
        content_type="application/ld+json; charset=utf-8",
        json_dumps_params={"ensure_ascii": False},
    )


def api_index(request: HttpRequest) -> HttpResponse:
    """The doors of the API by name."""
    doors = (
        "api_schema",
        "api_items",
        "api_agencies",
        "api_catalogue",
        "api_log",
        "api_rectifications",
        "api_obligations",
        "api_coverage",
    )
    return JsonResponse({name.removeprefix("api_"): absolute_url(reverse(name)) for name in doors})


def _dataset(entry: Any) -> dict[str, Any]:
    return {
        "@id": absolute_url(reverse("open_data")) + f"#{entry.key}",
        "@type": "dcat:Dataset",
        "dct:identifier": entry.key,
        "dct:title": str(entry.title),
        "dct:description": str(entry.description),
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:title": name,
                "dcat:mediaType": MEDIA_TYPES.get(name, "application/octet-stream"),
                "dcat:downloadURL": {"@id": absolute_url(address())},
            }
            for name, address in entry.formats.items()
        ],
    }


def items_csv(request: HttpRequest) -> HttpResponseBase:
    """All hits of a listing, streamed: the same filter as the page."""
    filterset = ItemFilterSet(data=request.GET, queryset=public_items(), request=request)
    try:
        filterset.require_valid()
    except InvalidFilter as error:
        return HttpResponse("\n".join(error.messages), status=400, content_type="text/plain; charset=utf-8")
    records = map(item_record, filterset.qs.iterator(chunk_size=1000))
    rows = ([record[key] for key in CSV_COLUMNS] for record in records)
    return csv_response(filterset.named("items"), chain([list(CSV_COLUMNS.values())], rows))
