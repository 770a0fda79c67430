"""The simulated provider, for trying the system without a key, a network or a bill."""

import asyncio
from dataclasses import dataclass

from providers.provider import Picture, PictureRequest

__all__ = ["SimulatedProvider"]


@dataclass(frozen=True)
class SimulatedProvider:
    """Draws a landscape in the requested style, in so many seconds. The same request always gives the same picture."""

    latency_seconds: float

    async def generate(self, request: PictureRequest) -> Picture:
        """Return a JPEG that depends only on the serving model, prompt, style and variation."""
        from providers.simulated_scene import draw_scene

        subject = f"{request.served_by}\n{request.prompt}\n{request.variation}"
        drawing = asyncio.to_thread(draw_scene, subject, request.style)
        picture, _ = await asyncio.gather(drawing, asyncio.sleep(self.latency_seconds))
        return Picture(picture, {"latency_seconds": self.latency_seconds})
