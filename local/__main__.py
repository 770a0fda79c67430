"""``python -m local batch.json``."""

import sys

if __name__ == "__main__":
    try:
        from local.command_line import main

        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:  # Before anything was started.
        sys.exit(130)
