// Dialects and messages made at random, and a second encoder for them: slow, string by string, and
// written without the product's codec. For property tests and fuzzing.
#pragma once
#include "protocol/iso8583/dialect_buffer.hpp"
#include "tests/support/bytes.hpp"

#include <map>

namespace turnout::test {

// Every knob of the model may be turned; always one that problem_of() finds nothing in.
[[nodiscard]] iso8583::DialectSource any_dialect(Random& random);

struct AnyMessage {
    unsigned mti = 0;
    iso8583::Bitmaps bitmaps = iso8583::Bitmaps::primary;
    Bytes header;
    std::map<unsigned, std::string> fields;  // as MessageView::text() gives them
};
[[nodiscard]] AnyMessage any_message(iso8583::DialectSource const& source, Random& random);

// What the message looks like on the wire.
[[nodiscard]] Bytes naive_encode(iso8583::DialectSource const& source, AnyMessage const& message);

}  // namespace turnout::test
