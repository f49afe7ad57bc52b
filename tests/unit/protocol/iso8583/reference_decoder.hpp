// A second decoder, for tests: slow, byte by byte, driven by the wire notation of the standard's
// tables instead of by the product's. It shares nothing with the product but the error codes.
#pragma once
#include "protocol/iso8583/errors.hpp"
#include "tests/support/bytes.hpp"

#include <map>
#include <string>

namespace turnout::test {

struct ReferenceField {
    std::size_t wire_at = 0;
    std::size_t value_at = 0;
    std::size_t value_bytes = 0;
    unsigned units = 0;
    std::string text;
};

struct ReferenceMessage {
    iso8583::DecodeError error;
    int mti = -1;
    std::map<unsigned, ReferenceField> fields;  // before the failing one
};

[[nodiscard]] ReferenceMessage reference_decode(bool ascii, ByteView frame);

// "a12", "LL:n:n19": how a field lies on the wire; empty when there is no such field.
[[nodiscard]] std::string reference_notation(bool ascii, unsigned de);

}  // namespace turnout::test
