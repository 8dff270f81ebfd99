"""What is measured and not tested: the bars of speed and cost, and how near we are to them."""
