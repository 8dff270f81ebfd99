"""Where the product runs: what the template on AWS gets, and the world on one machine."""
