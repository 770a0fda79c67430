#!/bin/bash
# The cron job's command: python -m local over the feed at POSTS_URL, with this command's options.

if [ -z "$POSTS_URL" ]; then
    echo "Nothing to do: for covers of new posts every night, set POSTS_URL, your feed's address, and RENDER_API_KEY here."
    exit 0
fi
exec python -m local "$POSTS_URL" "$@"
