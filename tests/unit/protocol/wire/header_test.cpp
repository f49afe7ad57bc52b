#include "protocol/wire/header.hpp"

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace turnout::wire {
namespace {

using test::Bytes;
using test::from_hex;
using test::to_hex;

std::string answer(HeaderTemplate const& header, ByteView request, std::size_t message_bytes = 0,
                   bool swap = true)
{
    Bytes out(header.bytes);
    EXPECT_EQ(write_answer_header(header, request, message_bytes, swap, out), header.bytes);
    return to_hex(out);
}

HeaderTemplate custom(std::string_view text)
{
    auto const header = parse_header_template(text);
    if (!header.has_value()) throw std::invalid_argument{std::string(header.error().reason)};
    return *header;
}

TEST(Header, BuiltInOnesHaveTheirSizes)
{
    std::string sizes;
    for (auto const* const header : header_templates()) {
        sizes += std::string(header->name.view()) + "=" + std::to_string(header->bytes) + " ";
        EXPECT_EQ(find_header_template(header->name.view()), header);
        EXPECT_EQ(header_size(*header, header->initial), std::size_t{header->bytes});
        unsigned at = 0;  // pieces lie side by side
        for (auto const& piece : header->parts()) {
            EXPECT_EQ(piece.at, at);
            at += piece.bytes;
            EXPECT_FALSE(piece.name.view().empty());
        }
        EXPECT_EQ(at, header->bytes);
    }
    EXPECT_EQ(sizes, "tpdu=5 base1=22 base24=12 d8=21 unionpay=11 ");
    EXPECT_EQ(find_header_template("tpd"), nullptr);
    EXPECT_EQ(find_header_template(""), nullptr);
}

TEST(Header, TpduIsSwappedInTheAnswer)
{
    auto const tpdu = from_hex("6000030000");
    EXPECT_EQ(to_hex(header_piece(kTpduHeader, tpdu, "destination")), "0003");
    EXPECT_EQ(to_hex(header_piece(kTpduHeader, tpdu, "source")), "0000");
    EXPECT_EQ(answer(kTpduHeader, tpdu), "6000000003");
    EXPECT_EQ(answer(kTpduHeader, tpdu, 0, false), "6000030000");
    EXPECT_EQ(answer(kTpduHeader, from_hex("6812345678")), "6856781234");
}

TEST(Header, UnionPayKeepsItsOwnPartAndSwapsTheTpdu)
{
    auto const header = from_hex(
        "6000030000"
        "603100310100");
    EXPECT_EQ(to_hex(header_piece(kUnionPayHeader, header, "application")), "60");
    EXPECT_EQ(to_hex(header_piece(kUnionPayHeader, header, "software")), "310100");
    EXPECT_EQ(answer(kUnionPayHeader, header),
              "6000000003"
              "603100310100");
}

TEST(Header, Base1SwapsStationsAndWritesTheTotalLength)
{
    auto const request = from_hex(
        "16"
        "01"
        "02"
        "0100"
        "111111"
        "222222"
        "00"
        "0001"
        "000002"
        "07"
        "000000"
        "09");
    EXPECT_EQ(header_size(kBase1Header, request), 22U);
    EXPECT_EQ(to_hex(header_piece(kBase1Header, request, "total-length")), "0100");
    EXPECT_EQ(to_hex(header_piece(kBase1Header, request, "destination")), "111111");
    // 22 + 300 = 0142
    EXPECT_EQ(answer(kBase1Header, request, 300),
              "16"
              "01"
              "02"
              "0142"
              "222222"
              "111111"
              "00"
              "0001"
              "000002"
              "07"
              "000000"
              "09");
    EXPECT_EQ(base1_reject_code(request), std::nullopt);
}

TEST(Header, Base1AnswersHaveOneHeader)
{
    auto const two = from_hex(
        "16"
        "81"
        "02"
        "0100"
        "111111"
        "222222"
        "00"
        "0001"
        "000002"
        "07"
        "000000"
        "09"
        "16010200190000000000000000000000000000000000");
    ASSERT_EQ(header_size(kBase1Header, two), 44U);
    auto const one = answer(kBase1Header, two, 1);
    EXPECT_EQ(one.substr(0, 6), "160102");
    EXPECT_EQ(header_size(kBase1Header, from_hex(one)), 22U);
}

TEST(Header, Base1RejectIsReadWithTheOldHeader)
{
    auto reject = from_hex(
        "1A0102003300000000000000000000000000000000008000"
        "0519"
        "16010200190000000000000000000000000000000000"
        "AA");
    EXPECT_EQ(header_size(kBase1Header, reject), 48U);
    EXPECT_EQ(base1_reject_code(reject), 519U);
    for (std::size_t bytes = 0; bytes < 48; ++bytes) {
        Bytes const exact(reject.begin(), reject.begin() + static_cast<std::ptrdiff_t>(bytes));
        EXPECT_EQ(header_size(kBase1Header, exact), std::nullopt) << bytes;
    }
    reject[22] = std::byte{0};  // the reject bit is not set
    EXPECT_EQ(base1_reject_code(reject), std::nullopt);
    reject[22] = std::byte{0x80};
    reject[25] = std::byte{0x0A};
    EXPECT_EQ(base1_reject_code(reject), std::nullopt);
    reject[0] = std::byte{0x17};
    EXPECT_EQ(header_size(kBase1Header, reject), std::nullopt);
}

TEST(Header, Base24HasSixPieces)
{
    auto const header = test::from_text("ISO025000055");
    EXPECT_EQ(header_size(kBase24Header, header), 12U);
    EXPECT_EQ(as_text(header_piece(kBase24Header, header, "product")), "02");
    EXPECT_EQ(as_text(header_piece(kBase24Header, header, "release")), "50");
    EXPECT_EQ(as_text(header_piece(kBase24Header, header, "status")), "000");
    EXPECT_EQ(as_text(header_piece(kBase24Header, header, "originator")), "5");
    EXPECT_EQ(as_text(header_piece(kBase24Header, header, "responder")), "5");
    EXPECT_EQ(answer(kBase24Header, header), to_hex(header));
    EXPECT_EQ(header_size(kBase24Header, test::from_text("XSO025000055")), std::nullopt);
}

TEST(Header, D8NamesTheFieldInError)
{
    auto const header = test::from_text("ISO8583-1993100003500");
    EXPECT_EQ(header_size(kD8Header, header), 21U);
    EXPECT_EQ(as_text(header_piece(kD8Header, header, "protocol")), "ISO8583-1993");
    EXPECT_EQ(as_text(header_piece(kD8Header, header, "field-in-error")), "035");
    EXPECT_TRUE(header_piece(kD8Header, header, "nothing").empty());
    EXPECT_TRUE(header_piece(kD8Header, ByteView(header).first(20), "unused").empty());
}

TEST(Header, AnswersAreOnlyWrittenWhole)
{
    for (auto const* const header : header_templates()) {
        Bytes small(header->bytes - 1U);
        EXPECT_EQ(write_answer_header(*header, {}, 0, true, small), 0U);
        Bytes out(header->bytes);
        EXPECT_EQ(write_answer_header(*header, small, 0, true, out), 0U);
    }
}

TEST(HeaderText, DescribesEveryBuiltInShape)
{
    auto const tpdu = custom("x'60' to:2=from from:2=to");
    EXPECT_EQ(tpdu.bytes, 5);
    EXPECT_EQ(answer(tpdu, from_hex("6012345678")), "6056781234");
    EXPECT_EQ(header_size(tpdu, from_hex("6112345678")), std::nullopt);

    auto const mixed = custom("'ISO' product:2 length:2# x'00FF'");
    EXPECT_EQ(mixed.bytes, 9);
    EXPECT_EQ(answer(mixed, {}, 1), to_hex(from_hex("49534F"
                                                    "0000"
                                                    "000A"
                                                    "00FF")));
    auto const request = from_hex(
        "49534F"
        "3132"
        "0000"
        "00FF");
    EXPECT_EQ(answer(mixed, request, 256),
              "49534F"
              "3132"
              "0109"
              "00FF");
    EXPECT_EQ(as_text(header_piece(mixed, request, "product")), "12");
}

TEST(HeaderText, ErrorsNameThePlace)
{
    struct Row {
        char const* text;
        unsigned at;
    };
    constexpr Row kRows[] = {
        {"", 0},         {"   ", 3},    {"a", 1},
        {"a:", 2},       {"a:0", 3},    {"a:49", 4},
        {"a:40 b:9", 8}, {"'ISO", 4},   {"''", 2},
        {"x'0'", 4},     {"x'0G'", 5},  {"a:2 a:2", 5},
        {"a:2=b", 5},    {"a:2=a", 5},  {"a:2=b b:3=a", 11},
        {"a:2'x'", 3},   {"'x'a:2", 3}, {"abcdefghijklmnop:2", 16},
    };
    for (auto const& row : kRows) {
        auto const header = parse_header_template(row.text);
        ASSERT_FALSE(header.has_value()) << row.text;
        EXPECT_EQ(header.error().at, row.at) << row.text << ": " << header.error().reason;
        EXPECT_FALSE(header.error().reason.empty());
    }
    std::string many;
    for (int i = 0; i < 17; ++i)
        many += "p" + std::to_string(i) + ":1 ";
    EXPECT_FALSE(parse_header_template(many).has_value());
}

}  // namespace
}  // namespace turnout::wire
