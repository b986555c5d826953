"""The catalogue of the mock's faults, one module for each family.

Faults depend on the service only, not on the suite that looks for them.
"""
