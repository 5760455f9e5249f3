"""What a guess at a password costs."""

import importlib.util

from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY


def test_a_password_is_kept_at_the_costs_of_the_rfc() -> None:
    # The module as the server has it: in this process the tests have lowered the costs.
    spec = importlib.util.find_spec("licence_server.services.passwords")
    assert spec is not None
    assert spec.loader is not None
    passwords = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(passwords)

    kept = passwords.hashed("a long and quiet word")

    assert extract_parameters(kept) == RFC_9106_LOW_MEMORY
    assert passwords.is_right(kept, "a long and quiet word")
    assert not passwords.is_right(kept, "a long and quiet world")
    assert not passwords.is_outdated(kept)
