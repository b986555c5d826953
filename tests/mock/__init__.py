"""A mock of the service with `POST /v1/projects`, for tests and for developers of clients.

Started manually with `python -m tests.mock`, by the suite with `process.MockProcess`. It has its own validation, built
from the OpenAPI document and another ECMA-262 engine, and shares no code with the oracle: each is tested against the
other, so that a mistake in one of them is noticed.
"""
