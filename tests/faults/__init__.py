"""The fault matrix: what is killed, doubled, poisoned or missing, and that nothing is lost and nothing done twice.

`make faults` runs all of it and writes var/faults.json; test_faults.py runs a small part with every test run.
"""
