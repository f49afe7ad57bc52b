#include "tools/cli/message/hex_text.hpp"

#include "tests/support/bytes.hpp"

#include <string>

#include <gtest/gtest.h>

namespace turnout::cli::message {
namespace {

std::string hex(std::vector<std::byte> const& bytes)
{
    std::string text;
    for (auto const byte : bytes) {
        text += "0123456789abcdef"[static_cast<unsigned>(byte) >> 4U];
        text += "0123456789abcdef"[static_cast<unsigned>(byte) & 15U];
    }
    return text;
}

TEST(HexText, SeparatorsAreSkippedBetweenBytes)
{
    for (auto const* text :
         {"0100a2ff30", "01 00 A2 ff 30", "0x0100a2ff30", "01:00:a2:FF:30", "01-00-a2-ff-30",
          "01,00,a2,ff,30", "  0100 a2ff 30  ", "0100a2ff 30"}) {
        std::vector<std::byte> bytes;
        EXPECT_TRUE(append_hex(text, bytes).ok()) << text;
        EXPECT_EQ(hex(bytes), "0100a2ff30") << text;
    }
}

TEST(HexText, AProblemNamesItsCharacter)
{
    struct Row {
        char const* text;
        std::size_t at;
    };
    for (auto const& row : {Row{"0100zz", 4}, Row{"01 0", 3}, Row{"0100112233x4", 10},
                            Row{"123", 2}, Row{"0 1", 0}, Row{"01\xff", 2}}) {
        std::vector<std::byte> bytes;
        auto const problem = append_hex(row.text, bytes);
        EXPECT_FALSE(problem.ok()) << row.text;
        EXPECT_EQ(problem.at, row.at) << row.text;
    }
}

TEST(HexText, LinesOfDumpsHaveAnOffsetAndCharacters)
{
    struct Row {
        char const* line;
        std::uint64_t offset;
        char const* bytes;
    };
    for (auto const& row :
         {Row{"00000000  30 31 30 30 72 20 00 00  80 08 00 00 10 61 62 63  |0100r ...ab|", 0,
              "3031303072200000800800001061 6263"},
          Row{"00000010: 3031 3030 7220 0000 41                 0100r ..A", 16,
              "303130307220000041"},
          Row{"0020   30 31 41 42   01AB", 32, "30314142"}, Row{"00000030", 48, ""},
          Row{"00000000  61 62                                             |ab|", 0, "6162"}}) {
        std::vector<std::byte> bytes;
        auto const line = append_dump_line(row.line, bytes);
        ASSERT_TRUE(line.has_value()) << row.line;
        EXPECT_EQ(line->offset, row.offset);
        std::string wanted;
        for (auto const* c = row.bytes; *c != 0; ++c)
            if (*c != ' ') wanted += *c;
        EXPECT_EQ(hex(bytes), wanted) << row.line;
    }
    std::vector<std::byte> bytes;
    EXPECT_TRUE(append_dump_line("*", bytes)->repeats);
    EXPECT_FALSE(append_dump_line("hello", bytes).has_value());
}

TEST(HexText, LayoutIsSeenFromTheFirstLines)
{
    std::string const message(96, '1');
    EXPECT_EQ(layout_of("0200" + message + "\n0200" + message + "\n"), HexLayout::lines);
    EXPECT_EQ(layout_of("0100" + message + "\n3344" + message + "\n1122\n"), HexLayout::paragraphs);
    EXPECT_EQ(layout_of("0100" + message + "\n3344" + message + "55\n"), HexLayout::lines);
    EXPECT_EQ(layout_of("00000000  30 31 30 30\n"), HexLayout::dump);
    EXPECT_EQ(layout_of("0100\n"), HexLayout::lines);
}

TEST(HexText, TheFirstLineSaysWhetherItIsHex)
{
    EXPECT_TRUE(looks_like_hex("# a comment\n\n0100 aabb\nzz\n"));
    EXPECT_TRUE(looks_like_hex("00000000: 3031 3030  0100\n"));
    EXPECT_FALSE(looks_like_hex("\x01\x02\x03"));
    EXPECT_FALSE(looks_like_hex("hello"));
    EXPECT_FALSE(looks_like_hex(""));
}

}  // namespace
}  // namespace turnout::cli::message
