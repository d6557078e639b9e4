"""Where the program starts: it listens for Ctrl-C before it loads anything that takes time."""

from rightplace import interruption


def main() -> None:
    """Run the command line."""
    interruption.listen()
    from rightplace.cli import main as run

    run()


if __name__ == "__main__":
    main()
