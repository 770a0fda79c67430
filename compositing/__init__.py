"""Makes a thumbnail from a picture and a title: canvas, templates, typography."""

__all__ = ["COMPOSITOR_VERSION", "MAX_BYTES"]

# Part of every thumbnail's key. Raise it with any change that moves a pixel, or readers keep seeing the old thumbnails.
COMPOSITOR_VERSION = 6
# Bytes of a thumbnail: what messengers accept for a link preview.
MAX_BYTES = 300_000
