"""What ``covers --help`` and ``covers VERB --help`` say beside each option's own line."""

import textwrap
from collections.abc import Iterable

from cli.reading.verbs import VERBS
from compositing.fonts import font_names
from compositing.templates import TEMPLATES
from providers.prompt import STYLES
from providers.registry import MODELS

__all__ = ["GROUPS", "OVERVIEW", "OVERVIEW_END", "USAGE", "about", "names"]

USAGE = "covers [-C FOLDER] [verb] [source] [options]"
OVERVIEW = f"""\
Covers for the posts of a blog, drawn by image models. Your blog's folder can
have a file covers.toml, which says what you always ask for: then covers alone draws.

{chr(10).join(f"  {name:<8}{verb.about}" for name, verb in VERBS.items())}

Without a verb, covers draws. Pictures that exist are reused, never paid for again.
covers VERB --help lists a verb's options, covers --names what they accept.
"""
# The groups of options in a verb's help, by their first option.
GROUPS = {
    "source": "the posts",
    "models": "the pictures, in place of what the source says",
    "max_cost": "the cost",
    "covers": "the site",
    "on": "Render",
    "folder": "this call",
    "plan": "for development",
}
OVERVIEW_END = """\
Every option can stand in covers.toml, such as style = "neon"; the command line wins. Keys
never stand there: set OPENAI_API_KEY and GOOGLE_API_KEY, or write them into .env. Without
one, pictures are simulated. Without MINIO_ENDPOINT, images go to the folder THUMBNAILS_DIR
(out, in this folder). docs/settings.md lists all settings.

Press Ctrl-C once to start nothing more and keep what is in progress, twice to stop
at once. Run the same command again to continue.

exit code:  0 every image is there; 1 an image was rejected or failed, or the store
            failed; 2 invalid input; 130 interrupted

examples:
  covers
  covers -C ~/blog plan
  covers content/posts --limit 5
  covers draw https://blog.example.com/feed.xml --covers static/covers
  covers draw --on blog-thumbnails
"""


def about(verb: str) -> str:
    """Return what a verb's help begins with."""
    return f"It will {VERBS[verb].about}."


def names() -> str:
    """Return the names that options accept."""
    now = [model.id for model in MODELS.values() if not model.successor and not model.deprecated]
    # The tutorial's own, and those that the vendors advise against.
    retired = [model for model in MODELS if model not in now]
    listed = {"models": now, "styles": STYLES, "templates": TEMPLATES, "fonts": font_names()}
    return "\n".join(_listed(kind, each) for kind, each in {**listed, "for development, retired": retired}.items())


def _listed(kind: str, names: Iterable[str]) -> str:
    return f"{kind}:\n{textwrap.indent(textwrap.fill(', '.join(names), 76, break_on_hyphens=False), '    ')}"
