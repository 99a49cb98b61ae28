#!/usr/bin/env python3
"""Takes a text of messages, gives the capture of a TLS conversation that carries them, and its key log.

The text is that of samples/README.md, with the transports `tls`, `wss` and `tcp`. Both ends are the TLS of Python (OpenSSL), joined in memory; nothing is
sent anywhere. Keys and randoms are new each time, so the result is never the same twice: the captures here were made once and are kept.

usage: record.py TEXT CAPTURE [--tls 1.2|1.3] [--suite NAME] [--segment OCTETS] [--inside]
"""

import argparse
import ipaddress
import os
import re
import ssl
import struct
import subprocess
import tempfile

EPOCH = 1704067200  # 2024-01-01T00:00:00Z
MASK = b"\x37\xfa\x21\x3d"


def sendings(text):
    """The sendings of a text: (seconds, sender, receiver, transport, octets)."""
    now, found = 0.0, []
    for block in re.split(r"(?m)^@ ", text)[1:]:
        head, _, rest = block.partition("\n")
        time, sender, _, receiver, transport = head.split()
        now = now + float(time) if time.startswith("+") else float(time)
        lines = [line for line in rest.split("\n") if not line.startswith("#")]
        head, _, body = "\r\n".join(lines).strip("\r\n").partition("\r\n\r\n")
        body = body and body + "\r\n"
        head = re.sub(r"(?mi)^(Content-Length|l): auto", rf"\1: {len(body)}", head)
        found.append((now, endpoint(sender), endpoint(receiver), transport, f"{head}\r\n\r\n{body}".encode()))
    return found


def endpoint(text):
    host, _, port = text.rpartition(":")
    return ipaddress.ip_address(host).packed, int(port)


def checksum(octets):
    octets += b"\0" * (len(octets) % 2)
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Wire:
    """TCP between two endpoints, as frames of Ethernet."""

    def __init__(self, segment):
        self.frames, self.sequence, self.segment = [], {}, segment

    def put(self, time, sender, receiver, flags, payload=b""):
        sequence = self.sequence.setdefault((sender, receiver), 1000)
        behind = self.sequence.get((receiver, sender), 0) if flags & 0x10 else 0
        tcp = struct.pack("!HHIIBBHHH", sender[1], receiver[1], sequence, behind, 0x50, flags, 0xFFFF, 0, 0) + payload
        pseudo = sender[0] + receiver[0] + struct.pack("!BBH", 0, 6, len(tcp))
        tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0) + sender[0] + receiver[0]
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
        self.frames.append((time, b"\2\0\0\0\0\2\2\0\0\0\0\1\x08\0" + ip + tcp))
        self.sequence[(sender, receiver)] = sequence + len(payload) + (flags & 2) // 2 + flags % 2

    def open(self, time, sender, receiver):
        self.put(time, sender, receiver, 0x02)
        self.put(time + 0.0001, receiver, sender, 0x12)
        self.put(time + 0.0002, sender, receiver, 0x10)

    def send(self, time, sender, receiver, payload):
        for at in range(0, len(payload), self.segment):
            self.put(time, sender, receiver, 0x18, payload[at : at + self.segment])


class Bare:
    """A TCP connection between two endpoints, in the clear."""

    def __init__(self, wire, time, client, server):
        self.wire, self.ends = wire, (client, server)
        wire.open(time - 0.001, client, server)

    def send(self, time, end, octets):
        self.wire.send(time, end, self.ends[self.ends[0] == end], octets)


class Connection:
    """A TLS connection between two endpoints, of which the first is the client."""

    def __init__(self, contexts, wire, time, client, server, transport):
        self.wire, self.ends = wire, (client, server)
        self.inbound = {client: ssl.MemoryBIO(), server: ssl.MemoryBIO()}
        self.outbound = {client: ssl.MemoryBIO(), server: ssl.MemoryBIO()}
        wrap = lambda end, context, **more: context.wrap_bio(self.inbound[end], self.outbound[end], **more)
        self.tls = {
            client: wrap(client, contexts[0], server_hostname="far.example"),
            server: wrap(server, contexts[1], server_side=True),
        }
        start = time - 0.02
        wire.open(start, client, server)
        for step in range(4):
            for end in self.ends:
                try:
                    self.tls[end].do_handshake()
                except ssl.SSLWantReadError:
                    pass
                self.flush(start + 0.002 * (step + 1), end)
        for end in self.ends:
            try:
                self.tls[end].read(1)  # takes the session tickets
            except ssl.SSLWantReadError:
                pass
        if transport == "wss":
            self.send(time - 0.008, client, b"GET / HTTP/1.1\r\nHost: far.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n")
            self.send(time - 0.007, server, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\n\r\n")

    def flush(self, time, end):
        other = self.ends[self.ends[0] == end]
        octets = self.outbound[end].read()
        if octets:
            self.wire.send(time, end, other, octets)
            self.inbound[other].write(octets)

    def send(self, time, end, octets):
        other = self.ends[self.ends[0] == end]
        self.tls[end].write(octets)
        self.flush(time, end)
        self.tls[other].read(1 << 16)


def framed(octets, masked):
    head = struct.pack("!BBH", 0x81, 126 | masked << 7, len(octets)) if len(octets) > 125 else bytes([0x81, len(octets) | masked << 7])
    if not masked:
        return head + octets
    return head + MASK + bytes(octet ^ MASK[at % 4] for at, octet in enumerate(octets))


def contexts(version, suite, keys):
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = f"{folder}/key.pem", f"{folder}/certificate.pem"
        new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=far.example"]
        subprocess.run([*new, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(certificate, key)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.keylog_filename = keys
    for context in (client, server):
        context.minimum_version = context.maximum_version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
        if suite and version == "1.2":
            context.set_ciphers(suite)
    return client, server


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text")
    parser.add_argument("capture")
    parser.add_argument("--tls", choices=["1.2", "1.3"], default="1.3")
    parser.add_argument("--suite", help="OpenSSL's name; for TLS 1.3 set Ciphersuites in OPENSSL_CONF")
    parser.add_argument("--segment", type=int, default=1440, help="the most octets of a segment")
    parser.add_argument("--inside", action="store_true", help="write pcapng, with the keys in a Decryption Secrets Block")
    given = parser.parse_args()

    keys = os.path.splitext(given.capture)[0] + ".keys"
    both = contexts(given.tls, given.suite, keys)
    wire, connections = Wire(given.segment), {}
    with open(given.text, encoding="utf-8") as text:
        for time, sender, receiver, transport, octets in sendings(text.read()):
            pair = frozenset((sender, receiver))
            if pair not in connections:
                bare = transport == "tcp"
                connections[pair] = Bare(wire, time, sender, receiver) if bare else Connection(both, wire, time, sender, receiver, transport)
            connection = connections[pair]
            if transport == "wss":
                octets = framed(octets, sender == connection.ends[0])
            connection.send(time, sender, octets)

    with open(given.capture, "wb") as out:
        if given.inside:
            out.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, struct.pack("<HHI", 1, 0, 0)))
            with open(keys, "rb") as secrets:
                octets = secrets.read()
            os.remove(keys)
            out.write(block(10, struct.pack("<II", 0x544C534B, len(octets)) + octets))
        else:
            out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for time, frame in sorted(wire.frames, key=lambda one: one[0]):
            micros = round((EPOCH + time) * 1e6)
            lengths = struct.pack("<II", len(frame), len(frame))
            if given.inside:
                out.write(block(6, struct.pack("<III", 0, micros >> 32, micros & 0xFFFFFFFF) + lengths + frame))
            else:
                out.write(struct.pack("<II", *divmod(micros, 1000000)) + lengths + frame)


main()
