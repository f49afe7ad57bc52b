// A message of one dialect written in another: field by field as characters, so that encodings,
// lengths and bit maps follow the new dialect. What cannot be carried is left out and named. For
// tools; allocates.
#pragma once
#include "protocol/iso8583/message_view.hpp"

#include <string>
#include <vector>

namespace turnout::cli::message {

struct LeftOut {
    unsigned de = 0;
    std::string why;  // never a value
};

struct Converted {
    std::vector<std::byte> bytes;  // empty: the message could not be built at all
    std::vector<LeftOut> left_out;
};

// `mti`: of the new message.
[[nodiscard]] Converted convert(iso8583::MessageView const& from, iso8583::Dialect const& to,
                                iso8583::Mti mti);

}  // namespace turnout::cli::message
