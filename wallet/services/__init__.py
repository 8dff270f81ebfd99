"""One use case a module.

Each takes what it needs through the Protocols of `ports.py`; none knows AWS, HTTP or a clock.
"""
