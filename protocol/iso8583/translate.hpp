// Between the editions of the standard: message types, response and action codes (DE 39), network
// management codes (DE 70 of 1987, function code DE 24 of 1993 and 2003). Pure tables, any thread.
// What has no equivalent becomes the most general code of the same kind, and the result says so;
// nothing but an approval is ever translated to an approval.
#pragma once
#include "protocol/iso8583/action_code.hpp"
#include "protocol/iso8583/mti.hpp"

#include <optional>

namespace turnout::iso8583 {

// By the first digit; nullopt for national (8) and private (9) types and what is none.
[[nodiscard]] std::optional<Edition> edition_of(Mti mti) noexcept;

// The same message in another edition: first digit, and for network management (class 8) the
// origin: 0 acquirer in 1987 and 2003, 4 other in 1993 (0800 - 1804 - 2800, 0801 - 1805 - 2801).
// nullopt when the function does not exist there: 6 and 7 are of 2003 only, 8 and 9 of 1987 only.
[[nodiscard]] std::optional<Mti> translate_mti(Mti mti, Edition to) noexcept;

struct Translated {
    std::uint16_t code = 0;
    bool exact = false;  // the tables call both the same; false: nearest, or general for its kind
};
// A response or action code in another edition. Where several codes of 1987 mean one of 1993, the
// way back gives one of them: 114 - 39, 200 - 04, 908 - 92, 909 - 96.
// Without equivalent, by what the answered party has to do:
//   kind     1987  1993  2003
//   approve   00   000   0000
//   decline   05   100   1000
//   refer     01   107   1007
//   pick up   04   200   2000
//   retry     91   907   9107
//   error     96   909   9109
//   info      21   100   1000
[[nodiscard]] Translated translate_action(Edition from, unsigned code, Edition to) noexcept;

// DE 39 as text: exactly action_digits() digits. nullopt for anything else.
[[nodiscard]] std::optional<std::uint16_t> action_from_text(Edition edition,
                                                            std::string_view text) noexcept;
// Writes the digits; returns how many, 0 when `out` is too small or the code has more digits.
[[nodiscard]] std::size_t action_text(Edition edition, unsigned code, std::span<char> out) noexcept;

// DE 24 for a DE 70: 001 - 801 sign-on, 002 - 802 sign-off, 101, 161, 162 - 811 key change,
// 201 - 821 cutover, 301 - 831 echo; and the codes of one network's: 061, 066 - 801, 062, 065 -
// 802, 270 - 831. nullopt when there is none.
[[nodiscard]] std::optional<unsigned> function_of_network_code(unsigned de70) noexcept;
// The first of the DE 70 above for a DE 24; nullopt when there is none.
[[nodiscard]] std::optional<unsigned> network_code_of_function(unsigned de24) noexcept;
// DE 24 of network management messages: "sign-on" for 801; empty when unlisted.
[[nodiscard]] std::string_view network_function_name(unsigned de24) noexcept;

}  // namespace turnout::iso8583
