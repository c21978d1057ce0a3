"""Receives GELF with the protocols of the package kinesyslog, and prints each message as JSON.

    gelf_server.py udp PORT
    gelf_server.py tcp PORT
    gelf_server.py tls PORT CERTIFICATE KEY [CLIENT_CA]

The first line says where it listens: `ready PORT`.
"""

import asyncio
import json
import socket
import ssl
import sys

from asyncio.sslproto import SSLProtocol

start_shutdown = SSLProtocol._start_shutdown

from kinesyslog import constant
from kinesyslog.protocol import DatagramGelfProtocol, GelfProtocol

# The package puts a method of an older Python there.
SSLProtocol._start_shutdown = start_shutdown
# Version 2.0.1 uses it and does not have it.
constant.OPENBRACKET = ord("{")
# Messages are cut there, which would be no JSON then.
constant.MAX_MESSAGE_LENGTH = constant.MAX_MESSAGE_BUFFER = 1 << 24


class Printer:
    """Takes what a protocol has found."""

    async def write(self, source, port, messages, timestamp):
        for message in messages:
            sys.stdout.write(json.dumps(json.loads(message)) + "\n")
        sys.stdout.flush()


class NoRegistry:
    active = False


async def main(kind, port, *files):
    loop = asyncio.get_running_loop()

    def make(protocol):
        return lambda: protocol(Printer(), loop, NoRegistry())

    if kind == "udp":
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # 128 chunks may come before this process has its turn.
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        receiver.bind(("127.0.0.1", port))
        await loop.create_datagram_endpoint(make(DatagramGelfProtocol), sock=receiver)
        listening = receiver.getsockname()
    else:
        context = None
        if kind == "tls":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*files[:2])
            if files[2:]:
                context.load_verify_locations(files[2])
                context.verify_mode = ssl.CERT_REQUIRED
        server = await loop.create_server(make(GelfProtocol), "127.0.0.1", port, ssl=context)
        listening = server.sockets[0].getsockname()
    print("ready", listening[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]))
