"""Where the product runs: what is merged into the template on AWS, and the world on one machine."""
