"""Risk rules of the demo: what an analyst would begin with, and two campaigns that are over."""

from datetime import datetime, timedelta
from typing import Any

from declarations import risk
from declarations.models import RiskRule, RiskScope
from declarations.words import Channel

STANDING: tuple[dict[str, Any], ...] = (
    {
        "code": "FIRST_DECLARATION",
        "label": "出口企业首次申报 · first declaration of an exporter",
        "scope": RiskScope.DECLARATION,
        "condition": ["is_first_declaration", "=", True],
        "points": 20,
    },
    {
        "code": "ROUTE_UNUSUAL",
        "label": "企业未走过的口岸与目的国 · port and destination this exporter has not used before",
        "scope": RiskScope.DECLARATION,
        "condition": ["route_is_unusual", "=", True],
        "points": 15,
    },
    {
        "code": "VALUE_FAR_FROM_MEDIAN",
        "label": "价格偏离同型号中位数 · value far from the median of the model",
        "scope": RiskScope.VEHICLE,
        "condition": {"any": [["value_to_median", "<", 0.5], ["value_to_median", ">", 2]]},
        "points": 20,
    },
    {
        "code": "MAKER_DIFFERS",
        "label": "车架号制造商与申报品牌不符 · the maker in the VIN is not the declared make",
        "scope": RiskScope.VEHICLE,
        "condition": ["maker_differs", "=", True],
        "points": 10,
    },
    {
        "code": "USED_UNDER_180_DAYS",
        "label": "登记不满180天的二手车 · used vehicle registered less than 180 days ago",
        "scope": RiskScope.VEHICLE,
        "condition": {"all": [["condition", "=", "USED"], ["days_since_registration", "<", 180]]},
        "points": 15,
    },
)
"""All points of a scope together stay below those that a port wants for YELLOW: the demo's visitors get GREEN."""

CAMPAIGNS: tuple[dict[str, Any], ...] = (
    {
        "code": "CAMPAIGN_PICKUPS",
        "label": "皮卡专项查验 · pick-ups to Russia are examined",
        "scope": RiskScope.VEHICLE,
        "condition": {"all": [["make", "=", "Great Wall"], ["destination_country", "=", "RU"]]},
        "channel": Channel.RED,
    },
    {
        "code": "CAMPAIGN_HEAVY",
        "label": "重型车单证专项核查 · papers of heavy vehicles to Uzbekistan are checked",
        "scope": RiskScope.VEHICLE,
        "condition": {
            "all": [["category", "in", ["N3", "M3"]], ["destination_country", "=", "UZ"], ["port", "=", "CNHRS"]]
        },
        "channel": Channel.YELLOW,
    },
    {
        "code": "CAMPAIGN_TAJIKISTAN",
        "label": "塔吉克斯坦线路核查 · declarations for Tajikistan are looked at",
        "scope": RiskScope.DECLARATION,
        "condition": ["destination_country", "=", "TJ"],
        "channel": Channel.YELLOW,
    },
)
"""Forced channels that gave the demo its past; they ended a day ago, so they disturb nobody."""


def load_rules(*, start: datetime, end: datetime) -> None:
    """Write the rules, the campaigns limited to the demo's past.

    Raises: ValueError for a condition that an analyst could not have stored.
    """
    for rows, until in ((STANDING, None), (CAMPAIGNS, end - timedelta(days=1))):
        for row in rows:
            if faults := risk.faults_of(row["condition"]):
                raise ValueError(f"{row['code']}: {faults}")
            RiskRule.objects.get_or_create(
                code=row["code"], version=1, defaults={**row, "valid_from": start, "valid_until": until}
            )
