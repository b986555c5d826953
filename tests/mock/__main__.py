"""`python -m tests.mock`."""

from tests.mock.cli import main

if __name__ == "__main__":
    main()
