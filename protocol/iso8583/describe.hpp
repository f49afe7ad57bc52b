// Messages and decoding errors as text for people. Masked: a PAN shows its first six and last four
// digits, every other secret field only that it is there. Allocates; for tools and cold log lines.
#pragma once
#include "protocol/iso8583/message_view.hpp"

#include <string>

namespace turnout::iso8583 {

// The field's characters, secret ones masked; empty when absent.
[[nodiscard]] std::string describe_field(MessageView const& view, unsigned de);

// One line for the MTI and one per field: number, name, value.
[[nodiscard]] std::string describe(MessageView const& view);

// "DE 4 (Amount, transaction), byte 23: a digit position holds something else". Never a value.
[[nodiscard]] std::string describe(DecodeError const& error, Dialect const& dialect);

}  // namespace turnout::iso8583
