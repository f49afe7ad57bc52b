// Any bytes as an input of the message tools, in each of its forms: what is read stays within the
// bytes given and within the bounds of a message, and reading ends.
#include "protocol/core/check.hpp"
#include "tools/cli/message/input.hpp"

namespace turnout::cli::message {
namespace {

constexpr std::size_t kMessagesMax = 1'000'000;

void read_as(ByteView bytes, InputForm form, FramingChoice const& framing)
{
    ByteSource source(bytes);
    InputOptions options;
    options.framing = framing;
    options.dialect = &iso8583::dialect_1987_ascii();
    auto const input = make_input(source, form, options);
    std::size_t messages = 0;
    for (InputMessage message; input->next(message);) {
        TURNOUT_CHECK(++messages < kMessagesMax, "fuzz.ends");
        TURNOUT_CHECK(message.number == messages, "fuzz.numbers");
        TURNOUT_CHECK(message.problem.empty() || message.bytes.empty(), "fuzz.problem_or_bytes");
        TURNOUT_CHECK(message.bytes.size() <= kInputMessageBytesMax, "fuzz.bounded");
        unsigned sum = 0;
        for (auto const byte : message.whole)  // every byte is there: the sanitizer looks
            sum += static_cast<unsigned>(byte);
        TURNOUT_CHECK(sum <= message.whole.size() * 255U, "fuzz.readable");
    }
}

void run(ByteView input)
{
    if (input.empty()) return;
    auto const choice = static_cast<unsigned>(input[0]);
    auto const bytes = input.subspan(1);
    static auto const kFramings = all_framings();
    auto const form = static_cast<InputForm>(choice % 4);
    (void)detect_form(bytes);
    read_as(bytes, form, kFramings[choice / 4 % kFramings.size()]);
}

}  // namespace
}  // namespace turnout::cli::message

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t bytes)
{
    turnout::cli::message::run({reinterpret_cast<std::byte const*>(data), bytes});
    return 0;
}
