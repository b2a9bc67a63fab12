"""The catalogues hold what the code says, in every language."""

from pathlib import Path

import polib
import pytest
from django.utils.translation import gettext, override

from config import texts

CODE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext

NAME = _("%(count)s of %(all)s")
PASS = pgettext("paper", "pass")
MANY = ngettext("%(count)s car", "%(count)s cars", 2)
NEVER = "not a text for people"
INSIDE = f"{_('a text in a text')}: {NAME}"
VARIABLE = _(NEVER)
"""
PAGE = """{% load i18n %}
  <h1>{% translate "It's here" %}</h1>
    {% blocktranslate trimmed with who=name %}
       Hello {{ who }},
       come in
  {% endblocktranslate %}
{% blocktranslate count n=cars %}{{ n }} car waits{% plural %}{{ n }} cars wait{% endblocktranslate %}
  (unbalanced ' " ]
{% translate "pass" context "gate" %}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with one module and one page."""
    for app in texts.APPS:
        (tmp_path / app / "templates").mkdir(parents=True)
    (tmp_path / "declarations" / "words.py").write_text(CODE)
    (tmp_path / "checkpoint" / "templates" / "page.html").write_text(PAGE)
    return tmp_path


def translate(root: Path, locale: str) -> polib.POFile:
    """Fill a catalogue with its own sources."""
    catalogue = polib.pofile(str(texts.catalogue_path(locale, root)))
    for entry in catalogue:
        entry.msgstr = "" if entry.msgid_plural else entry.msgid
        entry.msgstr_plural = dict.fromkeys(entry.msgstr_plural, entry.msgid_plural)
    catalogue.save()
    return catalogue


def test_code_and_pages_are_read(root: Path) -> None:
    found = texts.extract(root)
    assert set(found) == {
        (None, "%(count)s of %(all)s"),
        ("paper", "pass"),
        (None, "%(count)s car"),
        (None, "a text in a text"),
        (None, "It's here"),
        (None, "Hello %(who)s, come in"),
        (None, "%(n)s car waits"),
        ("gate", "pass"),
    }
    assert found[None, "%(n)s car waits"].msgid_plural == "%(n)s cars wait"
    assert "python-format" in found[None, "Hello %(who)s, come in"].flags


def test_an_update_keeps_translations_and_drops_what_nobody_says(root: Path) -> None:
    texts.update("ru", root)
    translate(root, "ru")
    (root / "checkpoint" / "templates" / "page.html").unlink()
    texts.update("ru", root)
    catalogue = polib.pofile(str(texts.catalogue_path("ru", root)))
    assert {entry.msgid for entry in catalogue} == {"%(count)s of %(all)s", "pass", "%(count)s car", "a text in a text"}
    assert all(entry.translated() for entry in catalogue)
    assert not texts.problems("ru", root)


def test_a_catalogue_names_no_date_no_line_and_no_folder_of_this_machine(root: Path) -> None:
    texts.update("kk", root)
    written = texts.catalogue_path("kk", root).read_text()
    assert "Date" not in written
    assert str(root) not in written
    assert "#: declarations/words.py\n" in written
    texts.update("kk", root)
    assert texts.catalogue_path("kk", root).read_text() == written


def test_what_is_missing_is_named(root: Path) -> None:
    texts.update("zh_Hans", root)
    translate(root, "zh_Hans")
    (root / "declarations" / "more.py").write_text("from gettext import gettext as _\nNEW = _('a new text')\n")
    assert texts.problems("zh_Hans", root) == ["missing: 'a new text'"]


def test_what_is_untranslated_is_named(root: Path) -> None:
    texts.update("zh_Hans", root)
    assert "untranslated: 'pass' (paper)" in texts.problems("zh_Hans", root)


def test_other_placeholders_than_the_source_are_named(root: Path) -> None:
    texts.update("ru", root)
    catalogue = translate(root, "ru")
    catalogue.find("%(count)s of %(all)s").msgstr = "%(count)s"
    catalogue.save()
    assert texts.problems("ru", root) == ["other placeholders than the source: '%(count)s of %(all)s'"]


def test_each_language_counts_in_its_own_forms(root: Path) -> None:
    for locale, forms in {"zh_Hans": 1, "ru": 3, "kk": 2}.items():
        texts.update(locale, root)
        entry = polib.pofile(str(texts.catalogue_path(locale, root))).find("%(count)s car")
        assert len(entry.msgstr_plural) == forms


def test_compiling_makes_what_django_reads_and_leaves_a_fresh_one_alone(root: Path) -> None:
    texts.update("ru", root)
    translate(root, "ru")
    texts.compile_catalogue("ru", root)
    compiled = texts.catalogue_path("ru", root).with_suffix(".mo")
    assert polib.mofile(str(compiled)).find("It's here").msgstr == "It's here"
    before = compiled.stat().st_ino
    texts.compile_catalogue("ru", root)
    assert compiled.stat().st_ino == before


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_what_django_says_in_our_forms_is_never_chinese(language: str) -> None:
    texts.compile_catalogue(language)
    chinese = range(ord("一"), ord("鿿"))
    with override(language):
        for sentence in texts.BORROWED:
            said = (
                gettext(sentence) if isinstance(sentence, str) else str(sentence % {"limit_value": 5, "show_value": 7})
            )
            assert not any(ord(character) in chinese for character in said), said
