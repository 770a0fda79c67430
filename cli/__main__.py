"""``python -m cli``, which the executable ``covers`` runs."""

import sys

if __name__ == "__main__":
    try:
        try:
            from cli.command_line import main
        except ModuleNotFoundError as error:
            sys.exit(f"{error}. Run `covers`, at the top of the clone: it installs what is needed")
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:  # Before anything was started.
        sys.exit(130)
