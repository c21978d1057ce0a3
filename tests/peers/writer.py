"""Logs numbered lines as the program `writer` does, through a handler of Python's.

`clh` and `clh-timed` are those of the package `concurrent-log-handler`, `rotating` is the standard library's.
"""

import argparse
import json
import logging
import logging.handlers
import sys


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--handler", choices=["clh", "clh-timed", "rotating"], required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--summary", required=True)
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--max", type=int, default=2000)
    parser.add_argument("--backup", type=int, default=5)
    parser.add_argument("--pad", type=int, default=40)
    parser.add_argument("--tag", default="p0")
    parser.add_argument("--pause-at", type=int, action="append", default=[])
    return parser.parse_args()


def make(options):
    if options.handler == "rotating":
        return logging.handlers.RotatingFileHandler(
            options.path, maxBytes=options.max, backupCount=options.backup
        )
    import concurrent_log_handler

    if options.handler == "clh":
        return concurrent_log_handler.ConcurrentRotatingFileHandler(
            options.path, maxBytes=options.max, backupCount=options.backup
        )
    return concurrent_log_handler.ConcurrentTimedRotatingFileHandler(
        options.path, when="S", backupCount=options.backup
    )


def main():
    options = arguments()
    handler = make(options)
    handler.setFormatter(logging.Formatter("%(message)s"))
    failed = []
    handler.handleError = failed.append
    logger = logging.getLogger("writer")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    padding = "x" * options.pad
    for number in range(options.start, options.start + options.n):
        if number in options.pause_at:
            print(f"paused {number}", flush=True)
            sys.stdin.readline()
        logger.info("%s seq=%08d %s", options.tag, number, padding)
    logging.shutdown()
    with open(options.summary, "w") as summary:
        json.dump({"emitted": options.n - len(failed), "failed": len(failed)}, summary)


main()
