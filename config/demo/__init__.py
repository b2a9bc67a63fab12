"""`make demo`: the whole system on this machine, from one command."""
