#include "protocol/iso8583/message_builder.hpp"

#include "tests/support/bytes.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

using Steps = std::function<void(MessageBuilder&)>;

struct Built {
    DecodeError error;
    std::string hex;
};

Built build(Dialect const& dialect, Steps const& steps, bool secondary = false,
            std::size_t room_bytes = 4096)
{
    test::Bytes out(room_bytes);
    MessageBuilder builder{dialect, out, Mti{200}, secondary};
    steps(builder);
    auto const done = builder.finish();
    if (!done.has_value()) return {done.error(), {}};
    return {{}, test::to_hex(ByteView{out}.first(*done))};
}

std::string bcd(Steps const& steps)
{
    return build(dialect_1987_binary(), steps).hex;
}
std::string ascii(Steps const& steps)
{
    return std::string{as_text(test::from_hex(build(dialect_1987_ascii(), steps).hex))};
}

void expect_error(Steps const& steps, Errc code, unsigned de, bool secondary = false)
{
    for (auto const* dialect : {&dialect_1987_binary(), &dialect_1987_ascii()}) {
        auto const built = build(*dialect, steps, secondary);
        EXPECT_EQ(meaning(built.error.code), meaning(code)) << dialect->name;
        EXPECT_EQ(built.error.de, de);
    }
}

TEST(MessageBuilder, EmptyMessageIsMtiAndBitmap)
{
    auto const nothing = [](MessageBuilder&) {};
    EXPECT_EQ(bcd(nothing), "02000000000000000000");
    EXPECT_EQ(ascii(nothing), "02000000000000000000");
    EXPECT_EQ(build(dialect_1987_binary(), nothing, true).hex,
              "020080000000000000000000000000000000");
}

TEST(MessageBuilder, NumbersFillTheirField)
{
    auto const steps = [](MessageBuilder& b) {
        b.number(2, 4761739001010010);
        b.number(4, 12345);
        b.number(19, 442);
        b.number(39, 5);
        b.number(49, 978);
    };
    EXPECT_EQ(bcd(steps),
              "02005000200002008000"
              "164761739001010010"
              "000000012345"
              "0442"
              "3035"
              "393738");
    EXPECT_EQ(ascii(steps),
              "02005000200002008000"
              "164761739001010010"
              "000000012345"
              "442"
              "05"
              "978");
    EXPECT_EQ(bcd([](MessageBuilder& b) { b.number(32, 0); }),
              "02000000000100000000"
              "0100");
}

TEST(MessageBuilder, LongNumbersArePaddedToTheirField)
{
    auto const built = build(
        dialect_1987_binary(), [](MessageBuilder& b) { b.number(90, ~0ULL); }, true);
    EXPECT_EQ(built.hex,
              "0200800000000000000000000040"
              "00000000" +
                  std::string(22, '0') + "18446744073709551615");
}

TEST(MessageBuilder, TextIsPaddedOrPacked)
{
    auto const steps = [](MessageBuilder& b) {
        b.text(3, "123");
        b.text(28, "D00000042");
        b.text(35, "12345=99");
        b.text(41, "TERM");
        b.text(52, "a1b2c3d4e5f60718");
    };
    EXPECT_EQ(bcd(steps),
              "02002000001020801000"
              "000123"
              "4400000042"
              "0812345D99"
              "5445524D20202020"
              "A1B2C3D4E5F60718");
    EXPECT_EQ(ascii(steps),
              "02002000001020801000"
              "000123"
              "D00000042"
              "0812345=99"
              "TERM    "
              "A1B2C3D4E5F60718");
    EXPECT_EQ(bcd([](MessageBuilder& b) { b.text(35, "123D4"); }),
              "02000000000020000000"
              "050123D4");
    EXPECT_EQ(bcd([](MessageBuilder& b) { b.text(2, ""); }),
              "02004000000000000000"
              "00");
}

TEST(MessageBuilder, BytesAreRawOrHexAsTheDialectHasThem)
{
    auto const chip = test::from_hex("9F3602A1B2");
    auto const block = test::from_hex("0011223344556677");
    auto const steps = [&](MessageBuilder& b) {
        b.bytes(52, block);
        b.bytes(55, chip);
    };
    EXPECT_EQ(bcd(steps),
              "02000000000000001200"
              "0011223344556677"
              "00059F3602A1B2");
    EXPECT_EQ(ascii(steps),
              "02000000000000001200"
              "0011223344556677"
              "010"
              "9F3602A1B2");
}

TEST(MessageBuilder, WireCopiesAndIgnoresAbsentFields)
{
    auto const pan = test::from_hex("0412345678");
    auto const steps = [&](MessageBuilder& b) {
        b.wire(2, ByteView{pan}.first(3));
        b.wire(3, {});
    };
    EXPECT_EQ(bcd(steps),
              "02004000000000000000"
              "041234");
    expect_error([&](MessageBuilder& b) { b.wire(42, ByteView{pan}); }, Errc::wrong_length, 42);
}

TEST(MessageBuilder, OrderIsAscending)
{
    expect_error(
        [](MessageBuilder& b) {
            b.number(11, 1);
            b.number(4, 1);
        },
        Errc::field_order, 4);
    expect_error(
        [](MessageBuilder& b) {
            b.number(11, 1);
            b.number(11, 1);
        },
        Errc::field_order, 11);
}

TEST(MessageBuilder, FieldMustExist)
{
    expect_error([](MessageBuilder& b) { b.number(0, 1); }, Errc::unknown_field, 0);
    expect_error([](MessageBuilder& b) { b.text(1, "1"); }, Errc::unknown_field, 1);
    expect_error([](MessageBuilder& b) { b.bytes(129, {}); }, Errc::unknown_field, 129);
    expect_error([](MessageBuilder& b) { b.wire(129, as_bytes("1")); }, Errc::unknown_field, 129);
    expect_error([](MessageBuilder& b) { b.number(70, 301); }, Errc::bad_bitmap, 70);
    expect_error([](MessageBuilder& b) { b.number(70, 301); }, Errc::ok, 0, true);
}

TEST(MessageBuilder, ValuesMustFitTheirField)
{
    expect_error([](MessageBuilder& b) { b.number(3, 1'000'000); }, Errc::wrong_length, 3);
    expect_error([](MessageBuilder& b) { b.number(32, 100'000'000'000); }, Errc::wrong_length, 32);
    expect_error([](MessageBuilder& b) { b.text(41, "123456789"); }, Errc::wrong_length, 41);
    expect_error([](MessageBuilder& b) { b.text(2, "12345678901234567890"); }, Errc::wrong_length,
                 2);
    expect_error([](MessageBuilder& b) { b.text(52, "00112233445566"); }, Errc::wrong_length, 52);
    expect_error([](MessageBuilder& b) { b.text(52, "001122334455667"); }, Errc::wrong_length, 52);
    expect_error([](MessageBuilder& b) { b.text(28, "C1"); }, Errc::wrong_length, 28);
    expect_error([](MessageBuilder& b) { b.bytes(52, as_bytes("1234567")); }, Errc::wrong_length,
                 52);
    test::Bytes const big(1000);
    expect_error([&](MessageBuilder& b) { b.bytes(55, big); }, Errc::wrong_length, 55);
}

TEST(MessageBuilder, ValuesMustHaveTheirFieldsClass)
{
    expect_error([](MessageBuilder& b) { b.text(3, "12345x"); }, Errc::bad_digits, 3);
    expect_error([](MessageBuilder& b) { b.text(41, "a\tb"); }, Errc::bad_character, 41);
    expect_error([](MessageBuilder& b) { b.text(41, "a\xc3\xa9"); }, Errc::bad_character, 41);
    expect_error([](MessageBuilder& b) { b.text(52, "x011223344556677"); }, Errc::bad_digits, 52);
    expect_error([](MessageBuilder& b) { b.text(28, "E00000001"); }, Errc::bad_sign, 28);
    expect_error([](MessageBuilder& b) { b.text(28, "C0000000D"); }, Errc::bad_digits, 28);
    expect_error([](MessageBuilder& b) { b.number(52, 1); }, Errc::bad_digits, 52);
    expect_error([](MessageBuilder& b) { b.number(28, 1); }, Errc::bad_digits, 28);
    expect_error([](MessageBuilder& b) { b.bytes(3, as_bytes("123")); }, Errc::bad_character, 3);
    auto const track = build(dialect_1987_binary(), [](MessageBuilder& b) { b.text(35, "12A4"); });
    EXPECT_EQ(track.error.code, Errc::bad_digits);
}

TEST(MessageBuilder, FirstErrorStays)
{
    expect_error(
        [](MessageBuilder& b) {
            b.text(41, "much too long");
            b.number(3, 1);
            b.text(39, "x");
        },
        Errc::wrong_length, 41);
}

TEST(MessageBuilder, MtiHasFourDigits)
{
    test::Bytes out(100);
    MessageBuilder builder{dialect_1987_binary(), out, Mti{10'000}};
    EXPECT_EQ(builder.finish().error().code, Errc::bad_mti);
}

// Every buffer that is too small is reported, and never written behind its end.
TEST(MessageBuilder, RoomIsRespectedAtEveryByte)
{
    auto const wire = test::from_hex("021234");
    auto const steps = [&](MessageBuilder& b) {
        b.number(4, 12345);
        b.text(41, "TERMINAL");
        b.text(48, "some more text");
        b.bytes(55, wire);
        b.wire(99, wire);
    };
    for (auto const* dialect : {&dialect_1987_binary(), &dialect_1987_ascii()}) {
        auto const needed = build(*dialect, steps, true).hex.size() / 2;
        for (std::size_t room = 0; room < needed; ++room)
            ASSERT_EQ(build(*dialect, steps, true, room).error.code, Errc::no_room) << room;
        EXPECT_TRUE(build(*dialect, steps, true, needed).error.ok());
    }
}

}  // namespace
}  // namespace turnout::iso8583
