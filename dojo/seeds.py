"""Seeds: a keyed hash of course key, exercise and property, so that every run can be replayed.

Self-checks use the course's public key, official grading a secret one; the record names the key by a
short hash of it, from which the key cannot be computed.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass


@dataclass(frozen=True)
class Seed:
    """A key, and the name under which records mention it."""

    key: bytes
    id: str

    @staticmethod
    def public(course_key: str) -> Seed:
        """The seed of self-checks: anybody can replay it."""
        return Seed(course_key.encode(), f"public:{course_key}")

    @staticmethod
    def numbered(number: int) -> Seed:
        """The seed that `--seed NUMBER` asks for."""
        return Seed(f"number {number}".encode(), f"number:{number}")

    @staticmethod
    def secret(key: bytes) -> Seed:
        """The seed of official grading. Only a hash of the key is ever written down."""
        return Seed(key, "secret:" + hashlib.sha256(b"dojo seed id" + key).hexdigest()[:12])

    def number(self, *parts: str) -> int:
        """A number for one exercise and property, the same in every run with this key."""
        text = "\0".join(parts).encode()
        return int.from_bytes(hmac.new(self.key, text, hashlib.sha256).digest()[:8], "big")
