// The header in front of the MTI: checked, taken apart, turned round for an answer. Borrowed bytes,
// no allocation, no exception.
#pragma once
#include "protocol/core/result.hpp"
#include "protocol/iso8583/dialect.hpp"
#include "protocol/iso8583/field_codec.hpp"

namespace turnout::iso8583 {

// Checks the header at the front of `message`; `bytes` is its size when it is right. truncated, or
// bad_header with the byte that is wrong.
[[nodiscard]] Fault check_header(Dialect const& dialect, ByteView message,
                                 std::size_t& bytes) noexcept;

// Piece `index` of a checked header; empty when there is none. Lifetime is the header's.
[[nodiscard]] ByteView header_piece(Dialect const& dialect, ByteView header,
                                    std::size_t index) noexcept;

// The header that goes back: TPDU and BASE I stations swapped, a reject part left out, everything
// else as it came. Bytes written; no_room, nothing useful in `out`, when it does not fit.
[[nodiscard]] Result<std::size_t, Errc> answer_header(Dialect const& dialect, ByteView header,
                                                      ByteSpan out) noexcept;

// The header of a message without a model: given values, else zeros, spaces, digits 0.
[[nodiscard]] Result<std::size_t, Errc> default_header(Dialect const& dialect,
                                                       ByteSpan out) noexcept;

// Total lengths inside of a header (BASE I), once the message is complete.
void set_header_length(Dialect const& dialect, ByteSpan message) noexcept;

}  // namespace turnout::iso8583
