// Frame boundaries on a byte stream: where a message starts and ends. Stateless: look at the bytes
// gathered so far, so any split of the stream gives the same frames. The length counts the body
// only (not itself). Zero length is a keep-alive. Layouts: docs/formats/wire.md.
#pragma once
#include "protocol/core/bytes.hpp"

#include <optional>

namespace turnout::wire {

enum class Framing : std::uint8_t {
    binary2 = 0,  // 2 bytes, big endian
    ascii4 = 1,   // 4 ASCII digits
};

enum class FrameStatus : std::uint8_t {
    need_more = 0,  // header or body not complete yet
    complete,       // body_bytes at header_bytes are a whole message
    keep_alive,     // zero length: consume header_bytes, nothing to decode
    bad_length,     // not a number: the stream cannot be resynchronised, close it
    too_long,       // larger than frame_bytes_max: close it; never wait for or store the body
};

struct FramePeek {
    FrameStatus status;
    std::uint32_t header_bytes;
    std::uint32_t
        body_bytes;  // declared length; valid unless status is bad_length or header incomplete
};

inline constexpr std::size_t kFrameHeaderBytesMax = 4;

// Looks at the front of `buffered` (borrowed, unchanged). Never reads past it, never allocates.
[[nodiscard]] FramePeek peek_frame(Framing framing, ByteView buffered,
                                   std::size_t frame_bytes_max) noexcept;

[[nodiscard]] constexpr std::size_t frame_header_bytes(Framing framing) noexcept
{
    return framing == Framing::binary2 ? 2U : 4U;
}

// Writes the header for a body of `body_bytes` into `out`; returns bytes written, or 0 (nothing
// written) when out is too small or the length does not fit the header (65535 or 9999).
[[nodiscard]] std::size_t write_frame_header(Framing framing, ByteSpan out,
                                             std::size_t body_bytes) noexcept;

// "binary2", "ascii4": the names used in configuration and tools.
[[nodiscard]] std::optional<Framing> framing_by_name(std::string_view name) noexcept;
[[nodiscard]] std::string_view name_of(Framing framing) noexcept;

}  // namespace turnout::wire
