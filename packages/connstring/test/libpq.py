"""Answers JSON-encoded connection strings, one a line, with what libpq says of each.

Usage: python3 libpq.py LIBPQ parse|connect. The first line written is PQlibVersion(); then one object a line: for
parse what PQconninfoParse gives, {"options": {...}} or {"error": "..."}; for connect the {"error": "..."} of PQconnectdb. Bytes that are not UTF-8 come as lone surrogates in options (Python's
surrogateescape) and as U+FFFD in errors.
"""

import ctypes
import json
import sys


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
    library.PQfinish.argtypes = [ctypes.c_void_p]
    return library


def parse(library, text):
    message = ctypes.c_void_p()
    table = library.PQconninfoParse(text.encode(), ctypes.byref(message))
    if not table:
        error = ctypes.string_at(message.value).decode(errors="replace")
        library.PQfreemem(message)
        return {"error": error.removesuffix("\n")}
    options = {}
    row = 0
    while table[row].keyword:
        if table[row].val is not None:
            options[table[row].keyword.decode()] = table[row].val.decode(errors="surrogateescape")
        row += 1
    library.PQconninfoFree(table)
    return {"options": options}


def connect(library, text):
    connection = library.PQconnectdb(text.encode())
    error = library.PQerrorMessage(connection).decode(errors="replace")
    library.PQfinish(connection)
    return {"error": error.removesuffix("\n")}


def main():
    library = load(sys.argv[1])
    answer = {"parse": parse, "connect": connect}[sys.argv[2]]
    print(library.PQlibVersion(), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(library, json.loads(line))))


main()
