"""What agencies owe and how much of it they met, under /api/v1/: public obligations and numbers alone."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from disclosure.api import PublicView, filter_parameters
from disclosure.coverage import PERIODS, CoverageFilterSet, ObligationFilterSet
from disclosure.filters import InvalidFilter
from disclosure.measures import Measure, measures
from disclosure.models import Obligation
from disclosure.records import obligation_record
from govportal.now import today


class StatementRecord(serializers.Serializer[dict[str, Any]]):
    kind = serializers.CharField()
    kind_label = serializers.CharField()
    note = serializers.CharField()
    signed_on = serializers.DateField()


class ObligationRecord(serializers.Serializer[dict[str, Any]]):
    entry = serializers.CharField(help_text="目录编号")
    matter = serializers.CharField(help_text="公开事项")
    agency = serializers.CharField()
    agency_code = serializers.CharField()
    kind = serializers.CharField()
    kind_label = serializers.CharField()
    period = serializers.CharField()
    period_start = serializers.DateField()
    period_end = serializers.DateField()
    due_on = serializers.DateField()
    basis = serializers.CharField()
    state = serializers.CharField()
    state_label = serializers.CharField()
    met_on = serializers.DateField(allow_null=True)
    index_number = serializers.CharField(help_text="履行义务的公开信息；没有为空")
    url = serializers.CharField()
    is_due_on_board = serializers.BooleanField(help_text="公开渠道含公示栏，信息已公开，还应当上栏")
    board_sheet = serializers.CharField(help_text="刊登它的公开栏编号；没有上栏为空")
    statement = StatementRecord(allow_null=True)


class MeasureRecord(serializers.Serializer[dict[str, Any]]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the key of the record, not DRF's own
    numerator = serializers.IntegerField()
    denominator = serializers.IntegerField()
    percent = serializers.FloatField(allow_null=True, help_text="没有应当公开的，为空")
    target = serializers.IntegerField(allow_null=True)
    is_met = serializers.BooleanField(allow_null=True)
    basis = serializers.CharField()


class CoverageRecord(serializers.Serializer[dict[str, Any]]):
    agency_code = serializers.CharField(help_text="全部单位合计为空")
    since = serializers.DateField()
    until = serializers.DateField()
    measures = MeasureRecord(many=True)


class ObligationListView(PublicView):
    @extend_schema(
        operation_id="obligations_list",
        parameters=filter_parameters(ObligationFilterSet),
        responses=ObligationRecord(many=True),
    )
    def get(self, request: Request) -> Response:
        """公开义务，期限早的在前；已取消的不在内。"""
        rows = Obligation.objects.public().with_words().order_by("due_on", "id")
        return self.listed(self.filtered(ObligationFilterSet, rows), lambda row: obligation_record(row, today()))


class CoverageView(PublicView):
    @extend_schema(
        operation_id="coverage_retrieve",
        parameters=[
            OpenApiParameter("agency", OpenApiTypes.STR, description="单位代码；不填为全部单位合计"),
            OpenApiParameter("period", OpenApiTypes.STR, enum=[key for key, _label in PERIODS], description="统计期间"),
        ],
        responses=CoverageRecord,
    )
    def get(self, request: Request) -> Response:
        """公开面、及时率、规范率、上栏率和更新。"""
        asked = CoverageFilterSet(data=request.query_params)
        try:
            asked.require_valid()
        except InvalidFilter as error:
            raise ValidationError({"detail": error.messages}) from error
        agency = asked.chosen_agency
        found = measures(agency, today=today(), since=asked.since)
        return Response(
            {
                "agency_code": agency.code if agency else "",
                "since": asked.since,
                "until": today(),
                "measures": [_record(measure) for measure in found],
            }
        )


def _record(measure: Measure) -> dict[str, Any]:
    names = ("key", "numerator", "denominator", "target", "is_met")
    return {
        **{name: getattr(measure, name) for name in names},
        "label": str(measure.label),
        "basis": str(measure.basis),
        "percent": None if measure.rate is None else round(float(measure.rate * 100), 2),
    }
