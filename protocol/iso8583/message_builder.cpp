#include "protocol/iso8583/message_builder.hpp"

#include "protocol/wire/bitmap.hpp"
#include "protocol/wire/digits.hpp"
#include "protocol/wire/length_prefix.hpp"

namespace turnout::iso8583 {
namespace {

constexpr std::size_t mti_bytes(Dialect const& dialect) noexcept
{
    return dialect.mti == Charset::bcd ? 2 : 4;
}

constexpr std::size_t bitmap_bytes(Dialect const& dialect) noexcept
{
    return dialect.bitmap == BitmapForm::hex ? wire::kHexBitmapBytes : wire::kBinaryBitmapBytes;
}

constexpr bool is_printable(char character) noexcept
{
    return character >= 0x20 && character < 0x7f;
}
constexpr bool is_digit(char character) noexcept
{
    return character >= '0' && character <= '9';
}

bool all_printable(std::string_view value) noexcept
{
    for (auto const character : value)
        if (!is_printable(character)) return false;
    return true;
}

bool all_digits(std::string_view value) noexcept
{
    for (auto const character : value)
        if (!is_digit(character)) return false;
    return true;
}

// Nibble of a digit or of a track separator; 255 for anything else.
unsigned nibble_of(char character, bool track) noexcept
{
    if (is_digit(character)) return static_cast<unsigned>(character - '0');
    return track && (character == '=' || character == 'D') ? 13U : 255U;
}

// Right-aligned nibbles behind `pad` leading zeros. False on a character that has no nibble.
bool pack_nibbles(std::byte* out, std::size_t pad, std::string_view value, bool track) noexcept
{
    auto const nibbles = pad + value.size();
    auto at = nibbles % 2;  // an odd count starts in the low half of the first byte
    std::memset(out, 0, (nibbles + 1) / 2);
    at += pad;
    for (auto const character : value) {
        auto const nibble = nibble_of(character, track);
        if (nibble > 15U) return false;
        out[at / 2] |= static_cast<std::byte>(at % 2 == 0 ? nibble << 4U : nibble);
        ++at;
    }
    return true;
}

bool pack_hex(std::byte* out, std::string_view hex) noexcept
{
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        auto const high = wire::hex_digit_of(hex[i]);
        auto const low = wire::hex_digit_of(hex[i + 1]);
        if ((high | low) > 15U) return false;
        *out++ = static_cast<std::byte>(high << 4U | low);
    }
    return true;
}

bool upper_hex(std::byte* out, std::string_view hex) noexcept
{
    for (auto const character : hex) {
        auto const digit = wire::hex_digit_of(character);
        if (digit > 15U) return false;
        *out++ = static_cast<std::byte>(wire::hex_char_of(digit));
    }
    return true;
}

void expand_hex(std::byte* out, ByteView value) noexcept
{
    for (auto const byte : value) {
        *out++ = static_cast<std::byte>(wire::hex_char_of(static_cast<unsigned>(byte) >> 4U));
        *out++ = static_cast<std::byte>(wire::hex_char_of(static_cast<unsigned>(byte)));
    }
}

bool is_hex_kind(FieldKind kind) noexcept
{
    return kind == FieldKind::binary || kind == FieldKind::hex_binary;
}

bool is_signed_kind(FieldKind kind) noexcept
{
    return kind == FieldKind::signed_digits_ascii || kind == FieldKind::signed_digits_bcd;
}

// The value of a field of `units`, of which the last value.size() are given. `value` is never
// longer than `units`; shorter only for digits (zeros in front) and text (spaces behind).
Errc put_text(FieldKind kind, std::byte* out, std::size_t units, std::string_view value) noexcept
{
    auto const missing = units - (is_hex_kind(kind) ? value.size() / 2 : value.size());
    switch (kind) {
        case FieldKind::ascii_digits:
            if (!all_digits(value)) return Errc::bad_digits;
            std::memset(out, '0', missing);
            std::memcpy(out + missing, value.data(), value.size());
            return Errc::ok;
        case FieldKind::bcd_digits:
        case FieldKind::track_bcd: {
            auto const track = kind == FieldKind::track_bcd;
            return pack_nibbles(out, missing, value, track) ? Errc::ok : Errc::bad_digits;
        }
        case FieldKind::text:
            if (!all_printable(value)) return Errc::bad_character;
            std::memcpy(out, value.data(), value.size());
            std::memset(out + value.size(), ' ', missing);
            return Errc::ok;
        case FieldKind::binary:
            return pack_hex(out, value) ? Errc::ok : Errc::bad_digits;
        case FieldKind::hex_binary:
            return upper_hex(out, value) ? Errc::ok : Errc::bad_digits;
        case FieldKind::signed_digits_ascii:
        case FieldKind::signed_digits_bcd: {
            if (value[0] != 'C' && value[0] != 'D') return Errc::bad_sign;
            auto const digits = value.substr(1);
            if (!all_digits(digits)) return Errc::bad_digits;
            out[0] = static_cast<std::byte>(value[0]);
            if (kind == FieldKind::signed_digits_bcd)
                return pack_nibbles(out + 1, 0, digits, false) ? Errc::ok : Errc::bad_digits;
            std::memcpy(out + 1, digits.data(), digits.size());
            return Errc::ok;
        }
        case FieldKind::undefined:
            break;
    }
    return Errc::unknown_field;
}

// Fields that must be given in full: nothing sensible can be filled in.
bool may_be_short(FieldKind kind) noexcept
{
    return !is_hex_kind(kind) && !is_signed_kind(kind);
}

}  // namespace

MessageBuilder::MessageBuilder(Dialect const& dialect, ByteSpan out, Mti mti,
                               bool secondary) noexcept
    : dialect_(&dialect),
      begin_(out.data()),
      at_(out.data()),
      end_(out.data() + out.size()),
      de_max_(secondary ? kFieldsMax : 64U),
      secondary_(secondary)
{
    auto const header_bytes = mti_bytes(dialect) + bitmap_bytes(dialect) * (secondary ? 2U : 1U);
    if (out.size() < header_bytes || mti.value > 9999) [[unlikely]] {
        fail(mti.value > 9999 ? Errc::bad_mti : Errc::no_room, 0);
        return;
    }
    if (dialect.mti == Charset::bcd)
        wire::put_bcd4(out.data(), mti.value);
    else
        wire::put_ascii4(out.data(), mti.value);
    at_ += header_bytes;
}

void MessageBuilder::fail(Errc code, unsigned de, std::byte const* at) noexcept
{
    if (error_.ok())
        error_ = {code, static_cast<std::uint16_t>(de), static_cast<std::uint32_t>(at - begin_)};
    de_max_ = last_de_;
}

void MessageBuilder::refuse(unsigned de) noexcept
{
    fail(de > kFieldsMax || de < 2 ? Errc::unknown_field
         : de <= last_de_          ? Errc::field_order
         : de > 64 && !secondary_  ? Errc::bad_bitmap
                                   : Errc::no_room,
         de);
}

std::byte* MessageBuilder::claim_value(unsigned de, FieldSpec const& spec,
                                       std::size_t units) noexcept
{
    auto const prefix = prefix_bytes(spec.length);
    auto* const at = claim(de, prefix + value_bytes(spec.kind, units));
    if (at == nullptr) return nullptr;
    if (prefix != 0) wire::store_length(prefix_form(spec.length), at, static_cast<unsigned>(units));
    return at + prefix;
}

void MessageBuilder::number(unsigned de, std::uint64_t value) noexcept
{
    if (de < 2 || de > kFieldsMax) [[unlikely]]
        return fail(Errc::unknown_field, de);
    auto const& spec = dialect_->fields[de];
    auto const is_ascii = spec.kind == FieldKind::ascii_digits || spec.kind == FieldKind::text;
    if (!is_ascii && spec.kind != FieldKind::bcd_digits) [[unlikely]]
        return fail(spec.kind == FieldKind::undefined ? Errc::unknown_field : Errc::bad_digits, de);
    auto const fixed = spec.length == LengthKind::fixed;
    unsigned const units = fixed ? spec.length_max : wire::decimal_digits(value);
    if (units > spec.length_max || !wire::fits_digits(units, value)) [[unlikely]]
        return fail(Errc::wrong_length, de);
    auto* const at = claim_value(de, spec, units);
    if (at == nullptr) [[unlikely]]
        return;
    if (is_ascii)
        wire::put_ascii_number(at, units, value);
    else
        wire::put_bcd_number(at, units, value);
}

void MessageBuilder::text(unsigned de, std::string_view value) noexcept
{
    if (de < 2 || de > kFieldsMax) [[unlikely]]
        return fail(Errc::unknown_field, de);
    auto const& spec = dialect_->fields[de];
    // What answers are made of: a text field, given in full.
    if (spec.kind == FieldKind::text && spec.length == LengthKind::fixed &&
        value.size() == spec.length_max) {
        if (!all_printable(value)) [[unlikely]]
            return fail(Errc::bad_character, de);
        return wire(de, as_bytes(value));
    }
    if (spec.kind == FieldKind::undefined) [[unlikely]]
        return fail(Errc::unknown_field, de);
    auto const is_hex = is_hex_kind(spec.kind);
    auto const given = is_hex ? value.size() / 2 : value.size();
    auto const fixed = spec.length == LengthKind::fixed;
    if (given > spec.length_max || (is_hex && value.size() % 2 != 0) ||
        (fixed && given < spec.length_max && !may_be_short(spec.kind))) [[unlikely]]
        return fail(Errc::wrong_length, de);
    auto const units = fixed ? spec.length_max : given;
    auto* const at = claim_value(de, spec, units);
    if (at == nullptr || units == 0) [[unlikely]]
        return;
    auto const failed = put_text(spec.kind, at, units, value);
    if (failed != Errc::ok) [[unlikely]]
        fail(failed, de, at - prefix_bytes(spec.length));
}

void MessageBuilder::bytes(unsigned de, ByteView value) noexcept
{
    if (de < 2 || de > kFieldsMax) [[unlikely]]
        return fail(Errc::unknown_field, de);
    auto const& spec = dialect_->fields[de];
    auto const as_hex = spec.kind == FieldKind::text;
    if (!as_hex && !is_hex_kind(spec.kind)) [[unlikely]]
        return fail(spec.kind == FieldKind::undefined ? Errc::unknown_field : Errc::bad_character,
                    de);
    auto const units = as_hex ? value.size() * 2 : value.size();
    auto const fixed = spec.length == LengthKind::fixed;
    if (units > spec.length_max || (fixed && units != spec.length_max)) [[unlikely]]
        return fail(Errc::wrong_length, de);
    auto* const at = claim_value(de, spec, units);
    if (at == nullptr || value.empty()) [[unlikely]]
        return;
    if (spec.kind == FieldKind::binary)
        std::memcpy(at, value.data(), value.size());
    else
        expand_hex(at, value);
}

Result<std::size_t, DecodeError> MessageBuilder::finish() noexcept
{
    if (!error_.ok()) [[unlikely]]
        return error_;
    auto* const at = begin_ + mti_bytes(*dialect_);
    auto const first = bits_[0] | (secondary_ ? 1U : 0U);
    if (dialect_->bitmap == BitmapForm::binary) {
        wire::store_binary_bitmap(at, first);
        if (secondary_) wire::store_binary_bitmap(at + wire::kBinaryBitmapBytes, bits_[1]);
    } else {
        wire::store_hex_bitmap(at, first);
        if (secondary_) wire::store_hex_bitmap(at + wire::kHexBitmapBytes, bits_[1]);
    }
    return static_cast<std::size_t>(at_ - begin_);
}

}  // namespace turnout::iso8583
