#include "protocol/iso8583/message_builder.hpp"

#include "protocol/core/check.hpp"
#include "protocol/iso8583/field_codec.hpp"
#include "protocol/iso8583/field_text.hpp"
#include "protocol/iso8583/header.hpp"
#include "protocol/wire/bitmap.hpp"
#include "protocol/wire/digits.hpp"

namespace turnout::iso8583 {
namespace {

// The usual forms of digits, which number() writes without a detour over text.
bool is_plain_number(FieldSpec const& spec, FieldPlan const& plan) noexcept
{
    auto const quick = plan.step != FieldCheck::general;
    if (spec.encoding == Encoding::ascii)
        return quick && (spec.attribute == Attribute::n || is_text(spec.attribute));
    return quick && spec.attribute == Attribute::n && spec.encoding == Encoding::bcd &&
           !pads_right(spec.pad);
}

unsigned de_limit(Dialect const& dialect, Bitmaps bitmaps) noexcept
{
    if (bitmaps == Bitmaps::tertiary)
        return dialect.form.tertiary == Tertiary::inline_65 ? 64U : kFieldsMax;
    return bitmaps == Bitmaps::secondary || dialect.form.bitmap_fixed16 ? 128U : 64U;
}

std::size_t leading_bitmaps(Dialect const& dialect, Bitmaps bitmaps) noexcept
{
    if (bitmaps == Bitmaps::tertiary) return dialect.form.tertiary == Tertiary::contiguous ? 3 : 2;
    return bitmaps == Bitmaps::secondary || dialect.form.bitmap_fixed16 ? 2 : 1;
}

void put_mti(Charset charset, std::byte* at, Mti mti) noexcept
{
    if (charset == Charset::bcd) return wire::put_bcd4(at, mti.value);
    wire::put_ascii4(at, mti.value);
    if (charset == Charset::ebcdic) store(at, load<std::uint32_t>(at) | 0xf0f0f0f0U);
}

}  // namespace

MessageBuilder::MessageBuilder(Dialect const& dialect, ByteSpan out, Mti mti, Bitmaps bitmaps,
                               ByteView header) noexcept
    : dialect_(&dialect),
      begin_(out.data()),
      at_(out.data()),
      end_(out.data() + out.size()),
      bitmap_at_(out.data()),
      de_max_(de_limit(dialect, bitmaps)),
      bitmaps_(bitmaps)
{
    begin(mti, header);
}

// Everything in front of the fields; the bitmaps are written by finish().
void MessageBuilder::begin(Mti mti, ByteView header) noexcept
{
    auto const& dialect = *dialect_;
    if (bitmaps_ == Bitmaps::tertiary && dialect.form.tertiary == Tertiary::none) [[unlikely]]
        return fail(Errc::bad_bitmap, 1);
    if (!dialect.header.empty()) [[unlikely]]
        if (!put_header(header)) return fail(Errc::no_room, 0);
    auto const front =
        mti_bytes(dialect) + bitmap_bytes(dialect) * leading_bitmaps(dialect, bitmaps_);
    if (static_cast<std::size_t>(end_ - at_) < front || mti.value > 9999) [[unlikely]]
        return fail(mti.value > 9999 ? Errc::bad_mti : Errc::no_room, 0);
    put_mti(dialect.form.mti, at_, mti);
    bitmap_at_ = at_ + mti_bytes(dialect);
    at_ += front;
}

bool MessageBuilder::put_header(ByteView header) noexcept
{
    ByteSpan const room{at_, end_};
    if (header.empty()) {
        auto const written = default_header(*dialect_, room);
        if (written.has_value()) at_ += *written;
        return written.has_value();
    }
    if (header.size() > room.size()) return false;
    std::memcpy(at_, header.data(), header.size());
    at_ += header.size();
    return true;
}

void MessageBuilder::fail(Errc code, unsigned de, std::byte const* at) noexcept
{
    if (error_.ok())
        error_ = {code, static_cast<std::uint16_t>(de), static_cast<std::uint32_t>(at - begin_)};
    de_max_ = last_de_;
}

bool MessageBuilder::make_room(unsigned de, std::size_t bytes) noexcept
{
    auto const waits = bitmaps_ == Bitmaps::tertiary && third_at_ == nullptr &&
                       dialect_->form.tertiary == Tertiary::inline_65;
    auto const room = static_cast<std::size_t>(end_ - at_);
    auto const third = bitmap_bytes(*dialect_);
    if (error_.ok() && waits && de > 65 && de <= kFieldsMax && room >= third &&
        room - third >= bytes) {
        third_at_ = at_;
        at_ += third;
        de_max_ = kFieldsMax;
        return true;
    }
    auto const reach = waits ? kFieldsMax : de_max_;
    auto const known = de >= 2 && de <= kFieldsMax && dialect_->fields[de].defined();
    fail(!known           ? Errc::unknown_field
         : de <= last_de_ ? Errc::field_order
         : de > reach     ? Errc::bad_bitmap
                          : Errc::no_room,
         de);
    return false;
}

// Of forms without a quick step everything is checked, of the others the size was not right.
Errc MessageBuilder::judge_wire(unsigned de, ByteView prefix_and_value) const noexcept
{
    auto const& spec = dialect_->fields[de];
    if (!spec.defined()) return Errc::unknown_field;
    if (dialect_->plans[de].step != FieldCheck::general) return Errc::wrong_length;
    FieldPlace place;
    if (auto const fault = read_field(spec, prefix_and_value, 0, place); !fault.ok())
        return fault.code == Errc::truncated ? Errc::wrong_length : fault.code;
    auto const whole = place.value_at + place.value_bytes == prefix_and_value.size();
    return whole ? Errc::ok : Errc::wrong_length;
}

// Fields `run` of `word`, which follow each other in the bytes of `from`.
inline void MessageBuilder::copy_run(MessageView const& from, unsigned word,
                                     std::uint64_t run) noexcept
{
    auto const first_de = word * 64U + static_cast<unsigned>(std::countr_zero(run));
    auto const last_de = word * 64U + 63U - static_cast<unsigned>(std::countl_zero(run));
    auto const& first = from.slots_[first_de];
    auto const& last = from.slots_[last_de];
    auto const bytes = std::size_t{last.value_at} + last.value_bytes - first.wire_at;
    if (first_de <= last_de_ || last_de > de_max_ || bytes > static_cast<std::size_t>(end_ - at_))
        [[unlikely]] {
        return copy_singly(from, word, run);
    }
    bits_[word] |= run;
    last_de_ = last_de;
    copy_short(at_, from.frame_.data() + first.wire_at, bytes);
    at_ += bytes;
}

// The first field that cannot be taken is the one that fails.
void MessageBuilder::copy_singly(MessageView const& from, unsigned word, std::uint64_t run) noexcept
{
    for (auto bits = run; bits != 0; bits &= bits - 1) {
        auto const de = word * 64U + static_cast<unsigned>(std::countr_zero(bits));
        wire(de, from.wire(de));
    }
}

void MessageBuilder::copy(MessageView const& from, FieldSet const& which) noexcept
{
    TURNOUT_CHECK(from.dialect_ == dialect_, "builder.copy_of_same_dialect");
    auto const parted = dialect_->form.tertiary == Tertiary::inline_65;
    for (unsigned word = 0; word < which.words.size(); ++word) {
        auto const present = from.present_[word];
        auto wanted = present & which.words[word];
        if (parted) [[unlikely]] {  // a bitmap may lie between two fields
            copy_singly(from, word, wanted);
            continue;
        }
        while (wanted != 0) {
            // Fields that follow each other in the message follow each other in its bytes; the
            // next one present that is not wanted ends the run.
            auto const gap = present & ~wanted & ~((wanted & -wanted) - 1);
            auto const run = wanted & ((gap & -gap) - 1);
            wanted &= ~run;
            copy_run(from, word, run);
        }
    }
}

std::byte* MessageBuilder::claim_value(unsigned de, FieldSpec const& spec,
                                       std::size_t units) noexcept
{
    auto const prefix = prefix_bytes(spec);
    auto* const at = claim(de, prefix + value_bytes(spec, units));
    if (at == nullptr) return nullptr;
    if (prefix != 0)
        wire::store_length(dialect_->plans[de].prefix, at, static_cast<unsigned>(units));
    return at + prefix;
}

void MessageBuilder::number(unsigned de, std::uint64_t value) noexcept
{
    if (de < 2 || de > kFieldsMax) [[unlikely]]
        return fail(Errc::unknown_field, de);
    auto const& spec = dialect_->fields[de];
    if (spec.attribute != Attribute::n && !is_text(spec.attribute)) [[unlikely]]
        return fail(spec.defined() ? Errc::bad_digits : Errc::unknown_field, de);
    unsigned const units = spec.fixed() ? spec.length_max : wire::decimal_digits(value);
    if (units > spec.length_max || !wire::fits_digits(units, value)) [[unlikely]]
        return fail(Errc::wrong_length, de);
    if (!is_plain_number(spec, dialect_->plans[de])) [[unlikely]] {
        std::array<std::byte, 20> digits;
        auto const count = std::min<unsigned>(units, 20);
        wire::put_ascii_number(digits.data(), count, value);
        // Fixed text of digits is filled with zeros, as digits are.
        if (count == units) return put_general(de, as_text({digits.data(), count}));
        auto const needed = wire::decimal_digits(value);
        return put_general(de, as_text({digits.data() + count - needed, needed}));
    }
    auto* const at = claim_value(de, spec, units);
    if (at == nullptr) [[unlikely]]
        return;
    if (spec.encoding == Encoding::ascii)
        wire::put_ascii_number(at, units, value);
    else
        wire::put_bcd_number(at, units, value);
}

void MessageBuilder::text(unsigned de, std::string_view value) noexcept
{
    if (de < 2 || de > kFieldsMax) [[unlikely]]
        return fail(Errc::unknown_field, de);
    auto const& plan = dialect_->plans[de];
    // What answers are made of: a fixed text field, given in full.
    if (value.size() == plan.wire_bytes && plan.step < FieldCheck::variable && !value.empty()) {
        if (plan.check == FieldCheck::text && all_printable(value)) [[likely]] {
            auto* const at = claim(de, value.size());
            if (at == nullptr) [[unlikely]]
                return;
            return copy_short(at, as_bytes(value).data(), value.size());
        }
        if (plan.check == FieldCheck::ebcdic_text && all_printable(value))
            return put_ebcdic(de, value);
    }
    put_general(de, value);
}

// Printable ASCII, as many characters as the field has.
void MessageBuilder::put_ebcdic(unsigned de, std::string_view value) noexcept
{
    auto* const at = claim(de, value.size());
    if (at == nullptr) [[unlikely]]
        return;
    auto const& table = wire::ebcdic_of_latin1(page_of(dialect_->fields[de].encoding));
    for (std::size_t i = 0; i < value.size(); ++i)
        at[i] = static_cast<std::byte>(table[static_cast<unsigned char>(value[i])]);
}

void MessageBuilder::put_general(unsigned de, std::string_view value) noexcept
{
    auto const& spec = dialect_->fields[de];
    auto const measure = measure_text(spec, value);
    if (measure.code != Errc::ok) [[unlikely]]
        return fail(measure.code, de);
    auto* const at = claim(de, prefix_bytes(spec) + measure.value_bytes);
    if (at == nullptr) [[unlikely]]
        return;
    if (auto const failed = write_text(spec, value, measure, at); failed != Errc::ok) [[unlikely]]
        fail(failed, de, at);
}

void MessageBuilder::bytes(unsigned de, ByteView value) noexcept
{
    if (de < 2 || de > kFieldsMax) [[unlikely]]
        return fail(Errc::unknown_field, de);
    auto const& spec = dialect_->fields[de];
    auto const measure = measure_bytes(spec, value);
    if (measure.code != Errc::ok) [[unlikely]]
        return fail(measure.code, de);
    auto* const at = claim(de, prefix_bytes(spec) + measure.value_bytes);
    if (at == nullptr) [[unlikely]]
        return;
    if (auto const failed = write_bytes(spec, value, measure, at); failed != Errc::ok) [[unlikely]]
        fail(failed, de, at);
}

void MessageBuilder::put_bitmap(std::byte* at, std::uint64_t word) const noexcept
{
    switch (dialect_->form.bitmap) {
        case BitmapForm::binary:
            return wire::store_binary_bitmap(at, word);
        case BitmapForm::hex:
            return wire::store_hex_bitmap(at, word);
        case BitmapForm::hex_lower:
            return wire::store_lower_hex_bitmap(at, word);
        case BitmapForm::hex_ebcdic:
            return wire::store_ebcdic_bitmap(at, word);
    }
}

Result<std::size_t, DecodeError> MessageBuilder::finish() noexcept
{
    auto const size = bitmap_bytes(*dialect_);
    if (bitmaps_ == Bitmaps::tertiary && dialect_->form.tertiary == Tertiary::inline_65 &&
        third_at_ == nullptr && error_.ok()) [[unlikely]] {
        if (static_cast<std::size_t>(end_ - at_) < size) {
            fail(Errc::no_room, 1);
        } else {
            third_at_ = at_;
            at_ += size;
        }
    }
    if (!error_.ok()) [[unlikely]]
        return error_;
    // Bit 0 of a word on the wire is the first field, DE 1, 65, 129.
    auto const first = bits_[0] >> 1U | bits_[1] << 63U;
    auto const second = bits_[1] >> 1U | bits_[2] << 63U;
    auto const announces = bitmaps_ != Bitmaps::primary;
    put_bitmap(bitmap_at_, first | (announces ? 1U : 0U));
    if (leading_bitmaps(*dialect_, bitmaps_) > 1)
        put_bitmap(bitmap_at_ + size, second | (bitmaps_ == Bitmaps::tertiary ? 1U : 0U));
    if (bitmaps_ == Bitmaps::tertiary) [[unlikely]] {
        auto const third = bits_[2] >> 1U | bits_[3] << 63U;
        put_bitmap(third_at_ != nullptr ? third_at_ : bitmap_at_ + 2 * size, third);
    }
    if (!dialect_->header.empty()) [[unlikely]]
        set_header_length(*dialect_, {begin_, at_});
    return static_cast<std::size_t>(at_ - begin_);
}

}  // namespace turnout::iso8583
