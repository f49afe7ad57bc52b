#include "protocol/core/secret.hpp"

#include <array>
#include <new>

#include <gtest/gtest.h>

namespace turnout {
namespace {

using Key = std::array<unsigned char, 32>;

Key filled()
{
    Key key;
    key.fill(0xa5);
    return key;
}

TEST(MaskPan, ShowsFirstSixAndLastFour)
{
    EXPECT_EQ(mask_pan("4761739001010010"), "476173******0010");
    EXPECT_EQ(mask_pan("4761739001010010123"), "476173*********0123");
    EXPECT_EQ(mask_pan("4761739001010"), "476173***1010");
}

TEST(MaskPan, ShowsLessOfShortNumbers)
{
    EXPECT_EQ(mask_pan("123456789012"), "********9012");
    EXPECT_EQ(mask_pan("12345678"), "****5678");
    EXPECT_EQ(mask_pan("1234567"), "*******");
    EXPECT_EQ(mask_pan(""), "");
}

TEST(MaskAll, ShowsOnlyThatThereIsSomething)
{
    EXPECT_EQ(mask_all("A1B2"), "****");
    EXPECT_EQ(mask_all(std::string(200, 'x')), std::string(16, '*'));
}

TEST(Sensitive, IsWipedWhenItDies)
{
    alignas(Sensitive<Key>) std::array<unsigned char, sizeof(Sensitive<Key>)> memory{};
    auto* const secret = new (memory.data()) Sensitive<Key>{filled()};
    ASSERT_EQ(secret->reveal()[0], 0xa5);
    secret->~Sensitive<Key>();
    for (auto const byte : memory)
        EXPECT_EQ(byte, 0);
}

TEST(Sensitive, LeavesNothingBehindWhenMoved)
{
    Sensitive<Key> first{filled()};
    Sensitive<Key> second{std::move(first)};
    EXPECT_EQ(second.reveal(), filled());
    EXPECT_EQ(first.reveal(), Key{});  // NOLINT(bugprone-use-after-move): that is the promise
    Sensitive<Key> third;
    third = std::move(second);
    EXPECT_EQ(third.reveal(), filled());
    EXPECT_EQ(second.reveal(), Key{});  // NOLINT(bugprone-use-after-move)
    static_assert(!std::is_copy_constructible_v<Sensitive<Key>>);
    static_assert(!std::is_copy_assignable_v<Sensitive<Key>>);
}

TEST(Wipe, ClearsBytesAndAcceptsNone)
{
    std::array<std::byte, 3> bytes{std::byte{1}, std::byte{2}, std::byte{3}};
    wipe({bytes.data(), 2});
    EXPECT_EQ(bytes[0], std::byte{0});
    EXPECT_EQ(bytes[1], std::byte{0});
    EXPECT_EQ(bytes[2], std::byte{3});
    wipe({});
}

}  // namespace
}  // namespace turnout
