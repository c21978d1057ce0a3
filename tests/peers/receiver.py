"""Receives pickled records as the logging cookbook does, and prints each as a line of JSON.

    receiver.py tcp HOST PORT
    receiver.py unix PATH
    receiver.py udp HOST PORT
    receiver.py unixgram PATH

The first line says where it listens: `ready PORT`, or `ready 0` for a path. A line holds what
`logging.makeLogRecord(pickle.loads(...))` has made, with all its attributes, in the order in which
they were sent; floats are texts such as `float 0.1`.
"""

import json
import logging
import pickle
import socketserver
import struct
import sys
import threading

WRITING = threading.Lock()


def receive(data):
    """Prints the record of one pickle."""
    sent = pickle.loads(data)
    record = logging.makeLogRecord(sent)
    fields = {
        name: f"float {value!r}" if isinstance(value, float) else value
        for name, value in ((name, record.__dict__[name]) for name in sent)
    }
    # Which CPython has had since 3.12.
    differing = set(record.__dict__) ^ set(fields)
    assert differing <= {"taskName"}, differing
    line = json.dumps(fields, default=repr)
    with WRITING:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


class StreamHandler(socketserver.StreamRequestHandler):
    """Takes the frames of one connection; the last one may be cut off."""

    def handle(self):
        while True:
            head = self.rfile.read(4)
            if len(head) < 4:
                return
            (length,) = struct.unpack(">L", head)
            data = self.rfile.read(length)
            if len(data) < length:
                return
            receive(data)


class DatagramHandler(socketserver.DatagramRequestHandler):
    """Takes one datagram."""

    def handle(self):
        data = self.packet
        (length,) = struct.unpack(">L", data[:4])
        assert length == len(data) - 4, (length, len(data))
        receive(data[4:])

    def finish(self):
        """Nobody waits for an answer."""


class Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class Udp(socketserver.UDPServer):
    max_packet_size = 1 << 20


class UnixDatagram(socketserver.UnixDatagramServer):
    max_packet_size = 1 << 20


def main():
    kind, *address = sys.argv[1:]
    servers = {
        "tcp": (Tcp, StreamHandler),
        "unix": (Unix, StreamHandler),
        "udp": (Udp, DatagramHandler),
        "unixgram": (UnixDatagram, DatagramHandler),
    }
    server_class, handler = servers[kind]
    place = address[0] if len(address) == 1 else (address[0], int(address[1]))
    with server_class(place, handler) as server:
        port = server.server_address[1] if len(address) == 2 else 0
        print("ready", port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
