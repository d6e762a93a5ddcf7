"""Match a sound through the studio's HTTP interface, and hear of what is found while it still looks.

    patchpilot studio --no-browser                       prints an address with a token
    python examples/studio_client.py ADDRESS SOUND       writes matches/1.vital …

Nothing but Python's own library, so that it can be read as a description of the interface: docs/studio.md has the rest.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit


class Client:
    """Speaks with a studio.

    Attributes:
        address: as `patchpilot studio` prints it, with the token.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.address = address
        self._base = f"{parts.scheme}://{parts.netloc}/api/v1"
        self._token = parse_qs(parts.query)["token"][0]

    def get(self, path: str) -> Any:
        """What is there, as JSON."""
        with self._open("GET", path) as answer:
            return json.load(answer)

    def post(self, path: str, body: Any = None, method: str = "POST") -> Any:
        """Have something done; gives the answer."""
        data = json.dumps({} if body is None else body).encode()
        with self._open(method, path, data, "application/json") as answer:
            return json.load(answer)

    def patch(self, path: str, body: Any) -> Any:
        """Change something; gives what it is then."""
        return self.post(path, body, "PATCH")

    def upload(self, file: Path) -> Any:
        """Bring a sound; gives what is known of it."""
        edge = secrets.token_hex(16)
        head = (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{quote(file.name)}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        data = head.encode() + file.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        with self._open("POST", "/sounds", data, f"multipart/form-data; boundary={edge}") as answer:
            return json.load(answer)

    def get_bytes(self, path: str) -> bytes:
        """What is there, as a file's content: audio, presets."""
        with self._open("GET", path) as answer:
            data: bytes = answer.read()
        return data

    def events(self, after: int | None = None) -> Iterator[tuple[str, Any]]:
        """What happens from now on, or after the event of that number: (type, data), `hello` first."""
        with self._open(
            "GET", "/events" if after is None else f"/events?after={after}", timeout=60.0
        ) as answer:
            kind = ""
            for line in answer:
                name, _, text = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    kind = text
                elif name == "data":
                    yield kind, json.loads(text)

    def _open(
        self, method: str, path: str, data: bytes | None = None, content_type: str = "", timeout: float = 60.0
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"}
        if data is not None:
            headers["Content-Type"] = content_type
        request = urllib.request.Request(self._base + path, data, headers, method=method)
        return urllib.request.urlopen(request, timeout=timeout)


def matched(client: Client, sound: Path, effort: str) -> Any:
    """Match a sound, and say what is found meanwhile; gives the job when it has ended."""
    events = client.events()
    next(events)  # hello: whatever happens from here on is heard
    brought = client.upload(sound)
    print(f"{brought['name']}: note {brought['note']}, {brought['seconds']:.2f} s")
    job = client.post("/match", {"sound": brought["id"], "effort": effort})
    for kind, data in events:
        if kind == "candidate" and data["job"] == job["id"]:
            print(f"  so far {data['distance']:.3f}: take {data['take']}")
        if kind == "job" and data["id"] == job["id"] and data["state"] not in ("queued", "running"):
            return data
    raise ConnectionError("the studio has ended")


def main() -> None:
    """Match a sound, and write its presets."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("sound", type=Path)
    parser.add_argument("--effort", default="quick", choices=("quick", "default", "thorough"))
    parser.add_argument("--out", type=Path, default=Path("matches"))
    options = parser.parse_args()
    client = Client(options.address)
    try:
        job = matched(client, options.sound, options.effort)
        if job["error"]:
            sys.exit(job["error"]["message"])
        suffix = client.get(f"/instruments/{job['result']['instrument']}")["suffix"]
        options.out.mkdir(parents=True, exist_ok=True)
        for found in job["result"]["matches"]:
            name = f"{found['rank']}{suffix}"
            (options.out / name).write_bytes(client.get_bytes(f"/takes/{found['take']}/preset"))
            print(f"  {name}  {found['distance']['logmel']:.3f}  {found['detail']} ({found['found_by']})")
    except urllib.error.HTTPError as error:
        sys.exit(json.load(error)["error"]["message"])


if __name__ == "__main__":
    main()
