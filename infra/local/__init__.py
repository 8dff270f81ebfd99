"""The one-machine world: everything around the product that a newcomer needs, and nothing that ships."""
