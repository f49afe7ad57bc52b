// Names of the chip card tags that appear in DE 55 (EMV 4.3 book 3 annex A; contactless book A),
// for people: describe, view, logs. A tag marked secret holds a PAN, a track, a name or a PIN and
// is never shown in clear. Constant table, any thread.
#pragma once
#include <cstdint>
#include <string_view>

namespace turnout::wire {

enum class EmvFormat : std::uint8_t {
    bytes,     // shown as hex
    digits,    // BCD, two a byte; some are padded with F at the end
    text,      // one character a byte
    elements,  // constructed: BER-TLV inside
};

struct EmvTag {
    std::uint32_t tag;  // as Tlv::tag
    EmvFormat format;
    bool secret;
    std::string_view name;
};

// The table's entry; nullptr for a tag that is not listed: show its value only where the holder of
// the data allows it, it may be anything.
[[nodiscard]] EmvTag const* find_emv_tag(std::uint32_t tag) noexcept;

}  // namespace turnout::wire
