#include "protocol/wire/tlv.hpp"

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace turnout::wire {
namespace {

using test::Bytes;
using test::from_hex;
using test::to_hex;

TlvError error_of(std::string_view hex, TlvPadding padding = TlvPadding::zero_and_ff)
{
    return check_tlv(from_hex(hex), padding);
}

// "9F02=0000 9A=26": tags and values of one level.
std::string listing(ByteView bytes)
{
    std::string text;
    TlvReader reader(bytes);
    for (Tlv tlv; reader.next(tlv);) {
        if (!text.empty()) text += ' ';
        text += to_hex(tlv.head.first(tlv.head.size() - 1)) + "=" + to_hex(tlv.value);
    }
    return text;
}

Bytes rewritten(ByteView bytes)
{
    Bytes out(bytes.size());
    TlvWriter writer(out);
    TlvReader reader(bytes);
    for (Tlv tlv; reader.next(tlv);)
        writer.copy(tlv.wire());
    writer.copy(reader.trailing());
    EXPECT_EQ(writer.finish(), TlvErrc::ok);
    out.resize(writer.size_bytes());
    return out;
}

TEST(Tlv, ReadsTagsOfOneToFourBytes)
{
    auto const bytes = from_hex(
        "9A03260704"
        "9F0206000000001000"
        "DF812901AA"
        "DF81810102BBCC");
    TlvReader reader(bytes);
    Tlv tlv;
    std::vector<std::uint32_t> tags;
    std::vector<std::uint32_t> offsets;
    while (reader.next(tlv)) {
        tags.push_back(tlv.tag);
        offsets.push_back(tlv.offset_bytes);
    }
    EXPECT_EQ(tags, (std::vector<std::uint32_t>{0x9A, 0x9F02, 0xDF8129, 0xDF818101}));
    EXPECT_EQ(offsets, (std::vector<std::uint32_t>{0, 5, 14, 19}));
    EXPECT_TRUE(reader.error().ok());
    EXPECT_EQ(to_hex(tlv.value), "BBCC");
}

TEST(Tlv, ReadsEveryFormOfLength)
{
    for (auto const* const head : {"9A02", "9A8102", "9A820002", "9A83000002", "9A8400000002"}) {
        auto const bytes = from_hex(std::string(head) + "1234");
        TlvReader reader(bytes);
        Tlv tlv;
        ASSERT_TRUE(reader.next(tlv)) << head;
        EXPECT_EQ(to_hex(tlv.value), "1234") << head;
        EXPECT_EQ(rewritten(bytes), bytes);
    }
}

TEST(Tlv, PaddingIsSkippedAndWrittenAgain)
{
    auto const bytes = from_hex("00FF9A01AA0000FF9C01BB0000");
    EXPECT_EQ(listing(bytes), "9A=AA 9C=BB");
    EXPECT_EQ(rewritten(bytes), bytes);
    // Nothing but padding, and nothing at all.
    EXPECT_TRUE(error_of("0000FF").ok());
    EXPECT_EQ(rewritten(from_hex("0000FF")), from_hex("0000FF"));
    EXPECT_TRUE(error_of("").ok());
}

TEST(Tlv, TagsThatBeginWithFFAreReadWhereOnlyZeroIsPadding)
{
    auto const bytes = from_hex("FF810601AA009A01BB");
    TlvReader reader(bytes, TlvPadding::zero);
    Tlv tlv;
    ASSERT_TRUE(reader.next(tlv));
    EXPECT_EQ(tlv.tag, 0xFF8106U);
    EXPECT_TRUE(tlv.constructed());
    ASSERT_TRUE(reader.next(tlv));
    EXPECT_EQ(tlv.tag, 0x9AU);
}

TEST(Tlv, EveryErrorNamesItsPlace)
{
    struct Row {
        char const* hex;
        TlvErrc code;
        unsigned offset;
    };
    constexpr Row kRows[] = {
        {"9F", TlvErrc::truncated, 1},
        {"9F02", TlvErrc::truncated, 2},
        {"9F0210", TlvErrc::truncated, 3},
        {"9F02060000", TlvErrc::truncated, 5},
        {"9F02060000000010009F", TlvErrc::truncated, 10},
        {"9F02060000000010009F03", TlvErrc::truncated, 11},
        {"9F0206000000001000C1", TlvErrc::truncated, 10},
        {"9F02060000000010009F03060000000000009F1A0208409F2608", TlvErrc::truncated, 26},
        {"DF0188FFFFFFFFFFFFFFFF", TlvErrc::length_overflow, 2},
        {"DF0185000000000100", TlvErrc::length_overflow, 2},
        {"DF0184FFFFFFFF00", TlvErrc::truncated, 8},
        {"DF018400", TlvErrc::truncated, 4},
        {"9F0280112233", TlvErrc::indefinite_length, 2},
        {"9A01AA9FFFFFFFFFFF01020304", TlvErrc::bad_tag, 3},
        {"9FFFFFFF", TlvErrc::bad_tag, 0},
        {"9FFFFF", TlvErrc::truncated, 3},
    };
    for (auto const& row : kRows) {
        auto const error = error_of(row.hex);
        EXPECT_EQ(error.code, row.code) << row.hex << ": " << meaning(error.code);
        EXPECT_EQ(error.offset_bytes, row.offset) << row.hex;
    }
}

TEST(Tlv, ElementsInFrontOfAnErrorStayReadable)
{
    auto const bytes = from_hex("9A01AA9C05BB");
    TlvReader reader(bytes);
    Tlv tlv;
    ASSERT_TRUE(reader.next(tlv));
    EXPECT_EQ(tlv.tag, 0x9AU);
    EXPECT_FALSE(reader.next(tlv));
    EXPECT_EQ(tlv.tag, 0x9AU);
    EXPECT_FALSE(reader.next(tlv));  // it stays at the error
    EXPECT_EQ(reader.error().code, TlvErrc::truncated);
    EXPECT_EQ(to_hex(reader.trailing()), "9C05BB");
}

// Every cut of a whole list is either read up to an element's end or refused, never more.
TEST(Tlv, EveryCutIsRefusedOrEndsAtAnElement)
{
    auto const whole = from_hex(
        "9A0326070400"
        "9F0206000000001000"
        "71079F18041122334472028600");
    for (std::size_t bytes = 0; bytes <= whole.size(); ++bytes) {
        Bytes const exact(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes));
        auto const at_an_end =
            bytes == 0 || bytes == 5 || bytes == 6 || bytes == 15 || bytes == 24 || bytes == 28;
        EXPECT_EQ(check_tlv(exact).ok(), at_an_end) << bytes;
    }
}

TEST(Tlv, WalksConstructedElementsWithDepthAndOffset)
{
    auto const bytes = from_hex("6F0A8402A0005004564953419A01AA");
    std::string seen;
    auto const error = walk_tlv(bytes, [&](Tlv const& tlv, unsigned depth) {
        seen += std::to_string(depth) + "@" + std::to_string(tlv.offset_bytes) + ":" +
                to_hex(tlv.head.first(1)) + " ";
    });
    EXPECT_TRUE(error.ok());
    EXPECT_EQ(seen, "0@0:6F 1@2:84 1@6:50 0@12:9A ");
}

TEST(Tlv, AnErrorInsideIsReportedFromTheFirstByte)
{
    auto const error = error_of(
        "9A01AA"
        "7106"
        "9F1804112233");
    EXPECT_EQ(error.code, TlvErrc::truncated);
    EXPECT_EQ(error.offset_bytes, 11U);
}

TEST(Tlv, NestingIsBounded)
{
    Bytes bytes;
    for (unsigned level = 0; level < kTlvDepthMax - 1; ++level) {
        Bytes outer{std::byte{0x71}, static_cast<std::byte>(bytes.size())};
        outer.insert(outer.end(), bytes.begin(), bytes.end());
        bytes = outer;
        EXPECT_TRUE(check_tlv(bytes).ok()) << level;
    }
    bytes.insert(bytes.begin(), {std::byte{0x71}, static_cast<std::byte>(bytes.size())});
    EXPECT_EQ(check_tlv(bytes).code, TlvErrc::too_deep);
}

TEST(Tlv, FindsATag)
{
    auto const bytes = from_hex("9A01AA9F360200079C01BB");
    Tlv tlv;
    ASSERT_TRUE(find_tlv(bytes, 0x9F36, tlv));
    EXPECT_EQ(to_hex(tlv.value), "0007");
    EXPECT_FALSE(find_tlv(bytes, 0x9F37, tlv));
    EXPECT_EQ(tlv.tag, 0x9F36U);
}

TEST(TlvWriter, WritesWhatTheReaderReads)
{
    for (std::size_t const value_bytes : {0U, 1U, 127U, 128U, 255U, 256U, 65'535U, 65'536U}) {
        Bytes const value(value_bytes, std::byte{0x5a});
        Bytes out(value_bytes + 16);
        TlvWriter writer(out);
        writer.put(0x9F10, value);
        ASSERT_EQ(writer.finish(), TlvErrc::ok);
        Bytes const exact(out.begin(),
                          out.begin() + static_cast<std::ptrdiff_t>(writer.size_bytes()));
        TlvReader reader(exact);
        Tlv tlv;
        ASSERT_TRUE(reader.next(tlv)) << value_bytes;
        EXPECT_EQ(tlv.tag, 0x9F10U);
        EXPECT_TRUE(std::equal(tlv.value.begin(), tlv.value.end(), value.begin(), value.end()));
        EXPECT_TRUE(reader.trailing().empty());
    }
}

TEST(TlvWriter, ConstructedLengthsAreMadeWhenClosed)
{
    for (std::size_t const value_bytes : {1U, 100U, 130U, 300U}) {
        Bytes const value(value_bytes, std::byte{0x11});
        Bytes out(value_bytes + 32);
        TlvWriter writer(out);
        writer.open(0x71);
        writer.open(0xBF0C);
        writer.put(0x9F18, value);
        writer.close();
        writer.put(0x86, {});
        writer.close();
        ASSERT_EQ(writer.finish(), TlvErrc::ok);
        out.resize(writer.size_bytes());
        std::string seen;
        auto const error = walk_tlv(out, [&](Tlv const& tlv, unsigned depth) {
            seen += std::to_string(depth) + ":" + std::to_string(tlv.tag) + " ";
            EXPECT_EQ(tlv.value.size() == value_bytes, tlv.tag == 0x9F18);
        });
        EXPECT_TRUE(error.ok()) << value_bytes;
        EXPECT_EQ(seen, "0:113 1:48908 2:40728 1:134 ");
    }
}

// The buffer shrinks byte by byte: every step is refused, and nothing is written behind its end.
TEST(TlvWriter, NeverWritesBehindTheBuffer)
{
    auto const write = [](ByteSpan out) {
        TlvWriter writer(out);
        writer.open(0x71);
        writer.put(0x9F18, as_bytes("1234"));
        writer.put(0x86, Bytes(140));
        writer.close();
        return writer.finish();
    };
    std::size_t needed = 0;
    for (; needed < 400; ++needed) {
        Bytes exact(needed);
        auto const error = write(exact);
        if (error == TlvErrc::ok) break;
        EXPECT_EQ(error, TlvErrc::no_room) << needed;
    }
    EXPECT_EQ(needed, 3U + 7U + 3U + 140U);
}

TEST(TlvWriter, RefusesWhatIsNoTagAndWhatIsNotClosed)
{
    Bytes out(64);
    for (std::uint32_t const tag : {0U, 0xFFU, 0x9FU, 0x9A02U, 0x9F8181U, 0x9F818181U}) {
        TlvWriter writer(out);
        writer.put(tag, {});
        EXPECT_EQ(writer.finish(), TlvErrc::bad_tag) << tag;
        EXPECT_EQ(writer.size_bytes(), 0U);
    }
    TlvWriter unclosed(out);
    unclosed.open(0x71);
    EXPECT_EQ(unclosed.finish(), TlvErrc::not_open);
    TlvWriter unopened(out);
    unopened.close();
    EXPECT_EQ(unopened.finish(), TlvErrc::not_open);
    TlvWriter deep(out);
    for (unsigned level = 0; level < kTlvDepthMax; ++level)
        deep.open(0x71);
    EXPECT_EQ(deep.finish(), TlvErrc::too_deep);
}

}  // namespace
}  // namespace turnout::wire
