"""Kazakh in the Arabic script; the words are those of its own schoolbooks."""

import pytest

from declarations.kazakh import to_arabic


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
    assert to_arabic(cyrillic) == arabic


def test_latin_letters_digits_and_blanks_stay_and_marks_turn_round():
    assert to_arabic("VIN LRW3E7EK, 14:03; дайын?") == "VIN LRW3E7EK، 14:03؛ دايىن؟"
