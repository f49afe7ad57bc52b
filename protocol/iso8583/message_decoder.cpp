#include "protocol/iso8583/message_view.hpp"
#include "protocol/wire/bitmap.hpp"
#include "protocol/wire/digits.hpp"
#include "protocol/wire/length_prefix.hpp"

#include <algorithm>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace turnout::iso8583 {
namespace {

// True when any byte of the value is marked. A field always has MTI and bitmap, ten bytes or more,
// in front of it: the last eight bytes can be loaded whole whatever the length, and what is not
// of the value is masked out. Loads may overlap.
template <class Mask>
inline bool any_marked(Mask mask, std::byte const* at, std::size_t bytes) noexcept
{
    if (bytes == 0) return false;
    auto marks = mask(load<std::uint64_t>(at + bytes - 8));
    if (bytes < 8) return marks >> (64U - 8U * bytes) != 0;
    for (std::size_t i = 0; i + 8 < bytes; i += 8)
        marks |= mask(load<std::uint64_t>(at + i));
    return marks != 0;
}

#if defined(__SSE2__)

// A bit per byte of sixteen, set for printable characters: 0x20..0x7e plus one is 0x21..0x7f, the
// only bytes that are greater than 0x20 when taken as signed.
inline unsigned printable_bits(std::byte const* at) noexcept
{
    auto const x = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at));
    auto const above = _mm_cmpgt_epi8(_mm_add_epi8(x, _mm_set1_epi8(1)), _mm_set1_epi8(0x20));
    return static_cast<unsigned>(_mm_movemask_epi8(above));
}

// 9 to 16 bytes; with MTI and bitmap there are sixteen or more in front of the end.
inline bool text_block_is_bad(std::byte const* at, std::size_t bytes) noexcept
{
    auto const others = (1U << (16U - bytes)) - 1U;
    return (printable_bits(at + bytes - 16) | others) != 0xffffU;
}

inline bool text_is_bad(std::byte const* at, std::size_t bytes) noexcept
{
    if (bytes <= 8) return any_marked(wire::not_printable, at, bytes);
    if (bytes <= 16) return text_block_is_bad(at, bytes);
    auto good = printable_bits(at + bytes - 16);
    for (std::size_t i = 0; i + 16 < bytes; i += 16)
        good &= printable_bits(at + i);
    return good != 0xffffU;
}

#else

inline bool text_is_bad(std::byte const* at, std::size_t bytes) noexcept
{
    return any_marked(wire::not_printable, at, bytes);
}
inline bool text_block_is_bad(std::byte const* at, std::size_t bytes) noexcept
{
    return text_is_bad(at, bytes);
}

#endif

// Offset of the first marked byte of a value that has one; for error texts, so byte by byte.
template <class Mask>
std::size_t first_marked(Mask mask, std::byte const* at, std::size_t bytes) noexcept
{
    for (std::size_t i = 0; i < bytes; ++i) {
        // A byte eight times over cannot depend on neighbours.
        if (mask(static_cast<std::uint64_t>(at[i]) * wire::kEveryByte) != 0) return i;
    }
    return bytes;
}

constexpr bool is_sign(std::byte byte) noexcept
{
    return byte == std::byte{'C'} || byte == std::byte{'D'};
}

struct BadByte {
    Errc code;
    std::size_t at;  // from the start of the value
};

// Cold: the value failed its check; find out where.
[[gnu::cold, gnu::noinline]] BadByte locate(FieldCheck check, std::byte const* at,
                                            std::size_t bytes, unsigned pad_nibble) noexcept
{
    if (bytes != 0 && (static_cast<unsigned>(at[0]) & pad_nibble) != 0)
        return {Errc::bad_digits, 0};
    switch (check) {
        case FieldCheck::bcd_short:
        case FieldCheck::bcd:
            return {Errc::bad_digits, first_marked(wire::not_bcd, at, bytes)};
        case FieldCheck::track:
            return {Errc::bad_digits, first_marked(wire::not_track, at, bytes)};
        case FieldCheck::digits:
            return {Errc::bad_digits, first_marked(wire::not_digits, at, bytes)};
        case FieldCheck::hex:
            return {Errc::bad_digits, first_marked(wire::not_hex, at, bytes)};
        case FieldCheck::signed_digits:
            if (!is_sign(at[0])) return {Errc::bad_sign, 0};
            return {Errc::bad_digits, 1 + first_marked(wire::not_digits, at + 1, bytes - 1)};
        case FieldCheck::signed_bcd:
            if (!is_sign(at[0])) return {Errc::bad_sign, 0};
            return {Errc::bad_digits, 1 + first_marked(wire::not_bcd, at + 1, bytes - 1)};
        default:
            return {Errc::bad_character, first_marked(wire::not_printable, at, bytes)};
    }
}

constexpr DecodeError error(Errc code, unsigned de, std::size_t offset_bytes) noexcept
{
    return {code, static_cast<std::uint16_t>(de), static_cast<std::uint32_t>(offset_bytes)};
}

// Values of any length. `pad_nibble` is 0xf0 when the first nibble is padding, else 0.
inline bool value_is_bad(FieldCheck check, std::byte const* at, std::size_t bytes,
                         unsigned pad_nibble) noexcept
{
    switch (check) {
        case FieldCheck::raw:
            return false;
        case FieldCheck::text:
            return text_is_bad(at, bytes);
        case FieldCheck::bcd:
            return any_marked(wire::nibbles_above_9, at, bytes) ||
                   (pad_nibble != 0 && (static_cast<unsigned>(*at) & pad_nibble) != 0);
        case FieldCheck::track:
            return any_marked(wire::not_track, at, bytes) ||
                   (pad_nibble != 0 && (static_cast<unsigned>(*at) & pad_nibble) != 0);
        case FieldCheck::digits:
            return any_marked(wire::not_digits, at, bytes);
        case FieldCheck::hex:
            return any_marked(wire::not_hex, at, bytes);
        case FieldCheck::signed_digits:
            return !is_sign(at[0]) || any_marked(wire::not_digits, at + 1, bytes - 1);
        case FieldCheck::signed_bcd:
            return !is_sign(at[0]) || any_marked(wire::nibbles_above_9, at + 1, bytes - 1);
        default:
            return true;
    }
}

}  // namespace

// One pass over one frame. Lives on the stack of decode().
class Decoder {
public:
    Decoder(MessageView& view, Dialect const& dialect, ByteView frame) noexcept
        : view_(view),
          dialect_(dialect),
          begin_(frame.data()),
          // Offsets have 16 bits. No dialect can fill more, so what is left over is trailing.
          size_bytes_(std::min(frame.size(), kMessageBytesMax))
    {
        view.dialect_ = &dialect;
        view.frame_ = frame;
        view.present_[0] = view.present_[1] = view.present_[2] = 0;
        view.mti_ = Mti{};
        view.has_mti_ = false;
    }

    DecodeError run() noexcept
    {
        if (auto const failed = header(); !failed.ok()) [[unlikely]]
            return failed;
        if (auto const failed = fields(0); !failed.ok()) [[unlikely]]
            return failed;
        if (words_[1] != 0)
            if (auto const failed = fields(1); !failed.ok()) [[unlikely]]
                return failed;
        if (at_ != view_.frame_.size()) [[unlikely]]
            return error(Errc::trailing_bytes, last_field(), at_);
        return {};
    }

private:
    DecodeError header() noexcept
    {
        auto const bcd = dialect_.mti == Charset::bcd;
        auto const mti_bytes = bcd ? 2U : 4U;
        if (size_bytes_ < mti_bytes) [[unlikely]]
            return error(Errc::truncated, 0, size_bytes_);
        auto const digits = wire::load_first(begin_, mti_bytes);
        auto const marks = bcd ? wire::not_bcd(digits) : wire::not_digits(digits << 32U) >> 32U;
        if (marks != 0) [[unlikely]]
            return error(Errc::bad_mti, 0, wire::bad_at(marks));
        view_.mti_.value =
            static_cast<std::uint16_t>(bcd ? wire::bcd_number(__builtin_bswap64(digits) >> 48U)
                                           : wire::ascii_number8(digits << 32U));
        view_.has_mti_ = true;
        at_ = mti_bytes;
        if (auto const failed = bitmap(0); !failed.ok()) [[unlikely]]
            return failed;
        if ((words_[0] & 1U) == 0) return {};
        words_[0] &= ~std::uint64_t{1};
        return bitmap(1);
    }

    DecodeError bitmap(unsigned index) noexcept
    {
        auto const room = ByteView{begin_ + at_, size_bytes_ - at_};
        auto const hex = dialect_.bitmap == BitmapForm::hex;
        auto const bytes = hex ? wire::kHexBitmapBytes : wire::kBinaryBitmapBytes;
        bitmap_at_[index] = at_;
        if (room.size() < bytes) [[unlikely]] {
            auto const bad = hex ? first_not_hex(room) : room.size();
            auto const code = bad < room.size() ? Errc::bad_bitmap : Errc::truncated;
            return error(code, 1, at_ + bad);
        }
        if (hex) {
            if (!wire::load_hex_bitmap(room.data(), words_[index])) [[unlikely]] {
                words_[0] = words_[1] = 0;
                return error(Errc::bad_bitmap, 1, at_ + first_not_hex(room.first(bytes)));
            }
        } else {
            words_[index] = wire::load_binary_bitmap(room.data());
        }
        at_ += bytes;
        return {};
    }

    [[gnu::cold]] static std::size_t first_not_hex(ByteView room) noexcept
    {
        return first_marked(wire::not_hex, room.data(), room.size());
    }

    // Fields of bitmap `index`: lowest bit is its first field. The position is kept in a local:
    // the stores into the slots could otherwise change it, as far as the compiler knows.
    DecodeError fields(unsigned index) noexcept
    {
        auto const first_de = index * 64U + 1U;
        auto const word = words_[index];
        auto at = at_;
        for (auto bits = word; bits != 0; bits &= bits - 1) {
            auto const de = first_de + static_cast<unsigned>(std::countr_zero(bits));
            auto const failed = field(de, at);
            if (!failed.ok()) [[unlikely]] {
                publish(index, word & ((bits & -bits) - 1));
                return failed;
            }
        }
        at_ = at;
        publish(index, word);
        return {};
    }

    // Checks one field at `at`, remembers where it lies and moves on behind it.
    [[gnu::always_inline]] inline DecodeError field(unsigned de, std::size_t& at) const noexcept
    {
        auto const& plan = dialect_.plans[de];
        auto const end = at + plan.wire_bytes;
        if (end > size_bytes_) [[unlikely]]
            return cut(de, at);
        if (plan.step == FieldCheck::variable) return variable_field(de, at);
        if (fixed_is_bad(plan, begin_ + end)) [[unlikely]]
            return value_error(de, at, plan.wire_bytes, plan.pad_nibble);
        auto const slot = plan.slot + at * 0x1'0001U;
        std::memcpy(&view_.slots_[de], &slot, sizeof slot);
        at = end;
        return {};
    }

    // `end` is behind the last byte of the value.
    [[gnu::always_inline]] inline static bool fixed_is_bad(FieldPlan const& plan,
                                                           std::byte const* end) noexcept
    {
        auto const word = load<std::uint64_t>(end - 8);
        switch (plan.step) {
            case FieldCheck::bcd_short:
                return ((wire::nibbles_above_9(word) & plan.bad_mask) | (word & plan.pad_mask)) !=
                       0;
            case FieldCheck::digits_short:
                return (wire::not_digits(word) & plan.bad_mask) != 0;
            case FieldCheck::text_short:
                return (wire::not_printable(word) & plan.bad_mask) != 0;
            case FieldCheck::text_block:
                return text_block_is_bad(end - plan.wire_bytes, plan.wire_bytes);
            default:
                return value_is_bad(plan.step, end - plan.wire_bytes, plan.wire_bytes,
                                    plan.pad_nibble);
        }
    }

    [[gnu::always_inline]] inline DecodeError variable_field(unsigned de,
                                                             std::size_t& at) const noexcept
    {
        auto const& plan = dialect_.plans[de];
        auto const units = wire::load_length(prefix_form(plan.length), begin_ + at);
        if (units > plan.length_max) [[unlikely]]
            return length_error(de, at);
        auto const bytes = wire_bytes_of(plan.check, units);
        auto const value_at = at + plan.wire_bytes;
        auto const end = value_at + bytes;
        if (end > size_bytes_) [[unlikely]]
            return error(Errc::truncated, de, size_bytes_);
        auto const pad_nibble = is_nibbles(plan.check) ? (units & 1U) * 0xf0U : 0U;
        if (value_is_bad(plan.check, begin_ + value_at, bytes, pad_nibble)) [[unlikely]]
            return value_error(de, value_at, bytes, pad_nibble);
        auto const slot = (plan.slot + at * 0x1'0001U) | std::uint64_t{bytes} << 32U |
                          std::uint64_t{units} << 48U;
        std::memcpy(&view_.slots_[de], &slot, sizeof slot);
        at = end;
        return {};
    }

    static constexpr bool is_nibbles(FieldCheck check) noexcept
    {
        return check == FieldCheck::bcd || check == FieldCheck::track;
    }
    static constexpr std::size_t wire_bytes_of(FieldCheck check, std::size_t units) noexcept
    {
        if (is_nibbles(check)) return (units + 1) / 2;
        return check == FieldCheck::hex ? units * 2 : units;
    }

    // Makes the decoded fields of one bitmap visible; bit 0 of `word` is its first field.
    void publish(unsigned index, std::uint64_t word) noexcept
    {
        view_.present_[index] |= word << 1U;
        view_.present_[index + 1] |= word >> 63U;
    }

    // The frame ends inside a fixed field or inside a length prefix.
    [[gnu::cold, gnu::noinline]] DecodeError cut(unsigned de, std::size_t at) const noexcept
    {
        if (dialect_.plans[de].step == FieldCheck::variable) return length_error(de, at);
        return error(Errc::truncated, de, size_bytes_);
    }

    // The prefix at `at` is cut, not a number, or too large.
    [[gnu::cold, gnu::noinline]] DecodeError length_error(unsigned de,
                                                          std::size_t at) const noexcept
    {
        auto const form = prefix_form(dialect_.plans[de].length);
        auto const whole_bytes = wire::prefix_bytes(form);
        auto const seen = ByteView{begin_ + at, std::min(whole_bytes, size_bytes_ - at)};
        auto const bad = wire::first_not_length(form, seen);
        if (bad < seen.size()) return error(Errc::bad_length, de, at + bad);
        if (seen.size() < whole_bytes) return error(Errc::truncated, de, size_bytes_);
        return error(Errc::length_over_max, de, at);
    }

    // The value failed its check, or the dialect does not know the field at all.
    [[gnu::cold, gnu::noinline]] DecodeError value_error(unsigned de, std::size_t value_at,
                                                         std::size_t bytes,
                                                         unsigned pad_nibble) const noexcept
    {
        auto const check = dialect_.plans[de].check;
        if (check == FieldCheck::undefined) return undefined_field(de);
        auto const bad = locate(check, begin_ + value_at, bytes, pad_nibble);
        return error(bad.code, de, value_at + bad.at);
    }

    // The wrong byte is the one of the bitmap that announces the field.
    [[gnu::cold]] DecodeError undefined_field(unsigned de) const noexcept
    {
        auto const bit = (de - 1) % 64;
        auto const bits_per_byte = dialect_.bitmap == BitmapForm::hex ? 4U : 8U;
        return error(Errc::unknown_field, de, bitmap_at_[(de - 1) / 64] + bit / bits_per_byte);
    }

    // The field behind which bytes are left, 1 (the bitmap) when there is none.
    [[gnu::cold]] unsigned last_field() const noexcept
    {
        unsigned last = 1;
        for (unsigned de = 2; de <= kFieldsMax; ++de)
            if (view_.has(de)) last = de;
        return last;
    }

    MessageView& view_;
    Dialect const& dialect_;
    std::byte const* begin_;
    std::size_t size_bytes_;
    std::size_t at_ = 0;
    std::uint64_t words_[2] = {};  // lowest bit: first field of each bitmap
    std::size_t bitmap_at_[2] = {};
};

DecodeError MessageView::decode(Dialect const& dialect, ByteView frame) noexcept
{
    return Decoder{*this, dialect, frame}.run();
}

}  // namespace turnout::iso8583
