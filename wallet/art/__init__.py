"""The pictures on a pass, and a brand's colours, made from nothing but design and state."""
