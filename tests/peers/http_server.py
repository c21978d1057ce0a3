"""Takes GELF over HTTP as Graylog does, and prints each request as JSON.

    http_server.py PORT [CERTIFICATE KEY [CLIENT_CA]]

The first line says where it listens: `ready PORT`. The path says what the answer is:

    /gelf           202
    /close          202, and the connection is closed
    /503            that status
    /503/2          that status twice, then 202
    /gone, /gone/2  none: the connection is closed
    /hangs          none
"""

import gzip
import http.server
import itertools
import json
import ssl
import sys
import threading
import zlib

lock = threading.Lock()
connections = itertools.count(1)
answered = {}


def inflated(body, coding):
    """What the decompressor of Netty makes of a body: it knows single codings only."""
    if coding == "gzip":
        return gzip.decompress(body)
    if coding == "deflate":
        return zlib.decompress(body)
    return body


def decoded(body):
    """What Graylog's codec makes of the rest, by its first bytes."""
    if body[:2] == b"\x1f\x8b":
        return gzip.decompress(body)
    if body[:1] == b"\x78":
        return zlib.decompress(body)
    return body


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    context = None

    def setup(self):
        if self.context:
            self.request = self.context.wrap_socket(self.request, server_side=True)
        with lock:
            self.number = next(connections)
        super().setup()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        plain = inflated(body, self.headers.get("Content-Encoding"))
        text = decoded(plain).decode()
        request = {
            "connection": self.number,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            # Whether the header says what has been done to the body.
            "honest": plain.decode(errors="replace") == text,
            "text": text,
        }
        try:
            request["short_message"] = json.loads(text)["short_message"]
        except (ValueError, KeyError, TypeError):
            pass
        with lock:
            sys.stdout.write(json.dumps(request) + "\n")
            sys.stdout.flush()
            count = answered[self.path] = answered.get(self.path, 0) + 1
        what, _, times = self.path.partition("?")[0].strip("/").partition("/")
        self.answer("gelf" if times.isdigit() and count > int(times) else what)

    def answer(self, what):
        if what == "gone":
            self.close_connection = True
            return
        if what == "hangs":
            threading.Event().wait()
        self.send_response(int(what) if what.isdigit() else 202)
        self.send_header("Content-Length", "0")
        if what == "close":
            self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, address):
        """Who is refused is not worth a word."""


def main(port, certificate=None, key=None, client_ca=None):
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if client_ca:
            context.load_verify_locations(client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        Handler.context = context
    server = Server(("127.0.0.1", int(port)), Handler)
    print("ready", server.server_port, flush=True)
    server.serve_forever()


main(*sys.argv[1:])
