// The short notation of field layouts, for tables and tests: [L..:form:]type max[:option...].
//   type    a ASCII text, e EBCDIC (cp500), n packed digits, z packed track, x sign and packed
//           digits, b raw bytes, h hex; behind n and z: r pads right, f pads with F, l pads left
//   form    of the length: a ASCII, n packed, e EBCDIC, b binary (two L are a byte)
//   option  incl: the length, and with it the maximum, counts itself; bytes: it counts bytes
// A maximum above what the length can say is cut down to that. "a12", "LL:n:n19",
// "LLL:a:b999:incl". Public source of the letters: docs/formats/wire.md.
#pragma once
#include "protocol/iso8583/field_spec.hpp"

#include <optional>
#include <string_view>

namespace turnout::iso8583 {

// nullopt when the text is not of that form, or says something that problem_of() refuses.
[[nodiscard]] std::optional<FieldSpec> field_of_notation(std::string_view text) noexcept;

}  // namespace turnout::iso8583
