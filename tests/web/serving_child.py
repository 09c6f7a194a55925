"""A shop's door over a real journal, as a process that can be killed: `python -m tests.web.serving_child URL`.

Prints the port it listens on. Its catalogue is in memory; everything else is the production code.
"""

import asyncio
import sys

from agent.sqljournal import SqlJournal
from tests.web.conftest import KEY, SECRET, FakeAssistant, boots
from web.app import create_app
from web.server import listen, server


async def serve(url: str) -> None:
    journal = await SqlJournal.open(url)
    assistant = FakeAssistant(journal, [boots(f"P{number}") for number in range(100)])
    with listen("127.0.0.1", 0) as door:
        print(door.getsockname()[1], flush=True)
        await server(create_app(assistant, secret=SECRET, merchant_key=KEY)).serve(sockets=[door])
    await journal.close()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
