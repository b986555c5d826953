"""Checks: functions that inspect one exchange, or a history, and yield findings.

A check of an exchange is a function from a :class:`~contracts.checks.context.Context` to findings. Each has one
subject and ignores what another check reports, so that one mistake of the service is one finding.
"""
