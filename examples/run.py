"""`make run`: start the server on the embedded default, play the demonstration once, keep serving.

The first time this makes keys, database and administrator and plays `examples/trial.py`; later it keeps
what is there. Ctrl-C ends it.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from examples import trial
from examples.local_server import answers
from examples.stick import SampleStick
from examples.team import KIT
from licence_server.config import Config, load
from licence_server.domain.errors import LicenceServerError, NotFound
from licence_server.services import kits, readiness
from licence_server.services.runtime import Runtime, open_runtime

ADMINISTRATOR = "admin@example.org"
RESET = f".venv/bin/licence-server people reset {ADMINISTRATOR}"
COMMAND = str(Path(sys.executable).with_name("licence-server"))


def main() -> int:
    """Run until interrupted; the server's exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        config = load(os.environ, Path.cwd())
        if answers(config.bind):
            # Whoever answers there would be taken for ours.
            print(
                f"Error: a server answers at {config.bind} already. End it, or choose another port: "
                "LICENCE_SERVER_BIND=127.0.0.1:9100 make run",
                file=sys.stderr,
            )
            return 1
        made = json.loads(_command("init", "--admin-email", ADMINISTRATOR, "--json", quiet=True))
        server = subprocess.Popen([COMMAND, "serve"], start_new_session=True)
    except LicenceServerError as error:
        print(f"Error: {error.detail}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        return error.returncode
    try:
        stick = SampleStick(config.data_dir)
        wait_for(config, server)
        runtime = open_runtime(config)
        _tell(config, runtime, stick, made)
        runtime.database.close()
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()
        return 0 if server.wait(40) in (0, -signal.SIGTERM) else 1
    finally:
        if server.poll() is None:
            server.kill()


def _tell(config: Config, runtime: Runtime, stick: SampleStick, made: dict[str, Any]) -> None:
    if _has_kit(runtime):
        print("\nThis data directory has its demonstration already; it is kept as it is.\n")
    else:
        print("\nA trial, played through the SDK over HTTP:\n")
        trial.play(config, runtime, print)
    print("\nThe report, as `licence-server report` prints it:\n", flush=True)
    _command("report", "--kit", KIT["id"])
    token = _new_token()
    page = stick.build()
    print(
        f"\nConsole       {config.public_url}/console/"
        f"\nSign in as    {ADMINISTRATOR}"
        f"\nOne-time password    {made['one_time_password'] or f'used; new: {RESET}'}"
        f"\nAPI pages     {config.public_url}/api/v1/docs"
        f"\nData          {config.data_dir}"
        f"{_root_key(config, made['root_passphrase'])}"
        f"\nA token to try, for the organisation Your Business:\n\n    {token}\n"
        "\nThe sample kit, as a business gets it on a stick; open it in a browser and type the token:"
        f"\n\n    {page or 'It could not be built: see above.'}\n"
        f"{_address_warning(runtime)}"
        f"\n    .venv/bin/kit-client --help\n"
        "\nCtrl-C ends it; the data stay.",
        flush=True,
    )


def _root_key(config: Config, passphrase: str | None) -> str:
    if passphrase is None:
        return ""
    return (
        f"\nRoot key      {config.root_key_file}, to be taken to a safe place; its passphrase, shown this once:"
        f"\n              {passphrase}"
    )


def _address_warning(runtime: Runtime) -> str:
    """A data directory that was begun at another address answers kits in vain: said where people look last."""
    warning = readiness.address_warning(runtime)
    return "" if warning is None else f"\nWarning: {warning}\nOr begin anew: rm -r {runtime.config.data_dir}\n"


def _has_kit(runtime: Runtime) -> bool:
    try:
        kits.get(runtime, KIT["id"])
    except NotFound:
        return False
    return True


def _new_token() -> str:
    """A token of a demonstration licence that nobody has used yet."""
    found = json.loads(_command("organisations", "list", "--json", quiet=True))["items"]
    ours = [organisation["id"] for organisation in found if organisation["name"] == "Your Business"]
    if not ours:
        ours = [json.loads(_command("organisations", "add", "Your Business", "--json", quiet=True))["id"]]
        _command("licences", "grant", ours[0], KIT["id"], "--json", quiet=True)
    granted = json.loads(_command("licences", "list", "--organisation", ours[0], "--json", quiet=True))["items"]
    issued = json.loads(_command("tokens", "issue", granted[0]["id"], "--json", quiet=True))
    return str(issued["activation_token"])


def _command(*arguments: str, quiet: bool = False) -> str:
    """Run licence-server; its output where it is wanted. Raises CalledProcessError."""
    done = subprocess.run([COMMAND, *arguments], check=False, text=True, capture_output=quiet)
    if done.returncode:
        print(done.stderr or "", end="", file=sys.stderr)
    done.check_returncode()
    return done.stdout or ""


def wait_for(config: Config, server: subprocess.Popen[bytes]) -> None:
    """Until the server answers. Raises KeyboardInterrupt where it ended instead."""
    while server.poll() is None:
        if answers(config.bind):
            return
        time.sleep(0.05)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
