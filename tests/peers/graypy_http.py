"""Logs with graypy's handler for HTTP: each line of standard input is a record's attributes and the arguments of the handler, in JSON.

    graypy_http.py PORT
"""

import json
import logging
import sys

import graypy

for line in sys.stdin:
    attributes, arguments = json.loads(line)
    handler = graypy.GELFHTTPHandler("127.0.0.1", int(sys.argv[1]), **arguments)
    handler.emit(logging.makeLogRecord(dict(attributes)))
