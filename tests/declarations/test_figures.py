"""What went out, counted three ways; a bar is as long as its number."""

from datetime import date
from decimal import Decimal

from declarations.figures import MOST_MODELS, OTHERS, Exits, arrange, months

JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 1)


def exits(month=1, destination="KZ", model="Li Auto L9", vehicles=1, **more):
    """Vehicles of one month."""
    return Exits(date(2026, month, 1), destination, model, more.pop("currency", "CNY"), vehicles, **more)


def figures(*rows):
    """The figures of the first quarter."""
    return arrange(rows, first=JANUARY, last=MARCH)


def test_months_run_over_the_end_of_a_year():
    assert list(months(date(2025, 11, 30), date(2026, 1, 1))) == [date(2025, 11, 1), date(2025, 12, 1), JANUARY]


def test_a_month_without_exits_has_its_line_too():
    assert [line.vehicles for line in figures(exits(1), exits(3, vehicles=4)).by_month] == [1, 0, 4]


def test_nothing_at_all_is_three_empty_months():
    found = figures()
    assert [line.vehicles for line in found.by_month] == [0, 0, 0]
    assert (found.total.vehicles, found.by_model, found.keys) == (0, [], [])


def test_bars_are_as_long_as_their_numbers_and_their_pieces_lie_end_to_end():
    january, _february, march = figures(exits(1, "KZ", vehicles=3), exits(1, "UZ"), exits(3, "UZ", vehicles=2)).by_month
    assert [(each.key, each.start, each.width) for each in january.bar] == [("KZ", 0, 75), ("UZ", 75, 25)]
    assert [(each.key, each.start, each.width) for each in march.bar] == [("UZ", 0, 50)]


def test_destinations_stand_by_size_and_the_many_small_ones_share_a_colour():
    rows = [exits(destination=code, vehicles=9 - place) for place, code in enumerate(["KZ", "UZ", "KG", "TJ", "RU"])]
    found = figures(*rows, exits(destination="AZ"), exits(destination="GE", vehicles=2))
    assert [line.key for line in found.by_destination] == ["KZ", "UZ", "KG", "TJ", "RU", "GE", "AZ"]
    assert found.keys == ["KZ", "UZ", "KG", "TJ", "RU", OTHERS]
    assert found.by_month[0].bar[-1].vehicles == 3


def test_what_was_invoiced_is_added_up_by_currency_alone():
    found = figures(
        exits(value=Decimal("10.50")), exits(value=Decimal("2.00")), exits(value=Decimal(7), currency="USD"), exits()
    )
    assert found.total.values == {"CNY": Decimal("12.50"), "USD": Decimal(7)}


def test_models_beyond_the_twentieth_are_one_line_and_none_is_lost():
    rows = [exits(model=f"M{number:02}", vehicles=50 - number) for number in range(MOST_MODELS + 5)]
    found = figures(*rows)
    assert len(found.by_model) == MOST_MODELS + 1
    assert (found.by_model[-1].key, found.by_model[-1].vehicles) == (OTHERS, 30 + 29 + 28 + 27 + 26)
    assert sum(line.vehicles for line in found.by_model) == found.total.vehicles


def test_what_came_back_and_what_was_handed_over_is_counted():
    found = figures(exits(vehicles=5, handed_over=3, returned=1), exits(2, vehicles=1, handed_over=1))
    assert (found.total.vehicles, found.total.handed_over, found.total.returned) == (6, 4, 1)
