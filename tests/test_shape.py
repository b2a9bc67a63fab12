"""The house tests itself: what no linter knows about how this project is built."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.source import APPS, DOORS, ROOT, doors, dotted, floor, imports, modules, name, rules, tree

WRITES = frozenset(
    {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete", "raw", "execute"}
)
FORBIDDEN_NAMES = frozenset(
    {"utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "service", "services", "handler"}
    | {"handlers", "process", "selectors", "signals"}
)
TEXT_FILES = frozenset({".py", ".html", ".txt", ".toml", ".md", ".css", ".js", ".json", ".yaml", ".yml", ".csv", ".po"})


def tracked() -> Iterator[Path]:
    """The files of the project, as a fresh clone would have them."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for part in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / part).is_file():
            yield ROOT / part


def test_imports_only_go_down() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_checkpoint_uses_no_door_of_declarations_but_the_two_shared_ones() -> None:
    shared = ("declarations.api.frame", "declarations.templatetags")
    found = []
    for path in modules("checkpoint"):
        for module, imported in imports(path):
            full = f"{module}.{imported}".rstrip(".")
            is_door = any(full == f"declarations.{door}" or full.startswith(f"declarations.{door}.") for door in DOORS)
            if is_door and not full.startswith(shared):
                found.append(f"{name(path)} imports {full}")
    assert not found


def test_no_file_is_longer_than_400_lines() -> None:
    found = [
        f"{name(path)}: {lines}"
        for path in tracked()
        if path.suffix in {".py", ".html", ".css", ".js"}
        and "vendor" not in path.parts
        and "migrations" not in path.parts
        if (lines := len(path.read_text().splitlines())) > 400
    ]
    assert not found


def test_doors_never_write() -> None:
    found = []
    for path in doors():
        actions = {imported for _, imported in imports(path) if imported.islower()}  # modules: actions.create() is none
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if isinstance(node.func.value, ast.Name) and node.func.value.id in actions:
                continue
            of_the_ladder = isinstance(node.func.value, ast.Call) and dotted(node.func.value) == "super"
            through_rows = node.func.attr == "update" and ".objects" in dotted(node.func)
            if (node.func.attr in WRITES and not of_the_ladder) or through_rows:
                found.append(f"{name(path)}:{node.lineno} calls .{node.func.attr}()")
    assert not found


def test_doors_never_branch_on_a_status() -> None:
    found = []
    for path in doors():
        for node in ast.walk(tree(path)):
            tests = [node.test] if isinstance(node, ast.If | ast.IfExp) else []
            for compare in (part for test in tests for part in ast.walk(test) if isinstance(part, ast.Compare)):
                if any(isinstance(side, ast.Attribute) and side.attr == "status" for side in ast.walk(compare)):
                    found.append(f"{name(path)}:{compare.lineno}")
    assert not found


def test_status_is_assigned_in_the_models_only() -> None:
    found = []
    for path in modules("declarations", "checkpoint", "seeds", "config"):
        if floor(path) == "models":
            continue
        for node in ast.walk(tree(path)):
            targets: list[ast.expr] = []
            if isinstance(node, ast.Assign):
                targets = node.targets
            elif isinstance(node, ast.AugAssign | ast.AnnAssign):
                targets = [node.target]
            written = any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets)
            updated = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "update"
                and any(keyword.arg == "status" for keyword in node.keywords)
            )
            if written or updated:
                found.append(f"{name(path)}:{node.lineno}")
    assert not found


def test_rules_ask_neither_clock_nor_chance_nor_database() -> None:
    forbidden = {"random", "secrets", "uuid", "time", "os", "socket", "django.conf", "django.utils.timezone"}
    clocks = {"now", "today", "utcnow", "localdate", "localtime"}
    found = []
    for path in rules():
        for module, imported in imports(path):
            full = f"{module}.{imported}".rstrip(".")
            if module in forbidden or full in forbidden:
                found.append(f"{name(path)} imports {full}")
            if module.startswith("django.db") and full not in {
                "django.db.models.TextChoices",
                "django.db.models.IntegerChoices",
            }:
                found.append(f"{name(path)} imports {full}")
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in clocks:
                found.append(f"{name(path)}:{node.lineno} reads the clock")
    assert not found


def test_imports_stand_at_the_top_of_their_file() -> None:
    found = [
        f"{name(path)}:{inner.lineno}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom) and not (path.name == "apps.py" and node.name == "ready")
    ]
    assert not found


def test_what_a_package_exports_is_there_and_named_once() -> None:
    found = []
    for path in modules():
        said = [vars(node) for node in ast.walk(tree(path))]
        defined = {node.get("asname") or node.get("name") or node.get("id") for node in said}
        for node in tree(path).body:
            if not isinstance(node, ast.Assign) or dotted(node.targets[0]) != "__all__":
                continue
            exported = ast.literal_eval(node.value)
            wrong = {each for each in exported if each not in defined or exported.count(each) > 1}
            found += [f"{name(path)}: {each}" for each in sorted(wrong)]
    assert not found


def test_no_list_of_the_settings_names_anything_twice() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    contracts = tools["importlinter"]["contracts"]
    lists = [each["module"] for each in tools["mypy"]["overrides"] if isinstance(each["module"], list)]
    lists += [each["source_modules"] for each in contracts if "source_modules" in each]
    assert lists
    assert not [each for names in lists for each in names if names.count(each) > 1]


def test_no_module_has_a_name_that_says_nothing() -> None:
    found = [
        name(path)
        for path in modules()
        if FORBIDDEN_NAMES & {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
    ]
    assert not found


def test_every_module_says_what_it_is_for() -> None:
    found = [name(path) for path in modules() if path.read_text().strip() and not ast.get_docstring(tree(path))]
    assert not found


def test_requirements_name_no_address() -> None:
    files = list((ROOT / "requirements").glob("*.txt"))
    assert files
    assert not [name(path) for path in files if "://" in path.read_text()]
    unpinned = [
        f"{name(path)}: {line}"
        for path in files
        for line in path.read_text().splitlines()
        if line and not line.startswith((" ", "#")) and "==" not in line
    ]
    assert not unpinned


def test_every_template_is_used() -> None:
    sources = "\n".join(
        path.read_text()
        for app in APPS
        for path in (ROOT / app).rglob("*")
        if path.suffix in {".py", ".html", ".txt"} and path.is_file()
    )
    asked_by_django = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
    found = []
    for app in APPS:
        folder = ROOT / app / "templates"
        for path in sorted(folder.rglob("*.*")):
            template = path.relative_to(folder).as_posix()
            theirs = template in asked_by_django or template.startswith(("registration/", "admin/", "django/"))
            if not theirs and f'"{template}"' not in sources and f"'{template}'" not in sources:
                found.append(template)
    assert not found


def test_nothing_names_a_place_of_one_machine() -> None:
    place = re.compile(r"/(?:work|home/\w+|Users/\w+)/|/root/[a-z]")
    found = [
        f"{name(path)}:{number}"
        for path in tracked()
        if path.suffix in TEXT_FILES or path.name in {"Makefile", "run", "Dockerfile"}
        if path != Path(__file__) and "vendor" not in path.parts
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if place.search(line)
    ]
    assert not found


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    found = [
        f"{name(path)}:{number}"
        for path in tracked()
        if path.suffix in {".py", ".html", ".css", ".js"} and "vendor" not in path.parts and path != Path(__file__)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if later.search(line)
    ]
    assert not found
