// Reading fields of a decoded message. The decoding itself is in message_decoder.cpp.
#include "protocol/iso8583/message_view.hpp"

#include "protocol/iso8583/field_codec.hpp"
#include "protocol/iso8583/field_text.hpp"
#include "protocol/wire/digits.hpp"

namespace turnout::iso8583 {
namespace {

// A value's last bytes may be loaded eight at a time, into what lies in front of it: MTI and
// bitmap, ten bytes or more, are always there.
constexpr std::size_t kWord = 8;

// At most 19 digits in at most 10 bytes.
std::uint64_t bcd_value(std::byte const* at, std::size_t bytes) noexcept
{
    auto const* const end = at + bytes;
    if (bytes == 0) return 0;
    if (bytes <= kWord) {
        auto const digits = wire::load_last(end, bytes) << (64U - 8U * bytes);
        return wire::bcd_number(__builtin_bswap64(digits));
    }
    return bcd_value(at, bytes - kWord) * 10'000'000'000'000'000U + bcd_value(end - kWord, kWord);
}

// At most 19 characters, checked to be digits.
std::uint64_t ascii_value(std::byte const* at, std::size_t bytes) noexcept
{
    std::uint64_t value = 0;
    auto const head = bytes % kWord;
    if (head != 0) {
        // Characters in front count as zeros.
        auto const shift = 64U - 8U * head;
        value = wire::ascii_number8(wire::load_last(at + head, head) << shift);
    }
    for (auto i = head; i < bytes; i += kWord)
        value = value * 100'000'000U + wire::ascii_number8(load<std::uint64_t>(at + i));
    return value;
}

bool all_digits(std::byte const* at, std::size_t bytes) noexcept
{
    for (std::size_t i = 0; i < bytes; ++i)
        if (wire::digit_of(at[i]) > 9) return false;
    return true;
}

// `units` nibbles that end with the value's last byte.
void expand_nibbles(ByteView value, std::size_t units, char* out) noexcept
{
    auto const pad = value.size() * 2 - units;
    for (std::size_t i = 0; i < units; ++i) {
        auto const nibble = nibble_at(value.data(), i + pad);
        out[i] = nibble == 13U ? '=' : static_cast<char>('0' + nibble);
    }
}

// Right-aligned digits behind at most a zero, the usual form.
bool is_plain_packed(FieldSpec const& spec) noexcept
{
    return spec.encoding == Encoding::bcd && spec.attribute != Attribute::xn &&
           spec.pad == DigitPad::left_zero;
}

// Lies on the wire as it is shown.
bool is_plain_text(FieldSpec const& spec) noexcept
{
    return spec.attribute != Attribute::b &&
           (spec.encoding == Encoding::ascii || spec.encoding == Encoding::utf8);
}

}  // namespace

Result<std::uint64_t, Errc> MessageView::number(unsigned de) const noexcept
{
    if (!has(de)) return Errc::absent;
    auto const& slot = slots_[de];
    auto const& spec = dialect_->fields[de];
    if (slot.units > 19) return Errc::length_over_max;
    auto const* const at = frame_.data() + slot.value_at;
    if (spec.attribute == Attribute::n && is_plain_packed(spec))
        return bcd_value(at, slot.value_bytes);
    if (spec.attribute == Attribute::n && spec.encoding == Encoding::ascii)
        return ascii_value(at, slot.value_bytes);
    if (is_text(spec.attribute) && spec.encoding == Encoding::ascii) {
        if (!all_digits(at, slot.value_bytes)) return Errc::bad_digits;
        return ascii_value(at, slot.value_bytes);
    }
    return value_number(spec, value(de), slot.units);
}

Result<std::size_t, Errc> MessageView::text(unsigned de, std::span<char> out) const noexcept
{
    if (!has(de)) return Errc::absent;
    auto const& spec = dialect_->fields[de];
    auto const bytes = value(de);
    std::size_t const units = slots_[de].units;
    if (is_plain_packed(spec)) {
        if (units > out.size()) return Errc::no_room;
        expand_nibbles(bytes, units, out.data());
        return units;
    }
    if (!is_plain_text(spec)) return value_text(spec, bytes, units, out);
    if (bytes.size() > out.size()) return Errc::no_room;
    if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
    return bytes.size();
}

std::string_view MessageView::characters(unsigned de) const noexcept
{
    if (!has(de) || !is_plain_text(dialect_->fields[de])) return {};
    return as_text(value(de));
}

}  // namespace turnout::iso8583
