// Any bytes as a dialect file: errors with a place in the file and a remedy, or a dialect that
// survives being written and loaded, and can be decoded with.
#include "protocol/core/check.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "protocol/spec/dialect_file.hpp"

namespace turnout::spec {
namespace {

void check_errors(SpecErrors const& errors, std::string_view text)
{
    TURNOUT_CHECK(!errors.empty() && errors.size() <= kSpecErrorsMax + 1, "fuzz.errors_bounded");
    for (auto const& error : errors) {
        TURNOUT_CHECK(!error.what.empty() && !error.remedy.empty(), "fuzz.what_and_remedy");
        TURNOUT_CHECK(error.line <= text.size() + 1, "fuzz.line");
        TURNOUT_CHECK(error.column <= text.size() + 1, "fuzz.column");
    }
    (void)describe(errors);
}

void run(std::string_view text)
{
    auto const file = load_dialect_text(text, "fuzz.json");
    if (!file.has_value()) return check_errors(file.error(), text);
    auto const again = load_dialect_text(write_dialect(*file), "again.json");
    TURNOUT_CHECK(again.has_value(), "fuzz.written_loads");
    // Names that are no UTF-8 cannot have come out of a JSON file.
    TURNOUT_CHECK(same_dialect(*file, *again), "fuzz.written_is_the_same");
    auto const buffer = file->buffer();
    iso8583::MessageView view;
    (void)view.decode(buffer.dialect(), as_bytes(text));
    std::array<iso8583::PresenceViolation, 8> violations{};
    (void)file->rules.check(view, violations);
}

}  // namespace
}  // namespace turnout::spec

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t bytes)
{
    turnout::spec::run({reinterpret_cast<char const*>(data), bytes});
    return 0;
}
