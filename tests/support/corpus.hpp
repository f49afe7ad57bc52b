// The corpus of real messages in tests/data/iso8583 and the dialects that its notation describes.
#pragma once
#include "protocol/iso8583/dialect_buffer.hpp"
#include "tests/support/bytes.hpp"

#include <vector>

#include <nlohmann/json.hpp>

namespace turnout::test {

// The lines of tests/data/iso8583/<file>; tests run in the root of the source tree.
[[nodiscard]] std::vector<nlohmann::json> corpus(std::string const& file);

// The dialect that a line's "dialect" describes. Throws when it says something unknown.
[[nodiscard]] iso8583::DialectSource dialect_source(nlohmann::json const& described);
[[nodiscard]] inline iso8583::DialectBuffer dialect_of(nlohmann::json const& described)
{
    return iso8583::DialectBuffer{dialect_source(described)};
}

}  // namespace turnout::test
