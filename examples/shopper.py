"""A shopper, through the API alone: guest, pictures, wardrobe, try-on, result, e-mail.

    python examples/shopper.py http://127.0.0.1:8501 me.jpg shirt.jpg --key cai_pub_…

Without --key the guest is one of the demo's shop, which takes pictures only where
CLOSETAI_DEMO_UPLOADS is on. With --email the guest is asked for the code that was sent there.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import httpx2


class Shopper:
    """Somebody who tries something on."""

    def __init__(self, server: str, key: str | None) -> None:
        self.http = httpx2.Client(base_url=server, timeout=30)
        self.token = ""
        made = self.ask("POST", "/api/users/guest", token=key)
        self.token = made["token"]
        self.user = made["user"]

    def ask(self, method: str, path: str, token: str | None = None, **sent: Any) -> Any:
        """Send a request, and return its answer; a problem ends the program with its sentence."""
        token = token or self.token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self.http.request(method, path, headers=headers, **sent)
        if answer.is_error:
            problem = answer.json()
            fields = "".join(
                f" {one['field']}: {one['message']}." for one in problem.get("errors", [])
            )
            sys.exit(f"{problem['detail']}{fields}")
        return answer.json()

    def upload(self, picture: Path, kind: str) -> str:
        """Upload a picture, and return its key."""
        with picture.open("rb") as file:
            files = {"file": (picture.name, file)}
            sent = self.ask("POST", "/api/uploads", data={"kind": kind}, files=files)
        return str(sent["key"])

    def try_on(self, selfie: str, items: list[str]) -> Any:
        """Launch a try-on and wait until it has ended."""
        wish = {"selfieKey": selfie, "wardrobeItemIds": items}
        job = self.ask("POST", "/api/tryon", json=wish)
        deadline = time.monotonic() + 120
        while job["status"] in ("queued", "processing"):
            if time.monotonic() > deadline:
                sys.exit("It takes longer than two minutes: no worker seems to be there.")
            time.sleep(0.5)
            job = self.ask("GET", f"/api/tryon/{job['id']}")
        return job

    def download(self, address: str, to: Path) -> None:
        """Fetch a result while its address is good."""
        answer = self.http.get(address)
        answer.raise_for_status()
        to.write_bytes(answer.content)

    def prove(self, email: str) -> None:
        """Become somebody with an address."""
        self.ask("POST", "/api/users/me/email", json={"email": email})
        code = input(f"The code that was sent to {email}: ")
        self.user = self.ask("POST", "/api/users/me/email/code", json={"code": code})


def main() -> None:
    """Play it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("server")
    parser.add_argument("person", type=Path, help="a picture of you")
    parser.add_argument("garment", type=Path, help="a picture of a top")
    parser.add_argument("--key", help="a shop's publishable key")
    parser.add_argument("--category", default="tops")
    parser.add_argument("--email")
    parser.add_argument("--to", type=Path, default=Path("result.webp"))
    asked = parser.parse_args()

    shopper = Shopper(asked.server, asked.key)
    write = sys.stdout.write
    write(f"{shopper.user['anonId']} has {shopper.user['creditsBalance']} credits.\n")
    selfie = shopper.upload(asked.person, "selfie")
    picture = shopper.upload(asked.garment, "garment")
    hung = {"category": asked.category, "name": asked.garment.stem, "imageKey": picture}
    item = shopper.ask("POST", "/api/wardrobe", json=hung)
    write(f"{item['name']} hangs in the wardrobe, under {item['category']}.\n")
    job = shopper.try_on(selfie, [item["id"]])
    if job["status"] == "completed":
        shopper.download(job["resultUrls"][0], asked.to)
        write(f"It looks like {asked.to}; the engine is {job['confidence']:.0%} sure.\n")
    else:
        write(f"There is no picture: {(job['failure'] or {}).get('message', job['status'])}\n")
    if asked.email:
        shopper.prove(asked.email)
        write(f"{shopper.user['email']} keeps all of it.\n")
    account = shopper.ask("GET", "/api/credits")
    write(f"{account['balance']} credits are left.\n")


if __name__ == "__main__":
    main()
