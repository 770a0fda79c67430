"""The input of a batch, from the command line's source of posts and its options."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from batch.requests import BatchRequest, bind
from cli.reading.drawable import drawable
from cli.reading.faults import refuse
from cli.reading.options import Options, given_inputs
from cli.reading.verbs import CHOOSING
from compositing.brand import NO_BRAND, Brand
from compositing.brand_file import open_brand
from errors import InvalidRequestError, SettingsError
from posts.plain import shortened
from posts.posts import Posts, lines_of
from posts.read import STDIN, read_posts
from posts.selection import selected
from settings import Settings

__all__ = ["DEFAULT_MODELS", "read_input"]

# Characters that a request, whose size Render limits, says of what was left out.
MOST_LEFT_OUT = 100_000
# One of each vendor, OpenAI's first.
DEFAULT_MODELS = ["gpt-image-2.5-flare", "gemini-nano-banana-2.1"]
NO_INPUT = "There is no input. Name a source of posts, or use --title, or write covers.toml; see --help"
FOR_SOURCES = "only sources of posts do; leave {it} out"


def read_input(options: Options, settings: Settings | None) -> dict[str, object]:
    """Return generateBatch's input by name: the source's, overridden by the options.

    Without settings, the default models do not depend on keys. A request in a file says itself what covers.toml says.

    Raises:
        InvalidRequestError: the source cannot be read, or the options contradict it.
    """
    over = given_inputs(options)
    if options.source is None:
        return _titles(options, over)
    posts = read_posts(options.source, kind=options.kind)
    if posts.request is not None:
        refuse(options, f"{options.source}, which is generateBatch's own input,", dict.fromkeys(CHOOSING, FOR_SOURCES))
        args, named = (posts.request, {}) if isinstance(posts.request, list) else ([], posts.request)
        over = given_inputs(options, by_file=False)
        values = bind(BatchRequest, args, {**named, **over})
    else:
        refuse(options, options.source, {"prompts": "both name posts; leave one of them out"})
        values = {**_default_look(settings), **over}
        values |= {**_chosen(posts, options, values, settings), **over}
    return _over_posts(values, over)


def _titles(options: Options, over: dict[str, object]) -> dict[str, object]:
    """Return the input that options give without a source."""
    if options.crash and Path(options.crash).suffix == ".json":
        raise InvalidRequestError([f"--crash took {options.crash} for a model: put the file before it"])
    if not over or over.keys() <= options.places.keys() - {"prompts"}:
        raise InvalidRequestError([NO_INPUT])
    refuse(options, "--title", dict.fromkeys(("kind", *CHOOSING), FOR_SOURCES))
    return over


def _chosen(posts: Posts, options: Options, look: Mapping[str, Any], settings: Settings | None) -> dict[str, object]:
    """Return the posts that are asked for and the batch's name, and print what was chosen and left out."""
    can_be_drawn = drawable(posts, look["font"], _brand(settings))
    chosen = selected(
        can_be_drawn,
        options.limit,
        options.since,
        options.only,
        options.exclude,
        with_images=options.with_images,
    )
    number = "1 post" if len(chosen.posts) == 1 else f"{len(chosen.posts)} posts"
    said = ", ".join([look["style"], look["template"], look["font"], *look["models"]])
    print(f"{number} from {chosen.name} ({chosen.kind}): {said}", file=sys.stderr)
    for counted in lines_of(chosen.left_out, verbose=options.verbose):
        print(f"left out: {counted}", file=sys.stderr)
    for counted in chosen.remarks:
        print(f"note: {counted}", file=sys.stderr)
    # What comes by standard input may be any blog's. Without a name, each request has its own page.
    name = "" if chosen.name == STDIN else chosen.name
    left_out = shortened("\n".join(lines_of(chosen.left_out)), MOST_LEFT_OUT)
    return {"prompts": chosen.prompts, "name": name, "left_out": left_out}


def _brand(settings: Settings | None) -> Brand:
    """Return the brand; none for one that cannot be read, which the check of the request reports with all else."""
    try:
        return open_brand(settings.brand_dir if settings else None)
    except SettingsError:
        return NO_BRAND


def _over_posts(values: dict[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Return the input without posts' own values that options replace.

    A batch with a name remembers each post's latest take, so a variation of 0 is said of each post.
    """
    replaced, prompts = over.keys() & {"extra_prompt", "variation"}, values.get("prompts")
    said = {"variation": over["variation"]} if "variation" in replaced and values.get("name") else {}
    if not replaced or not isinstance(prompts, list):
        return values
    return {
        **values,
        "prompts": [
            {name: value for name, value in prompt.items() if name not in replaced} | said
            if isinstance(prompt, dict)
            else prompt
            for prompt in prompts
        ],
    }


def _default_look(settings: Settings | None) -> dict[str, object]:
    """Return the default look and models: a model of each vendor whose key is set, or of both if that is unknown."""
    models = DEFAULT_MODELS
    if settings and not settings.simulate_providers:
        keys = (settings.openai_api_key, settings.google_api_key)
        # Without any key, both stay, so that the error names the keys.
        models = [model for model, key in zip(models, keys, strict=True) if key] or models
    return {"models": models, "style": "photorealistic", "template": "bottom-bar", "font": "inter"}
