"""Writes a small packet capture: TCP conversations over IPv4 and Ethernet, checksums included."""
import struct

_CLIENT, _SERVER = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])
SYN, ACK, PUSH_ACK = 0x02, 0x10, 0x18


def _checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _packet(source, target, source_port, target_port, sequence, acknowledged, flags, payload):
    tcp = struct.pack(">HHIIBBHHH", source_port, target_port, sequence, acknowledged, 5 << 4, flags,
                      65535, 0, 0)
    pseudo = source + target + struct.pack(">BBH", 0, 6, len(tcp) + len(payload))
    tcp = tcp[:16] + struct.pack(">H", _checksum(pseudo + tcp + payload)) + tcp[18:]
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + len(payload), 1, 0, 64, 6, 0, source, target)
    ip = ip[:10] + struct.pack(">H", _checksum(ip)) + ip[12:]
    return b"\x02\0\0\0\0\x02" + b"\x02\0\0\0\0\x01" + b"\x08\x00" + ip + tcp + payload


class Capture:
    """A .pcap file; each conversation is a list of (from_client, bytes)."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        self.time_us = 1_700_000_000_000_000

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def _write(self, packet):
        self.time_us += 1_000
        self.file.write(struct.pack("<IIII", self.time_us // 1_000_000, self.time_us % 1_000_000,
                                    len(packet), len(packet)) + packet)

    def conversation(self, client_port, server_port, parts):
        next_sequence = {True: 1_000, False: 9_000}

        def send(from_client, flags, payload=b""):
            ends = (_CLIENT, _SERVER, client_port, server_port)
            if not from_client:
                ends = (_SERVER, _CLIENT, server_port, client_port)
            acknowledged = next_sequence[not from_client] if flags & ACK else 0
            self._write(_packet(*ends, next_sequence[from_client], acknowledged, flags, payload))
            next_sequence[from_client] += len(payload) + (1 if flags & SYN else 0)

        send(True, SYN)
        send(False, SYN | ACK)
        send(True, ACK)
        for from_client, payload in parts:
            send(from_client, PUSH_ACK, payload)
            send(not from_client, ACK)
