"""A service that answers `POST /v1/projects` as the real one does, for tests and for client developers.

Started by hand with `python -m tests.mock`, by the suite with `process.MockProcess`.
It has its own validation, built from the OpenAPI document and an ECMA-262 engine, and shares no judgement
with the oracle: each is compared with the other, so that one mistake is not made twice unseen.
"""
