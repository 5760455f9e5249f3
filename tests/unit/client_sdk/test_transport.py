"""The real transport against a real HTTP server that behaves as networks do."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_sdk import KitClient, Request, Response, transport
from client_sdk.errors import NoAnswer
from client_sdk.transport import UrllibTransport
from tests.support import simulator as simulated
from tests.support.kits import Pc, workshop
from tests.support.portal import Answer, Portal, Visit, portal, self_signed, to_simulator
from tests.support.simulator import KIT, SERVER, TOKEN, Simulator, problem


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def network() -> Iterator[Portal]:
    with portal() as served:
        yield served


@pytest.fixture
def kit(pc: Pc, network: Portal, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> KitClient:
    """Activated over real HTTP, one workshop queued."""
    monkeypatch.setattr(simulated, "SERVER", network.url)
    network.answer = to_simulator(simulator.send, network.url)
    kit = pc.kit(server=network.url, transport=UrllibTransport(timeout=5))
    assert kit.activate(TOKEN).valid
    workshop(kit)
    return kit


def raw(data: bytes) -> Answer:
    return lambda visit: visit.write(data) and None


def hang(visit: Visit) -> None:
    visit.left.wait(20)


def trickle(visit: Visit) -> None:
    visit.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not visit.left.wait(0.05):
        visit.write(b" ")


def cut_off(visit: Visit) -> None:
    visit.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{"verdict": {"va')


ANSWERS: dict[str, Answer] = {
    "a portal's page": lambda visit: visit.answer(Response(200, {"Content-Type": "text/html"}, b"<html>Log in</html>")),
    "a redirect to a portal": lambda visit: visit.answer(Response(302, {"Location": "http://127.0.0.1:9/login"})),
    "a redirect to https": lambda visit: visit.answer(Response(301, {"Location": f"https://127.0.0.1{visit.target}"})),
    "407": lambda visit: visit.answer(Response(407, {"Proxy-Authenticate": "Basic"}, b"Who are you?")),
    "403 as a page": lambda visit: visit.answer(Response(403, {"Content-Type": "text/html"}, b"<html>No</html>")),
    "500": lambda visit: visit.answer(Response(500)),
    "204": lambda visit: visit.answer(Response(204)),
    "511 network authentication required": lambda visit: visit.answer(Response(511)),
    "cut off": cut_off,
    "cut off in a chunk": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"),
    "nothing": lambda visit: None,
    "not HTTP": raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "an endless header": raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n"),
    "a status out of range": raw(b"HTTP/1.1 99999 OK\r\n\r\n"),
    "a broken chunk": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}"),
    "too large": lambda visit: visit.answer(Response(200, {}, b" " * (transport.MAX_ANSWER + 1))),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_no_answer_is_not_no(kit: KitClient, network: Portal, simulator: Simulator, answer: Answer) -> None:
    ours, network.answer = network.answer, answer

    result = kit.sync()
    assert (result.sent, result.remaining, result.reachable) == (0, 1, False)
    assert (result.verdict.valid, result.verdict.code, result.verdict.warnings) == (True, "active", ("no_answer",))
    assert kit.activate(TOKEN).warnings == ("no_answer",)
    assert kit.check().code == "active"

    network.answer = ours
    assert kit.sync().sent == 1
    assert len(simulator.counted()) == 1


def test_a_release_that_a_portal_answers_changes_nothing(kit: KitClient, network: Portal) -> None:
    network.answer = ANSWERS["a portal's page"]

    assert (kit.release().code, kit.release().warnings) == ("active", ("no_answer",))


@pytest.mark.parametrize("answer", [hang, trickle])
def test_silence_has_an_end(network: Portal, answer: Answer) -> None:
    network.answer = answer

    with pytest.raises(NoAnswer):
        UrllibTransport(timeout=0.2).send(Request("GET", network.url, {}))


def test_an_answer_cut_short_is_none_even_if_what_came_is_json(network: Portal) -> None:
    network.answer = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}")

    with pytest.raises(NoAnswer, match="cut short"):
        UrllibTransport(timeout=5).send(Request("GET", network.url, {}))


def test_nobody_at_home() -> None:
    with pytest.raises(NoAnswer):
        UrllibTransport(timeout=5).send(Request("GET", "http://127.0.0.1:9/", {}))
    with pytest.raises(NoAnswer):
        UrllibTransport(timeout=5).send(Request("GET", "http://licences.invalid/", {}))


def test_an_answer_comes_back_as_it_is(network: Portal) -> None:
    network.answer = lambda visit: visit.answer(problem(409, "seat_limit_reached"))

    response = UrllibTransport().send(Request("POST", f"{network.url}/x?y", {"Authorization": "Bearer t"}, b"{}"))

    assert (response.status, response.headers["content-type"]) == (409, "application/problem+json")
    assert json.loads(response.body)["code"] == "seat_limit_reached"
    (visit,) = network.visits
    assert (visit.method, visit.target, visit.body) == ("POST", "/x?y", b"{}")
    assert visit.headers["authorization"] == "Bearer t"


def test_a_certificate_nobody_vouches_for_is_no_answer(tmp_path: Path) -> None:
    with portal(self_signed(tmp_path / "certificate.pem")) as network:
        with pytest.raises(NoAnswer, match=r"(?i)certificate"):
            UrllibTransport(timeout=5).send(Request("GET", network.url, {}))
        assert network.visits == [], "not even the request line was told"


def test_plain_http_where_tls_is_spoken_is_no_answer(tmp_path: Path, network: Portal) -> None:
    with pytest.raises(NoAnswer):
        UrllibTransport(timeout=5).send(Request("GET", network.url.replace("http:", "https:"), {}))


def test_a_proxy_of_the_environment_is_used(
    pc: Pc, network: Portal, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = "http://licences.example"
    monkeypatch.setattr(simulated, "SERVER", server)
    monkeypatch.setenv("HTTP_PROXY", network.url)
    monkeypatch.setenv("http_proxy", network.url)
    network.answer = to_simulator(simulator.send, server)

    kit = pc.kit(server=server, transport=UrllibTransport(timeout=5))

    assert kit.activate(TOKEN).valid
    assert [visit.target for visit in network.visits] == [f"{server}/api/v1/activations"]


def test_a_proxy_that_wants_a_password_is_no_answer(
    pc: Pc, network: Portal, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", network.url)
    network.answer = ANSWERS["407"]

    kit = pc.activated()
    workshop(kit)
    kit = pc.kit(transport=UrllibTransport(timeout=5))
    result = kit.sync()

    assert (result.reachable, result.remaining, result.verdict.code) == (False, 1, "active")
    assert [(visit.method, visit.target) for visit in network.visits] == [("CONNECT", "licences.example:443")]


def test_no_proxy_is_honoured_and_a_broken_proxy_setting_is_no_answer(
    network: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert UrllibTransport(timeout=5).send(Request("GET", network.url, {})).status == 200

    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:port")
    with pytest.raises(NoAnswer):
        UrllibTransport(timeout=5).send(Request("GET", network.url, {}))


def test_checking_and_recording_never_touch_the_network(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    pc.activated()
    monkeypatch.setattr(http.client.HTTPConnection, "connect", lambda self: pytest.fail("the network was touched"))

    kit = KitClient(
        server=SERVER, kit_id=KIT, kit_version="1.0", root_key=pc.simulator.root_key, state_dir=pc.state_dir
    )
    kit.check()
    workshop(kit)
    kit.give_feedback(rating=5)
    kit.status()
