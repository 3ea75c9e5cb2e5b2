"""The sandbox: doubles of the Bot API and of OpenAI, strict where the real services are.

It imports nothing from the product, or double and adapter would share mistakes.

__main__.py  serves the sandbox until it is stopped
clock.py     a clock that a test can set forward, over one that it cannot
control.py   the control API under /sandbox: another process acts as people by it
faults.py    faults that a test orders: what goes wrong, where, and how often
pictures.py  facts that Pillow can truly tell of a picture: its format, size and main colour
server.py    both doubles over HTTP on the loopback, for tests with real processes
wire.py      wire traffic, without a wire: requests, responses, forms and cut connections
"""
