"""One parent for programs that live and die together."""

import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from config.children import follow_parent, spawn, stop

MOST_ENDS = 5
"""Whoever ends more often within a minute will not get better by being started again."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAskedError(Exception):
    """Somebody pressed Ctrl-C or sent a signal."""


class ChildFailedError(Exception):
    """A child ended though it should not have; the sentence says which and why."""


class Parent:
    """Starts children and waits. A signal only sets a flag, looked at while waiting, so no start is cut in half.

    env: of every child; logs: folder of their output, one file per name. `watched` are children that others stop;
    `again` says how to start a child anew that ended while all was running.
    """

    def __init__(self, *, env: Mapping[str, str], logs: Path, cwd: Path) -> None:
        self.env = dict(env)
        self.logs = logs
        self.cwd = cwd
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.watched: dict[str, subprocess.Popen[bytes]] = {}
        self.again: dict[str, Callable[[], None]] = {}
        self.asked = False
        self._make = _MakeAbove()

    def listen(self) -> None:
        """Take the signals over; from here on they end us in order."""
        for number in _SIGNALS:
            signal.signal(number, self._ask)
        if self._make.exists:
            follow_parent(signal.SIGTERM)

    def check(self) -> None:
        """Look up between two steps.

        Raises: StopAskedError, ChildFailedError.
        """
        for name, how in self._ended().items():
            raise ChildFailedError(f"{name} ended ({how}): {self._last_words(name, how)}")

    def run(self, name: str, argv: Sequence[str | Path]) -> None:
        """Run a program to its end.

        Raises: StopAskedError, ChildFailedError.
        """
        child = self._spawn(name, argv)
        try:
            while child.poll() is None:
                self.check()
                time.sleep(0.05)
        finally:
            stop(child, signal.SIGTERM)
        if child.returncode != 0:
            how = _how(child.returncode)
            raise ChildFailedError(f"{name} failed ({how}): {self._last_words(name, how)}")

    def start(self, name: str, argv: Sequence[str | Path]) -> None:
        """Start a program that stays."""
        self.children[name] = self._spawn(name, argv)
        self.again[name] = lambda: self.start(name, argv)

    def wait_until(self, ready: Callable[[], bool], *, patience_s: float, sentence: str) -> None:
        """Wait for something, still listening.

        Raises: StopAskedError, ChildFailedError (the sentence, when patience ends).
        """
        deadline = time.monotonic() + patience_s
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise ChildFailedError(sentence)
            time.sleep(0.05)

    def wait_for_ever(self, *, say: Callable[[str], None]) -> None:
        """Wait until somebody asks to stop; start again whatever ends meanwhile, as a supervisor does in production.

        Raises: StopAskedError; ChildFailedError for a child that nobody can start again, or that keeps ending.
        """
        ends: defaultdict[str, list[float]] = defaultdict(list)
        while True:
            for name, how in self._ended().items():
                now = time.monotonic()
                ends[name] = [at for at in ends[name] if now - at < 60] + [now]
                if name not in self.again or len(ends[name]) > MOST_ENDS:
                    raise ChildFailedError(f"{name} ended ({how}): {self._last_words(name, how)}")
                say(f"{name} ended ({how}); it is started again")
                _bury((self.watched if name in self.watched else self.children).pop(name))
                self.again[name]()
            time.sleep(0.2)

    def stop_all(self) -> None:
        """Ask all children at once, wait for each, and leave nobody of their sessions behind."""
        for child in self.children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in self.children.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(20)
            _bury(child)
        self.children.clear()

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True

    def _ended(self) -> dict[str, str]:
        """Children that ended, each with how.

        Raises: StopAskedError.
        """
        if self.asked or self._make.was_interrupted():
            raise StopAskedError
        every = {**self.watched, **self.children}
        return {name: _how(child.returncode) for name, child in every.items() if child.poll() is not None}

    def _spawn(self, name: str, argv: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        self.check()
        with (self.logs / f"{name}.log").open("ab") as log:
            return spawn(argv, env=self.env, cwd=self.cwd, stdout=log)

    def _last_words(self, name: str, how: str) -> str:
        log = self.logs / f"{name}.log"
        if how.startswith("signal"):  # whoever is killed says nothing of it
            return f"its log is {log}"
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
        return f"{lines[-1][:300] if lines else 'it said nothing'} (all of it in {log})"


class _MakeAbove:
    """The `make` that started us, if one did.

    GNU make passes SIGTERM on to us but not a SIGINT that was sent to it alone: it then waits for ever. It gives up its
    own handler for the signal before it waits, and that can be seen from outside.
    """

    def __init__(self) -> None:
        self.pid = os.getppid() if "MAKELEVEL" in os.environ else 0
        self.exists = self._is_make()
        self.handled = self._handles_interrupt()

    def was_interrupted(self) -> bool:
        return self.exists and self.handled and not self._handles_interrupt()

    def _is_make(self) -> bool:
        try:
            return "make" in Path(f"/proc/{self.pid}/comm").read_text()
        except OSError:
            return False

    def _handles_interrupt(self) -> bool:
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return False
        caught = next((line for line in status.splitlines() if line.startswith("SigCgt:")), "SigCgt: 0")
        return bool(int(caught.split()[1], 16) & 1 << (signal.SIGINT - 1))


def _bury(child: subprocess.Popen[bytes]) -> None:
    """Nobody of its session stays behind."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _how(code: int) -> str:
    return f"code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
