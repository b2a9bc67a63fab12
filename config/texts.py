"""Texts and their translations without gettext's programs: what the code says, the catalogues hold, and is amiss.

A catalogue names files without line numbers and carries no date, so its diff shows texts only. English is the source.
"""

import ast
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polib
from babel.messages.extract import extract_python
from django.utils.translation import gettext_noop, ngettext_lazy, template

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "seeds", "checkpoint", "declarations")
PLURALS = {
    "zh_Hans": "nplurals=1; plural=0;",
    "ru": ("nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);"),
    "kk": "nplurals=2; plural=(n != 1);",
}
"""Languages that have a catalogue, and how each counts."""

BORROWED = (
    gettext_noop("Please enter a correct %(username)s and password. Note that both fields may be case-sensitive."),
    gettext_noop("This field is required."),
    gettext_noop("Select a valid choice. %(value)s is not one of the available choices."),
    gettext_noop("Enter a valid date/time."),
    gettext_noop("Enter a valid UUID."),
    gettext_noop("Null characters are not allowed."),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
)
"""Django's own sentences in our forms. Those that Django lacks in Kazakh it would say in Chinese."""

_KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_PLACEHOLDER = re.compile(r"%%|%\((\w+)\)[a-z]|%[sd]")

Key = tuple[str | None, str]
"""Context and text."""

Call = tuple[str, list[str | None]]
"""A keyword and its arguments; None where one is no plain text."""


def catalogue_path(locale: str, root: Path = ROOT) -> Path:
    """Where a language's catalogue is."""
    return root / "config" / "locale" / locale / "LC_MESSAGES" / "django.po"


def extract(root: Path = ROOT) -> dict[Key, polib.POEntry]:
    """Every text of the code and the templates, as untranslated entries in a stable order."""
    found: dict[Key, polib.POEntry] = {}
    for path in _sources(root):
        place = (path.relative_to(root).as_posix(), "")
        for context, text, plural in _texts(path):
            entry = found.setdefault(
                (context, text), polib.POEntry(msgctxt=context, msgid=text, msgid_plural=plural or "")
            )
            entry.msgid_plural = entry.msgid_plural or plural or ""
            if place not in entry.occurrences:
                entry.occurrences.append(place)
            if _PLACEHOLDER.search(text) and "python-format" not in entry.flags:
                entry.flags.append("python-format")
    return found


def update(locale: str, root: Path = ROOT) -> None:
    """Write a catalogue anew: translations are kept, texts that nobody says any more are dropped."""
    old = {_key(entry): entry for entry in _load(locale, root)}
    new = polib.POFile(wrapwidth=110)
    new.metadata = {
        "Language": locale,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[locale],
    }
    for key, entry in extract(root).items():
        known = old.get(key)
        if entry.msgid_plural:
            kept = known.msgstr_plural if known and known.msgid_plural else {}
            entry.msgstr_plural = {form: kept.get(form, "") for form in range(_forms(locale))}
        elif known:
            entry.msgstr = known.msgstr
        new.append(entry)
    path = catalogue_path(locale, root)
    path.parent.mkdir(parents=True, exist_ok=True)
    new.save(str(path))


def problems(locale: str, root: Path = ROOT) -> list[str]:
    """What is amiss in a catalogue, one sentence each."""
    said = extract(root)
    held = {_key(entry): entry for entry in _load(locale, root)}
    found = [f"missing: {_show(key)}" for key in said if key not in held]
    found += [f"nobody says this any more: {_show(key)}" for key in held if key not in said]
    for key, entry in held.items():
        if not all(translation.strip() for translation in _translations(entry)):
            found.append(f"untranslated: {_show(key)}")
            continue
        allowed = [_placeholders(entry.msgid)]
        if entry.msgid_plural:
            allowed.append(_placeholders(entry.msgid_plural))
        if any(_placeholders(translation) not in allowed for translation in _translations(entry)):
            found.append(f"other placeholders than the source: {_show(key)}")
        if entry.msgid_plural and len(entry.msgstr_plural) != _forms(locale):
            found.append(f"needs {_forms(locale)} plural forms: {_show(key)}")
    return found


def compile_catalogue(locale: str, root: Path = ROOT) -> None:
    """Write the .mo beside the .po, unless it is up to date; a reader never sees half of it."""
    source = catalogue_path(locale, root)
    target = source.with_suffix(".mo")
    if not source.exists() or (target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns):
        return
    half = target.with_suffix(".mo.new")
    polib.pofile(str(source)).save_as_mofile(str(half))
    half.rename(target)


def _sources(root: Path) -> Iterator[Path]:
    for app in APPS:
        for path in sorted((root / app).rglob("*")):
            is_template = path.suffix in {".html", ".txt"} and "templates" in path.parts
            if (path.suffix == ".py" and "migrations" not in path.parts) or is_template:
                yield path


def _texts(path: Path) -> Iterator[tuple[str | None, str, str | None]]:
    """Context, text and plural of each call in one file."""
    for function, values in _calls_in_code(path) if path.suffix == ".py" else _calls_in_template(path):
        places = _KEYWORDS[function] or (1,)
        context = next((values[place[0] - 1] for place in places if isinstance(place, tuple)), None)
        texts = [values[place - 1] for place in places if isinstance(place, int) and place <= len(values)]
        if texts and texts[0]:
            yield context, texts[0], texts[1] if len(texts) > 1 else None


def _calls_in_code(path: Path) -> Iterator[Call]:
    """Read as Python reads it: a text inside an f-string is one too."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(call.func, ast.Name) and call.func.id in _KEYWORDS:
            yield call.func.id, [_text_of(argument) for argument in call.args]


def _text_of(argument: ast.expr) -> str | None:
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def _calls_in_template(path: Path) -> Iterator[Call]:
    # In brackets the tokenizer minds neither indents nor line ends of what was a page.
    source = f"(\n{template.templatize(path.read_text(), origin=str(path))}\n)"
    calls: Any = extract_python(io.BytesIO(source.encode()), _KEYWORDS, [], {"encoding": "utf-8"})
    for _line, function, arguments, _comments in calls:
        yield function, [arguments] if isinstance(arguments, str) else list(arguments)


def _load(locale: str, root: Path) -> Iterable[polib.POEntry]:
    path = catalogue_path(locale, root)
    return [entry for entry in polib.pofile(str(path)) if not entry.obsolete] if path.exists() else []


def _key(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid


def _show(key: Key) -> str:
    return f"{key[1]!r}" + (f" ({key[0]})" if key[0] else "")


def _forms(locale: str) -> int:
    return int(PLURALS[locale].removeprefix("nplurals=").split(";")[0])


def _translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def _placeholders(text: str) -> list[str]:
    return sorted({match.group() for match in _PLACEHOLDER.finditer(text) if match.group() != "%%"})
