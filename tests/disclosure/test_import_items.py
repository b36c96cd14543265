"""The archive importer: every problem row is listed, nothing with title and body is withheld."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from disclosure.enums import EditionState, ItemState, LogKind, Validity
from disclosure.models import Item, LogEntry
from disclosure.services.item_rows import BadFieldMap, parse_field_map, parse_row
from disclosure.services.verify_log import verify
from govportal.models import Agency, User
from govportal.permissions import Role
from tests.factories import make_agency, make_member, make_user

LAW_FIELDS = (
    "source_id=id,title=title,body=body,document_number=doc_number,issuer=issuing_org,formed_on=first_adopted,"
    "published_on=publish_date,effective_on=effective_date,validity=status,topic=category"
)
POLICY_FIELDS = (
    "source_id=id,title=title,body=body_html,document_number=doc_number,index_number=index_number,"
    "issuer=issuing_org,formed_on=written_date,published_on=publish_date,topic=topic,keywords=keywords"
)


@pytest.fixture
def agency() -> Agency:
    return make_agency(code="gov", name="县人民政府")


@pytest.fixture
def admin() -> User:
    return make_user(username="root", is_superuser=True)


def jsonl(folder: Path, *rows: object) -> Path:
    path = folder / "archive.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return path


def run(
    path: Path,
    *arguments: str,
    fields: str = "source_id=id,title=title,body=body,formed_on=formed",
    publish: bool = True,
) -> str:
    out = io.StringIO()
    call_command(
        "import_items",
        str(path),
        "--agency=gov",
        "--type=general",
        f"--fields={fields}",
        "--by=root",
        *(["--publish", "--reason=旧平台迁入"] if publish else []),
        *arguments,
        stdout=out,
        stderr=io.StringIO(),
    )
    return out.getvalue()


@pytest.mark.django_db
def test_import_publish_enters_as_migration_by_a_named_user_with_a_reason(
    tmp_path: Path, agency: Agency, admin: User
) -> None:
    path = jsonl(tmp_path, {"id": "1", "title": "通告", "body": "第一条 内容。", "formed": "2019年1月27日"})

    run(path)

    item, entry = Item.objects.get(), LogEntry.objects.get()
    assert (item.state, item.formed_on, item.source_id) == (ItemState.LIVE, date(2019, 1, 27), "1")
    assert item.current_edition and item.current_edition.body == "<p>第一条 内容。</p>"
    assert (entry.kind, entry.note, entry.actor_name) == (LogKind.MIGRATE, "旧平台迁入", "root")
    assert verify().is_intact


@pytest.mark.django_db
def test_import_again_changes_nothing(tmp_path: Path, agency: Agency, admin: User) -> None:
    path = jsonl(
        tmp_path, *[{"id": str(n), "title": f"通告{n}", "body": f"内容{n}", "formed": "2019-01-27"} for n in range(60)]
    )
    run(path)
    entries = LogEntry.objects.count()

    output = run(path)

    assert "此前已迁入 60" in output
    assert (Item.objects.count(), LogEntry.objects.count(), entries) == (60, 60, 60)


@pytest.mark.django_db
def test_import_rows_without_source_id_are_recognised_by_their_text(
    tmp_path: Path, agency: Agency, admin: User
) -> None:
    path = jsonl(tmp_path, {"title": "通告", "body": "内容"})

    run(path, fields="title=title,body=body")
    run(path, fields="title=title,body=body")

    assert Item.objects.count() == 1


@pytest.mark.django_db
def test_import_same_source_id_with_another_text_is_reported_and_left(
    tmp_path: Path, agency: Agency, admin: User
) -> None:
    run(jsonl(tmp_path, {"id": "1", "title": "通告", "body": "五日", "formed": "2019-01-27"}))

    output = run(jsonl(tmp_path, {"id": "1", "title": "通告", "body": "七日", "formed": "2019-01-27"}))

    assert "与此前迁入的文本不同，未改动 1" in output
    assert Item.objects.get().current_edition.body == "<p>五日</p>"  # type: ignore[union-attr]


@pytest.mark.django_db
def test_import_without_publish_leaves_drafts_that_a_second_run_publishes(
    tmp_path: Path, agency: Agency, admin: User
) -> None:
    path = jsonl(tmp_path, {"id": "1", "title": "通告", "body": "内容", "formed": "2019-01-27"})

    run(path, publish=False)
    assert Item.objects.get().state == ItemState.UNPUBLISHED
    run(path)

    item = Item.objects.get()
    assert item.state == ItemState.LIVE
    assert [edition.state for edition in item.editions.all()] == [EditionState.PUBLISHED]


@pytest.mark.django_db
def test_import_problem_rows_are_listed_each_with_what_was_done(tmp_path: Path, agency: Agency, admin: User) -> None:
    report = tmp_path / "report.csv"
    path = jsonl(
        tmp_path,
        {"id": "empty", "title": "空的", "body": "  "},
        {"id": "untitled", "title": "", "body": "内容"},
        {"id": "=1+1", "title": "@标题", "body": "内容零"},
        {"id": "early", "title": "早", "body": "内容一", "formed": "2020-02-02", "pub": "2020-01-01", "org": "省政府"},
        {"id": "undated", "title": "无日期", "body": "内容二"},
        {"id": "bad-date", "title": "坏日期", "body": "内容三", "formed": "2024/13/45", "pub": "2024-05-01"},
        {"id": "twin-1", "title": "同名", "body": "甲文", "formed": "2020-01-01", "pub": "2020-01-01"},
        {"id": "twin-2", "title": "同名", "body": "乙文", "formed": "2020-01-01", "pub": "2020-01-01"},
        "{broken",
        '["not an object"]',
        '{"title": ' + "9" * 5000 + "}",
        '{"title": ' + "[" * 200_000 + "]" * 200_000 + "}",
    )

    run(
        path,
        f"--report={report}",
        fields="source_id=id,title=title,body=body,formed_on=formed,published_on=pub,issuer=org",
    )

    rows = list(csv.DictReader(report.open(encoding="utf-8-sig")))
    told = {row["来源编号"]: (row["结果"], row["问题"]) for row in rows}
    assert told["empty"][0] == "存为草稿" and "正文为空" in told["empty"][1]
    assert told["untitled"] == ("未迁入", "没有标题") or "没有标题" in told["untitled"][1]
    assert told["early"][0] == "已公开" and "早于成文日期" in told["early"][1]
    assert "省政府" in told["early"][1]
    assert told["undated"][0] == "已公开" and "缺少公开日期" in told["undated"][1]
    assert told["bad-date"][0] == "已公开" and "2024/13/45" in told["bad-date"][1]
    assert told["twin-1"][0] == told["twin-2"][0] == "已公开"
    assert "标题重复" in told["twin-2"][1]
    assert [row["结果"] for row in rows[-4:]] == ["未迁入"] * 4
    assert len(rows) == 12
    assert rows[2]["标题"] == "'@标题" and rows[2]["来源编号"] == "'=1+1"


@pytest.mark.django_db
def test_import_overlong_title_and_hostile_body_are_named_not_fatal(
    tmp_path: Path, agency: Agency, admin: User
) -> None:
    path = jsonl(
        tmp_path,
        {"id": "long", "title": "长" * 900, "body": "内容"},
        {"id": "script", "title": "脚本", "body": "<p><script>alert(1)</script></p>"},
        {"id": "nul", "title": "空\x00字节", "body": "<p>内\x00容</p>"},
        '{"id": "lone", "title": "半个\\ud800字", "body": "内容\\udfff"}',
    )

    output = run(path)

    assert "标题有 900 字" in output
    assert len(Item.objects.get(source_id="long").title) == 500
    assert Item.objects.get(source_id="nul").title == "空字节"
    assert Item.objects.get(source_id="lone").title == "半个字"
    assert Item.objects.get(source_id="script").state == ItemState.UNPUBLISHED


@pytest.mark.django_db
def test_import_taken_index_number_gets_another_and_says_so(tmp_path: Path, agency: Agency, admin: User) -> None:
    rows = [{"id": str(n), "title": f"通告{n}", "body": f"内容{n}", "index": "000014349/2019-00007"} for n in (1, 2)]

    output = run(jsonl(tmp_path, *rows), fields="source_id=id,title=title,body=body,index_number=index")

    assert "已另编索引号" in output
    assert Item.objects.get(source_id="1").slug == "000014349-2019-00007"
    assert Item.objects.get(source_id="2").index_number != "000014349/2019-00007"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
@pytest.mark.django_db
def test_import_csv_of_any_usual_encoding(tmp_path: Path, agency: Agency, admin: User, encoding: str) -> None:
    path = tmp_path / "archive.csv"
    path.write_text("id,title,body,formed\n1,关于惠农补贴的通告,内容,2019/1/27\n", encoding)

    run(path)

    assert Item.objects.get().title == "关于惠农补贴的通告"


@pytest.mark.django_db
def test_import_xlsx_with_real_dates(tmp_path: Path, agency: Agency, admin: User) -> None:
    path = tmp_path / "archive.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "title", "body", "formed"])
    sheet.append([7, "通告", "<p>内容</p>", date(2019, 1, 27)])
    book.save(path)

    run(path)

    assert (Item.objects.get().source_id, Item.objects.get().formed_on) == ("7", date(2019, 1, 27))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--agency=none"], "no agency"),
        (["--type=poem"], "没有类型"),
        (["--fields=title=title"], "title 和 body"),
        (["--fields=nonsense=a,title=b,body=c"], "nonsense"),
        (["--by=nobody"], "no active user"),
        (["--reason="], "理由"),
        (["--category=poetry"], "poetry"),
    ],
)
@pytest.mark.django_db
def test_import_wrong_options_say_what_is_wrong(
    tmp_path: Path, agency: Agency, admin: User, arguments: list[str], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        run(jsonl(tmp_path, {"id": "1", "title": "a", "body": "b"}), *arguments)


@pytest.mark.django_db
def test_import_by_someone_without_the_role_is_refused(tmp_path: Path, agency: Agency, admin: User) -> None:
    make_member(Role.PUBLISHER, agency, username="clerk")

    with pytest.raises(CommandError, match="不是这个单位的管理员"):
        run(jsonl(tmp_path, {"id": "1", "title": "a", "body": "b"}), "--by=clerk")


@pytest.mark.django_db
def test_import_without_by_drafts_under_the_archive_account_and_never_publishes(
    tmp_path: Path, agency: Agency, admin: User
) -> None:
    path = jsonl(tmp_path, {"id": "1", "title": "a", "body": "b"})
    options = ["--agency=gov", "--type=general", "--fields=source_id=id,title=title,body=body"]

    call_command("import_items", str(path), *options, stdout=io.StringIO(), stderr=io.StringIO())
    with pytest.raises(CommandError, match="--by USER"):
        call_command("import_items", str(path), *options, "--publish", "--reason=x", stdout=io.StringIO())

    item = Item.objects.get()
    assert (item.created_by.username, item.created_by.is_active) == ("archive-import", False)
    assert item.state == ItemState.UNPUBLISHED


@pytest.mark.django_db
def test_import_under_another_file_name_is_recognised_by_source_id(tmp_path: Path, agency: Agency, admin: User) -> None:
    path = jsonl(tmp_path, {"id": "1", "title": "通告", "body": "内容", "formed": "2019-01-27"})
    run(path)

    output = run(path.rename(tmp_path / "copy.jsonl"))

    assert "此前已迁入 1" in output
    assert Item.objects.count() == 1


@pytest.mark.django_db
def test_import_changed_validity_or_number_is_named_as_different(tmp_path: Path, agency: Agency, admin: User) -> None:
    fields = "source_id=id,title=title,body=body,validity=v,document_number=n"
    row = {"id": "1", "title": "通告", "body": "内容", "v": "有效", "n": "澄政发〔2020〕1号"}
    run(jsonl(tmp_path, row), fields=fields)

    output = run(jsonl(tmp_path, {**row, "v": "废止", "n": "澄政发〔2020〕2号"}), fields=fields)

    assert "不同的是：" in output and "文号" in output and "有效性" in output


@pytest.mark.django_db
def test_import_unreadable_file_is_one_clear_line(tmp_path: Path, agency: Agency, admin: User) -> None:
    path = tmp_path / "archive.csv"
    path.write_bytes(b"\xff\xfe\x00\xd8\x00")

    with pytest.raises(CommandError):
        run(path)
    with pytest.raises(CommandError, match="no such file"):
        run(tmp_path / "absent.csv")


def test_parse_field_map_reaches_extra_fields_of_the_type() -> None:
    assert parse_field_map("title=a, body=b ,extra.office=c") == {"title": "a", "body": "b", "extra.office": "c"}
    with pytest.raises(BadFieldMap):
        parse_field_map("title,body")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-01-27", date(2019, 1, 27)),
        ("2019年1月27日", date(2019, 1, 27)),
        ("2019/1/27 08:30:00", date(2019, 1, 27)),
        ("2019.01.27", date(2019, 1, 27)),
        ("20190127", date(2019, 1, 27)),
        ("2019-02-29", None),
        ("昨天", None),
    ],
)
def test_parse_row_reads_the_dates_archives_write(text: str, expected: date | None) -> None:
    row = parse_row(1, {"t": "题", "b": "文", "d": text}, {"title": "t", "body": "b", "formed_on": "d"})

    assert row.values["formed_on"] == expected
    assert bool(row.problems) is (expected is None)


@pytest.mark.parametrize(
    ("word", "validity", "is_known"),
    [("现行有效", Validity.VALID, True), ("已废止", Validity.VOID, True), ("未标注", Validity.VALID, False)],
)
def test_parse_row_validity_words(word: str, validity: Validity, *, is_known: bool) -> None:
    row = parse_row(1, {"t": "题", "b": "文", "v": word}, {"title": "t", "body": "b", "validity": "v"})

    assert row.values["validity"] == validity
    assert bool(row.problems) is not is_known


@pytest.mark.django_db
def test_import_real_archives_publishes_every_row_that_has_a_text(
    tmp_path: Path, agency: Agency, admin: User, portal_data: Path
) -> None:
    laws, policies = portal_data / "laws/laws.jsonl", portal_data / "gov_policy/state_council_docs.jsonl"
    texts = [json.loads(line) for line in laws.read_text("utf-8").splitlines()]
    with_body = sum(bool(row["body"].strip()) for row in texts)

    run(laws, fields=LAW_FIELDS)
    run(policies, fields=POLICY_FIELDS)

    assert Item.objects.filter(state=ItemState.LIVE).count() == with_body + 38
    assert Item.objects.filter(state=ItemState.UNPUBLISHED).count() == len(texts) - with_body
    assert Item.objects.get(document_number="国发〔2019〕5号").slug == "000014349-2019-00007"
    assert verify().is_intact
