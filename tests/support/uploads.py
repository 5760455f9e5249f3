"""A file given to the page `/exchange`, as a browser's form sends it."""

from werkzeug.test import TestResponse

from tests.support.deployment import Deployment


def upload(deployment: Deployment, content: bytes, name: str = "reception.kit-request") -> TestResponse:
    """What the page answers."""
    disposition = f'form-data; name="request"; filename="{name}"'
    body = f"--cut\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n--cut--\r\n"
    return deployment.client.post("/exchange", data=body, content_type="multipart/form-data; boundary=cut")
