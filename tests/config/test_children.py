"""Children end when their parent ends, however it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.children import can, spawn, stop, unprivileged_account
from config.parent import ChildFailedError, Parent, StopAskedError

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)",
]


def gone(pid: int, patience_s: float = 5.0) -> bool:
    """Whether a program ends in time. A zombie has ended."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        if state in "ZX":
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def parent(tmp_path: Path) -> Parent:
    """A parent that has not taken the signals over."""
    return Parent(env=os.environ, logs=tmp_path, cwd=tmp_path)


def test_a_child_follows_a_parent_that_is_killed() -> None:
    program = "import sys, time; from config.children import spawn; print(spawn(sys.argv[1:]).pid, flush=True)"
    above = subprocess.Popen([sys.executable, "-c", f"{program}; time.sleep(60)", *SLEEP], stdout=subprocess.PIPE)
    assert above.stdout
    child = int(above.stdout.readline())
    above.kill()
    above.wait()
    above.stdout.close()
    assert gone(child)


def test_a_child_hears_a_signal_that_the_shell_had_switched_off() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        child = spawn(SLEEP)
    finally:
        signal.signal(signal.SIGINT, before)
    child.send_signal(signal.SIGINT)
    assert child.wait(5) != 0


def test_a_stubborn_child_is_killed_in_the_end(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        child = spawn(STUBBORN, stdout=out)
    while not (tmp_path / "out").read_bytes():
        time.sleep(0.02)
    stop(child, signal.SIGTERM, patience_s=0.3)
    assert child.returncode == -signal.SIGKILL


def test_the_unprivileged_account_cannot_enter_a_private_folder(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    account = unprivileged_account()
    assert can(account, "x", private) is (account is None)


def test_a_failed_step_says_its_last_words(parent: Parent) -> None:
    with pytest.raises(ChildFailedError, match=r"step failed \(code 3\): no more room"):
        parent.run("step", [sys.executable, "-c", "print('no more room'); raise SystemExit(3)"])


def test_a_child_that_ends_is_noticed(parent: Parent) -> None:
    parent.start("web", [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"])
    with pytest.raises(ChildFailedError, match=r"web ended \(signal SIGKILL\): its log is .*web.log"):
        while True:
            parent.check()


def test_whoever_ends_is_started_again_and_what_is_left_of_it_ended(parent: Parent, tmp_path: Path) -> None:
    program = f"import os, subprocess; print(subprocess.Popen({STUBBORN!r}, stdout=-3).pid, flush=True)"
    parent.start("worker", [sys.executable, "-c", f"{program}; import time; time.sleep(60)"])
    while not (tmp_path / "worker.log").read_text().endswith("\n"):
        time.sleep(0.02)
    first = parent.children["worker"]
    first.kill()
    said: list[str] = []

    def say(sentence: str) -> None:
        said.append(sentence)
        parent.asked = True  # heard after the next start

    with pytest.raises(StopAskedError):
        parent.wait_for_ever(say=say)
    assert said == ["worker ended (signal SIGKILL); it is started again"]
    assert gone(int((tmp_path / "worker.log").read_text().split()[0]))


def test_whoever_keeps_ending_ends_all(parent: Parent) -> None:
    parent.start("worker", [sys.executable, "-c", "raise SystemExit('no such broker')"])
    said: list[str] = []
    with pytest.raises(ChildFailedError, match=r"worker ended \(code 1\): no such broker"):
        parent.wait_for_ever(say=said.append)
    assert len(said) == 5


def test_stopping_leaves_nobody_of_a_child_s_session_behind(parent: Parent, tmp_path: Path) -> None:
    program = f"import subprocess; print(subprocess.Popen({STUBBORN!r}, stdout=-3).pid, flush=True)"
    parent.start("web", [sys.executable, "-c", f"{program}; import time; time.sleep(60)"])
    while not (tmp_path / "web.log").read_text().endswith("\n"):
        time.sleep(0.02)
    time.sleep(0.2)
    parent.stop_all()
    assert gone(int((tmp_path / "web.log").read_text()))


def test_a_signal_during_a_step_stops_the_step_first(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from config.parent import Parent, StopAskedError\n"
        "here = Path(sys.argv[1]); parent = Parent(env=os.environ, logs=here, cwd=here); parent.listen()\n"
        "print('listening', flush=True)\n"
        "try:\n    parent.run('step', sys.argv[2:])\n"
        "except StopAskedError:\n    print('in order', flush=True)\n"
    )
    step = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)"]
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), *step], stdout=subprocess.PIPE, text=True
    ) as above:
        assert above.stdout
        assert above.stdout.readline() == "listening\n"
        while not (log := tmp_path / "step.log").exists() or not log.read_text().endswith("\n"):
            time.sleep(0.02)
        above.send_signal(signal.SIGINT)
        assert above.stdout.readline() == "in order\n"
        assert above.wait(5) == 0
    assert gone(int(log.read_text()))


def test_waiting_has_an_end_and_a_sentence(parent: Parent) -> None:
    with pytest.raises(ChildFailedError, match="never ready"):
        parent.wait_until(lambda: False, patience_s=0.1, sentence="never ready")


def test_a_wish_to_stop_is_heard_between_two_steps(parent: Parent) -> None:
    parent.asked = True
    with pytest.raises(StopAskedError):
        parent.start("web", SLEEP)
    assert not parent.children
