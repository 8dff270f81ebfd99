"""The one-machine world: everything around the product that a newcomer needs. It never ships."""
