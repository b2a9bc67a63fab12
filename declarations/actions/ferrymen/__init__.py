"""What an exporter does with his own ferrymen: the register, their cards, their ways home, the month's statement."""

from declarations.actions.ferrymen.cards import bind_card, lose_card
from declarations.actions.ferrymen.pool import come_back, give_back, make_link, name_pool, take
from declarations.actions.ferrymen.register import erase, keep, look, retire, take_back
from declarations.actions.ferrymen.returns import annul_return, record_returns
from declarations.actions.ferrymen.statement import Line, Statement, Trip, statement_of, trips_of

__all__ = [
    "Line",
    "Statement",
    "Trip",
    "annul_return",
    "bind_card",
    "come_back",
    "erase",
    "give_back",
    "keep",
    "look",
    "lose_card",
    "make_link",
    "name_pool",
    "record_returns",
    "retire",
    "statement_of",
    "take",
    "take_back",
    "trips_of",
]
