"""Whatever the bytes are: a table whose rows can be read and marked, or a refusal with a sentence."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from declarations.spreadsheet import NotReadable, marked, open_table
from tests.declarations.spreadsheet.files import NOTHING, VIN, cleaned, patched, shared, sheet, text, workbook

SEEDS = (
    workbook(["VIN", "Make", "Value"], [VIN, "Tesla", 1.5], [VIN, "=A1", None]),
    shared(
        f"<si><t>VIN</t></si><si><t>{VIN}</t></si>", '<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>'
    ),
    sheet(f'<row r="2"><c t="str"><v>{VIN}</v></c><c s="1"><v>46351</v></c></row>'),
    text("车架号,品牌,注册日期,价值", f"{VIN},比亚迪,03/04/2026,¥5", "合计,1", encoding="gb18030"),
    text("VIN;Марка;Пробег, км", f"{VIN};Лада;2 550", encoding="utf-16"),
)


def survives(data: bytes) -> None:
    try:
        table = open_table(data)
    except NotReadable as refused:
        assert str(refused)
        return
    rows = cleaned(table, NOTHING)
    assert all(problem.message for row in rows for problem in row.problems)
    assert open_table(marked(table, {row.number: row.problems for row in rows}, "en")).count == len(rows) == table.count


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    survives(data)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(SEEDS), st.integers(), st.integers(1, 8))
def test_real_files_with_wrong_bytes(seed: bytes, chance: int, changes: int) -> None:
    draw, data = random.Random(chance), bytearray(seed)
    for _change in range(changes):
        at = draw.randrange(len(data))
        match draw.randrange(3):
            case 0:
                data[at] = draw.randrange(256)
            case 1:
                del data[at : at + draw.randrange(1, 20)]
            case _:
                data[at:at] = bytes(draw.randrange(256) for _byte in range(4))
    survives(bytes(data))


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300))
def test_any_inside_of_a_sheet(inside: str) -> None:
    survives(sheet(inside))
    survives(patched(SEEDS[0], {"xl/styles.xml": inside.encode("utf-8", "replace")}))


CELL = st.one_of(st.text(max_size=30), st.sampled_from([VIN, "VIN", "Total", "=A1", "03/04/2026", "1e5", "2 550,5 кг"]))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=5))
def test_any_cells(lines: list[list[str]]) -> None:
    head = "VIN\tValue\tPlate valid until\n"
    pasted = head + "\n".join("\t".join(line) for line in lines)
    try:
        table = open_table(pasted.encode())
    except NotReadable as refused:
        assert refused.code in {"SHEET_QUOTES", "SHEET_FORMAT"}
        return
    for row in cleaned(table, NOTHING):
        assert all(problem.message for problem in row.problems)
