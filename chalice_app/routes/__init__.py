"""The addresses, a theme a module. Each module's `mount` puts its own into the app."""
