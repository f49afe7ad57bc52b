// Offsets of the fields of one message over borrowed bytes. No copy, no allocation, no exception.
// The view is valid as long as the frame's bytes are; reuse one view object per thread.
#pragma once
#include "protocol/core/bytes.hpp"
#include "protocol/core/result.hpp"
#include "protocol/iso8583/dialect.hpp"
#include "protocol/iso8583/errors.hpp"
#include "protocol/iso8583/mti.hpp"

#include <vector>

namespace turnout::iso8583 {

inline constexpr std::size_t kMessageBytesMax = 65535;  // offsets are 16 bits

class MessageView {
public:
    // Decodes and checks the whole frame: MTI, bitmaps, every length, digit and character class,
    // and that no byte is left over. On error everything decoded before the failing field stays
    // readable (so that a format-error answer can be matched), and the error names DE and offset.
    [[nodiscard]] DecodeError decode(Dialect const& dialect, ByteView frame) noexcept;
    // A frame that dies with the call would leave the view dangling.
    DecodeError decode(Dialect const& dialect, std::vector<std::byte>&& frame) = delete;

    [[nodiscard]] Dialect const& dialect() const noexcept { return *dialect_; }
    [[nodiscard]] bool has_mti() const noexcept { return has_mti_; }
    [[nodiscard]] Mti mti() const noexcept { return mti_; }
    [[nodiscard]] bool has(unsigned de) const noexcept
    {
        return de <= kFieldsMax && (present_[de >> 6U] >> (de & 63U) & 1U) != 0;
    }
    // Header pieces in front of the MTI, whole; empty without. Lifetime is that of the frame.
    [[nodiscard]] ByteView header() const noexcept { return frame_.first(header_bytes_); }
    // The bitmaps that announce each other: what a builder needs to write the same message.
    [[nodiscard]] Bitmaps bitmaps() const noexcept { return bitmaps_; }
    // Four words, bit (de & 63) of word (de >> 6), de 2..192: for loops over fields.
    [[nodiscard]] std::uint64_t present_word(unsigned index) const noexcept
    {
        return present_[index];
    }

    // The value's bytes as they lie on the wire, without length prefix; empty when absent.
    [[nodiscard]] ByteView value(unsigned de) const noexcept
    {
        if (!has(de)) return {};
        auto const& slot = slots_[de];
        return {frame_.data() + slot.value_at, slot.value_bytes};
    }
    // Length prefix and value: what a builder of the same dialect can copy unchanged.
    [[nodiscard]] ByteView wire(unsigned de) const noexcept
    {
        if (!has(de)) return {};
        auto const& slot = slots_[de];
        std::size_t const end = std::size_t{slot.value_at} + slot.value_bytes;
        return {frame_.data() + slot.wire_at, end - slot.wire_at};
    }
    // Length as the attribute counts it: digits, characters or bytes; 0 when absent.
    [[nodiscard]] unsigned length(unsigned de) const noexcept
    {
        return has(de) ? slots_[de].units : 0U;
    }

    // Digits of an n field, or of a text field that holds only digits (DE 39, DE 49), as an
    // unsigned number; at most 19 digits (more: length_over_max), no digit at all counts as 0.
    [[nodiscard]] Result<std::uint64_t, Errc> number(unsigned de) const noexcept;
    // Characters of the field in UTF-8 (digits as '0'..'9', BCD expanded, track separator '=',
    // EBCDIC and Latin-1 translated, binary as upper-case hex, opaque text as it lies) into `out`;
    // returns how many bytes were written, or no_room / absent.
    [[nodiscard]] Result<std::size_t, Errc> text(unsigned de, std::span<char> out) const noexcept;
    // The value as characters without a copy: only for fields that lie as ASCII or UTF-8 on this
    // wire, otherwise empty. Lifetime is that of the frame.
    [[nodiscard]] std::string_view characters(unsigned de) const noexcept;

private:
    friend class Decoder;
    friend class MessageBuilder;
    struct Slot {
        std::uint16_t wire_at;
        std::uint16_t value_at;
        std::uint16_t value_bytes;
        std::uint16_t units;
    };
    Dialect const* dialect_ = nullptr;
    ByteView frame_;
    std::uint64_t present_[4] = {};
    Mti mti_;
    bool has_mti_ = false;
    Bitmaps bitmaps_ = Bitmaps::primary;
    std::uint16_t header_bytes_ = 0;
    Slot slots_[kFieldsMax + 1];  // only slots of present fields are meaningful
};

}  // namespace turnout::iso8583
