// Packet captures (pcap, pcapng) as messages: TCP streams are rebuilt per direction and cut into
// frames, a UDP datagram holds one or more whole frames. Bounded: streams, bytes per stream, and
// what is out of order.
#pragma once
#include "tools/cli/message/input.hpp"

#include <functional>

namespace turnout::cli::message {

[[nodiscard]] std::unique_ptr<Input> make_capture_input(ByteSource& source,
                                                        InputOptions const& options);

// Bytes of a capture in the order they came, for looking at them before a framing is known:
// `piece` gets the number of the direction (from 1), the port it goes to and the payload; it
// returns false to stop. The error is a text for people, empty when there is none.
using CapturePiece = std::function<bool(std::uint32_t stream, std::uint16_t port, ByteView)>;
[[nodiscard]] std::string sample_capture(ByteSource& source, CapturePiece const& piece);

}  // namespace turnout::cli::message
