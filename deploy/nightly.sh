#!/bin/bash
# The cron job's command, with the options of python -m local. It works in any folder, and without `python` on PATH.
cd "$(dirname "$(readlink -f "$0")")/.." || exit
PATH=$PWD/.venv/bin:$PATH
exec "$(command -v python || echo python3)" -m local.nightly "$@"
