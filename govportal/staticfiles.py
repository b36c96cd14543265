"""Static files: hashed names, compressed, and the layered style sheets shipped as one file."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class SiteStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Unknown names fall back to the plain address, so tests need no collectstatic."""

    manifest_strict = False
