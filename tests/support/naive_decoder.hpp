// A second decoder of messages, slow and obvious: it reads a dialect's specs (never its plans), one
// byte after the other, and stops at the first thing that is wrong without saying what. Written
// from the descriptions in field_spec.hpp, header_spec.hpp and dialect.hpp; it shares no code with
// the product's decoder.
#pragma once
#include "protocol/iso8583/dialect.hpp"
#include "tests/support/bytes.hpp"

#include <map>
#include <optional>

namespace turnout::test {

struct NaiveField {
    std::size_t wire_at = 0;   // of the prefix
    std::size_t value_at = 0;  // of the value
    std::size_t end = 0;
    std::size_t units = 0;
};

struct NaiveMessage {
    std::size_t header_bytes = 0;
    unsigned mti = 0;
    std::map<unsigned, NaiveField> fields;
};

// Nothing when the message is wrong anywhere.
[[nodiscard]] std::optional<NaiveMessage> naive_decode(iso8583::Dialect const& dialect,
                                                       ByteView message);

}  // namespace turnout::test
