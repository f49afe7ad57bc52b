#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "protocol/wire/framing.hpp"
#include "tests/support/alloc_guard.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/result.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

std::size_t decode_and_answer(Dialect const& dialect, ByteView frame, ByteSpan out) noexcept
{
    MessageView view;
    if (!view.decode(dialect, frame).ok()) return 0;
    MessageBuilder builder{dialect, out, view.mti().answer()};
    builder.wire(2, view.wire(2));
    builder.number(4, test::value_of(view.number(4)));
    builder.text(39, "00");
    builder.text(41, view.characters(41));
    auto const built = builder.finish();
    return built.has_value() ? *built : 0;
}

TEST(Allocation, DecodeAndBuildTakeNothingFromTheHeap)
{
    auto const bcd = test::golden("bench-0100-bcd.hex");
    auto const ascii = test::golden("bench-0100-ascii.hex");
    std::array<std::byte, 256> out{};
    test::AllocGuard const guard;
    auto const first = decode_and_answer(dialect_1987_binary(), bcd, out);
    auto const second = decode_and_answer(dialect_1987_ascii(), ascii, out);
    auto const peek = wire::peek_frame(wire::Framing::binary2, bcd, 4096);
    auto const taken = guard.allocations();
    EXPECT_EQ(taken, 0U);
    EXPECT_GT(first, 0U);
    EXPECT_GT(second, 0U);
    EXPECT_EQ(peek.header_bytes, 2U);
}

TEST(Allocation, RefusingDamageTakesNothingFromTheHeap)
{
    auto frame = test::golden("bench-0100-bcd.hex");
    std::size_t refused = 0;
    test::AllocGuard const guard;
    for (std::size_t at = 0; at < frame.size(); ++at) {
        auto const kept = frame[at];
        frame[at] = std::byte{0xff};
        MessageView view;
        if (!view.decode(dialect_1987_binary(), frame).ok()) ++refused;
        frame[at] = kept;
    }
    EXPECT_EQ(guard.allocations(), 0U);
    EXPECT_GT(refused, 100U);
}

// The guard itself: it must see what it is there for.
TEST(AllocGuard, SeesNewAndDelete)
{
    test::AllocGuard const guard;
    auto owner = std::make_unique<int>(1);
    auto const* volatile keep = owner.get();
    EXPECT_NE(keep, nullptr);
    owner.reset();
    EXPECT_GE(guard.allocations(), 1U);
    EXPECT_GE(guard.releases(), 1U);
}

}  // namespace
}  // namespace turnout::iso8583
