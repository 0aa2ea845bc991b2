"""A program that speaks as Firefox does to Marionette, and fails as it is told to.

``FAULTS`` is a folder; each start takes the fault that one of its files is named after, and removes the file:
the next start is sound. In the place of an engine it has a picture of one pixel.
"""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

# A PNG of one white pixel.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC"
FAULTS = Path(os.environ["FAULTS"])


def fault() -> str:
    for path in sorted(FAULTS.iterdir()):
        path.unlink()
        return path.name.partition("-")[0]
    return ""


def serve(connection: socket.socket, wrong: str) -> None:
    stream = connection.makefile("rwb")

    def say(message: object) -> None:
        content = json.dumps(message).encode()
        stream.write(b"%d:%b" % (len(content), content))
        stream.flush()

    say({"applicationType": "gecko", "marionetteProtocol": 2 if wrong == "stranger" else 3})
    width, pictures = 0, 0
    while True:
        digits = b""
        while not digits.endswith(b":"):
            digits += stream.read(1) or sys.exit(0)
        _, number, command, given = json.loads(stream.read(int(digits[:-1])))
        value: object = None
        if command == "WebDriver:NewSession":
            value = {"capabilities": {}}
        elif command == "WebDriver:Navigate" and wrong == "crash":
            os._exit(9)
        elif command == "WebDriver:Navigate" and wrong == "hang":
            time.sleep(3600)
        elif command == "WebDriver:ExecuteAsyncScript":
            value = {"value": {"value": None}}
            if "setProperty" in given["script"]:
                width = given["args"][0]
            elif "drawSnapshot" in given["script"]:
                pictures += 1
                late = f" {pictures}" if wrong == "restless" else ""
                value = {
                    "value": {"value": base64.b64encode(base64.b64decode(PIXEL) + late.encode()).decode()}
                }
        elif command == "WebDriver:ExecuteScript":
            value = {"value": [width, 1]}
        say([1, number, None, value])


def main() -> None:
    profile = Path(sys.argv[sys.argv.index("--profile") + 1])
    wrong = fault()
    if wrong == "stillborn":
        print("Error: no room for a profile", file=sys.stderr)
        sys.exit(7)
    # As the real one has: a process of its own for what a page holds, and one that leaves its family.
    subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(3600)", "of-the-fake"], start_new_session=True
    )
    port = re.search(r'"marionette.port", (\d+)', (profile / "user.js").read_text())
    assert port
    with socket.create_server(("127.0.0.1", int(port.group(1)))) as listening:
        connection, _ = listening.accept()
        serve(connection, wrong)


if __name__ == "__main__":
    main()
