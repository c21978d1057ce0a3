"""A TLS server for one connection: says its port, then what it got and how that ended."""

import json
import socket
import ssl
import sys

options = json.loads(sys.argv[1])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(options["certificate"], options["key"])
if options["version"] == "1.2":
    context.maximum_version = ssl.TLSVersion.TLSv1_2
if options["client_ca"]:
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(options["client_ca"])
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)

received, ended, client = bytearray(), "clean", None
connection, _ = listener.accept()
try:
    with context.wrap_socket(connection, server_side=True, suppress_ragged_eofs=False) as stream:
        version = stream.version()
        if options["client_ca"]:
            client = dict(pair[0] for pair in stream.getpeercert()["subject"])["commonName"]
        if options["says"]:
            stream.sendall(options["says"].encode())
            print("said", flush=True)
        if options["closes"]:
            stream.unwrap()
        while data := stream.recv(65536):
            received += data
except OSError as error:
    version, ended = None, str(error)
print(json.dumps({
    "received": len(received),
    "head": received[:1000].decode("latin-1"),
    "equal": bytes(received) == bytes(i * 7 % 251 for i in range(len(received))),
    "ended": ended,
    "version": version,
    "client": client,
}))
