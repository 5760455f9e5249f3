"""The one blueprint all pages of the console belong to."""

from flask import Blueprint

PREFIX = "/console"

blueprint = Blueprint("console", __name__, url_prefix=PREFIX, template_folder="templates")
