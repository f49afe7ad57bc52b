// Random dialects out of all knobs, and random messages that they can carry. The same seed gives
// the same ones everywhere.
#pragma once
#include "protocol/iso8583/dialect_buffer.hpp"
#include "tests/support/bytes.hpp"

#include <map>
#include <string>

namespace turnout::test {

// 5 to 25 fields, sometimes a header, a third bitmap, fixed 16-byte bitmaps. No inner layouts.
[[nodiscard]] iso8583::DialectSource random_dialect(Random& random);

// Gives some fields of `source` an inner layout, up to three deep.
void add_random_insides(iso8583::DialectSource& source, Random& random);

// A value that the field can carry, in the form in which MessageView::text() gives it.
[[nodiscard]] std::string random_value(iso8583::FieldSpec const& spec, Random& random);

struct RandomMessage {
    unsigned mti = 0;
    std::map<unsigned, std::string> fields;  // as MessageBuilder::text() takes them
};

// Some of the dialect's fields, with values in the form in which MessageView::text() gives them.
[[nodiscard]] RandomMessage random_message(iso8583::Dialect const& dialect, Random& random);

// Another byte, a flipped bit, a byte more or less, a cut.
void damage(Bytes& message, Random& random);

}  // namespace turnout::test
