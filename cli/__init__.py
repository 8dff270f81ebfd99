"""The `stempel` command: what an operator does by hand.

Works on whatever the environment's settings name.
"""
