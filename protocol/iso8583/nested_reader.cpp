// Reading half of nested.hpp.
#include "protocol/iso8583/field_text.hpp"
#include "protocol/iso8583/nested.hpp"
#include "protocol/wire/digits.hpp"

#include <algorithm>

namespace turnout::iso8583 {
namespace {

// Number of a hex digit in either alphabet, above 15 for anything else.
unsigned bitmap_digit(BitmapForm form, std::byte byte) noexcept
{
    return form == BitmapForm::hex_ebcdic ? wire::ebcdic_hex_digit_of(byte)
                                          : wire::hex_digit_of(static_cast<char>(byte));
}

Errc code_of(wire::TlvErrc code) noexcept
{
    switch (code) {
        case wire::TlvErrc::ok:
            return Errc::ok;
        case wire::TlvErrc::truncated:
            return Errc::truncated;
        case wire::TlvErrc::bad_tag:
            return Errc::bad_tag;
        case wire::TlvErrc::length_overflow:
            return Errc::length_over_max;
        default:
            return Errc::bad_length;
    }
}

// One character of a tag, as ASCII; 0 when it is no letter, digit or sign.
std::uint64_t tag_character(NestedSpec const& inner, ByteView tag, std::size_t index) noexcept
{
    if (inner.tag == TagForm::bcd) {
        auto const pad = inner.tag_size % 2U;
        auto const nibble = nibble_at(tag.data(), index + pad);
        return nibble > 9U ? 0U : 0x30U | nibble;
    }
    auto const x = static_cast<std::uint8_t>(tag[index]);
    auto const ascii =
        inner.tag == TagForm::ebcdic ? wire::latin1_of_ebcdic(wire::CodePage::ibm_1047)[x] : x;
    return ascii > 0x20U && ascii < 0x7fU ? ascii : 0U;
}

}  // namespace

NestedReader::NestedReader(Dialect const& dialect, NestedSpec const& inner, ByteView value) noexcept
    : dialect_(&dialect), inner_(&inner), value_(value), tlv_(value), datasets_(value)
{
    if (inner.kind == NestedKind::bitmap && !read_bitmaps()) index_ = kNestedBitsMax;
}

bool NestedReader::fail(Errc code, std::size_t at) noexcept
{
    fault_ = {code, at};
    return false;
}

SubfieldSpec const* NestedReader::find(std::uint64_t id) const noexcept
{
    for (auto const& subfield : dialect_->subfields_of(*inner_))
        if (subfield.id == id) return &subfield;
    return nullptr;
}

bool NestedReader::next(Subfield& out) noexcept
{
    if (!fault_.ok()) return false;
    switch (inner_->kind) {
        case NestedKind::positional:
            return next_position(out);
        case NestedKind::bitmap:
            return next_bit(out);
        case NestedKind::tlv:
            return next_tlv(out);
        case NestedKind::ber_tlv:
            return next_ber(out);
        case NestedKind::datasets:
            return next_dataset(out);
    }
    return false;
}

bool NestedReader::read_bitmaps() noexcept
{
    std::size_t const bits = inner_->bitmap_bits;
    auto const bytes = bytes_of_bitmap(inner_->bitmap, bits);
    auto const per_byte = inner_->bitmap == BitmapForm::binary ? 8U : 4U;
    for (std::size_t first = 0;;) {
        for (std::size_t i = 0; i < bytes; ++i) {
            if (front_ + i >= value_.size()) return fail(Errc::truncated, value_.size());
            auto const byte = value_[front_ + i];
            auto const group =
                per_byte == 8U ? static_cast<unsigned>(byte) : bitmap_digit(inner_->bitmap, byte);
            if (group >> per_byte != 0) return fail(Errc::bad_bitmap, front_ + i);
            for (unsigned bit = 0; bit < per_byte; ++bit) {
                auto const number = first + i * per_byte + bit;
                if ((group >> (per_byte - 1U - bit) & 1U) != 0)
                    bits_[number / 64U] |= std::uint64_t{1} << number % 64U;
            }
        }
        front_ += bytes;
        at_ = front_;
        // Bit 1 of each bitmap announces the next one and is no sub-field.
        auto const announces = (bits_[first / 64U] >> first % 64U & 1U) != 0;
        if (!inner_->bitmap_chained || !announces) return true;
        bits_[first / 64U] &= ~(std::uint64_t{1} << first % 64U);
        first += bits;
        if (first + bits > kNestedBitsMax) return fail(Errc::bad_bitmap, front_ - bytes);
    }
}

bool NestedReader::place(SubfieldSpec const& spec, Subfield& out) noexcept
{
    FieldPlace place;
    if (auto const fault = read_field(spec.spec, value_, at_, place); !fault.ok())
        return fail(fault.code, fault.at);
    auto const end = place.value_at + place.value_bytes;
    out = {spec.id, value_.subspan(at_, end - at_),
           value_.subspan(place.value_at, place.value_bytes), place.units, &spec};
    at_ = end;
    return true;
}

// Fewer sub-fields than the layout has are right, as networks add to the end; more bytes are not.
bool NestedReader::next_position(Subfield& out) noexcept
{
    auto const all = dialect_->subfields_of(*inner_);
    if (at_ == value_.size()) return false;
    if (index_ == all.size()) return fail(Errc::trailing_bytes, at_);
    return place(all[index_++], out);
}

bool NestedReader::next_bit(Subfield& out) noexcept
{
    for (; index_ < kNestedBitsMax; ++index_) {
        if ((bits_[index_ / 64U] >> index_ % 64U & 1U) == 0) continue;
        auto const* const spec = find(index_ + 1);
        if (spec == nullptr) {
            auto const per_byte = inner_->bitmap == BitmapForm::binary ? 8U : 4U;
            return fail(Errc::unknown_field, index_ / per_byte);
        }
        ++index_;
        return place(*spec, out);
    }
    return at_ == value_.size() ? false : fail(Errc::trailing_bytes, at_);
}

namespace {

// Bytes of a value of `units` at `at`. Characters of UTF-8 have to be looked at; what is malformed
// there counts as a byte each and is found when the value is checked.
std::size_t bytes_of_units(FieldSpec const& spec, ByteView bytes, std::size_t at,
                           std::size_t units) noexcept
{
    if (spec.encoding != Encoding::utf8 || spec.unit != LengthUnit::units)
        return value_bytes(spec, units);
    auto end = at;
    for (; units > 0 && end < bytes.size(); --units)
        end += std::max<std::size_t>(1, utf8_size(bytes, end));
    return end - at + units;
}

}  // namespace

bool NestedReader::next_tlv(Subfield& out) noexcept
{
    if (at_ == value_.size()) return false;
    auto const start = at_;
    std::size_t const tag_bytes =
        inner_->tag == TagForm::bcd ? (inner_->tag_size + 1U) / 2U : inner_->tag_size;
    if (value_.size() - at_ < tag_bytes) return fail(Errc::truncated, value_.size());
    auto const tag = value_.subspan(at_, tag_bytes);
    std::uint64_t id = 0;
    for (std::size_t i = 0; i < inner_->tag_size; ++i) {
        auto const part = inner_->tag == TagForm::binary ? static_cast<std::uint64_t>(tag[i])
                                                         : tag_character(*inner_, tag, i);
        if (part == 0 && inner_->tag != TagForm::binary) return fail(Errc::bad_tag, start);
        id = id << 8U | part;
    }
    auto const length_at = start + tag_bytes;
    std::uint32_t number = 0;
    auto const fault =
        read_length(inner_->length_prefix, inner_->length_digits, value_, length_at, number);
    if (!fault.ok()) return fail(fault.code, fault.at);
    auto const own = prefix_bytes(inner_->length_prefix, inner_->length_digits);
    if (inner_->length_inclusive && number < own) return fail(Errc::length_under_min, length_at);
    std::size_t const declared = number - (inner_->length_inclusive ? own : 0);
    auto const* const spec = find(id);
    auto const counts_units = inner_->length_unit == LengthUnit::units && spec != nullptr;
    auto const bytes = counts_units ? bytes_of_units(spec->spec, value_, length_at + own, declared)
                       : inner_->length_unit == LengthUnit::nibbles ? (declared + 1) / 2
                                                                    : declared;
    auto const value_at = length_at + own;
    if (bytes > value_.size() - value_at) return fail(Errc::truncated, value_.size());
    auto const value = value_.subspan(value_at, bytes);
    auto const units = spec == nullptr ? bytes
                       : counts_units  ? declared
                                       : units_of(spec->spec, value);
    out = {id, value_.subspan(start, value_at + bytes - start), value, units, spec};
    at_ = value_at + bytes;
    return true;
}

bool NestedReader::next_ber(Subfield& out) noexcept
{
    wire::Tlv tlv;
    if (!tlv_.next(tlv)) {
        auto const error = tlv_.error();
        return error.ok() ? false : fail(code_of(error.code), error.offset_bytes);
    }
    auto const* const spec = find(tlv.tag);
    auto const units = spec == nullptr ? tlv.value.size() : units_of(spec->spec, tlv.value);
    out = {tlv.tag, tlv.wire(), tlv.value, units, spec};
    at_ += out.wire.size();
    return true;
}

bool NestedReader::next_dataset(Subfield& out) noexcept
{
    wire::Dataset dataset;
    if (!datasets_.next(dataset)) {
        auto const error = datasets_.error();
        if (error.ok()) return false;
        auto const cut = error.code == wire::DatasetErrc::truncated;
        return fail(cut ? Errc::truncated : Errc::length_under_min,
                    cut ? value_.size() : error.offset_bytes);
    }
    auto const* const spec = find(dataset.id);
    out = {dataset.id, dataset.wire, dataset.content, dataset.content.size(), spec};
    at_ += dataset.wire.size();
    return true;
}

}  // namespace turnout::iso8583
