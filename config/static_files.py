"""Static files under names that carry their digest, so that a browser keeps each for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Whitenoise's own; scripts that import one another follow the names as well."""

    support_js_module_import_aggregation = True
