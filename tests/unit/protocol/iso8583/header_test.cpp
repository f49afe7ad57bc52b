#include "protocol/iso8583/header.hpp"

#include "protocol/iso8583/dialect_buffer.hpp"
#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/result.hpp"

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

using test::from_hex;
using test::to_hex;

DialectBuffer with_header(std::vector<DialectSource::Header> const& pieces)
{
    auto source = source_of(dialect_1987_binary());
    source.header = pieces;
    return DialectBuffer{source};
}

std::string fault_of(Dialect const& dialect, test::Bytes const& message)
{
    MessageView view;
    auto const error = view.decode(dialect, message);
    return std::string{meaning(error.code)} + " " + std::to_string(error.de) + " " +
           std::to_string(error.offset_bytes);
}

std::string fault(Errc code, unsigned at)
{
    return std::string{meaning(code)} + " 0 " + std::to_string(at);
}

TEST(Header, PiecesAreCheckedOneByOne)
{
    auto const own = with_header({{HeaderKind::constant, 3, "", "ISO"},
                                  {HeaderKind::digits, 2, "product", ""},
                                  {HeaderKind::bcd, 2, "network", ""},
                                  {HeaderKind::text, 2, "note", ""}});
    auto const& dialect = own.dialect();
    auto const good = from_hex("49534F303212344F4B08000000000000000000");
    MessageView view;
    ASSERT_TRUE(view.decode(dialect, good).ok());
    EXPECT_EQ(view.mti(), Mti{800});
    EXPECT_EQ(as_text(header_piece(dialect, view.header(), 1)), "02");
    EXPECT_EQ(to_hex(header_piece(dialect, view.header(), 2)), "1234");
    EXPECT_EQ(as_text(header_piece(dialect, view.header(), 3)), "OK");
    EXPECT_TRUE(header_piece(dialect, view.header(), 4).empty());

    auto const changed = [&good](std::size_t at, std::byte to) {
        auto message = good;
        message[at] = to;
        return message;
    };
    EXPECT_EQ(fault_of(dialect, changed(2, std::byte{'X'})), fault(Errc::bad_header, 2));
    EXPECT_EQ(fault_of(dialect, changed(4, std::byte{'A'})), fault(Errc::bad_header, 4));
    EXPECT_EQ(fault_of(dialect, changed(6, std::byte{0x3a})), fault(Errc::bad_header, 6));
    EXPECT_EQ(fault_of(dialect, changed(8, std::byte{7})), fault(Errc::bad_header, 8));
    EXPECT_EQ(fault_of(dialect, from_hex("49534F30")), fault(Errc::truncated, 4));
    EXPECT_EQ(fault_of(dialect, from_hex("49534F303212344F4B08")), fault(Errc::truncated, 10));
    EXPECT_EQ(fault_of(dialect, from_hex("49534F303212344F4BFF000000000000000000")),
              fault(Errc::bad_mti, 9));
}

TEST(Header, AnswerHasTheAddressesOfATpduSwapped)
{
    auto const own =
        with_header({{HeaderKind::tpdu, 5, "TPDU", ""}, {HeaderKind::bytes, 2, "tail", ""}});
    test::Bytes out(7);
    auto const size = answer_header(own.dialect(), from_hex("6000031234ABCD"), out);
    EXPECT_EQ(test::value_of(size), 7U);
    EXPECT_EQ(to_hex(out), "6012340003ABCD");
    test::Bytes small(6);
    EXPECT_EQ(answer_header(own.dialect(), from_hex("6000031234ABCD"), small).error(),
              Errc::no_room);
}

TEST(Header, Base1LengthAndStations)
{
    auto const own = with_header({{HeaderKind::base1, 22, "BASE1", ""}});
    auto const& dialect = own.dialect();
    std::array<std::byte, 100> out{};
    MessageBuilder builder{dialect, out, Mti{800}};
    builder.number(11, 123);
    auto const size = test::value_of(builder.finish());
    EXPECT_EQ(size, 22U + 2 + 8 + 3);
    EXPECT_EQ(to_hex(ByteView{out}.first(5)), "1600000023");

    auto request = from_hex("1601020023112233445566");
    request.resize(22);
    test::Bytes answer(22);
    EXPECT_EQ(test::value_of(answer_header(dialect, request, answer)), 22U);
    EXPECT_EQ(to_hex(ByteView{answer}.first(11)), "1601020023445566112233");

    // A reject: 26 bytes, then the header of what was rejected.
    auto reject = from_hex("1A");
    reject.resize(26);
    reject.insert(reject.end(), request.begin(), request.end());
    auto const rest = from_hex("08000000000000000000");
    reject.insert(reject.end(), rest.begin(), rest.end());
    MessageView view;
    ASSERT_TRUE(view.decode(dialect, reject).ok());
    EXPECT_EQ(view.header().size(), 48U);
    EXPECT_EQ(test::value_of(answer_header(dialect, view.header(), answer)), 22U);
    EXPECT_EQ(to_hex(ByteView{answer}.first(11)), "1601020023445566112233");
    EXPECT_EQ(fault_of(dialect, from_hex("17")), fault(Errc::bad_header, 0));
}

TEST(Header, BuilderTakesOneOrWritesTheDefault)
{
    auto const own = with_header({{HeaderKind::constant, 3, "", "ISO"},
                                  {HeaderKind::digits, 2, "product", ""},
                                  {HeaderKind::text, 1, "note", ""},
                                  {HeaderKind::bytes, 2, "tail", "\x01\x02"}});
    std::array<std::byte, 30> out{};
    MessageBuilder by_default{own.dialect(), out, Mti{800}};
    EXPECT_EQ(test::value_of(by_default.finish()), 18U);
    EXPECT_EQ(to_hex(ByteView{out}.first(10)), "49534F30302001020800");
    auto const given = from_hex("49534F3939410304");
    MessageBuilder with{own.dialect(), out, Mti{810}, Bitmaps::primary, given};
    EXPECT_EQ(test::value_of(with.finish()), 18U);
    EXPECT_EQ(to_hex(ByteView{out}.first(10)), "49534F39394103040810");
    for (std::size_t room = 0; room < 18; ++room) {
        MessageBuilder small{own.dialect(), ByteSpan{out}.first(room), Mti{800}};
        EXPECT_EQ(small.finish().error().code, Errc::no_room) << room;
        MessageBuilder cut{own.dialect(), ByteSpan{out}.first(room), Mti{800}, Bitmaps::primary,
                           given};
        EXPECT_EQ(cut.finish().error().code, Errc::no_room) << room;
    }
}

}  // namespace
}  // namespace turnout::iso8583
