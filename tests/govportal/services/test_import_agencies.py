import csv
from pathlib import Path

import pytest

from govportal.imports import ImportResult, Outcome
from govportal.models import Agency, AuditEvent
from govportal.models.agency import AgencyKind, AgencyLevel
from govportal.services.import_agencies import import_agencies
from govportal.tables import UnreadableTable
from tests.factories import make_agency, make_user

pytestmark = pytest.mark.django_db

TREE = """code,name,level,kind,parent
G,澄明县人民政府,county,,
MZ,澄明县民政局,,,G
T1,澄明县云溪镇人民政府,,,澄明县人民政府
V1,云溪镇柳湾村村民委员会,,,T1
S1,澄明县第一小学,,,MZ
"""


def run(tmp_path: Path, text: str, **options: bool) -> ImportResult:
    file = tmp_path / "agencies.csv"
    file.write_text(text, encoding="utf-8")
    return import_agencies(file, actor=None, **options)


def outcomes(result: ImportResult) -> list[Outcome]:
    return [row.outcome for row in result.rows]


def test_import_builds_tree_with_paths_and_initials(tmp_path: Path) -> None:
    run(tmp_path, TREE)

    town, village = Agency.objects.get(code="T1"), Agency.objects.get(code="V1")
    assert village.parent == town
    assert village.path == f"/{town.parent_id}/{town.pk}/"
    assert Agency.objects.get(code="MZ").initials == "mzj"


def test_import_infers_kind_and_level_from_name(tmp_path: Path) -> None:
    run(tmp_path, TREE)

    found = {agency.code: (agency.kind, agency.level) for agency in Agency.objects.all()}
    assert found == {
        "G": (AgencyKind.GOVERNMENT, AgencyLevel.COUNTY),
        "MZ": (AgencyKind.DEPARTMENT, AgencyLevel.COUNTY),
        "T1": (AgencyKind.TOWNSHIP, AgencyLevel.TOWNSHIP),
        "V1": (AgencyKind.VILLAGE, AgencyLevel.VILLAGE),
        "S1": (AgencyKind.PUBLIC_INSTITUTION, AgencyLevel.COUNTY),
    }


def test_import_with_code_and_name_alone_is_enough(tmp_path: Path) -> None:
    result = run(tmp_path, "code,name\nA,甲局\n")

    assert outcomes(result) == [Outcome.CREATED]


def test_import_twice_changes_nothing(tmp_path: Path) -> None:
    run(tmp_path, TREE)
    audited = AuditEvent.objects.count()

    again = run(tmp_path, TREE)

    assert set(outcomes(again)) == {Outcome.UNCHANGED}
    assert AuditEvent.objects.count() == audited


def test_import_of_children_before_parents_places_them(tmp_path: Path) -> None:
    run(tmp_path, "code,name,parent\nB,乙科,A\nA,甲局,\n")

    assert Agency.objects.get(code="B").path == f"/{Agency.objects.get(code='A').pk}/"


def test_import_moving_a_parent_moves_those_below(tmp_path: Path) -> None:
    run(tmp_path, "code,name,parent\nA,甲局,\nB,乙局,\nC,丙科,A\nD,丁组,C\n")

    run(tmp_path, "code,name,parent\nC,丙科,B\nD,丁组,C\n")

    b, c = Agency.objects.get(code="B"), Agency.objects.get(code="C")
    assert Agency.objects.get(code="D").path == f"/{b.pk}/{c.pk}/"


def test_dry_run_writes_nothing(tmp_path: Path) -> None:
    result = run(tmp_path, TREE, is_dry_run=True)

    assert result.count(Outcome.CREATED) == 5
    assert not Agency.objects.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,name\n,甲局\n", "缺少单位代码"),
        ("code,name\nA,\n", "缺少单位名称"),
        ("code,name\n甲,甲局\n", "只能用字母"),
        ("code,name\nA,甲局\nA,乙局\n", "与第 2 行重复"),
        ("code,name,parent\nA,甲局,B\nB,乙局,A\n", "成环"),
        ("code,name,parent\nA,甲局,A\n", "成环"),
        (f"code,name\nA,{'甲' * 121}\n", "超过 120 个字"),
    ],
)
def test_import_refuses_row_and_says_why(tmp_path: Path, text: str, message: str) -> None:
    result = run(tmp_path, text)

    refused = [row for row in result.rows if row.outcome == Outcome.PROBLEM]
    assert refused
    assert message in refused[-1].messages[0]


def test_import_with_unknown_parent_keeps_agency_and_reports(tmp_path: Path) -> None:
    result = run(tmp_path, "code,name,parent\nA,甲局,没有的局\n")

    assert outcomes(result) == [Outcome.CREATED]
    assert "找不到上级单位“没有的局”" in result.rows[0].messages[0]


def test_import_with_parent_name_borne_twice_asks_for_code(tmp_path: Path) -> None:
    result = run(tmp_path, "code,name,parent\nA,甲局,\nB,甲局,\nC,丙科,甲局\n")

    assert "同名" in result.rows[2].messages[0]


def test_import_under_own_descendant_in_database_is_refused(tmp_path: Path) -> None:
    top = make_agency(code="A", name="甲局")
    make_agency(code="B", name="乙科", parent=top)

    result = run(tmp_path, "code,name,parent\nA,甲局,B\n")

    assert outcomes(result) == [Outcome.PROBLEM]


def test_import_without_name_column_raises(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match="名称"):
        run(tmp_path, "code,parent\nA,\n")


def test_import_is_audited_with_actor(tmp_path: Path) -> None:
    file = tmp_path / "agencies.csv"
    file.write_text("code,name\nA,甲局\n")
    user = make_user(full_name="王管理")

    import_agencies(file, actor=user)

    event = AuditEvent.objects.get(action="agency.add")
    assert (event.actor_name, event.agency_code) == ("王管理", "A")


def test_import_of_real_organisations_is_whole_and_idempotent(portal_data: Path) -> None:
    file = portal_data / "organisations" / "putuo_orgs.csv"
    with file.open(encoding="utf-8-sig", newline="") as lines:
        parents = {row["id"]: row["parent_id"] for row in csv.DictReader(lines)}

    first = import_agencies(file, actor=None)
    again = import_agencies(file, actor=None)

    assert first.count(Outcome.CREATED) == 400
    assert len(first.with_messages) == 35  # names that occur twice: a department and its own unit
    assert again.count(Outcome.UNCHANGED) == 400
    assert {a.code: a.parent.code if a.parent else "" for a in Agency.objects.select_related("parent")} == parents
