"""Checks: properties of one exchange, or of a history, that yield findings.

A check of an exchange is a function from a :class:`~contracts.checks.context.Context` to findings. Each
looks at one subject and stays silent where another check has already said what is wrong, so that one
mistake of the service is one finding.
"""
