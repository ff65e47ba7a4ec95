"""A shop with a webhook, through the API: told of a try-on, it fetches the picture and sells.

    python examples/shop.py http://127.0.0.1:8501 me.jpg shirt.jpg --key cai_secret_…

The key needs the scopes shoppers, jobs, webhooks, events, orders and spend. The webhook calls this
program on its own machine: the server takes that only where CLOSETAI_WEBHOOKS_LOOPBACK is on. A
shop out there gives its public https address instead.
"""

import argparse
import base64
import hashlib
import hmac
import json
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import httpx2


class Api:
    """The API, asked with the shop's secret key."""

    def __init__(self, server: str, key: str) -> None:
        bearer = {"Authorization": f"Bearer {key}"}
        self.http = httpx2.Client(base_url=f"{server}/api", headers=bearer, timeout=30)

    def ask(self, method: str, path: str, **sent: Any) -> Any:
        """Send a request, and return its answer; a problem ends the program with its sentence."""
        answer = self.http.request(method, path, **sent)
        if answer.is_error:
            sys.exit(f"{path}: {answer.json()['detail']}")
        return answer.json() if answer.content else None

    def upload(self, user: str, picture: Path, kind: str) -> str:
        """Upload a picture for a shopper, and return its key."""
        with picture.open("rb") as file:
            sent = self.ask(
                "POST",
                "/uploads",
                data={"kind": kind, "userId": user},
                files={"file": (picture.name, file)},
            )
        return str(sent["key"])


def is_signed(headers: Any, body: bytes, secret: str) -> bool:
    """Whether a call is from the server that has the secret, and not an old one that is sent again.

    https://www.standardwebhooks.com says how.
    """
    at = headers["webhook-timestamp"]
    if abs(time.time() - int(at)) > 300:
        return False
    signed = f"{headers['webhook-id']}.{at}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    # While a secret is changed there may be several signatures.
    return any(
        hmac.compare_digest(one, expected) for one in headers["webhook-signature"].split(" ")
    )


class Listener:
    """The shop's address that is called: it checks each call, and hands on each event once."""

    def __init__(self) -> None:
        self.secret = ""
        self.events: Queue[dict[str, Any]] = Queue()
        seen: set[str] = set()
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                is_ours = is_signed(self.headers, body, listener.secret)
                self.send_response(204 if is_ours else 401)
                self.end_headers()
                if is_ours and self.headers["webhook-id"] not in seen:
                    seen.add(self.headers["webhook-id"])
                    listener.events.put(json.loads(body))

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/closetai"

    def next(self, kind: str) -> dict[str, Any]:
        """The next event of a kind; the program ends when none comes within two minutes."""
        deadline = time.monotonic() + 120
        while True:
            try:
                event = self.events.get(timeout=max(deadline - time.monotonic(), 0.01))
            except Empty:
                sys.exit(f"No {kind} came within two minutes.")
            if event["type"] == kind:
                data: dict[str, Any] = event["data"]
                return data


def main() -> None:
    """Play it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("server")
    parser.add_argument("person", type=Path, help="a picture of a shopper")
    parser.add_argument("garment", type=Path, help="a picture of a top")
    parser.add_argument("--key", required=True, help="the shop's secret key")
    parser.add_argument("--result", type=Path, default=Path("result.webp"))
    said = parser.parse_args()
    write = sys.stdout.write

    api, listener = Api(said.server.rstrip("/"), said.key), Listener()
    events = ["tryon.completed", "tryon.failed"]
    hook = api.ask("POST", "/webhooks", json={"url": listener.address, "events": events})
    listener.secret = hook["secret"]
    api.ask("POST", f"/webhooks/{hook['id']}/ping")
    listener.next("ping")
    write("The webhook answers, and its calls are signed as they should be.\n")

    user = api.ask("POST", "/users/guest")["user"]["id"]
    garment = {
        "userId": user,
        "category": "tops",
        "name": said.garment.stem,
        "imageKey": api.upload(user, said.garment, "garment"),
    }
    item = api.ask("POST", "/wardrobe", json=garment)["id"]
    selfie = api.upload(user, said.person, "selfie")
    wish = {"userId": user, "selfieKey": selfie, "wardrobeItemIds": [item]}
    job = api.ask("POST", "/tryon", json=wish)["id"]
    told = listener.next("tryon.completed")
    if told["id"] != job:
        sys.exit("Another try-on was told of.")
    made = api.ask("GET", f"/tryon/{job}", params={"userId": user})
    picture = httpx2.get(httpx2.URL(said.server).join(made["resultUrls"][0]), timeout=30)
    said.result.write_bytes(picture.raise_for_status().content)
    write(f"The try-on is ready: {said.result}.\n")

    now = datetime.now(UTC).isoformat()
    api.ask("POST", "/events", json={"userId": user, "events": [{"source": "tryon", "jobId": job}]})
    order = {"orderId": f"order-{job}", "userId": user, "amount": "89.90", "purchasedAt": now}
    api.ask("POST", "/orders", json=order)
    back = {"returnId": f"return-{job}", "orderId": order["orderId"], "amount": "20.00"}
    left = api.ask("POST", "/returns", json={**back, "returnedAt": datetime.now(UTC).isoformat()})
    today = datetime.now(UTC).date().isoformat()
    spent = [{"day": today, "channel": "search", "amount": "12.00"}]
    api.ask("POST", "/spend", json={"items": spent})
    write(f"Sold for {left['amount']} dollars, of which {left['returned']} came back.\n")
    api.http.delete(f"/webhooks/{hook['id']}").raise_for_status()


if __name__ == "__main__":
    main()
