"""The pass on paper: rendered as a printer would, and read by a foreign reader, clean and spoiled."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from declarations import instructions, paper, passes, qr
from declarations.paper.ink import BOLD, FONTS, REGULAR, balanced, broken, fitting

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
KEY = passes.signing_key(bytes(range(32)), kid=b"\x00\x01")
VIN = "LFV3A23C8J3000001"
DPI = 200

TOLD = paper.PassOnPaper(
    code=passes.issue(
        pass_id=7, vin=VIN, port="CNHRS", not_before=AT, expires=datetime(2026, 11, 26, tzinfo=UTC), key=KEY
    ),
    manual_code=passes.manual_code(7),
    version=2,
    vin=VIN,
    plate="新A00001临",
    vehicle="理想 Li Auto L9",
    colour="银色 күміс",
    port_code="CNHRS",
    port_names=("霍尔果斯口岸", "Хоргос", "Қорғас", "Horgos"),
    gate_names=("查验场入口", "въезд на досмотровую площадку", "тексеру алаңына кіреберіс", "yard entry"),
    valid_from=AT,
    valid_until=datetime(2026, 11, 26, tzinfo=UTC),
    reference="SG7K2M9QXH4T",
    own_reference="PO-118",
    sentence=instructions.DRIVE,
    printed_at=AT,
)


def pages(content):
    """Each page as a grey picture of 200 dots per inch."""
    with pypdfium2.PdfDocument(content) as document:
        return [page.render(scale=DPI / 72, grayscale=True).to_pil().convert("L") for page in document]


def texts(content):
    with pypdfium2.PdfDocument(content) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def read(image):
    return zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)


def side_mm(symbol):
    """From corner to corner, quiet zone not counted."""
    corners = symbol.position
    return (corners.top_right.x - corners.top_left.x) / DPI * 25.4


@pytest.fixture(scope="module", autouse=True)
def content():
    return paper.sheet(TOLD)


@pytest.fixture(scope="module")
def hand(content):
    return pages(content)[0]


@pytest.fixture(scope="module")
def windscreen(content):
    return pages(content)[1]


def test_both_codes_of_the_hand_sheet_are_read_and_the_first_is_50_mm_or_more(hand):
    found = read(hand)
    assert [symbol.text for symbol in found] == [TOLD.code] * 2
    first, second = sorted(map(side_mm, found), reverse=True)
    assert first >= 50
    assert 35 <= second < first


def test_the_code_behind_the_windscreen_is_120_mm(windscreen):
    (found,) = read(windscreen)
    assert found.text == TOLD.code
    assert side_mm(found) == pytest.approx(120, abs=1)


@pytest.mark.parametrize("radius_px", [1, 2])
def test_every_code_is_read_out_of_a_blurred_sheet(hand, windscreen, radius_px):
    found = [
        symbol.text for page in (hand, windscreen) for symbol in read(page.filter(ImageFilter.GaussianBlur(radius_px)))
    ]
    assert found == [TOLD.code] * 3


def folded(page):
    """Both folds worn through: white, a centimetre wide, with a dark crease on either side."""
    worn = page.copy()
    draw = ImageDraw.Draw(worn)
    x, y, wide = worn.width // 2, worn.height // 2, round(5 / 25.4 * DPI)
    for box in ([x - wide, 0, x + wide, worn.height], [0, y - wide, worn.width, y + wide]):
        draw.rectangle(box, fill=255, outline=60, width=4)
    return worn


def test_a_sheet_that_was_folded_until_it_wore_through_still_has_both_codes(hand):
    assert [symbol.text for symbol in read(folded(hand))] == [TOLD.code] * 2


def test_no_letter_stands_on_a_fold(hand):
    wide = round(2 / 25.4 * DPI)
    x, y = hand.width // 2, hand.height // 2
    strips = hand.crop((x - wide, 0, x + wide, hand.height)), hand.crop((0, y - wide, hand.width, y + wide))
    assert all(strip.getextrema()[0] > 120 for strip in strips), "only the pale dots of the fold itself"


@pytest.mark.parametrize("lost", ["first", "second"])
def test_with_one_code_torn_off_the_other_is_read(hand, lost):
    torn = hand.copy()
    upper = (0, 0, hand.width, hand.height // 2)
    torn.paste(255, upper if lost == "first" else (0, hand.height // 2, hand.width, hand.height))
    assert [symbol.text for symbol in read(torn)] == [TOLD.code]


def test_a_pale_tilted_photograph_of_the_sheet_is_read(hand):
    photo = hand.rotate(7, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=200)
    assert TOLD.code in [symbol.text for symbol in read(photo.point(lambda grey: 90 + grey * 110 // 255))]


def test_everything_that_the_gate_and_the_driver_need_is_on_the_hand_sheet(content):
    text = texts(content)[0]
    for part in (
        "000001",
        "LFV 3A23C8 J3 000001",
        "新A00001临",
        "理想 Li Auto L9",
        "银色 күміс",
        "PO-118",
        "SG7K2M9QXH4T · 2",
    ):
        assert part in text
    for part in (*TOLD.port_names, "CNHRS", *TOLD.gate_names, TOLD.manual_code):
        assert part in text
    for part in ("2026-11-22 12:00 UTC+8", "2026-11-26 08:00 UTC+8"):
        assert part in text
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", TOLD.manual_code)


def test_the_windscreen_sheet_says_vin_tail_plate_and_until_when(content):
    lines = texts(content)[1].split("\r\n")
    assert lines[:2] == ["000001", "新A00001临"]
    assert {"霍尔果斯口岸 CNHRS · 查验场入口", "2026-11-26 08:00 UTC+8", TOLD.manual_code} <= set(lines)


def test_vin_tail_and_plate_are_large_enough_for_three_metres(windscreen):
    """Letters of 15 mm, by the rule of thumb of a two-hundredth of the distance."""
    upper = windscreen.crop((0, 0, windscreen.width, round(90 / 25.4 * DPI)))
    dark_rows = [upper.crop((0, y, upper.width, y + 1)).getextrema()[0] < 100 for y in range(upper.height)]
    heights = [len(run) / DPI * 25.4 for run in "".join("x" if dark else " " for dark in dark_rows).split()]
    assert len(heights) == 2
    assert all(height > 20 for height in heights)


SENTENCES = (
    instructions.DRIVE,
    instructions.TO_RELEASE,
    instructions.TO_EXIT,
    instructions.NOT_YET,
    instructions.WAIT_AT_PORT,
    instructions.USED,
    instructions.DEAD,
)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_sentence_is_there_in_four_languages_and_no_two_are_the_same(sentence):
    told = instructions.in_four_languages(sentence)
    assert len(set(told)) == 4
    text = "".join(texts(paper.sheet(replace(TOLD, sentence=sentence)))[0].split())
    for each in told:
        assert "".join(each.split()) in text


def test_labels_are_translated(content):
    hand, windscreen = ("".join(text.split()) for text in texts(content))
    for part in ("车辆出口通行证", "Пропуск", "рұқсаттамасы", "Vehicle export pass"):
        assert part.replace(" ", "") in hand
    for part in ("有效期至", "Действует до", "Жарамды мерзімі", "Valid until"):
        assert part.replace(" ", "") in hand
        assert part.replace(" ", "") in windscreen


def test_the_same_values_give_the_same_bytes(content):
    assert paper.sheet(replace(TOLD)) == content
    assert paper.sheet(replace(TOLD, plate="")) != content


def test_the_file_says_of_itself_what_it_is_and_nothing_of_where_it_was_made(content):
    with pypdfium2.PdfDocument(content) as document:
        about = document.get_metadata_dict(skip_empty=True)
    assert about.pop("Title") == f"{VIN} · SG7K2M9QXH4T"
    assert about["CreationDate"] == about["ModDate"] == "D:20261122040000Z"
    assert about["Producer"] == about["Creator"] == "Silkgate"
    assert str(FONTS).encode() not in content


def test_every_letter_travels_with_the_file(content):
    assert {name.split(b"+")[-1] for name in re.findall(rb"/BaseFont /([\w+-]+)", content)} == {
        name.encode() for name in (REGULAR, BOLD)
    }
    assert content.count(b"/FontFile2") == 2


def test_many_passes_make_one_document_that_shares_its_letters(content):
    several = [replace(TOLD, vin=f"{VIN[:-2]}{n:02}", code=f"VP1:{n:02}{'A' * 190}") for n in range(20)]
    whole = paper.sheets(iter(several), title="SG7K2M9QXH4T", at=AT)
    drawn = pages(whole)
    assert len(drawn) == 40
    for told, hand, windscreen in zip(several, drawn[::2], drawn[1::2], strict=True):
        assert {symbol.text for page in (hand, windscreen) for symbol in read(page)} == {told.code}
    assert len(whole) < 20 * len(content) / 2


@pytest.mark.parametrize(
    "odd",
    [
        {"plate": ""},
        {"gate_names": ("", "", "", "")},
        {"gate_names": ("查验场入口" * 8, "Ж" * 100, "Қ" * 100, "W" * 100)},
        {"vehicle": "W" * 121, "colour": "х" * 40},
        {"own_reference": "Ж" * 64, "plate": "新A00001临" * 2},
        {"vehicle": "\U0001f697 車 ناقلة \x07\t", "colour": "(\\)<>%"},
        {
            "port_names": (
                "乌鲁木齐国际陆港区",
                "Международный сухой порт Урумчи",
                "Үрімжі халықаралық құрғақ порты",
                "Urumqi",
            )
        },
    ],
)
def test_odd_and_long_words_push_nothing_off_the_page_and_onto_no_code(odd):
    hand, windscreen = pages(paper.sheet(replace(TOLD, **odd)))
    assert [symbol.text for symbol in read(hand)] == [TOLD.code] * 2
    assert [symbol.text for symbol in read(windscreen)] == [TOLD.code]
    edge = round(13 / 25.4 * DPI)
    for page in (hand, windscreen):
        assert page.crop((page.width - edge, 0, page.width, page.height)).getextrema()[0] > 120


def test_what_is_no_pass_code_is_refused():
    with pytest.raises(qr.TextDoesNotFit):
        paper.sheet(replace(TOLD, code="https"))


def test_lines_break_between_words_and_after_chinese_clauses():
    assert broken("one two three", REGULAR, 10, 15) == ["one two", "three"]
    assert broken("一切正常。请驶往口岸，在卡口出示此码。", REGULAR, 10, 30) == [
        "一切正常。",
        "请驶往口岸，",
        "在卡口出示此码。",
    ]
    assert broken("Донаудампфшиффартсгезельшафт", REGULAR, 10, 10) == ["Донаудампфшиффартсгезельшафт"]
    assert broken("", REGULAR, 10, 10) == [""]


def test_lines_are_made_even():
    even = balanced("All in order. Drive to the port and show this code", BOLD, 11, 84)
    assert even == ["All in order. Drive to the", "port and show this code"]


def test_a_line_that_would_be_too_wide_is_made_smaller():
    assert fitting("A", BOLD, 12, 50) == 12
    assert fitting("A" * 100, BOLD, 12, 50) < 3
