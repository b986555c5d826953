"""`python -m tests.mock`."""

from tests.mock.cli import serve_mock

if __name__ == "__main__":
    serve_mock(prog_name="contract mock")
