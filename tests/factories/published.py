"""An item published through the services: sealed, logged and searchable."""

from datetime import UTC, date, datetime
from typing import Any

from disclosure.enums import Audience
from disclosure.models import Item
from disclosure.services import draft, publish
from govportal.permissions import Role
from tests.factories.kernel import make_agency, make_member

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def publish_one(
    *, body: str = "<p>第一条　公示期不少于五个工作日。</p>", audience: str = Audience.PUBLIC, **values: Any
) -> Item:
    agency = values.pop("agency", None) or make_agency()
    item = draft.create_item(
        draft.Content(title="公示办法", body=body, formed_on=date(2026, 2, 27), **values.pop("content", {})),
        agency=agency,
        item_type="general",
        author=make_member(Role.PUBLISHER, agency),
        at=AT,
        audience=audience,
        **values,
    )
    publish.publish(item.pk, actor=make_member(Role.APPROVER, agency), at=AT)
    item.refresh_from_db()
    return item
