"""Answers questions about connection strings, one JSON value a line, with what libpq says.

Usage: python3 libpq.py LIBPQ QUESTION. The first line written is PQlibVersion(); then one object a line.
parse: a connection string; what PQconninfoParse gives, {"options": {...}} or {"error": "..."}.
connect: a connection string; the {"error": "..."} of PQconnectdb.
session: a connection string; how PQconnectdb goes, {"connected": "tls"}, {"connected": "plain"} or {"refused": "..."}.
resolve: {"conninfo": ..., "environment": {...}, "files": {name: text or null}}; the error and the final options of the
connection that PQconnectdb leaves. In the environment's values "@" at the start stands for the folder of the files. Bytes that are not UTF-8 come as lone surrogates in options (Python's
surrogateescape) and as U+FFFD in errors.
"""

import ctypes
import json
import os
import sys
import tempfile


class ConninfoOption(ctypes.Structure):
    _fields_ = [
        ("keyword", ctypes.c_char_p),
        ("envvar", ctypes.c_char_p),
        ("compiled", ctypes.c_char_p),
        ("val", ctypes.c_char_p),
        ("label", ctypes.c_char_p),
        ("dispchar", ctypes.c_char_p),
        ("dispsize", ctypes.c_int),
    ]


def load(path):
    library = ctypes.CDLL(path)
    library.PQconninfoParse.restype = ctypes.POINTER(ConninfoOption)
    library.PQconninfoParse.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p)]
    library.PQconninfoFree.argtypes = [ctypes.POINTER(ConninfoOption)]
    library.PQfreemem.argtypes = [ctypes.c_void_p]
    library.PQconnectdb.restype = ctypes.c_void_p
    library.PQconnectdb.argtypes = [ctypes.c_char_p]
    library.PQerrorMessage.restype = ctypes.c_char_p
    library.PQerrorMessage.argtypes = [ctypes.c_void_p]
    library.PQstatus.argtypes = [ctypes.c_void_p]
    library.PQsslInUse.argtypes = [ctypes.c_void_p]
    library.PQfinish.argtypes = [ctypes.c_void_p]
    library.PQconninfo.restype = ctypes.POINTER(ConninfoOption)
    library.PQconninfo.argtypes = [ctypes.c_void_p]
    return library


def parse(library, text):
    message = ctypes.c_void_p()
    table = library.PQconninfoParse(text.encode(), ctypes.byref(message))
    if not table:
        error = ctypes.string_at(message.value).decode(errors="replace")
        library.PQfreemem(message)
        return {"error": error.removesuffix("\n")}
    return {"options": take_options(library, table)}


def take_options(library, table):
    options = {}
    row = 0
    while table[row].keyword:
        if table[row].val is not None:
            options[table[row].keyword.decode()] = table[row].val.decode(errors="surrogateescape")
        row += 1
    library.PQconninfoFree(table)
    return options


def connect(library, text):
    connection = library.PQconnectdb(text.encode())
    error = library.PQerrorMessage(connection).decode(errors="replace")
    library.PQfinish(connection)
    return {"error": error.removesuffix("\n")}


def session(library, text):
    # No certificates of whoever runs the tests.
    os.environ["HOME"] = "/nonexistent"
    connection = library.PQconnectdb(text.encode())
    if library.PQstatus(connection) == 0:
        answer = {"connected": "tls" if library.PQsslInUse(connection) else "plain"}
    else:
        error = library.PQerrorMessage(connection).decode(errors="replace")
        answer = {"refused": error.removesuffix("\n")}
    library.PQfinish(connection)
    return answer


def resolve(library, question, folder):
    for name, text in question["files"].items():
        path = os.path.join(folder, name)
        if os.path.exists(path):
            os.remove(path)
        if text is not None:
            with open(path, "w", newline="") as file:
                file.write(text)
    os.environ.clear()
    for name, value in question["environment"].items():
        os.environ[name] = folder + value[1:] if value.startswith("@") else value
    connection = library.PQconnectdb(question["conninfo"].encode())
    error = library.PQerrorMessage(connection).decode(errors="replace")
    options = take_options(library, library.PQconninfo(connection))
    library.PQfinish(connection)
    shown = {keyword: value.replace(folder, "@") for keyword, value in options.items()}
    return {"error": error.removesuffix("\n").replace(folder, "@"), "options": shown}


def main():
    library = load(sys.argv[1])
    print(library.PQlibVersion(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        answers = {
            "parse": lambda question: parse(library, question),
            "connect": lambda question: connect(library, question),
            "session": lambda question: session(library, question),
            "resolve": lambda question: resolve(library, question, folder),
        }
        for line in sys.stdin:
            print(json.dumps(answers[sys.argv[2]](json.loads(line))))


main()
