#include "protocol/iso8583/field_codec.hpp"
#include "protocol/iso8583/header.hpp"
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

// The same for graphic EBCDIC, 0x40..0xfe: plus 0x40, signed, these are the numbers below 63.
inline unsigned graphic_ebcdic_bits(std::byte const* at) noexcept
{
    auto const x = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at));
    auto const below = _mm_cmplt_epi8(_mm_add_epi8(x, _mm_set1_epi8(0x40)), _mm_set1_epi8(63));
    return static_cast<unsigned>(_mm_movemask_epi8(below));
}

struct AsciiText {
    static constexpr auto kMask = wire::not_printable;
    static constexpr auto kBits = printable_bits;
    static constexpr char kFirst = 0x20;
    static constexpr char kSpan = 0x7e - 0x20;
};
struct EbcdicText {
    static constexpr auto kMask = wire::not_graphic_ebcdic;
    static constexpr auto kBits = graphic_ebcdic_bits;
    static constexpr char kFirst = 0x40;
    static constexpr char kSpan = static_cast<char>(0xfe - 0x40);
};

// How far each of sixteen bytes lies behind the first good one; those before it wrap around.
template <class Text>
inline __m128i distances(std::byte const* at) noexcept
{
    auto const x = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at));
    return _mm_sub_epi8(x, _mm_set1_epi8(Text::kFirst));
}

// 9 to 16 bytes; with MTI and bitmap there are sixteen or more in front of the end.
template <class Text>
inline bool text_block_is_bad(std::byte const* at, std::size_t bytes) noexcept
{
    auto const others = (1U << (16U - bytes)) - 1U;
    return (Text::kBits(at + bytes - 16) | others) != 0xffffU;
}

template <class Text>
[[gnu::noinline]] bool text_is_bad(std::byte const* at, std::size_t bytes) noexcept
{
    if (bytes <= 8) return any_marked(Text::kMask, at, bytes);
    if (bytes <= 16) return text_block_is_bad<Text>(at, bytes);
    // The largest distance tells for all blocks: one test at the end.
    auto most = distances<Text>(at + bytes - 16);
    std::size_t i = 0;
    for (; i + 64 < bytes; i += 64) {
        auto const first = _mm_max_epu8(distances<Text>(at + i), distances<Text>(at + i + 16));
        auto const second =
            _mm_max_epu8(distances<Text>(at + i + 32), distances<Text>(at + i + 48));
        most = _mm_max_epu8(most, _mm_max_epu8(first, second));
    }
    for (; i + 16 < bytes; i += 16)
        most = _mm_max_epu8(most, distances<Text>(at + i));
    auto const beyond = _mm_subs_epu8(most, _mm_set1_epi8(Text::kSpan));
    return _mm_movemask_epi8(_mm_cmpeq_epi8(beyond, _mm_setzero_si128())) != 0xffff;
}

#else

struct AsciiText {
    static constexpr auto kMask = wire::not_printable;
};
struct EbcdicText {
    static constexpr auto kMask = wire::not_graphic_ebcdic;
};

template <class Text>
[[gnu::noinline]] bool text_is_bad(std::byte const* at, std::size_t bytes) noexcept
{
    return any_marked(Text::kMask, at, bytes);
}
template <class Text>
inline bool text_block_is_bad(std::byte const* at, std::size_t bytes) noexcept
{
    return text_is_bad<Text>(at, bytes);
}

#endif

inline bool hex_is_bad(std::byte const* at, std::size_t bytes) noexcept
{
    if (bytes < 16) return any_marked(wire::not_hex, at, bytes);
    auto good = wire::all_hex16(at + bytes - 16);
    for (std::size_t i = 0; i + 16 < bytes; i += 16)
        good = wire::all_hex16(at + i) && good;
    return !good;
}

constexpr bool is_sign(std::byte byte) noexcept
{
    return byte == std::byte{'C'} || byte == std::byte{'D'};
}
constexpr bool is_ebcdic_sign(std::byte byte) noexcept
{
    return byte == std::byte{0xc3} || byte == std::byte{0xc4};
}

constexpr DecodeError error(Errc code, unsigned de, std::size_t offset_bytes) noexcept
{
    return {code, static_cast<std::uint16_t>(de), static_cast<std::uint32_t>(offset_bytes)};
}

// `pad_nibble` is 0xf0 when the first nibble is padding, 0x0f when the last one is, else 0.
inline bool pad_is_bad(std::byte const* at, std::size_t bytes, unsigned pad_nibble) noexcept
{
    if (pad_nibble == 0) return false;
    auto const padded = pad_nibble == 0x0f ? at[bytes - 1] : *at;
    return (static_cast<unsigned>(padded) & pad_nibble) != 0;
}

// Values of any length.
inline bool value_is_bad(FieldCheck check, std::byte const* at, std::size_t bytes,
                         unsigned pad_nibble) noexcept
{
    switch (check) {
        case FieldCheck::raw:
            return false;
        case FieldCheck::text:
            return text_is_bad<AsciiText>(at, bytes);
        case FieldCheck::ebcdic_text:
            return text_is_bad<EbcdicText>(at, bytes);
        case FieldCheck::bcd:
            return any_marked(wire::nibbles_above_9, at, bytes) ||
                   pad_is_bad(at, bytes, pad_nibble);
        case FieldCheck::track:
            return any_marked(wire::not_track, at, bytes) || pad_is_bad(at, bytes, pad_nibble);
        case FieldCheck::digits:
            return any_marked(wire::not_digits, at, bytes);
        case FieldCheck::ebcdic_digits:
            return any_marked(wire::not_ebcdic_digits, at, bytes);
        case FieldCheck::hex:
            return hex_is_bad(at, bytes);
        case FieldCheck::signed_digits:
            return !is_sign(at[0]) || any_marked(wire::not_digits, at + 1, bytes - 1);
        case FieldCheck::signed_bcd:
            return !is_sign(at[0]) || any_marked(wire::nibbles_above_9, at + 1, bytes - 1);
        case FieldCheck::signed_ebcdic:
            return !is_ebcdic_sign(at[0]) || any_marked(wire::not_ebcdic_digits, at + 1, bytes - 1);
        default:
            return true;
    }
}

// Index of the first byte that is not a hex digit; a binary bitmap has none.
[[gnu::cold]] std::size_t first_not_hex(BitmapForm form, ByteView seen) noexcept
{
    if (form == BitmapForm::binary) return seen.size();
    FieldSpec digits;
    digits.attribute = Attribute::b;
    digits.encoding = form == BitmapForm::hex_ebcdic ? Encoding::hex_ebcdic : Encoding::hex_upper;
    auto const fault = check_value(digits, seen, seen.size() / 2);
    return fault.ok() ? seen.size() : fault.at;
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
        view.present_[0] = view.present_[1] = view.present_[2] = view.present_[3] = 0;
        view.mti_ = Mti{};
        view.has_mti_ = false;
        view.header_bytes_ = 0;
        view.bitmaps_ = Bitmaps::primary;
    }

    DecodeError run() noexcept
    {
        if (auto const failed = header(); !failed.ok()) [[unlikely]]
            return failed;
        if (auto const failed = fields(0); !failed.ok()) [[unlikely]]
            return failed;
        if ((words_[1] | words_[2]) != 0)
            if (auto const failed = upper_fields(); !failed.ok()) [[unlikely]]
                return failed;
        if (at_ != view_.frame_.size()) [[unlikely]]
            return error(Errc::trailing_bytes, last_field(), at_);
        return {};
    }

private:
    DecodeError header() noexcept
    {
        if (!dialect_.header.empty()) [[unlikely]]
            if (auto const failed = message_header(); !failed.ok()) return failed;
        auto const charset = dialect_.form.mti;
        auto const bcd = charset == Charset::bcd;
        auto const mti_bytes = bcd ? 2U : 4U;
        if (size_bytes_ - at_ < mti_bytes) [[unlikely]]
            return error(Errc::truncated, 0, size_bytes_);
        auto digits = wire::load_first(begin_ + at_, mti_bytes);
        if (charset == Charset::ebcdic) digits ^= 0xc0c0c0c0U;
        auto const marks = bcd ? wire::not_bcd(digits) : wire::not_digits(digits << 32U) >> 32U;
        if (marks != 0) [[unlikely]]
            return error(Errc::bad_mti, 0, at_ + wire::bad_at(marks));
        view_.mti_.value =
            static_cast<std::uint16_t>(bcd ? wire::bcd_number(__builtin_bswap64(digits) >> 48U)
                                           : wire::ascii_number8(digits << 32U));
        view_.has_mti_ = true;
        at_ += mti_bytes;
        if (auto const failed = bitmap(0); !failed.ok()) [[unlikely]]
            return failed;
        if ((words_[0] & 1U) == 0 && !dialect_.form.bitmap_fixed16) return {};
        return more_bitmaps();
    }

    [[gnu::cold, gnu::noinline]] DecodeError message_header() noexcept
    {
        std::size_t bytes = 0;
        auto const fault = check_header(dialect_, {begin_, size_bytes_}, bytes);
        if (fault.code != Errc::ok) return error(fault.code, 0, fault.at);
        at_ = bytes;
        view_.header_bytes_ = static_cast<std::uint16_t>(bytes);
        return {};
    }

    // The second bitmap follows the first at once, the third the second when the dialect says so.
    [[gnu::noinline]] DecodeError more_bitmaps() noexcept
    {
        if ((words_[0] & 1U) != 0) view_.bitmaps_ = Bitmaps::secondary;
        words_[0] &= ~std::uint64_t{1};
        if (auto const failed = bitmap(1); !failed.ok()) [[unlikely]]
            return failed;
        if (dialect_.form.tertiary != Tertiary::contiguous || (words_[1] & 1U) == 0) return {};
        return third_bitmap();
    }
    DecodeError third_bitmap() noexcept
    {
        view_.bitmaps_ = Bitmaps::tertiary;
        words_[1] &= ~std::uint64_t{1};
        return bitmap(2);
    }

    [[gnu::noinline]] DecodeError upper_fields() noexcept
    {
        if (dialect_.form.tertiary == Tertiary::inline_65 && (words_[1] & 1U) != 0)
            if (auto const failed = third_bitmap(); !failed.ok()) return failed;
        if (auto const failed = fields(1); !failed.ok()) [[unlikely]]
            return failed;
        return words_[2] == 0 ? DecodeError{} : fields(2);
    }

    DecodeError bitmap(unsigned index) noexcept
    {
        auto const room = ByteView{begin_ + at_, size_bytes_ - at_};
        auto const form = dialect_.form.bitmap;
        bitmap_at_[index] = at_;
        if (form == BitmapForm::binary && room.size() >= wire::kBinaryBitmapBytes) [[likely]] {
            words_[index] = wire::load_binary_bitmap(room.data());
            at_ += wire::kBinaryBitmapBytes;
            return {};
        }
        return text_bitmap(index, room);
    }

    // Hex digits, or a binary one that is cut.
    DecodeError text_bitmap(unsigned index, ByteView room) noexcept
    {
        auto const form = dialect_.form.bitmap;
        auto const bytes = bytes_of_bitmap(form, 64);
        auto const ok =
            room.size() >= bytes &&
            (form == BitmapForm::hex_ebcdic ? wire::load_ebcdic_bitmap(room.data(), words_[index])
                                            : wire::load_hex_bitmap(room.data(), words_[index]));
        if (!ok) [[unlikely]]
            return bitmap_error(form, room.first(std::min(bytes, room.size())));
        at_ += bytes;
        return {};
    }

    [[gnu::cold, gnu::noinline]] DecodeError bitmap_error(BitmapForm form, ByteView seen) noexcept
    {
        words_[0] = words_[1] = words_[2] = 0;
        auto const bad = first_not_hex(form, seen);
        auto const code = bad < seen.size() ? Errc::bad_bitmap : Errc::truncated;
        return error(code, 1, at_ + bad);
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
            return field_error(de, at);
        if (plan.step == FieldCheck::variable) return variable_field(de, at);
        if (fixed_is_bad(plan, begin_ + end)) [[unlikely]]
            return general_field(de, at);
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
                return text_block_is_bad<AsciiText>(end - plan.wire_bytes, plan.wire_bytes);
            default:
                return other_fixed_is_bad(plan, end, word);
        }
    }

    // Kept apart: with a handful of cases above, the compiler compares instead of jumping through
    // a table, which is quicker for all of them.
    [[gnu::always_inline]] inline static bool other_fixed_is_bad(FieldPlan const& plan,
                                                                 std::byte const* end,
                                                                 std::uint64_t word) noexcept
    {
        if (plan.step == FieldCheck::raw) return false;
        if (plan.step == FieldCheck::text)
            return text_is_bad<AsciiText>(end - plan.wire_bytes, plan.wire_bytes);
        if (plan.step == FieldCheck::ebcdic_digits_short)
            return (wire::not_ebcdic_digits(word) & plan.bad_mask) != 0;
        if (plan.step == FieldCheck::ebcdic_text_short)
            return (wire::not_graphic_ebcdic(word) & plan.bad_mask) != 0;
        if (plan.step == FieldCheck::ebcdic_text_block)
            return text_block_is_bad<EbcdicText>(end - plan.wire_bytes, plan.wire_bytes);
        return value_is_bad(plan.step, end - plan.wire_bytes, plan.wire_bytes, plan.pad_nibble);
    }

    [[gnu::always_inline]] inline DecodeError variable_field(unsigned de,
                                                             std::size_t& at) const noexcept
    {
        auto const& plan = dialect_.plans[de];
        auto const units = wire::load_length(plan.prefix, begin_ + at);
        if (units > plan.length_max) [[unlikely]]
            return field_error(de, at);
        auto const bytes = wire_bytes_of(plan.check, units);
        auto const value_at = at + plan.wire_bytes;
        auto const end = value_at + bytes;
        if (end > size_bytes_) [[unlikely]]
            return field_error(de, at);
        auto const pad_nibble = (units & 1U) * plan.pad_nibble;
        if (variable_is_bad(plan.check, begin_ + value_at, bytes, pad_nibble)) [[unlikely]]
            return field_error(de, at);
        auto const slot = (plan.slot + at * 0x1'0001U) | std::uint64_t{bytes} << 32U |
                          std::uint64_t{units} << 48U;
        std::memcpy(&view_.slots_[de], &slot, sizeof slot);
        at = end;
        return {};
    }

    // The most frequent checks of variable fields, without the way through the table of all.
    [[gnu::always_inline]] inline static bool variable_is_bad(FieldCheck check, std::byte const* at,
                                                              std::size_t bytes,
                                                              unsigned pad_nibble) noexcept
    {
        if (check == FieldCheck::raw) return false;
        if (check == FieldCheck::text) return text_is_bad<AsciiText>(at, bytes);
        return value_is_bad(check, at, bytes, pad_nibble);
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

    // What no step of its own was made for, or what its step found wrong: the general code knows
    // what the dialect says in full.
    [[gnu::noinline]] DecodeError general_field(unsigned de, std::size_t& at) const noexcept
    {
        auto const& spec = dialect_.fields[de];
        if (!spec.defined()) return undefined_field(de);
        FieldPlace place;
        auto const fault = read_field(spec, {begin_, size_bytes_}, at, place);
        if (!fault.ok()) return error(fault.code, de, fault.at);
        view_.slots_[de] = {
            static_cast<std::uint16_t>(at), static_cast<std::uint16_t>(place.value_at),
            static_cast<std::uint16_t>(place.value_bytes), static_cast<std::uint16_t>(place.units)};
        at = place.value_at + place.value_bytes;
        return {};
    }
    [[gnu::cold, gnu::noinline]] DecodeError field_error(unsigned de, std::size_t at) const noexcept
    {
        return general_field(de, at);
    }

    // The wrong byte is the one of the bitmap that announces the field.
    [[gnu::cold]] DecodeError undefined_field(unsigned de) const noexcept
    {
        auto const bit = (de - 1) % 64;
        auto const bits_per_byte = dialect_.form.bitmap == BitmapForm::binary ? 8U : 4U;
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
    std::uint64_t words_[3] = {};  // lowest bit: first field of each bitmap
    std::size_t bitmap_at_[3] = {};
};

DecodeError MessageView::decode(Dialect const& dialect, ByteView frame) noexcept
{
    return Decoder{*this, dialect, frame}.run();
}

}  // namespace turnout::iso8583
