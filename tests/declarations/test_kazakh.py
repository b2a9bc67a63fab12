"""Kazakh in the Arabic script; the words are those of its own schoolbooks."""

import pytest

from declarations.kazakh import words_to_arabic


@pytest.mark.parametrize(
    ("cyrillic", "arabic"),
    [
        ("қазақ", "قازاق"),
        ("Қазақстан", "قازاقستان"),
        ("бала", "بالا"),
        ("ұлы", "ۇلى"),
        ("тіл", "ءتىل"),
        ("ән", "ءان"),
        ("өмір", "ءومىر"),
        ("үш", "ءۇش"),
        ("күн", "كۇن"),
        ("көлік", "كولىك"),
        ("мектеп", "مەكتەپ"),
        ("жүргізуші", "جۇرگىزۋشى"),
        ("шекара", "شەكارا"),
        ("вагон", "ۆاگون"),
        ("ия", "ييا"),
    ],
)
def test_a_word_is_written_as_kazakhs_in_china_write_it(cyrillic, arabic):
    assert words_to_arabic(cyrillic) == arabic


def test_latin_letters_digits_marks_and_markup_stay():
    assert words_to_arabic("<p>VIN LRW3E7EK, 14:03; дайын?</p>") == "<p>VIN LRW3E7EK, 14:03; دايىن?</p>"


def test_a_moment_in_a_sentence_is_held_together_and_no_tag_is_touched():
    held = "\u20662026-11-24 08:00\u2069"
    assert words_to_arabic("дайын 2026-11-24 08:00 UTC+8") == f"دايىن {held} UTC+8"
    tag = '<time datetime="2026-11-24T00:00:00Z" title="2026-11-24 08:00">'
    assert words_to_arabic(f"{tag}2026-11-24</time>") == f"{tag}\u20662026-11-24\u2069</time>"
