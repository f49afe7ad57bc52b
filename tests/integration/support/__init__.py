"""Shared by the integration and fault tests; standard library only."""
