// A dialect: how each data element lies on the wire, as one flat table. Immutable and shared by all
// threads. The built-in ones are compiled in; others are made at run time (dialect_buffer.hpp).
// Field tables: docs/formats/wire.md.
#pragma once
#include "protocol/iso8583/field_plan.hpp"
#include "protocol/iso8583/field_spec.hpp"
#include "protocol/iso8583/header_spec.hpp"
#include "protocol/iso8583/nested_spec.hpp"

#include <array>
#include <span>
#include <string_view>

namespace turnout::iso8583 {

inline constexpr unsigned kFieldsMax = 192;  // with a third bitmap; 128 without

enum class Charset : std::uint8_t { ascii, bcd, ebcdic };  // of the MTI

// Where the third bitmap is, which announces fields 129 to 192.
enum class Tertiary : std::uint8_t {
    none = 0,    // DE 65 is a field like any other
    contiguous,  // bit 65 on: behind the second bitmap at once
    inline_65,   // in the place of DE 65, in field order
};

// Which bitmaps a message has: each one announces the next.
enum class Bitmaps : std::uint8_t { primary = 0, secondary, tertiary };

// What is not a field: one value per message form.
struct MessageForm {
    Charset mti = Charset::ascii;
    BitmapForm bitmap = BitmapForm::binary;
    bool bitmap_fixed16 = false;  // two bitmaps always, whatever bit 1 says
    Tertiary tertiary = Tertiary::none;

    friend constexpr bool operator==(MessageForm const&, MessageForm const&) noexcept = default;
};

using FieldTable = std::array<FieldSpec, kFieldsMax + 1>;  // index = DE number; 0 and 1 unused
using FieldNames = std::array<std::string_view, kFieldsMax + 1>;  // 0 the MTI, 1 the bitmap

// Borrows everything that is not in line: static storage, or a DialectBuffer's.
struct Dialect {
    std::string_view name;  // "87binary", "87ascii"
    MessageForm form;
    FieldTable fields;
    FieldNames const* names;  // short names for people
    std::span<HeaderPiece const> header;
    std::span<NestedSpec const> nested;
    std::span<SubfieldSpec const> subfields;
    std::size_t header_bytes;                     // of all pieces; a BASE I reject has more
    std::array<FieldPlan, kFieldsMax + 1> plans;  // fields, compiled by make_dialect()

    // Inner layout of a spec, nullptr when it has none.
    [[nodiscard]] constexpr NestedSpec const* nested_of(FieldSpec const& spec) const noexcept
    {
        return spec.nested == 0 || spec.nested > nested.size() ? nullptr : &nested[spec.nested - 1];
    }
    [[nodiscard]] constexpr std::span<SubfieldSpec const> subfields_of(
        NestedSpec const& inner) const noexcept
    {
        return subfields.subspan(inner.subfield_first, inner.subfield_count);
    }
};

[[nodiscard]] constexpr std::size_t mti_bytes(Dialect const& dialect) noexcept
{
    return dialect.form.mti == Charset::bcd ? 2 : 4;
}
[[nodiscard]] constexpr std::size_t bitmap_bytes(Dialect const& dialect) noexcept
{
    return bytes_of_bitmap(dialect.form.bitmap, 64);
}

// The only way to make a usable Dialect: fills the plans from the fields. What is passed by pointer
// or span outlives it. Every field passed problem_of().
[[nodiscard]] constexpr Dialect make_dialect(std::string_view name, MessageForm form,
                                             FieldTable const& fields, FieldNames const* names,
                                             std::span<HeaderPiece const> header = {},
                                             std::span<NestedSpec const> nested = {},
                                             std::span<SubfieldSpec const> subfields = {}) noexcept
{
    Dialect dialect{name, form, fields, names, header, nested, subfields, 0, {}};
    for (auto const& piece : header)
        dialect.header_bytes += piece.size_bytes;
    for (unsigned de = 2; de <= kFieldsMax; ++de)
        dialect.plans[de] = compile_plan(fields[de]);
    return dialect;
}

[[nodiscard]] Dialect const& dialect_1987_binary() noexcept;  // BCD, binary bitmap
[[nodiscard]] Dialect const& dialect_1987_ascii() noexcept;   // ASCII, hex bitmap
[[nodiscard]] Dialect const& dialect_1987_ebcdic() noexcept;  // EBCDIC 1047, binary bitmap
[[nodiscard]] Dialect const& dialect_1993_binary() noexcept;  // BCD, binary bitmap
[[nodiscard]] Dialect const& dialect_1993_ascii() noexcept;   // ASCII, hex bitmap
[[nodiscard]] Dialect const& dialect_2003_binary() noexcept;  // BCD padded right, binary bitmap
// All built-in dialects; and by name, nullptr when there is none.
[[nodiscard]] std::span<Dialect const* const> dialects() noexcept;
[[nodiscard]] Dialect const* dialect_by_name(std::string_view name) noexcept;

}  // namespace turnout::iso8583
