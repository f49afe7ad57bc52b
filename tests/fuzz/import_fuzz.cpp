// Any bytes as another program's file: the first says which. What is imported can be written, loads
// again as the same, and everything is bounded.
#include "protocol/core/check.hpp"
#include "protocol/spec/import_spec.hpp"

namespace turnout::spec {
namespace {

void run(std::string_view text)
{
    if (text.empty()) return;
    auto const rest = text.substr(1);
    auto const import = text[0] == '<' ? import_jpos(text, "fuzz.xml", "fuzz")
                                       : import_moov(rest, "fuzz.json", "fuzz");
    if (!import.has_value()) {
        TURNOUT_CHECK(!import.error().empty(), "fuzz.errors");
        (void)describe(import.error());
        return;
    }
    for (auto const& note : import->notes)
        TURNOUT_CHECK(!note.what.empty() && !note.done.empty(), "fuzz.notes");
    auto const again = load_dialect_text(write_dialect(import->dialect), "again.json");
    TURNOUT_CHECK(again.has_value(), "fuzz.written_loads");
    TURNOUT_CHECK(same_dialect(import->dialect, *again), "fuzz.written_is_the_same");
    (void)import->dialect.buffer();
}

}  // namespace
}  // namespace turnout::spec

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t bytes)
{
    turnout::spec::run({reinterpret_cast<char const*>(data), bytes});
    return 0;
}
