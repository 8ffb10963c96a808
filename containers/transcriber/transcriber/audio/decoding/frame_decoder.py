"""Frame decoder: the decoded frames of a file; packets that cannot be decoded are skipped, as media players do."""

from __future__ import annotations

from collections.abc import Iterator

from av.audio.frame import AudioFrame

from earshot_contract.audio_limits import MAX_CHANNELS
from earshot_contract.documents.shards import PacketPosition
from transcriber.audio.decoding.container import UNREADABLE
from transcriber.audio.decoding.open_part import OpenPart
from transcriber.audio.decoding.packets import PacketRole, packets_between

_UNDECODABLE_SECONDS = 1.0  # damage of less is not worth a warning: players skip a frame, too
_MIN_FRAME = 8  # bytes; fewer are padding, as behind MP3 in Wave64
_MAX_DAMAGED_PACKETS = 20  # packets in a row, about half a second, after which the damage is worth a warning
_DAMAGED_SHARE = 0.02  # of all packets


class FrameDecoder:
    """Decodes the packets of a file's parts, and keeps account of those that cannot be decoded.

    Attributes:
        damaged: whether any was left out.
        ends_in_damage: whether the last packet was incomplete.
        left_out: number of packets that could not be decoded.
        decoded: number of packets that were.
        first_byte: byte of the part at which the first packet that was decoded begins.
        last_byte: byte of the part, at most, to which packets were decoded; 0: none, or their places are not known.
    """

    def __init__(self) -> None:
        self.damaged = self.ends_in_damage = False
        self.left_out = self.decoded = 0
        self.first_byte = self.last_byte = 0
        self._gap: float | None = None  # seconds where undecodable packets began that no frame has followed
        self._packets = 0  # of them

    def frames(
        self,
        part: OpenPart,
        first: PacketPosition | None = None,
        until: PacketPosition | None = None,
        context_seconds: float = 0.0,
    ) -> Iterator[tuple[AudioFrame, PacketRole]]:
        """Yield decoded frames and their roles; damaged packets are skipped, as media players do.

        Args:
            part: what is decoded.
            first: the first packet of the range; None: that of the part.
            until: the packet after the last one; None: the part is decoded to its end.
            context_seconds: audio before `first`, whose frames are yielded, too; with it the frames behind `until` are.
        """
        packets = packets_between(part, first, until, context_seconds)
        role = PacketRole.SETTLING
        self.first_byte = self.last_byte = 0
        while True:
            try:
                packet, role = next(packets, (None, role))
            except UNREADABLE:
                if role is not PacketRole.BEHIND:
                    self.damaged = self.ends_in_damage = True
                return
            if packet is None:
                return
            in_range = role is PacketRole.INSIDE
            try:
                frames = packet.decode()
            except UNREADABLE:
                if not in_range or packet.size < _MIN_FRAME:
                    continue
                self.damaged = self.ends_in_damage = True
                self._packets += 1
                self.left_out += 1
                if self._gap is None:
                    self._gap = part.timeline.end
                continue
            if packet.size and role is not PacketRole.BEHIND:
                self.decoded += in_range
                self.ends_in_damage = packet.is_corrupt
                self.first_byte = self.first_byte or packet.pos or 0
                self.last_byte = max(self.last_byte, (packet.pos or 0) + packet.size)
            for frame in frames if role is not PacketRole.SETTLING else ():
                if not 0 < frame.layout.nb_channels <= MAX_CHANNELS or not frame.sample_rate:
                    self.damaged |= in_range
                    continue
                yield frame, role

    @property
    def has_scattered_damage(self) -> bool:
        """Whether words are missing because many packets were left out, though never many in a row."""
        return self.left_out >= _MAX_DAMAGED_PACKETS and self.left_out > _DAMAGED_SHARE * self.decoded

    def end_gap(self) -> None:
        """Take note that a frame, or a new part, follows the packets that were left out."""
        self._gap, self._packets = None, 0

    def gap_before(self, until: float) -> float | None:
        """Return where the packets before `until` begin that were left out, in seconds from the start of the part.

        None without any, or if there are too few for a warning.
        """
        if self._gap is None:
            return None
        long = until - self._gap > _UNDECODABLE_SECONDS or self._packets >= _MAX_DAMAGED_PACKETS
        return self._gap if long else None
