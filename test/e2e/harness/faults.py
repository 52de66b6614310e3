# SPDX-License-Identifier: Apache-2.0
"""Small changes to a message, to be named in a fault: {"claims": drop("sub")}."""
import json


def drop(*names):
    def change(message, turn):
        if isinstance(message, list):
            message[:] = [kv for kv in message if kv[0] not in names]
        else:
            for name in names:
                message.pop(name, None)
    return change


def put(**members):
    def change(message, turn):
        if isinstance(message, list):
            message[:] = [kv for kv in message if kv[0] not in members] + list(members.items())
        else:
            message.update(members)
    return change


def compute(name, make):
    """message[name] = make(turn)"""
    def change(message, turn):
        return put(**{name: make(turn)})(message, turn)
    return change


def suffix(name, text="1"):
    def change(message, turn):
        if isinstance(message, list):
            message[:] = [(k, v + text if k == name else v) for k, v in message]
        else:
            message[name] = message.get(name, "") + text
    return change


def twice(name, value=None):
    """A parameter of a list a second time, with the same or another value."""
    def change(message, turn):
        found = [v for k, v in message if k == name]
        message.append((name, found[0] if value is None else value))
    return change


def become(value):
    """Another message in place of this one."""
    return lambda message, turn: value


def edit(old, new):
    """Replace text in a textual message."""
    return lambda message, turn: message.replace(old, new)


def member_text(name, text):
    """Append a member to JSON text, whatever the text is (1e300, a second "sub")."""
    return lambda message, turn: message[:-1] + ',"%s":%s}' % (name, text)


def replace_text(name, text):
    """JSON text of the claims with the value of one member given as text."""
    def change(message, turn):
        doc = json.loads(message)
        doc.pop(name, None)
        return json.dumps(doc)[:-1] + ',"%s":%s}' % (name, text)
    return change


def chain(*changes):
    def change(message, turn):
        for one in changes:
            out = one(message, turn)
            message = message if out is None else out
        return message
    return change


def broken_signature(message, turn):
    """Every byte of the signature XOR 0x5A."""
    from .jose import b64, unb64
    head, body, sig = message.split(".")
    return "%s.%s.%s" % (head, body, b64(bytes(x ^ 0x5A for x in unb64(sig))))


def reply(**changes):
    """Change a Reply: status, body, delay, drip, silent, reset_after, raw, length."""
    def change(message, turn):
        headers = changes.get("headers")
        for name, value in changes.items():
            if name != "headers":
                setattr(message, name, value)
        for k, v in (headers or {}).items():
            message.set(k, v)
    return change
