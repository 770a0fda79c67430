#!/bin/bash
# The cron job's command: the command line over the feed at POSTS_URL, with this command's options. Not `covers`, which
# would make an environment of its own: Render has installed the packages where `python` is.

if [ -z "$POSTS_URL" ]; then
    echo "Nothing to do: for covers of new posts every night, set POSTS_URL, your feed's address, and RENDER_API_KEY here."
    exit 0
fi
exec python -m cli "$POSTS_URL" "$@"
