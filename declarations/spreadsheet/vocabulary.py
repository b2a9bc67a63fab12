"""The words that clerks write, in Chinese, English, Russian and Kazakh, and the code that each means."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from babel import Locale
from babel.core import get_global
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import override

from declarations.words import Category, Condition, Powertrain

LANGUAGES = ("en", "zh-hans", "ru", "kk")

TOTALS = (
    "合计",
    "总计",
    "共计",
    "小计",
    "total",
    "grandtotal",
    "итог",
    "общийитог",
    "всего",
    "барлығы",
    "жиыны",
    "жалпы",
)
"""How the line below the last vehicle begins."""

_WORDS: Mapping[type[TextChoices], Mapping[str, str]] = {
    Condition: {
        "NEW": "新车 全新 新 brandnew новая новое новые жаңа",
        "USED": "二手 二手车 旧车 旧 secondhand preowned подержанный подержанная бу спробегом ескі қолданылған",
    },
    Powertrain: {
        "PETROL": "汽油 汽油机 汽油车 燃油 gasoline бензин бензиновый жанармай",
        "DIESEL": "柴油 柴油机 柴油车 дизель дизельный дт",
        "GAS": "天然气 燃气 cng lng lpg naturalgas газ метан пропан",
        "HEV": "混动 混合动力 油电混合 油电混动 hybrid mhev гибрид гибридный",
        "PHEV": "插混 插电 插电混动 插电式混合动力 插电混合动力 插电式混动 pluginhybrid pluginhybridelectric "
        "подключаемыйгибрид заряжаемыйгибрид плагингибрид",
        "EREV": "增程 增程式 增程式电动 增程电动 reev rangeextender extendedrange последовательныйгибрид сдву",
        "BEV": "纯电 纯电动 电动 电动车 ev electric batteryelectric электро электрический электр электрлік",
        "FCEV": "燃料电池 氢燃料 氢能 fuelcell hydrogen водород водородный топливныеэлементы сутегі",
    },
    Category: {
        "M1": "乘用车 轿车 小轿车 越野车 suv passengercar car легковой легковойавтомобиль жеңіл жеңілкөлік",
        "O": "挂车 trailer прицеп полуприцеп тіркеме",
        "T": "拖拉机 tractor трактор",
        "SPECIAL": "专用车 特种车 专用汽车 specialpurpose спецтехника спецавтомобиль арнайы",
    },
}
_COUNTRIES = {
    "CN": "中国籍 prc кнр chinese китаец қхр",
    "KZ": "哈萨克 哈国 рк казах қазақ қр",
    "RU": "俄国 рф россиянин rf рф",
    "KG": "吉尔吉斯 кыргызстан киргизия",
    "UZ": "乌兹别克",
    "BY": "белоруссия",
    "TW": "中国台湾 中国台湾省 台湾省",
    "HK": "中国香港 香港",
    "MO": "中国澳门 澳门",
    "FK": "马尔维纳斯群岛 马尔维纳斯群岛（福克兰）",
}


def folded(text: str) -> str:
    """A word as it is compared: no case, no full-width letters, letters and digits alone."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def in_all_languages(text: str | Promise) -> Iterable[str]:
    """A text of the interface as each reader sees it."""
    for language in LANGUAGES:
        with override(language):
            yield str(text)


@cache
def codes(choices: type[TextChoices]) -> Mapping[str, str]:
    """Folded words to the codes of one closed list: the code, its labels, and what else is usual."""
    result = {}
    for choice in choices:
        labels = in_all_languages(choice.label)
        for word in (choice.value, *labels, *_WORDS[choices].get(choice.value, "").split()):
            result[folded(word)] = str(choice.value)
    return result


@cache
def countries() -> Mapping[str, str]:
    """Folded names and three-letter codes to the two letters of ISO 3166."""
    result = {}
    for language in LANGUAGES:
        for code, name in Locale.parse(language.replace("-", "_")).territories.items():
            if re.fullmatch("[A-Z]{2}", code):
                result[folded(name)] = result[folded(code)] = code
    for alias, successors in get_global("territory_aliases").items():
        if re.fullmatch("[A-Z]{3}", alias) and len(successors) == 1:
            result[folded(alias)] = successors[0]
    return result | {folded(word): code for code, words in _COUNTRIES.items() for word in words.split()}
