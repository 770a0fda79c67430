"""Converts pictures with a colour profile to sRGB, which everything here computes in and every browser assumes."""

import io
import logging

from PIL import Image

__all__ = ["in_srgb"]

logger = logging.getLogger(__name__)


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a picture in sRGB. Modes other than RGB become RGB, if they have a profile; without one, nothing changes.

    A profile that is damaged, or is not for the picture's mode, is ignored, as browsers do.
    """
    if not profile:
        return image
    from PIL import ImageCms  # Most pictures have no profile, and need neither the module nor its memory.

    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, opened, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except MemoryError:
        raise
    except Exception as error:  # ImageCms raises its own errors, OSError and ValueError.
        logger.warning("ignoring the picture's unreadable colour profile: %s", error)
        return image
    return converted or image
