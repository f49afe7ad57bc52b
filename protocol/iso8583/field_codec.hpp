// One value of any FieldSpec: where it ends, whether it is right, as text, from text. Byte by byte
// and complete; the message decoder and builder come here for what they have no quick step for,
// and nested.hpp for sub-fields. No allocation, no exception; never reads outside of the view
// given.
#pragma once
#include "protocol/core/bytes.hpp"
#include "protocol/core/result.hpp"
#include "protocol/iso8583/errors.hpp"
#include "protocol/iso8583/field_spec.hpp"

#include <span>
#include <string_view>

namespace turnout::iso8583 {

struct FieldPlace {
    std::size_t value_at = 0;  // behind the prefix
    std::size_t value_bytes = 0;
    std::size_t units = 0;
};

// `at`: of the first wrong byte; bytes.size() of the view given when it ends too early.
struct Fault {
    Errc code = Errc::ok;
    std::size_t at = 0;
    [[nodiscard]] constexpr bool ok() const noexcept { return code == Errc::ok; }
};

// Number in a prefix at `at`: truncated, bad_length, or ok with `number` set.
[[nodiscard]] Fault read_length(PrefixKind kind, unsigned digits, ByteView bytes, std::size_t at,
                                std::uint32_t& number) noexcept;
// False, nothing written, when the number does not fit `digits`; `out` has prefix_bytes() of room.
[[nodiscard]] bool write_length(PrefixKind kind, unsigned digits, std::byte* out,
                                std::uint64_t number) noexcept;

// The field whose prefix (or fixed value) begins at `at`, at <= bytes.size(): all checked.
[[nodiscard]] Fault read_field(FieldSpec const& spec, ByteView bytes, std::size_t at,
                               FieldPlace& place) noexcept;
// The length is right; is the content? Fault::at counts from the start of the value.
[[nodiscard]] Fault check_value(FieldSpec const& spec, ByteView value, std::size_t units) noexcept;
// Units of a value that fills `bytes` exactly, when the length stands outside of it (TLV); wrong
// sizes (half a hex byte) are found by check_value().
[[nodiscard]] std::size_t units_of(FieldSpec const& spec, ByteView value) noexcept;

// The value as text: digits, UTF-8, upper-case hex for b; track separator of packed digits '='.
// Bytes written, or no_room. Text of Encoding::opaque is copied as it is.
[[nodiscard]] Result<std::size_t, Errc> value_text(FieldSpec const& spec, ByteView value,
                                                   std::size_t units, std::span<char> out) noexcept;
// Digits of a checked value (n, or text that is all digits) as a number, at most 19.
[[nodiscard]] Result<std::uint64_t, Errc> value_number(FieldSpec const& spec, ByteView value,
                                                       std::size_t units) noexcept;

// What a value given as text (UTF-8; hex for b) takes on the wire: units, bytes behind the prefix;
// or wrong_length. A fixed field counts with what will be filled in.
struct Measure {
    Errc code = Errc::ok;
    std::size_t units = 0;
    std::size_t value_bytes = 0;
};
[[nodiscard]] Measure measure_text(FieldSpec const& spec, std::string_view text) noexcept;
[[nodiscard]] Measure measure_bytes(FieldSpec const& spec, ByteView value) noexcept;
// Prefix and value, `out` has room for both. Errors are of the content; out is then worthless.
[[nodiscard]] Errc write_text(FieldSpec const& spec, std::string_view text, Measure const& measure,
                              std::byte* out) noexcept;
// b fields, and text fields that carry bytes as hex digits.
[[nodiscard]] Errc write_bytes(FieldSpec const& spec, ByteView value, Measure const& measure,
                               std::byte* out) noexcept;

}  // namespace turnout::iso8583
