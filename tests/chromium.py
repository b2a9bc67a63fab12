"""Where the browser is."""

import os
import shutil


def find_chromium() -> str | None:
    """The path in CHROMIUM, or the first one on the PATH, or None."""
    for name in (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"):
        if name and (found := shutil.which(name)):
            return found
    return None
