// Writes a built-in dialect as a file's text and loads it again.
#include "protocol/spec/dialect_file.hpp"

#include <cstdio>

using namespace turnout;

int main()
{
    auto const built_in = spec::dialect_file_of(iso8583::dialect_1987_binary());
    auto const loaded = spec::load_dialect_text(spec::write_dialect(built_in), "again.json");
    if (!loaded.has_value() || !spec::same_dialect(*loaded, built_in)) return 1;
    std::puts("the same dialect");
    return 0;
}
