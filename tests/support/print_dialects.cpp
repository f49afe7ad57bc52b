// Prints every built-in dialect as a dialect file, one behind the other: the test of the schema
// reads them.
#include "protocol/spec/dialect_file.hpp"

#include <iostream>

int main()
{
    for (auto const* const dialect : turnout::iso8583::dialects()) {
        auto file = turnout::spec::dialect_file_of(*dialect);
        file.rules = turnout::iso8583::PresenceRules{turnout::spec::rules_1987()};
        std::cout << turnout::spec::write_dialect(file);
    }
}
