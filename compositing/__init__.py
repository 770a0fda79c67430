"""From a picture and a title to a thumbnail: canvas, templates, typography."""

__all__ = ["COMPOSITOR_VERSION"]

# Part of every thumbnail's key. Raise it with any change that moves a pixel, or readers keep seeing the old ones.
COMPOSITOR_VERSION = 3
