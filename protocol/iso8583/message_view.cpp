// Reading fields of a decoded message. The decoding itself is in message_decoder.cpp.
#include "protocol/iso8583/message_view.hpp"

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

char nibble_char(unsigned nibble) noexcept
{
    return nibble == 13U ? '=' : static_cast<char>('0' + nibble);
}

// `units` nibbles that end with the value's last byte.
void expand_nibbles(ByteView value, std::size_t units, char* out) noexcept
{
    auto const pad = value.size() * 2 - units;
    for (std::size_t i = 0; i < units; ++i) {
        auto const at = i + pad;
        auto const byte = static_cast<unsigned>(value[at / 2]);
        out[i] = nibble_char(at % 2 == 0 ? byte >> 4U : byte & 15U);
    }
}

void expand_hex(ByteView value, char* out) noexcept
{
    for (auto const byte : value) {
        *out++ = wire::hex_char_of(static_cast<unsigned>(byte) >> 4U);
        *out++ = wire::hex_char_of(static_cast<unsigned>(byte));
    }
}

void copy_upper(ByteView value, char* out) noexcept
{
    for (auto const byte : value) {
        auto const character = static_cast<char>(byte);
        *out++ = wire::hex_char_of(wire::hex_digit_of(character));
    }
}

std::size_t characters_of(FieldKind kind, std::size_t units) noexcept
{
    return kind == FieldKind::binary || kind == FieldKind::hex_binary ? units * 2 : units;
}

}  // namespace

Result<std::uint64_t, Errc> MessageView::number(unsigned de) const noexcept
{
    if (!has(de)) return Errc::absent;
    auto const& slot = slots_[de];
    if (slot.units > 19) return Errc::length_over_max;
    auto const* const at = frame_.data() + slot.value_at;
    switch (dialect_->fields[de].kind) {
        case FieldKind::bcd_digits:
            return bcd_value(at, slot.value_bytes);
        case FieldKind::ascii_digits:
            return ascii_value(at, slot.value_bytes);
        case FieldKind::text:
            if (!all_digits(at, slot.value_bytes)) return Errc::bad_digits;
            return ascii_value(at, slot.value_bytes);
        default:
            return Errc::bad_digits;
    }
}

Result<std::size_t, Errc> MessageView::text(unsigned de, std::span<char> out) const noexcept
{
    if (!has(de)) return Errc::absent;
    auto const kind = dialect_->fields[de].kind;
    auto const bytes = value(de);
    std::size_t const units = slots_[de].units;
    auto const characters = characters_of(kind, units);
    if (characters > out.size()) return Errc::no_room;
    if (characters == 0) return std::size_t{0};
    switch (kind) {
        case FieldKind::bcd_digits:
        case FieldKind::track_bcd:
            expand_nibbles(bytes, units, out.data());
            break;
        case FieldKind::binary:
            expand_hex(bytes, out.data());
            break;
        case FieldKind::hex_binary:
            copy_upper(bytes, out.data());
            break;
        case FieldKind::signed_digits_bcd:
            out[0] = static_cast<char>(bytes[0]);
            expand_nibbles(bytes.subspan(1), units - 1, out.data() + 1);
            break;
        default:
            std::memcpy(out.data(), bytes.data(), bytes.size());
    }
    return characters;
}

std::string_view MessageView::characters(unsigned de) const noexcept
{
    if (!has(de)) return {};
    switch (dialect_->fields[de].kind) {
        case FieldKind::text:
        case FieldKind::ascii_digits:
        case FieldKind::signed_digits_ascii:
            return as_text(value(de));
        default:
            return {};
    }
}

}  // namespace turnout::iso8583
