// The product's decoder against the naive one: the first byte chooses a built-in dialect or, above
// 127, says that two bytes of seed for a random one follow; the rest is the message. Both refuse
// it, or both find the same fields.
#include "protocol/core/check.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "tests/support/naive_decoder.hpp"
#include "tests/support/random_dialect.hpp"

namespace turnout::iso8583 {
namespace {

void compare(Dialect const& dialect, ByteView input)
{
    // An exact copy on the heap, so that a read behind the message is seen.
    test::Bytes const message(input.begin(), input.end());
    MessageView view;
    auto const error = view.decode(dialect, message);
    auto const naive = test::naive_decode(dialect, message);
    TURNOUT_CHECK(error.ok() == naive.has_value(), "fuzz.both_or_none");
    if (!naive) return;
    TURNOUT_CHECK(view.mti().value == naive->mti, "fuzz.mti");
    TURNOUT_CHECK(view.header().size() == naive->header_bytes, "fuzz.header");
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        auto const field = naive->fields.find(de);
        TURNOUT_CHECK(view.has(de) == (field != naive->fields.end()), "fuzz.same_fields");
        if (!view.has(de)) continue;
        auto const& place = field->second;
        TURNOUT_CHECK(view.wire(de).data() == message.data() + place.wire_at, "fuzz.wire");
        TURNOUT_CHECK(view.value(de).data() == message.data() + place.value_at, "fuzz.value");
        TURNOUT_CHECK(view.value(de).size() == place.end - place.value_at, "fuzz.size");
        TURNOUT_CHECK(view.length(de) == place.units, "fuzz.units");
    }
}

void run(ByteView input)
{
    if (input.empty()) return;
    auto const first = static_cast<std::size_t>(input[0]);
    if (first < 128) return compare(*dialects()[first % dialects().size()], input.subspan(1));
    if (input.size() < 3) return;
    test::Random random{static_cast<std::uint64_t>(input[1]) << 8U |
                        static_cast<std::uint64_t>(input[2])};
    DialectBuffer const buffer{test::random_dialect(random)};
    compare(buffer.dialect(), input.subspan(3));
}

}  // namespace
}  // namespace turnout::iso8583

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t bytes)
{
    turnout::iso8583::run({reinterpret_cast<std::byte const*>(data), bytes});
    return 0;
}
