#include "protocol/wire/ebcdic.hpp"

#include "protocol/wire/bitmap.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace turnout::wire {
namespace {

std::string ascii_of(CodePage page, std::string_view hex)
{
    std::string text;
    for (auto const byte : test::from_hex(hex))
        text += static_cast<char>(latin1_of_ebcdic(page)[static_cast<std::size_t>(byte)]);
    return text;
}

TEST(Ebcdic, LettersAndDigitsAreTheSameInAllPages)
{
    for (auto const page : {CodePage::ibm_037, CodePage::ibm_500, CodePage::ibm_1047})
        EXPECT_EQ(ascii_of(page, "C1C9D1D9E2E981899199A2A9F0F94060"), "AIJRSZaijrsz09 -");
}

TEST(Ebcdic, PagesDifferInTheirSigns)
{
    EXPECT_EQ(ascii_of(CodePage::ibm_037, "BABBB05A4F"), "[]^!|");
    EXPECT_EQ(ascii_of(CodePage::ibm_500, "4A5A5F4FBB"), "[]^!|");
    EXPECT_EQ(ascii_of(CodePage::ibm_1047, "ADBD5F5A4F"), "[]^!|");
}

TEST(Ebcdic, EveryByteComesBack)
{
    for (auto const page : {CodePage::ibm_037, CodePage::ibm_500, CodePage::ibm_1047})
        for (std::size_t byte = 0; byte < 256; ++byte)
            EXPECT_EQ(ebcdic_of_latin1(page)[latin1_of_ebcdic(page)[byte]], byte);
}

TEST(Ebcdic, GraphicCharactersAreFrom40ToFE)
{
    for (unsigned byte = 0; byte < 256; ++byte) {
        auto const good = byte >= 0x40 && byte != 0xff;
        // In every place, with neighbours that are wrong and right.
        for (unsigned place = 0; place < 8; ++place)
            for (std::uint64_t const around :
                 {std::uint64_t{0}, 0x40 * kEveryByte, ~std::uint64_t{0}}) {
                auto const shift = 8U * place;
                auto const word = (around & ~(std::uint64_t{0xff} << shift)) | std::uint64_t{byte}
                                                                                   << shift;
                EXPECT_EQ((not_graphic_ebcdic(word) >> shift & 0xff) == 0, good) << byte;
            }
        auto const is_digit = byte >= 0xf0 && byte <= 0xf9;
        EXPECT_EQ(not_ebcdic_digits(byte * kEveryByte) == 0, is_digit) << byte;
    }
}

TEST(Ebcdic, BitmapsInHexOfEveryKind)
{
    std::uint64_t word = 0;
    auto const upper = test::from_hex("F8F2F2F0F0F0F0F0F0F8F0C1F0F0F0C6");
    auto const lower = test::from_hex("F8F2F2F0F0F0F0F0F0F8F081F0F0F086");
    ASSERT_TRUE(load_ebcdic_bitmap(upper.data(), word));
    auto const expected = word;
    word = 0;
    ASSERT_TRUE(load_ebcdic_bitmap(lower.data(), word));
    EXPECT_EQ(word, expected);
    std::array<std::byte, 16> out{};
    store_ebcdic_bitmap(out.data(), word);
    EXPECT_EQ(test::to_hex(out), test::to_hex(upper));
    store_lower_hex_bitmap(out.data(), word);
    EXPECT_EQ(as_text(out), "82200000080a000f");
    auto const bad = test::from_hex("F8F2F2F0F0F0F0F0F0F8F0C7F0F0F0C6");
    EXPECT_FALSE(load_ebcdic_bitmap(bad.data(), word));
}

}  // namespace
}  // namespace turnout::wire
