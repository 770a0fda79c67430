#!/bin/bash
# The cron job's command, with the options of `covers`. It works in any folder, and without `python` on PATH. Not `covers`
# itself, which would make an environment of its own: Render has installed the packages where `python` is.
cd "$(dirname "$(readlink -f "$0")")/.." || exit
PATH=$PWD/.venv/bin:$PATH
exec "$(command -v python || echo python3)" -m cli.nightly "$@"
