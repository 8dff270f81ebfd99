"""`python -m cli`: what an operator does by hand, on whatever the environment's settings name."""
