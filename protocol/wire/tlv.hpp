// BER-TLV as chip cards use it (EMV 4.3 book 3 annex B, ISO/IEC 7816-4), over borrowed bytes: tags
// of 1 to 4 bytes, definite lengths of 1 to 5 bytes. Bytes 00 and FF between elements are padding.
// Every byte is reachable through an element or trailing(), so that whatever was read, unknown tags
// and padding included, can be written again byte for byte. No allocation, no recursion, linear.
#pragma once
#include "protocol/core/bytes.hpp"

#include <array>

namespace turnout::wire {

enum class TlvErrc : std::uint8_t {
    ok = 0,
    truncated,          // the bytes end inside a tag, a length or a value
    bad_tag,            // the tag does not end within 4 bytes
    indefinite_length,  // length 80: not allowed in EMV
    length_overflow,    // a length of more than 4 bytes, or one that is greater than 2^32 - 1
    too_deep,           // constructed elements nested deeper than kTlvDepthMax
    no_room,            // writer: the caller's buffer is too small
    not_open,           // writer: close() without open(), or finish() before the last close()
};
// One line of meaning, for people; static storage.
[[nodiscard]] std::string_view meaning(TlvErrc code) noexcept;

struct TlvError {
    TlvErrc code = TlvErrc::ok;
    std::uint32_t offset_bytes = 0;  // from the first byte that the reader was given: of the tag
                                     // (bad_tag), the length, or the end of the bytes (truncated)
    [[nodiscard]] constexpr bool ok() const noexcept { return code == TlvErrc::ok; }
};

inline constexpr unsigned kTlvDepthMax = 8;  // deepest in use: 4 (issuer scripts in templates)

// Whether FF in front of a tag is padding (ISO/IEC 7816-4:1995) or begins a private tag such as
// FF8106 (contactless kernels, later editions).
enum class TlvPadding : std::uint8_t { zero_and_ff, zero };

struct Tlv {
    std::uint32_t tag = 0;           // its 1..4 bytes as they are written: 0x9F02
    std::uint32_t offset_bytes = 0;  // of the tag, from the first byte that the reader was given
    ByteView padding;                // padding in front of the tag, usually empty
    ByteView head;                   // tag and length
    ByteView value;

    // The value holds elements itself (bit 6 of the tag's first byte).
    [[nodiscard]] bool constructed() const noexcept
    {
        return (head.front() & std::byte{0x20}) != std::byte{0};
    }
    // Padding, tag, length and value as they lay.
    [[nodiscard]] ByteView wire() const noexcept
    {
        return {padding.data(), padding.size() + head.size() + value.size()};
    }
};

// Walks the elements of one level, front to back. Borrows the bytes.
class TlvReader {
public:
    explicit TlvReader(ByteView bytes, TlvPadding padding = TlvPadding::zero_and_ff) noexcept
        : bytes_(bytes), padding_(padding)
    {
    }
    // True and `out` filled when there is another element. False at the end and at the first error:
    // error() tells which; `out` is then unchanged and the reader stays where it is.
    [[nodiscard]] bool next(Tlv& out) noexcept;
    [[nodiscard]] TlvError error() const noexcept { return error_; }
    // What next() has not consumed: padding behind the last element, or the failing rest.
    [[nodiscard]] ByteView trailing() const noexcept { return bytes_.subspan(at_); }

private:
    [[nodiscard]] bool is_padding(std::byte byte) const noexcept
    {
        return byte == std::byte{0} ||
               (padding_ == TlvPadding::zero_and_ff && byte == std::byte{0xff});
    }
    [[nodiscard]] bool fail(TlvErrc code, std::size_t at) noexcept;

    ByteView bytes_;
    std::size_t at_ = 0;
    TlvError error_;
    TlvPadding padding_;
};

// Walks all levels, a constructed element in front of those that it holds. `visit(tlv, depth)` is
// called for each; offsets count from the first byte of `bytes`. Stops at the first error.
template <class Visit>
[[nodiscard]] TlvError walk_tlv(ByteView bytes, Visit&& visit,
                                TlvPadding padding = TlvPadding::zero_and_ff)
{
    std::array<TlvReader, kTlvDepthMax> readers{TlvReader(bytes, padding),
                                                TlvReader({}),
                                                TlvReader({}),
                                                TlvReader({}),
                                                TlvReader({}),
                                                TlvReader({}),
                                                TlvReader({}),
                                                TlvReader({})};
    std::array<std::uint32_t, kTlvDepthMax> base{};
    for (unsigned depth = 0;;) {
        Tlv tlv;
        if (!readers[depth].next(tlv)) {
            auto error = readers[depth].error();
            error.offset_bytes += base[depth];
            if (!error.ok()) return error;
            if (depth == 0) return {};
            --depth;
            continue;
        }
        tlv.offset_bytes += base[depth];
        visit(tlv, depth);
        if (!tlv.constructed()) continue;
        auto const inner = tlv.offset_bytes + static_cast<std::uint32_t>(tlv.head.size());
        if (depth + 1 == kTlvDepthMax) return {TlvErrc::too_deep, inner};
        ++depth;
        readers[depth] = TlvReader(tlv.value, padding);
        base[depth] = inner;
    }
}

// Checks every level; the same errors as walk_tlv().
[[nodiscard]] TlvError check_tlv(ByteView bytes,
                                 TlvPadding padding = TlvPadding::zero_and_ff) noexcept;
// The first element with this tag on this level. False when there is none, or an error in front.
[[nodiscard]] bool find_tlv(ByteView bytes, std::uint32_t tag, Tlv& out) noexcept;

// Writes elements into the caller's buffer, lengths in their shortest form. The first error sticks,
// nothing is written behind it, and finish() returns it.
class TlvWriter {
public:
    explicit TlvWriter(ByteSpan out) noexcept : out_(out) {}

    // One element. `value` must not lie in the writer's buffer. bad_tag when `tag` is not the bytes
    // of one tag.
    void put(std::uint32_t tag, ByteView value) noexcept;
    // Bytes as they are: Tlv::wire() or trailing() of a reader.
    void copy(ByteView wire) noexcept;
    // A constructed element around all that is put until close(); at most kTlvDepthMax - 1 levels.
    void open(std::uint32_t tag) noexcept;
    void close() noexcept;
    // Bytes written so far and the first error.
    [[nodiscard]] std::size_t size_bytes() const noexcept { return used_; }
    [[nodiscard]] TlvErrc finish() noexcept;

private:
    void put_tag(std::uint32_t tag) noexcept;
    [[nodiscard]] bool reserve(std::size_t bytes) noexcept;

    ByteSpan out_;
    std::size_t used_ = 0;
    std::array<std::size_t, kTlvDepthMax> open_{};  // where the values of open elements begin
    unsigned depth_ = 0;
    TlvErrc error_ = TlvErrc::ok;
};

// True when the value is the bytes of exactly one tag, in the order Tlv::tag has them.
[[nodiscard]] bool is_tlv_tag(std::uint32_t tag) noexcept;

}  // namespace turnout::wire
