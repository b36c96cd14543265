"""What must hold for every file of the tree, whoever wrote it."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("govportal", "disclosure", "requests_app", "evaluation", "benchmarks", "tests")
MODULE_LINES = 450
# Shipped to outsiders as one program, which they read from top to bottom.
ONE_PROGRAM = {"evaluation/scoring.py": 520}
FUNCTION_LINES = 50
TEXT = {".py", ".html", ".css", ".js", ".md", ".toml", ".txt", ".yml", ".yaml", ".lock", ".csv", ".json", ".svg", ""}
# The words are put together here so that this file does not hold them.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:" + "wo" + "rk|ro" + "ot|ho" + "me|Us" + "ers" + r")/\w")
REGISTRY = re.compile("|".join(("pypi" + r"\.org", "pythonhosted" + r"\.org", "npmjs" + r"\.", "index" + "-url")))
CLOCK = re.compile(r"timezone\.now\(|timezone\.localdate\(|datetime\.now\(|date\.today\(|utcnow\(")
UNFINISHED = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")


def tracked_files() -> list[Path]:
    """Files Git keeps or would keep; everything when this is no repository (an unpacked release)."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("the tree is not a Git work tree")
    files = {ROOT / name for name in listing.stdout.split("\0") if name}
    return sorted(file for file in files if file.is_file() and not file.is_symlink())


def lines_with(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    return [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def text_files() -> list[Path]:
    return [file for file in tracked_files() if file.suffix in TEXT]


def python_files(*, with_tests: bool = True) -> list[Path]:
    packages = PACKAGES if with_tests else PACKAGES[:-1]
    files = [file for file in tracked_files() if file.suffix == ".py" and "migrations" not in file.parts]
    return [file for file in files if file.relative_to(ROOT).parts[0] in packages]


def templates() -> list[Path]:
    return [file for file in tracked_files() if file.suffix == ".html"]


def test_text_names_no_path_of_a_machine() -> None:
    found = lines_with(MACHINE_PATH, text_files())

    assert found == []


def test_text_names_no_package_registry() -> None:
    allowed = re.compile(r"--no-emit-" + "index" + "-url")
    found = lines_with(REGISTRY, text_files())

    assert [line for line in found if not allowed.search(line)] == []


def test_only_now_reads_the_clock() -> None:
    files = [file for file in python_files(with_tests=False) if file != ROOT / "govportal" / "now.py"]

    assert lines_with(CLOCK, files) == []


def test_templates_have_no_inline_style_or_script() -> None:
    inline = re.compile(r"""<style|\sstyle=|\son[a-z]+=["']|<script(?![^>]*\ssrc=)|javascript:""")
    # Data for a script is not a script: the policy does not run it.
    data = re.compile(r'<script type="application/(ld\+)?json"')

    found = [line for line in lines_with(inline, templates()) if not data.search(line)]

    assert found == []


def test_templates_trust_no_text_as_html() -> None:
    """Sanitised text comes as SafeString from the code that sanitised it, so no page needs these."""
    found = lines_with(re.compile(r"\|\s*safe\b|\{%\s*autoescape off|\|\s*safeseq\b"), templates())

    assert found == []


def test_templates_are_short_enough_to_read() -> None:
    long = {str(file.relative_to(ROOT)): n for file in templates() if (n := len(file.read_text().splitlines())) > 120}

    assert long == {}


def test_modules_are_short_enough_to_read() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in python_files()}

    assert {name: length for name, length in lengths.items() if length > ONE_PROGRAM.get(name, MODULE_LINES)} == {}


def test_functions_are_short_enough_to_read() -> None:
    long = [
        f"{file.relative_to(ROOT)}:{node.lineno}: {node.name}"
        for file in python_files()
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno >= FUNCTION_LINES
    ]

    assert long == []


def test_nothing_is_left_to_do() -> None:
    found = lines_with(
        UNFINISHED, [file for file in text_files() if file.suffix in {".py", ".html", ".css", ".js", ""}]
    )

    assert found == []


def test_modules_have_no_vague_name() -> None:
    vague = {"utils", "helpers", "common", "misc"}

    assert [file.relative_to(ROOT) for file in python_files() if vague & {file.stem, file.parent.name}] == []


def test_style_sheets_use_layers_instead_of_force() -> None:
    sheets = [file for file in tracked_files() if file.suffix == ".css"]

    assert lines_with(re.compile("!important"), sheets) == []
