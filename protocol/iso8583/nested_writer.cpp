// Writing half of nested.hpp.
#include "protocol/iso8583/field_text.hpp"
#include "protocol/iso8583/nested.hpp"
#include "protocol/wire/digits.hpp"

#include <algorithm>

namespace turnout::iso8583 {
namespace {

constexpr std::size_t kHeadBytesMax = 16;

std::size_t bitmap_size(NestedSpec const& inner) noexcept
{
    return inner.kind == NestedKind::bitmap ? bytes_of_bitmap(inner.bitmap, inner.bitmap_bits) : 0;
}

std::byte bitmap_char(BitmapForm form, unsigned nibble) noexcept
{
    if (form == BitmapForm::hex_ebcdic) return wire::ebcdic_hex_char_of(nibble);
    auto const upper = static_cast<std::byte>(wire::hex_char_of(nibble));
    return form == BitmapForm::hex_lower && nibble > 9U ? upper | std::byte{0x20} : upper;
}

std::size_t put_tag(NestedSpec const& inner, std::uint64_t id, std::byte* out) noexcept
{
    std::size_t const size = inner.tag_size;
    if (inner.tag == TagForm::bcd) {
        auto const bytes = (size + 1) / 2;
        std::uint64_t number = 0;
        for (std::size_t i = 0; i < size; ++i)
            number = number * 10U + (id >> 8U * (size - 1 - i) & 15U);
        wire::put_bcd_number(out, size, number);
        return bytes;
    }
    for (std::size_t i = 0; i < size; ++i) {
        auto const x = static_cast<std::uint8_t>(id >> 8U * (size - 1 - i));
        auto const ebcdic = inner.tag == TagForm::ebcdic;
        out[i] = static_cast<std::byte>(ebcdic ? wire::ebcdic_of_latin1(wire::CodePage::ibm_1047)[x]
                                               : x);
    }
    return size;
}

// Tag and shortest length of BER-TLV; 0 when the tag is none.
std::size_t put_ber_head(std::uint64_t id, std::size_t value_bytes, std::byte* out) noexcept
{
    if (id > 0xffffffffU || !wire::is_tlv_tag(static_cast<std::uint32_t>(id))) return 0;
    std::size_t size = 0;
    for (auto shift = 32U; shift != 0;) {
        shift -= 8U;
        auto const byte = static_cast<std::byte>(id >> shift & 0xffU);
        if (size != 0 || byte != std::byte{0} || shift == 0) out[size++] = byte;
    }
    if (value_bytes < 0x80U) {
        out[size++] = static_cast<std::byte>(value_bytes);
        return size;
    }
    auto const bytes = value_bytes > 0xffffU ? 3U : value_bytes > 0xffU ? 2U : 1U;
    out[size++] = static_cast<std::byte>(0x80U | bytes);
    for (auto i = bytes; i > 0; --i)
        out[size++] = static_cast<std::byte>(value_bytes >> 8U * (i - 1) & 0xffU);
    return size;
}

}  // namespace

NestedWriter::NestedWriter(Dialect const& dialect, NestedSpec const& inner, ByteSpan out,
                           unsigned bitmaps) noexcept
    : dialect_(&dialect),
      inner_(&inner),
      out_(out),
      at_(bitmap_size(inner) * bitmaps),
      bits_max_(std::size_t{inner.bitmap_bits} * bitmaps)
{
    if (at_ > out.size()) fail(Errc::no_room);
    if (bits_max_ > kNestedBitsMax || bitmaps == 0 || (bitmaps > 1 && !inner.bitmap_chained))
        fail(Errc::bad_bitmap);
    // Bit 1 of each bitmap but the last announces the next one.
    for (std::size_t i = 1; i < bitmaps && error_ == Errc::ok; ++i) {
        auto const bit = (i - 1) * inner.bitmap_bits;
        bits_[bit / 64U] |= std::uint64_t{1} << bit % 64U;
    }
}

void NestedWriter::fail(Errc code) noexcept
{
    if (error_ == Errc::ok) error_ = code;
}

bool NestedWriter::has_own_length() const noexcept
{
    return inner_->kind != NestedKind::positional && inner_->kind != NestedKind::bitmap;
}

std::byte* NestedWriter::claim(std::uint64_t id, std::size_t bytes) noexcept
{
    if (error_ != Errc::ok) return nullptr;
    auto const in_order = inner_->kind == NestedKind::positional ? id == last_id_ + 1
                          : inner_->kind == NestedKind::bitmap   ? id > last_id_
                                                                 : true;
    auto const announcing = inner_->bitmap_chained && (id - 1) % inner_->bitmap_bits == 0;
    auto const no_bit = inner_->kind == NestedKind::bitmap && (id > bits_max_ || announcing);
    if (!in_order || no_bit || bytes > out_.size() - at_) {
        fail(!in_order ? Errc::field_order : no_bit ? Errc::bad_bitmap : Errc::no_room);
        return nullptr;
    }
    if (inner_->kind == NestedKind::bitmap)
        bits_[(id - 1) / 64U] |= std::uint64_t{1} << (id - 1) % 64U;
    last_id_ = id;
    auto* const at = out_.data() + at_;
    at_ += bytes;
    return at;
}

void NestedWriter::wire(Subfield const& subfield) noexcept
{
    auto* const at = claim(subfield.id, subfield.wire.size());
    if (at != nullptr) std::copy(subfield.wire.begin(), subfield.wire.end(), at);
}

void NestedWriter::raw(ByteView bytes) noexcept
{
    if (error_ != Errc::ok) return;
    if (bytes.size() > out_.size() - at_) return fail(Errc::no_room);
    std::copy(bytes.begin(), bytes.end(), out_.data() + at_);
    at_ += bytes.size();
}

bool NestedWriter::put_head(std::uint64_t id, std::size_t value_bytes, std::size_t units) noexcept
{
    std::array<std::byte, kHeadBytesMax> head;
    std::size_t size = 0;
    if (inner_->kind == NestedKind::ber_tlv) {
        size = put_ber_head(id, value_bytes, head.data());
    } else if (inner_->kind == NestedKind::datasets) {
        if (id > 0 && id <= 0xffU && value_bytes <= 0xffffU) {
            head[0] = static_cast<std::byte>(id);
            store_be16(head.data() + 1, static_cast<std::uint16_t>(value_bytes));
            size = wire::kDatasetHeadBytes;
        }
    } else {
        size = put_tag(*inner_, id, head.data());
        auto const own = prefix_bytes(inner_->length_prefix, inner_->length_digits);
        std::uint64_t number = inner_->length_unit == LengthUnit::units     ? units
                               : inner_->length_unit == LengthUnit::nibbles ? 2 * value_bytes
                                                                            : value_bytes;
        if (inner_->length_inclusive) number += own;
        if (!write_length(inner_->length_prefix, inner_->length_digits, head.data() + size, number))
            size = 0;
        else
            size += own;
    }
    if (size == 0) fail(Errc::wrong_length);
    auto* const at = claim(id, size);
    if (at != nullptr) std::copy_n(head.data(), size, at);
    return at != nullptr;
}

// Head, where the layout has its own, and room for the value; the spec without its prefix then.
std::byte* NestedWriter::begin(std::uint64_t id, FieldSpec& spec, Measure const& measure) noexcept
{
    if (measure.code != Errc::ok) {
        fail(measure.code);
        return nullptr;
    }
    if (has_own_length()) {
        if (!put_head(id, measure.value_bytes, measure.units)) return nullptr;
        spec.prefix = PrefixKind::none;
        spec.prefix_digits = 0;
    }
    return claim(id, prefix_bytes(spec) + measure.value_bytes);
}

SubfieldSpec const* NestedWriter::find(std::uint64_t id) const noexcept
{
    for (auto const& subfield : dialect_->subfields_of(*inner_))
        if (subfield.id == id) return &subfield;
    return nullptr;
}

void NestedWriter::text(std::uint64_t id, std::string_view value) noexcept
{
    auto const* const found = find(id);
    if (found == nullptr) return fail(Errc::unknown_field);
    auto spec = found->spec;
    auto const measure = measure_text(spec, value);
    auto* const at = begin(id, spec, measure);
    if (at == nullptr) return;
    if (auto const failed = write_text(spec, value, measure, at); failed != Errc::ok) fail(failed);
}

void NestedWriter::bytes(std::uint64_t id, ByteView value) noexcept
{
    auto const* const found = find(id);
    if (found == nullptr) {
        if (!has_own_length()) return fail(Errc::unknown_field);
        if (put_head(id, value.size(), value.size())) raw(value);
        return;
    }
    auto spec = found->spec;
    auto const measure = measure_bytes(spec, value);
    auto* const at = begin(id, spec, measure);
    if (at == nullptr) return;
    if (auto const failed = write_bytes(spec, value, measure, at); failed != Errc::ok) fail(failed);
}

Result<std::size_t, Errc> NestedWriter::finish() noexcept
{
    if (error_ != Errc::ok) return error_;
    auto const per_byte = inner_->bitmap == BitmapForm::binary ? 8U : 4U;
    auto const size = inner_->kind == NestedKind::bitmap ? bits_max_ / per_byte : 0;
    for (std::size_t i = 0; i < size; ++i) {
        unsigned group = 0;
        for (unsigned bit = 0; bit < per_byte; ++bit) {
            auto const number = i * per_byte + bit;
            auto const set = static_cast<unsigned>(bits_[number / 64U] >> number % 64U & 1U);
            group = group << 1U | set;
        }
        out_[i] =
            per_byte == 8U ? static_cast<std::byte>(group) : bitmap_char(inner_->bitmap, group);
    }
    return at_;
}

}  // namespace turnout::iso8583
