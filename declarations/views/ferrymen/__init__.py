"""The exporter's ferrymen: register, cards, ways home, the month's statement, and the choice on a vehicle's page."""
