"""Child programs that end when we end, even when we are killed."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Account:
    """An account of this machine that a child runs as."""

    name: str
    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """Who runs what root should not run; None when we are an ordinary user and stay who we are.

    Raises: LookupError when root finds no such account.
    """
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "daemon"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, found.pw_uid, found.pw_gid)
    raise LookupError("started as root, and there is no account 'nobody' to run PostgreSQL as")


def follow_parent(signal_number: int) -> None:
    """Ask the kernel to send us this signal when our parent is gone (Linux; elsewhere nothing)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def spawn(
    argv: Sequence[str | Path],
    *,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    stdout: int | IO[bytes] | None = None,
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own: a Ctrl-C reaches only us, and we stop the rest in order.

    Must be called from the main thread: the kernel's death signal follows the thread that forked.
    """
    parent = os.getpid()

    def in_child() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)  # a shell starts background jobs with SIGINT ignored
        follow_parent(death_signal)
        if os.getppid() != parent:  # it went between the fork and the line above
            os._exit(1)

    return subprocess.Popen(
        [str(part) for part in argv],
        env=env,
        cwd=cwd or "/",
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.STDOUT if stdout is not None else None,
        start_new_session=True,
        preexec_fn=in_child,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def stop(child: subprocess.Popen[bytes], *signals: int, patience_s: float = 10.0) -> None:
    """End a child: each signal in turn, then SIGKILL to its whole session, waiting after each."""
    for number in (*signals, signal.SIGKILL):
        if child.poll() is not None:
            return
        if number == signal.SIGKILL:
            os.killpg(child.pid, number)
        else:
            child.send_signal(number)
        try:
            child.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue


def can(account: Account | None, letter: str, path: Path) -> bool:
    """Whether an account may read ("r") or enter and run ("x") a path: asked of the system, not worked out."""
    if account is None:
        return os.access(path, os.R_OK if letter == "r" else os.X_OK)
    asked = subprocess.run(
        ["test", f"-{letter}", str(path)], user=account.uid, group=account.gid, extra_groups=[], cwd="/", check=False
    )
    return asked.returncode == 0
