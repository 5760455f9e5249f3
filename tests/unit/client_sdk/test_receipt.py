"""What the vectors leave to each SDK: receipts of the right signer that make no sense."""

from typing import Any

import pytest

from client_sdk import receipt, trust
from client_sdk.errors import NotTrusted
from tests.support.vectors import world
from tests.support.vectors.receipts import ENDED, RESULTS

WRONG: list[dict[str, Any]] = [
    {"results": [{"status": "accepted"}]},
    {"results": [{"id": "x"}]},
    {"results": [{"id": "x", "status": "lost"}]},
    {"results": [{"id": "x", "status": "rejected", "code": 7}]},
    {"results": ["x"]},
    {"results": [RESULTS[0], RESULTS[0]]},
    {"verdict": ENDED | {"valid": True}},
    {"verdict": ENDED | {"detail": None}},
]


@pytest.mark.parametrize("change", WRONG)
def test_it_is_refused_as_a_whole(change: dict[str, Any]) -> None:
    trusted = trust.restore(trust.anchor(world.ROOT.jwk, world.ISSUER), (), world.keyset())

    def read(**changes: Any) -> receipt.Receipt:
        text = world.SIGNING.sign(receipt.RECEIPT, world.receipt_claims(**changes))
        return receipt.read(text, trusted, installation_id=world.INSTALLATION)

    assert read(results=RESULTS)
    with pytest.raises(NotTrusted):
        read(**change)
