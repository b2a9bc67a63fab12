"""The source as the shape tests read it: files, floors, syntax trees."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "seeds", "checkpoint", "declarations")
DOORS = ("urls", "admin", "api", "views", "tasks", "management", "forms", "templatetags", "messengers")


def modules(*apps: str) -> Iterator[Path]:
    """The Python files of the apps (all of them unless named), without migrations."""
    for app in apps or APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts and "__pycache__" not in path.parts:
                yield path


def floor(path: Path) -> str:
    """The name right under the app: `models` for declarations/models/vehicle.py."""
    return path.relative_to(ROOT).parts[1].removesuffix(".py")


def doors() -> Iterator[Path]:
    """The files of every door of the two apps."""
    return (path for path in modules("declarations", "checkpoint") if floor(path) in DOORS)


def rules() -> Iterator[Path]:
    """The files below the models: everything that pyproject.toml lists under that layer."""
    for app in ("declarations", "checkpoint"):
        layers = _layers(app)
        below = {name.strip("() ") for layer in layers[layers.index("(models)") + 1 :] for name in layer.split("|")}
        yield from (path for path in modules(app) if floor(path) in below)


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(), filename=str(path))


def name(path: Path) -> str:
    """The path inside the repository, for messages."""
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Each import as (module, name); the name is empty for a plain `import module`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def dotted(node: ast.AST) -> str:
    """`a.b.c` for an attribute of an attribute of a name; calls and indexes are passed over."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return dotted(node.func)
    if isinstance(node, ast.Subscript):
        return dotted(node.value)
    return node.id if isinstance(node, ast.Name) else ""


def _layers(app: str) -> list[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    found: list[str] = next(contract["layers"] for contract in contracts if contract.get("containers") == [app])
    return found
