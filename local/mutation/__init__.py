"""Mutation of the money core: what of it could be wrong without any test noticing (`./zimmer mutation`)."""
