#include "protocol/wire/framing.hpp"

#include "protocol/wire/digits.hpp"

namespace turnout::wire {
namespace {

FramePeek judge(std::uint32_t header_bytes, std::uint32_t body_bytes, std::size_t buffered_bytes,
                std::size_t frame_bytes_max) noexcept
{
    auto const status = body_bytes == 0                              ? FrameStatus::keep_alive
                        : body_bytes > frame_bytes_max               ? FrameStatus::too_long
                        : buffered_bytes - header_bytes < body_bytes ? FrameStatus::need_more
                                                                     : FrameStatus::complete;
    return {status, header_bytes, body_bytes};
}

FramePeek peek_ascii4(ByteView buffered, std::size_t frame_bytes_max) noexcept
{
    // A wrong character is reported as soon as it is seen: no more bytes could repair it.
    auto const seen = buffered.size() < 4 ? buffered.size() : std::size_t{4};
    std::uint32_t body_bytes = 0;
    for (auto const byte : buffered.first(seen)) {
        auto const digit = digit_of(byte);
        if (digit > 9) return {FrameStatus::bad_length, 4, 0};
        body_bytes = body_bytes * 10U + digit;
    }
    if (seen < 4) return {FrameStatus::need_more, 4, 0};
    return judge(4, body_bytes, buffered.size(), frame_bytes_max);
}

}  // namespace

FramePeek peek_frame(Framing framing, ByteView buffered, std::size_t frame_bytes_max) noexcept
{
    if (framing == Framing::ascii4) return peek_ascii4(buffered, frame_bytes_max);
    if (buffered.size() < 2) return {FrameStatus::need_more, 2, 0};
    return judge(2, load_be16(buffered.data()), buffered.size(), frame_bytes_max);
}

std::size_t write_frame_header(Framing framing, ByteSpan out, std::size_t body_bytes) noexcept
{
    auto const header_bytes = frame_header_bytes(framing);
    if (out.size() < header_bytes) return 0;
    if (framing == Framing::ascii4) {
        if (body_bytes > 9999) return 0;
        put_ascii4(out.data(), static_cast<unsigned>(body_bytes));
        return header_bytes;
    }
    if (body_bytes > 65535) return 0;
    store_be16(out.data(), static_cast<std::uint16_t>(body_bytes));
    return header_bytes;
}

std::optional<Framing> framing_by_name(std::string_view name) noexcept
{
    if (name == "binary2") return Framing::binary2;
    if (name == "ascii4") return Framing::ascii4;
    return std::nullopt;
}

std::string_view name_of(Framing framing) noexcept
{
    return framing == Framing::binary2 ? "binary2" : "ascii4";
}

}  // namespace turnout::wire
