"""Read-only API under /api/v1/: public data for anybody, with the filters of the pages.

It never looks at who asks: signed-in staff read internal items on pages alone, so no program, cache or log
downstream can come to hold one.
"""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from disclosure.enums import NOTICE_STATES
from disclosure.filters import InvalidFilter, ItemFilterSet, ParameterFilterSet
from disclosure.log_filters import LogFilterSet
from disclosure.models import CatalogueEntry, Item, LogEntry, Rectification
from disclosure.records import closed_detail, item_detail, item_record, log_record, public_items, rectification_record
from disclosure.register_filters import RectificationFilterSet
from govportal.models import Agency
from govportal.now import today


class Pagination(PageNumberPagination):
    """`count`, `next`, `previous`, `results`; at most 200 a page."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        for name in ("page", "page_size"):
            value = request.query_params.get(name)
            if value is not None and not (value.isascii() and value.isdigit() and int(value[:12]) > 0):
                raise ValidationError({"detail": _("参数 %(name)s 须为正整数。") % {"name": name}})
        return super().paginate_queryset(queryset, request, view)


class ItemRecord(serializers.Serializer[dict[str, Any]]):
    index_number = serializers.CharField()
    title = serializers.CharField()
    agency = serializers.CharField(help_text="发布机构名称")
    agency_code = serializers.CharField()
    url = serializers.URLField()
    type = serializers.CharField()
    type_label = serializers.CharField()
    category = serializers.CharField()
    category_label = serializers.CharField()
    aspect = serializers.CharField()
    topic = serializers.CharField()
    level = serializers.CharField()
    document_number = serializers.CharField()
    formed_on = serializers.DateField(allow_null=True)
    published_on = serializers.DateField(allow_null=True)
    expires_on = serializers.DateField(allow_null=True)
    updated_at = serializers.DateTimeField(allow_null=True)
    validity = serializers.CharField()
    validity_label = serializers.CharField()
    state = serializers.CharField()
    edition = serializers.IntegerField(allow_null=True)
    digest = serializers.CharField(help_text="现行版本的 SHA-256")


class AttachmentRecord(serializers.Serializer[dict[str, Any]]):
    title = serializers.CharField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    content_type = serializers.CharField()
    sha256 = serializers.CharField()
    url = serializers.URLField()


class EditionRecord(serializers.Serializer[dict[str, Any]]):
    number = serializers.IntegerField()
    published_on = serializers.DateField()
    published_at = serializers.DateTimeField()
    change_note = serializers.CharField()
    is_substantive = serializers.BooleanField()
    is_redacted = serializers.BooleanField()
    digest = serializers.CharField()
    url = serializers.URLField()


class ItemDetail(ItemRecord):
    """Text and editions, or for a withdrawn item the `closing_…` keys instead."""

    issuer = serializers.CharField(required=False)
    effective_on = serializers.DateField(required=False, allow_null=True)
    keywords = serializers.ListField(child=serializers.CharField(), required=False)
    summary = serializers.CharField(required=False)
    body = serializers.CharField(required=False, help_text="HTML")
    extra = serializers.DictField(required=False)
    attachments = AttachmentRecord(many=True, required=False)
    editions = EditionRecord(many=True, required=False)
    closed_at = serializers.DateTimeField(required=False, allow_null=True)
    closing_ground = serializers.CharField(required=False)
    closing_basis = serializers.CharField(required=False)
    closing_explanation = serializers.CharField(required=False)


class AgencyRecord(serializers.ModelSerializer[Agency]):
    class Meta:
        model = Agency
        fields = [
            "code",
            "name",
            "short_name",
            "kind",
            "level",
            "parent",
            "address",
            "hours",
            "phone",
            "complaint_phone",
        ]

    parent = serializers.CharField(source="parent.code", allow_null=True, default=None)  # type: ignore[assignment]


class CatalogueRecord(serializers.ModelSerializer[CatalogueEntry]):
    class Meta:
        model = CatalogueEntry
        fields = [
            "code", "domain", "category", "level1", "level2", "elements", "basis", "timing_text", "timing_kind",
            "timing_n", "timing_unit", "recurrence", "responsible_text", "channels", "target", "mode", "levels",
        ]  # fmt: skip


class LogRecord(serializers.Serializer[dict[str, Any]]):
    chain = serializers.CharField()
    sequence = serializers.IntegerField()
    kind = serializers.CharField()
    index_number = serializers.CharField()
    title = serializers.CharField()
    agency_code = serializers.CharField()
    agency_name = serializers.CharField()
    edition_number = serializers.IntegerField(allow_null=True)
    content_digest = serializers.CharField()
    note = serializers.CharField()
    basis = serializers.CharField()
    at = serializers.DateTimeField()
    previous_hash = serializers.CharField()
    hash = serializers.CharField()


class RectificationRecord(serializers.Serializer[dict[str, Any]]):
    number = serializers.CharField()
    agency = serializers.CharField()
    agency_code = serializers.CharField()
    problem = serializers.CharField()
    requirement = serializers.CharField()
    basis = serializers.CharField()
    ordered_on = serializers.DateField()
    due_on = serializers.DateField()
    state = serializers.CharField()
    state_label = serializers.CharField()
    is_overdue = serializers.BooleanField()
    report = serializers.CharField()
    reported_on = serializers.DateField(allow_null=True)
    finding = serializers.CharField()
    verified_on = serializers.DateField(allow_null=True)
    url = serializers.URLField()


_PAGING = [
    OpenApiParameter("page", OpenApiTypes.INT, description="页码，从 1 起"),
    OpenApiParameter("page_size", OpenApiTypes.INT, description="每页条数，至多 200"),
]


def filter_parameters(filterset: type[ParameterFilterSet]) -> list[OpenApiParameter]:
    """The parameters of a filter set, for the schema."""
    return _PAGING + [
        OpenApiParameter(name, OpenApiTypes.STR, description=str(one.label), many=hasattr(one, "field_name"))
        for name, one in filterset.parameters().items()
    ]


class PublicView(APIView):
    authentication_classes: list[Any] = []
    pagination_class = Pagination

    def listed(self, queryset: QuerySet[Any, Any], record: Any) -> Response:
        """One page of records."""
        paginator = Pagination()
        rows = paginator.paginate_queryset(queryset, self.request, self)
        return paginator.get_paginated_response([record(row) for row in rows])

    def filtered(self, filterset_class: type[ParameterFilterSet], queryset: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
        """The hits of a filter set, or 400 with every message."""
        filterset = filterset_class(data=self.request.query_params, queryset=queryset, request=self.request)
        try:
            filterset.require_valid()
        except InvalidFilter as error:
            raise ValidationError({"detail": error.messages}) from error
        hits: QuerySet[Any, Any] = filterset.qs
        return hits


class ItemListView(PublicView):
    @extend_schema(
        operation_id="items_list", parameters=filter_parameters(ItemFilterSet), responses=ItemRecord(many=True)
    )
    def get(self, request: Request) -> Response:
        """公开信息，与网页同一筛选。"""
        return self.listed(self.filtered(ItemFilterSet, public_items()), item_record)


class ItemDetailView(PublicView):
    @extend_schema(operation_id="items_retrieve", responses=ItemDetail)
    def get(self, request: Request, slug: str) -> Response:
        """一条信息的全文、附件和各版本；已撤回的只有说明。"""
        items = Item.objects.addressable_by(AnonymousUser()).with_effective_validity(today())
        item = items.select_related("agency", "current_edition").filter(slug=slug).first()
        if item is None:
            raise NotFound(_("没有这条信息。"))
        return Response(closed_detail(item) if item.state in NOTICE_STATES else item_detail(item))


class AgencyListView(PublicView):
    @extend_schema(operation_id="agencies_list", parameters=_PAGING, responses=AgencyRecord(many=True))
    def get(self, request: Request) -> Response:
        """单位名录。"""
        agencies = Agency.objects.filter(is_active=True).select_related("parent").order_by("position", "name", "id")
        return self.listed(agencies, lambda agency: AgencyRecord(agency).data)


class CatalogueListView(PublicView):
    @extend_schema(operation_id="catalogue_list", parameters=_PAGING, responses=CatalogueRecord(many=True))
    def get(self, request: Request) -> Response:
        """标准目录。"""
        entries = CatalogueEntry.objects.visible_to(AnonymousUser()).order_by("position", "id")
        return self.listed(entries, lambda entry: CatalogueRecord(entry).data)


class LogListView(PublicView):
    @extend_schema(operation_id="log_list", parameters=filter_parameters(LogFilterSet), responses=LogRecord(many=True))
    def get(self, request: Request) -> Response:
        """公开登记簿，新的在前。"""
        entries = LogEntry.objects.visible_to(AnonymousUser())
        return self.listed(self.filtered(LogFilterSet, entries), log_record)


class RectificationListView(PublicView):
    @extend_schema(
        operation_id="rectifications_list",
        parameters=filter_parameters(RectificationFilterSet),
        responses=RectificationRecord(many=True),
    )
    def get(self, request: Request) -> Response:
        """整改，新的在前；已撤销的不在内。"""
        rows = Rectification.objects.public().select_related("agency")
        return self.listed(self.filtered(RectificationFilterSet, rows), lambda row: rectification_record(row, today()))
