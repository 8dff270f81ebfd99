"""The HTTP face: builds the Chalice app from the routes."""

from chalice_app.api import mount_operations
from chalice_app.http import StempelApp
from chalice_app.routes import apple, cards, health, openapi, programs

__all__ = ["app", "cards", "programs"]

app = StempelApp()
health.mount(app)
openapi.mount(app)
apple.mount(app)
mount_operations(app)
