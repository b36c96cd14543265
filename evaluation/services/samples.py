"""抽样: what of an agency's publications the inspectors look at, drawn by the seed of the round (scoring.draw)."""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable

from disclosure.models import Item
from disclosure.queries import readable
from evaluation.models import Assessment, AssessmentRound, SampleItem
from evaluation.scoring import draw


def population(assessment: Assessment) -> list[str]:
    """Slugs of what there was to draw from, as it was on the day of the draw."""
    packed = bytes(assessment.population)
    return list(json.loads(zlib.decompress(packed))) if packed else []


def draw_samples(row: AssessmentRound, assessments: Iterable[Assessment]) -> int:
    """Draw for those that have no sample yet; answers how many items were drawn. Call inside the transaction that opens
    the round: what was drawn once is never drawn again."""
    waiting = [one for one in assessments if not one.population]
    published: dict[int, dict[str, int]] = defaultdict(dict)
    items = Item.objects.filter(
        readable(),
        agency__in=[one.agency_id for one in waiting],
        published_on__range=(row.period_start, row.period_end),
    )
    for pk, agency_id, slug in items.order_by("pk").values_list("pk", "agency_id", "slug").iterator(chunk_size=10_000):
        published[agency_id][slug] = pk
    drawn = []
    for one in waiting:
        slugs = published[one.agency_id]
        one.population = zlib.compress(json.dumps(sorted(slugs)).encode())
        drawn += [
            SampleItem(assessment=one, item_id=slugs[slug], position=place)
            for place, slug in enumerate(draw(row.seed, slugs, row.sample_size), start=1)
        ]
    Assessment.objects.bulk_update(waiting, ["population"], batch_size=500)
    SampleItem.objects.bulk_create(drawn, batch_size=500)
    return len(drawn)
