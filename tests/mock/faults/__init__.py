"""The catalogue of mistakes that the mock can be told to make, one module a family.

A fault knows the service and nothing of the suite that looks for it.
"""
