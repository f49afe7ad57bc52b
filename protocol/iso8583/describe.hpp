// Messages and decoding errors as text for people. Masked always: a PAN shows its first six and
// last four digits, every other secret field only that it is there, and what looks like a card
// number in a free field is masked too. The functions that write into the caller's characters
// allocate nothing; those that return a string are for tools and cold log lines.
#pragma once
#include "protocol/iso8583/message_view.hpp"

#include <span>
#include <string>

namespace turnout::iso8583 {

// The field's characters, secrets masked, into `out`; returns how many were written. 0 when it is
// absent or `out` has less room than twice the field's length (four times for UTF-8).
[[nodiscard]] std::size_t masked_text(MessageView const& view, unsigned de,
                                      std::span<char> out) noexcept;
// Masks characters that belong to a secret: a PAN keeps its first six and last four digits,
// everything else becomes '*', at most 16 of them. Returns how many are left.
[[nodiscard]] std::size_t mask_secret(std::span<char> text, bool is_pan) noexcept;
// True for the fields that hold a card number and nothing else: DE 2 and 34.
[[nodiscard]] constexpr bool is_pan_field(unsigned de) noexcept
{
    return de == 2 || de == 34;
}

// What a value stands for, for the fields that have codes (MTI editions 1987 and 1993): amounts
// with their currency, DE 3, 22, 24, 39, 49 to 51, 70. Into `out`, cut to its size; 0 when there is
// nothing to say.
[[nodiscard]] std::size_t explain_field(MessageView const& view, unsigned de,
                                        std::span<char> out) noexcept;
// "1987 financial response, from the acquirer's side" and so on for an MTI.
[[nodiscard]] std::size_t explain_mti(Mti mti, std::span<char> out) noexcept;
// One line about the whole message: type, outcome, amount, STAN, RRN, terminal.
[[nodiscard]] std::size_t summarize(MessageView const& view, std::span<char> out) noexcept;

// The field's characters, secret ones masked; empty when absent.
[[nodiscard]] std::string describe_field(MessageView const& view, unsigned de);

// One line for the MTI and one per field: number, name, value.
[[nodiscard]] std::string describe(MessageView const& view);

// "DE 4 (Amount, transaction), byte 23: a digit position holds something else". Never a value.
[[nodiscard]] std::string describe(DecodeError const& error, Dialect const& dialect);
// What to look at first when this error comes; empty when there is nothing to advise.
[[nodiscard]] std::string_view remedy(Errc code) noexcept;

}  // namespace turnout::iso8583
