"""Variants: services that keep the contract but behave differently; none must cause a finding."""
