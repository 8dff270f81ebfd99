"""The HTTP face: builds the Chalice app from the table of addresses."""

from chalice_app.addresses import mount
from chalice_app.http import StempelApp

app = StempelApp()
mount(app)
