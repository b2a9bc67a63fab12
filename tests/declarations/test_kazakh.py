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
