#include "protocol/wire/bitmap.hpp"

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace turnout::wire {
namespace {

TEST(Bitmap, LowestBitIsTheFirstField)
{
    auto const first = test::from_hex("8000000000000001");
    EXPECT_EQ(load_binary_bitmap(first.data()), 1ULL | 1ULL << 63U);
    auto const third = test::from_hex("2000000000000000");
    EXPECT_EQ(load_binary_bitmap(third.data()), 4U);
}

TEST(Bitmap, BothFormsCarryTheSameWord)
{
    test::Random random{1};
    for (int round = 0; round < 1000; ++round) {
        auto const word = random.next();
        std::array<std::byte, kHexBitmapBytes> out{};
        store_binary_bitmap(out.data(), word);
        EXPECT_EQ(load_binary_bitmap(out.data()), word);
        auto const hex = test::to_hex({out.data(), kBinaryBitmapBytes});
        store_hex_bitmap(out.data(), word);
        EXPECT_EQ(as_text(out), hex);
        std::uint64_t back = 0;
        EXPECT_TRUE(load_hex_bitmap(out.data(), back));
        EXPECT_EQ(back, word);
    }
}

TEST(Bitmap, HexDigitsMayBeLowerCase)
{
    std::uint64_t upper = 0;
    std::uint64_t lower = 0;
    EXPECT_TRUE(load_hex_bitmap(as_bytes("723C448028E09200").data(), upper));
    EXPECT_TRUE(load_hex_bitmap(as_bytes("723c448028e09200").data(), lower));
    EXPECT_EQ(upper, lower);
}

TEST(Bitmap, OtherCharactersAreRefusedWhereverTheyAre)
{
    for (std::size_t at = 0; at < kHexBitmapBytes; ++at) {
        for (char const wrong : {'G', 'g', ' ', '/', ':', '@', '`', '\0', '\xff'}) {
            std::string text = "723C448028E09200";
            text[at] = wrong;
            std::uint64_t word = 77;
            EXPECT_FALSE(load_hex_bitmap(as_bytes(text).data(), word));
            EXPECT_EQ(word, 77U);
        }
    }
}

}  // namespace
}  // namespace turnout::wire
