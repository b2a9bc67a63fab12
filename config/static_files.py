"""Static files under names that carry their digest, so that a browser keeps each for ever."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Whitenoise's own; scripts of the gate that import one another do so under those names.

    Django can do this for all scripts or none, and packages of others carry comments that only look like an import.
    """

    patterns: Any = (*CompressedManifestStaticFilesStorage.patterns, ("checkpoint/*.js", IMPORTS))
