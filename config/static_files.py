"""How static files are kept: under names that carry their content, also where one module names another."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

_ANY_FILE, IMPORTS = HashedFilesMixin._js_module_import_aggregation_patterns  # type: ignore[attr-defined]


class Files(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Modules of ours import each other by relative names; collecting writes the hashed ones in their place.

    Not those of packages: Django takes the examples in their comments for imports.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("checkpoint/*.js", IMPORTS))
