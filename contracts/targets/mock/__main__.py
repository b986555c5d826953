"""`python -m contracts.targets.mock`."""

from contracts.targets.mock.cli import main

if __name__ == "__main__":
    main()
