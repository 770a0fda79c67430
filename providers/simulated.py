"""The simulated provider: no network and no bill, so that anyone can try the system before having a key."""

import asyncio

from providers.provider import Picture, PictureRequest

__all__ = ["SimulatedProvider"]


class SimulatedProvider:
    """Draws a landscape in the style asked for, the same one whenever the same thing is asked."""

    def __init__(self, latency_seconds: float) -> None:
        """Take the time that each answer lets pass, in seconds."""
        self._latency_seconds = latency_seconds

    async def generate(self, request: PictureRequest) -> Picture:
        """Return a JPEG that depends on the serving model, prompt, style and variation alone."""
        from providers.simulated_scene import draw_scene

        subject = f"{request.served_by}\n{request.prompt}\n{request.variation}"
        drawing = asyncio.to_thread(draw_scene, subject, request.style)
        picture, _ = await asyncio.gather(drawing, asyncio.sleep(self._latency_seconds))
        return Picture(picture, {"latency_seconds": self._latency_seconds})
