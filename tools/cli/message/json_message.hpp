// Messages written as JSON, and messages made of an MTI and field values. Values are characters as
// `turnout message view --json` shows them: digits, text, hex for bytes. Allocates; for tools.
#pragma once
#include "protocol/iso8583/dialect.hpp"
#include "protocol/iso8583/mti.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace turnout::cli::message {

// DE to value. "tlv" values are written as BER-TLV: tag in hex to value in hex.
struct FieldValue {
    std::string text;
    std::vector<std::pair<std::uint32_t, std::string>> tlv;  // used when text is empty
};
using FieldValues = std::map<unsigned, FieldValue>;

// Four digits.
[[nodiscard]] std::optional<iso8583::Mti> parse_mti(std::string_view text) noexcept;

// Writes the message into `out`, whose content it replaces. The text says what is wrong, with the
// DE and never with a value; empty: nothing is.
[[nodiscard]] std::string build_message(iso8583::Dialect const& dialect, iso8583::Mti mti,
                                        FieldValues const& fields, std::vector<std::byte>& out);

// {"mti":"0100","fields":{"3":"000000","55":{"9F02":"000000001000"},...}} as parts of a message; a
// field may also be an object with its "value". Masked values (with '*') are filled with zeros up
// to their "length". The text says what is wrong; empty: nothing is.
struct MessageParts {
    iso8583::Mti mti;
    FieldValues fields;
};
[[nodiscard]] std::string read_parts(std::string_view json, MessageParts& out);

// One JSON line as bytes: {"hex":"..."}, or parts that are built with `dialect`.
[[nodiscard]] std::string read_json_message(std::string_view line, iso8583::Dialect const* dialect,
                                            std::vector<std::byte>& out);

}  // namespace turnout::cli::message
