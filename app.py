"""What Chalice loads: the app and its triggers."""

from chalice_app import app
from handlers import register

register(app)
