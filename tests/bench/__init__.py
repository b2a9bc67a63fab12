"""Figures against floors, taken side by side in one run: `make bench` prints a table and writes var/bench.json."""
