"""Removes secrets and prompts from errors, and so from logs, outcomes and pages."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from errors import UndocumentedAnswerError, UnusableAnswerError
from providers.provider import Picture, PictureProvider, PictureRequest

__all__ = ["RedactingProvider", "without_prompt"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RedactingProvider:
    """Wraps a provider so that its errors contain neither secrets nor the prompt, even if the vendor quotes them."""

    provider: PictureProvider
    secrets: Sequence[str]

    async def generate(self, request: PictureRequest) -> Picture:
        """Return the provider's picture; see PictureProvider for the errors."""
        try:
            return await self.provider.generate(request)
        except UndocumentedAnswerError as error:
            self._redact(error, request.prompt)
            facts = self._redacted(error.facts, request.prompt)
            logger.warning("%s: undocumented response: %s", request.served_by, facts)
            raise
        except UnusableAnswerError as error:
            error.data = self._without_secrets(error.data)  # It is kept, and a gateway may echo what it was sent.
            self._redact(error, request.prompt)
            raise
        except Exception as error:
            self._redact(error, request.prompt)
            raise

    def _redact(self, error: BaseException, prompt: str) -> None:
        """Remove secrets and prompt from an error and its whole chain, which a traceback prints."""
        seen: set[int] = set()
        pending: list[BaseException | None] = [error]
        while pending:
            link = pending.pop()
            if link is None or id(link) in seen:
                continue
            seen.add(id(link))
            link.args = tuple(
                self._redacted(argument, prompt) if isinstance(argument, str) else argument for argument in link.args
            )
            pending += [link.__cause__, link.__context__]

    def _without_secrets(self, data: bytes) -> bytes:
        for secret in self.secrets:
            data = data.replace(secret.encode(), b"[key]")
        return data

    def _redacted(self, text: str, prompt: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "[key]")
        return without_prompt(text, prompt)


def without_prompt(text: str, prompt: str) -> str:
    """Return a vendor's message without the lines of the prompt that it quotes."""
    for line in filter(None, prompt.splitlines()):
        text = text.replace(line, "[prompt]")
    return text
