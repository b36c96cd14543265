"""Results of published rounds under /api/v1/: every agency, its total, grade and ranks."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from disclosure.api import Pagination, PublicView
from evaluation.scorecard_exports import place_record
from evaluation.scorecard_filters import asked
from evaluation.scorecard_reading import published_rounds, ranking
from evaluation.scorecard_words import GRADES
from govportal.models import AgencyKind


class PlaceRecord(serializers.Serializer[dict[str, Any]]):
    round = serializers.CharField(help_text="期次代码")
    agency = serializers.CharField(help_text="单位代码")
    name = serializers.CharField()
    kind = serializers.CharField()
    total = serializers.DecimalField(6, 2, allow_null=True, help_text="总分；不参加排名的为空")
    grade = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True, help_text="参加排名的单位中的名次；不参加排名的为空")
    kind_rank = serializers.IntegerField(allow_null=True, help_text="同类单位中的名次")
    performance_points = serializers.DecimalField(
        6, 2, allow_null=True, help_text="总分 × performance_share ÷ 100；不参加排名的为空"
    )
    not_ranked_reason = serializers.CharField()
    not_ranked_total = serializers.DecimalField(
        6, 2, allow_null=True, help_text="不参加排名的单位的得分，不与别的单位比；参加排名的为空"
    )
    performance_share = serializers.DecimalField(6, 2, help_text="在绩效考核中的权重，百分之几")
    url = serializers.URLField()


class ScorecardListView(PublicView):
    @extend_schema(
        operation_id="scorecards_list",
        parameters=[
            OpenApiParameter("page", OpenApiTypes.INT, description="页码，从 1 起"),
            OpenApiParameter("page_size", OpenApiTypes.INT, description="每页条数，至多 200"),
            OpenApiParameter("round", OpenApiTypes.STR, description="期次代码；不填为全部期次，新的在前"),
            OpenApiParameter("kind", OpenApiTypes.STR, enum=AgencyKind.values, description="单位类别"),
            OpenApiParameter("grade", OpenApiTypes.STR, enum=[value for value, _label in GRADES],
                             description="等次；unranked 为不参加排名"),
            OpenApiParameter("agency", OpenApiTypes.STR, description="单位代码"),
            OpenApiParameter("q", OpenApiTypes.STR, description="单位名称或者代码里的字；名称正是这几个字的在前"),
        ],
        responses=PlaceRecord(many=True),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """公开成绩单，按期次和名次。"""
        wanted = asked(request.query_params.dict())
        if wanted.problems:
            raise ValidationError({"detail": wanted.problems})
        rounds = [row for row in published_rounds() if wanted.round in ("", row.slug)]
        if wanted.round and not rounds:
            raise NotFound
        records = [place_record(row, one) for row in rounds for one in wanted.narrow(ranking(row))]
        return self._page(records)

    def _page(self, records: Sequence[dict[str, Any]]) -> Response:
        paginator = Pagination()
        return paginator.get_paginated_response(paginator.paginate_queryset(records, self.request, self))
