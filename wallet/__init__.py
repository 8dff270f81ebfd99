"""Stempel's own code.

The ledger, the rules, the passes and the path by which a phone learns of a change.
"""
