"""Kinds: short names of properties of a case, by which mistakes under one clause are told apart.

A mistake shows in all cases of its kinds and in no others: from the kinds of failing and passing cases
:mod:`contracts.root_causes.division` derives the number of mistakes.
"""
