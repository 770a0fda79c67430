"""From a picture and a title to a thumbnail: canvas, templates, typography."""

__all__ = ["COMPOSITOR_VERSION", "MOST_BYTES"]

# Part of every thumbnail's key. Raise it with any change that moves a pixel, or readers keep seeing the old ones.
COMPOSITOR_VERSION = 4
# Bytes of a thumbnail: what messengers take for a link's preview.
MOST_BYTES = 300_000
