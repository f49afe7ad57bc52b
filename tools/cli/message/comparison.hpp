// What differs between two messages, field by field, for people and programs: values are masked,
// but compared in clear. The messages may be of different dialects: characters are compared, not
// bytes. Allocates; for tools.
#pragma once
#include "protocol/iso8583/message_view.hpp"

#include <string>
#include <vector>

namespace turnout::cli::message {

struct Difference {
    unsigned de = 0;   // 0: the MTI
    std::string tag;   // of chip data, "9F02"; empty: the whole field
    std::string name;  // of field or tag
    std::string left;  // masked; empty when absent
    std::string right;
    bool in_left = false;
    bool in_right = false;
};

// In the order of the fields. Both views hold decoded messages.
[[nodiscard]] std::vector<Difference> compare(iso8583::MessageView const& left,
                                              iso8583::MessageView const& right);

}  // namespace turnout::cli::message
