"""The public pages of scorecards, from the ranking down to one fact."""

import csv
import hashlib
import io
import re
import zipfile
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from disclosure.models import CatalogueEntry, Obligation
from evaluation.enums import RoundKind
from evaluation.models import AssessmentRound, FindingFile
from evaluation.scorecard_filters import Asked
from evaluation.scorecard_reading import assessment_of, published_round, ranking, scorecard
from evaluation.scorecards import Scorecard, coded_name
from evaluation.scoring import draw
from govportal.models import Agency, AgencyKind, SiteProfile
from govportal.now import now
from tests import paper
from tests.factories.kernel import make_agency, make_private_file
from tests.factories.obligations import make_obligation
from tests.factories.rounds import make_finding, open_round, publish_round
from tests.factories.scorecards import EXCUSED, LATE, LESSENED, County
from tests.test_english import chinese_outside_records

pytestmark = pytest.mark.django_db


def read(client: Client, name: str, *args: object, query: str = "") -> str:
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200, response.content
    return str(response.content.decode())


def card_of(published: AssessmentRound, agency: Agency) -> Scorecard:
    row = published_round(published.slug)
    assert row is not None
    one = assessment_of(row, agency.code)
    assert one is not None
    return scorecard(row, one)


# --- the ranking ----------------------------------------------------------------------------------------------------


def test_ranking_begins_with_the_newest_round(client: Client, county: County) -> None:
    text = read(client, "scorecards")

    assert county.row.name in text
    for one in county.row.assessments.all():
        assert reverse("scorecard", args=[county.row.slug, one.agency.code]) in text
        assert f"{one.total:.2f}" in text
    assert county.unpublished.name not in text
    assert county.withdrawn.name not in text


def test_ranking_is_narrowed_by_kind_grade_and_name(client: Client, county: County) -> None:
    def names(query: str) -> list[str]:
        text = read(client, "scorecards", query=query)
        return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', text)

    assert names("") == ["县财政局", "河口镇人民政府", "县水务局"]
    assert names("?kind=township") == ["河口镇人民政府"]
    assert names("?q=财政") == ["县财政局"]
    assert names("?q=财政&kind=township") == []
    assert names("?grade=poor") == names("?grade=unranked") == []
    assert names(f"?agency={county.town.code}") == names(f"?q={county.town.code.lower()}") == ["河口镇人民政府"]
    for query, counts in {"": 3, "?kind=township": 1, "?q=财政": 1, "?q=zzz": 0, "?q=财政&grade=poor": 1}.items():
        tiles = re.findall(r'<dd class="big"><a [^>]+>(\d+)<', read(client, "scorecards", query=query))
        assert sum(map(int, tiles)) == counts, query  # of whom is listed, but for the grade
    # Equal totals have equal ranks: then by place and name.
    assert names(f"?round={county.earlier.slug}&grade=excellent&page=1") == ["县水务局", "县财政局", "河口镇人民政府"]


def test_ranking_compares_rounds_of_one_kind_alone(client: Client, county: County) -> None:
    columns = ('<th scope="col">近四期</th>', '<th scope="col" class="r">比上期</th>')
    pages = {
        "": "只在同一种考核（半年抽查）、考核了多数单位的各期之间比较",
        f"?round={county.daily.slug}": "本期没有可比的上一期",
    }

    for query, sentence in pages.items():
        text = read(client, "scorecards", query=query)
        assert sentence in text
        assert [column in text for column in columns] == [not query] * 2


def test_ranking_of_a_kind_has_the_ranks_of_that_kind(county: County) -> None:
    row = published_round(county.row.slug)
    assert row is not None

    ranks = [(one.name, one.rank) for one in Asked(kind=AgencyKind.TOWNSHIP).narrow(ranking(row))]

    assert ranks == [("河口镇人民政府", 1)]


def test_rounds_of_another_kind_are_never_compared(county: County) -> None:
    card = card_of(county.row, county.late)

    assert [past.slug for past in card.past] == [county.earlier.slug, county.row.slug]


# --- the card -------------------------------------------------------------------------------------------------------


def test_card_leads_every_point_to_its_evidence(client: Client, county: County) -> None:
    text = read(client, "scorecard", county.row.slug, county.late.code)

    late = Obligation.objects.filter(agency=county.late, due_on__lt=date(2026, 3, 9), due_on__year=2026).order_by(
        "due_on"
    )
    for obligation in late[1:6]:  # the first is excused; five are shown
        assert reverse("obligation", args=[obligation.pk]) in text
    assert f"全部 {LATE - 1} 例" in text
    assert "到期应公开 7 项，按时公开 0 项，裁定不计 1 例" in text
    assert "https://example.test/page" in text
    assert "网页截图" in text
    assert "通话记录" not in text.replace(LESSENED, "")
    assert "撤销的问题" not in text


def test_card_tells_rulings_in_their_words(client: Client, county: County) -> None:
    text = read(client, "scorecard", county.row.slug, county.late.code)

    assert text.count(EXCUSED) == 2  # beside the case and in the course of things
    assert LESSENED in text
    assert "2 处，每处扣 0.5 分，裁定后共扣 0.5 分" in text
    assert "已撤回" in text
    assert "收回的话" not in text
    assert "单位到会陈述" not in text


def test_card_says_what_the_total_was_before_rulings(county: County) -> None:
    card = card_of(county.row, county.late)

    assert card.assessment.total == Decimal("96.50")
    assert card.steps[0].title == f"初评 {card.assessment.shared_total} 分" == "初评 95.50 分"
    card.assessment.shared_total = None  # as of a round that was told before this was kept
    assert scorecard(card.assessment.round, card.assessment).steps[0].title == "初评 95.50 分"
    assert [step.title for step in card.steps if "公布" in step.title or "定分" in step.title] == [
        "定分 96.50 分",
        "公布",
    ]


def test_card_compares_with_agencies_of_the_same_kind_where_there_are_enough(client: Client, county: County) -> None:
    third = make_agency(parent=county.office, name="县审计局")
    make_obligation(agency=third, due_on=date(2026, 3, 1), met_on=date(2026, 3, 2))
    everybody = (county.late, county.punctual, third, county.town)
    row = publish_round(
        open_round(
            *everybody, office=county.office, actor=county.inspector, indicator_set=county.row.indicator_set,
            slug="four", kind=RoundKind.THIRD_PARTY,
        )
    )  # fmt: skip
    cards = [card_of(row, agency) for agency in everybody]

    assert [(card.peers, card.ranked, card.is_averaged) for card in cards] == [(3, 4, True)] * 3 + [(1, 4, False)]
    for place, group in enumerate(cards[0].groups):
        points = [card.groups[place].points for card in cards[:3]]
        assert group.average == (sum(points, Decimal(0)) / 3).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert not card_of(county.row, county.late).is_averaged  # one other: that would be its points
    page = read(client, "scorecard", row.slug, county.town.code)
    assert "不算平均" in page and "竖线是同类单位的平均" not in page
    assert "参加排名的 4 个单位中第 1 名" in page


def test_check_of_a_few_agencies_takes_nobodys_place(client: Client, county: County) -> None:
    row = publish_round(
        open_round(
            county.late, office=county.office, actor=county.inspector, indicator_set=county.row.indicator_set,
            slug="check", name="水务专项抽查", period_start=date(2026, 7, 1), period_end=date(2026, 8, 31),
        )
    )  # fmt: skip
    card = card_of(row, county.late)

    assert card.past[:-1] == [] and card.change is None and card.before is None
    assert county.row.name in read(client, "scorecards") and "2026年上半年排名" in read(client, "home")
    own = reverse("scorecard", args=[county.row.slug, county.late.code])
    page = read(client, "agency", county.late.code)
    assert own in page and "参加排名的 3 个单位中第" in page
    archive = client.get(reverse("scorecards_newest_archive")).headers["Location"]
    assert archive == reverse("scorecards_archive", args=[county.row.slug])
    text = read(client, "scorecards", query=f"?round={row.slug}")
    assert "本期只考核 1 个单位" in text and "本期没有可比的上一期" in text


def test_frozen_card_never_moves(client: Client, county: County) -> None:
    addresses = [
        reverse(name, args=[county.row.slug, county.late.code])
        for name in ("scorecard", "scorecard_json", "scorecard_csv")
    ]
    before = [client.get(address).getvalue() for address in addresses]

    make_obligation(agency=county.late, due_on=date(2026, 3, 9))
    CatalogueEntry.objects.update(level1="改了名的事项")
    Agency.objects.filter(pk=county.late.pk).update(name="县水利局", short_name="水利局", kind=AgencyKind.TOWNSHIP)

    assert [client.get(address).getvalue() for address in addresses] == before


def test_point_lists_every_case_those_at_fault_first(client: Client, county: County) -> None:
    indicator = county.row.indicator_set.indicators.get(measure="timeliness")

    text = read(client, "scorecard_indicator", county.row.slug, county.late.code, indicator.code)

    assert text.count("未达到") == LATE - 1
    assert text.index("未达到") < text.rindex("裁定不计") < text.index(EXCUSED)
    assert f"共 {LATE} 例" in text


def test_agency_that_owed_nothing_has_full_marks_and_no_rank(client: Client, county: County) -> None:
    idle = make_agency(parent=county.office, name="县志办")
    row = publish_round(
        open_round(
            idle, office=county.office, actor=county.inspector, indicator_set=county.row.indicator_set, slug="idle"
        )
    )
    indicator = row.indicator_set.indicators.get(measure="coverage")

    assert "本期无应评事项，按满分计" in read(client, "scorecard_indicator", "idle", idle.code, indicator.code)
    for text in (read(client, "scorecard", "idle", idle.code), read(client, "scorecards", query="?round=idle")):
        said = re.sub(r"<[^>]+>|\s{2,}", "", text)
        assert f"不参加排名：{row.assessments.get().not_ranked_reason}" in said
        assert "本期折算" not in said
        assert 'class="bar"' not in text[text.index("<table") :]
    assert "100.00 分，不参加排名" in read(client, "scorecard", "idle", idle.code)
    assert "不参加排名" in read(client, "agency", idle.code) and "100.00" not in read(client, "agency", idle.code)
    ranks = read(client, "scorecards", query="?round=idle")
    assert "100.00" not in ranks
    [line] = csv.DictReader(io.StringIO(client.get("/scorecards/idle.csv").getvalue().decode("utf-8-sig")))
    assert (line["total"], line["not_ranked_total"], line["rank"]) == ("", "100.00", "")
    assert "?round=idle&amp;grade=unranked" in ranks
    assert "grade=unranked" not in read(client, "scorecards", query=f"?round={county.row.slug}")
    # Full marks that nothing tested are no rise over the last round, nor is the next round a fall.
    for place in ranking(published_round("idle") or row):
        assert (place.change, place.past) == (None, [])
    assert "本期只考核 1 个单位，平台上的单位共 5 个" in read(client, "scorecards", query="?round=idle")
    assert client.get(reverse("scorecard_pdf", args=["idle", idle.code])).status_code == 200
    said = paper.text(client.get(reverse("scorecards_pdf", args=["idle"])).content)
    assert "不参加排名：" in said and "100.00" not in said
    assert "None" not in read(client, "agency", idle.code)


def test_how_tells_every_rule_and_the_way_to_recompute(client: Client, county: County) -> None:
    text = read(client, "scorecards_how")

    assert "python3 -I recompute.py" in text
    assert county.row.seed in text
    assert "没有日期和内容" in text
    assert f"{county.row.digest[:8]} " in text


def test_how_tells_which_findings_need_evidence(client: Client, county: County) -> None:
    [needed] = county.row.indicator_set.indicators.manual().filter(is_evidence_required=True)

    assert f"须附证据的是：{coded_name(needed)}。" in re.sub(r"<[^>]+>", "", read(client, "scorecards_how"))


def test_finding_without_evidence_is_told_so_and_what_is_not_public_otherwise(client: Client, county: County) -> None:
    row = open_round(
        county.punctual, office=county.office, actor=county.inspector, indicator_set=county.row.indicator_set,
        slug="bare", kind=RoundKind.DAILY,
    )  # fmt: skip
    one = row.assessments.get()
    first, second = row.indicator_set.indicators.manual()[:2]
    make_finding(one, first)
    made = {"added_by": row.made_by, "added_at": now(), "finding": make_finding(one, second)}
    FindingFile.objects.create(file=make_private_file(), title="通话记录", **made)
    publish_round(row)

    page = read(client, "scorecard", "bare", county.punctual.code)
    said = paper.text(client.get(reverse("scorecard_pdf", args=["bare", county.punctual.code])).content)
    for text in (page, said):
        assert text.count("没有附证据（本项不要求）") == text.count("证据不公开") == 1
    assert "附证据" not in read(client, "scorecard", county.row.slug, county.late.code)


def test_how_has_the_seed_of_the_round_that_the_reader_comes_from(client: Client, county: County) -> None:
    text = read(client, "scorecards_how", query=f"?round={county.earlier.slug}")

    assert county.earlier.seed in text
    assert county.row.seed not in text
    assert county.earlier.get_absolute_url() in text
    assert f"{reverse('scorecards_how')}?round={county.earlier.slug}" in read(
        client, "scorecard", county.earlier.slug, county.late.code
    )
    assert "没有“nix”这一期" in read(client, "scorecards_how", query="?round=nix")
    assert client.get(reverse("scorecards_how") + f"?round={county.withdrawn.slug}").status_code == 302


def test_draw_is_told_as_it_is_done(client: Client, county: County) -> None:
    """By the words of the page and of the README alone: another rule would draw other samples."""
    text = read(client, "scorecards_how")
    example, digest = re.findall(r'例如：<span class="hash">([^<]+)</span>.*?<span class="hash">([^<]+)</span>', text)[
        0
    ]
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"/open-data/scorecards/{county.row.slug}.zip").getvalue()))
    readme = " ".join(archive.read("README.txt").decode().split())
    assert "把“种子|网址名”" in readme and "取 SHA-256，写成 64 位十六进制小写，从小到大排" in readme
    [(size, seed)] = re.findall(r"取最前面的 (\d+) 件。本期种子 (\w+)。", readme)

    assert example.startswith(f"{county.row.seed}|")
    assert digest == hashlib.sha256(example.encode()).hexdigest()
    assert "把种子、半角竖线“|”和信息的网址名接成一串" in text
    keys = [f"CM-A-{n}" for n in range(30)]
    by_the_words = sorted(keys, key=lambda key: hashlib.sha256(f"{seed}|{key}".encode()).hexdigest())[: int(size)]
    assert by_the_words == draw(county.row.seed, keys, county.row.sample_size)


# --- what does not exist --------------------------------------------------------------------------------------------


def test_unpublished_and_unknown_cards_are_not_found(client: Client, county: County) -> None:
    slug, code = county.row.slug, county.late.code
    paths = [
        f"/scorecards/{county.unpublished.slug}/{code}/",
        f"/scorecards/{county.unpublished.slug}.csv",
        f"/scorecards/{county.unpublished.slug}/{code}.pdf",
        f"/open-data/scorecards/{county.unpublished.slug}.zip",
        f"/scorecards/nix/{code}/",
        f"/scorecards/{slug}/nix/",
        f"/scorecards/{slug}/{code}/NIX/",
        f"/scorecards/{slug}/{code}/NIX.csv",
        f"/scorecards/{slug}/../../etc/passwd",
        f"/scorecards/{slug}%00/{code}/",
        f"/scorecards/{'a' * 300}/{code}/",
        f"/scorecards/{slug}/{county.office.code}/",
        "/scorecards/evidence/999999999999999/x.pdf",
        f"/scorecards/evidence/{county.private_file.pk}/x.pdf",
    ]

    for path in paths:
        response = client.get(path)
        assert response.status_code == 404, path
        assert "没有" in response.content.decode(), path


def test_withdrawn_round_leads_to_its_notice(client: Client, county: County) -> None:
    slug, code = county.withdrawn.slug, county.late.code
    assert county.withdrawn.item is not None
    notice = county.withdrawn.item.get_absolute_url()

    for path in (
        f"/scorecards/?round={slug}",
        f"/scorecards/{slug}/{code}/",
        f"/scorecards/{slug}/{code}/COV/",
        f"/scorecards/{slug}/{code}/COV.csv",
        f"/scorecards/{slug}.csv",
        f"/scorecards/{slug}.json",
        f"/scorecards/{slug}.pdf",
        f"/scorecards/{slug}/{code}.csv",
        f"/scorecards/{slug}/{code}.json",
        f"/scorecards/{slug}/{code}.pdf",
        f"/open-data/scorecards/{slug}.zip",
    ):
        response = client.get(path)
        assert (response.status_code, response.headers.get("Location")) == (302, notice), path


def test_bad_parameters_are_told_and_never_fail(client: Client, county: County) -> None:
    indicator = county.row.indicator_set.indicators.get(measure="timeliness")
    point = reverse("scorecard_indicator", args=[county.row.slug, county.late.code, indicator.code])
    addresses = {
        "/scorecards/?round=../..": "看不懂",
        "/scorecards/?round=nix": "没有“nix”这一期",
        "/scorecards/?round=%00": "公开成绩单",
        "/scorecards/?kind=%3Cscript%3E": "没有“&lt;script&gt;”这个单位类别",
        "/scorecards/?grade=A": "没有“A”这个等次",
        "/scorecards/?agency=NIX": "没有代码为“NIX”的单位",
        "/scorecards/?page=9999999": "显示最后一页",
        "/scorecards/?page=x&p=9999999": "无效",
        f"/scorecards/?q={'x' * 5000}": "最多 60 个字",
        "/scorecards/?q=%00": county.row.name,
        f"{point}?page=-1": "无效",
        f"{point}?page=9999999": "显示最后一页",
    }

    for address, words in addresses.items():
        response = client.get(address)
        assert response.status_code == 200, address
        assert words in response.content.decode(), address


def test_english_pages_mark_what_an_objection_is_to_and_join_conditions_in_english(
    client: Client, county: County
) -> None:
    SiteProfile.objects.create(pk=1, name="某县政务公开", name_en="County Open Government", host="某县人民政府")
    with override("en"):  # around the requests too: their language stays active in the thread
        card = read(client, "scorecard", county.row.slug, county.late.code)
        narrowed = read(client, "scorecards", query="?kind=township&grade=excellent")

    assert 'About <span lang="zh-CN">“测试指标（及时率）”</span>' in card
    assert chinese_outside_records(card) == []
    assert "(Townships and subdistricts, Excellent)" in narrowed
