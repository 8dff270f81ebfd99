"""The views, a theme a module. Which address leads to which is said in `addresses.py`."""
