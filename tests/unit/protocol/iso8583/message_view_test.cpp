#include "protocol/iso8583/message_view.hpp"

#include "tests/support/bytes.hpp"
#include "tests/support/result.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

using test::from_hex;
using test::from_text;

struct Expected {
    Errc code;
    unsigned de;
    std::size_t offset_bytes;
};

void expect_error(Dialect const& dialect, test::Bytes const& frame, Expected expected)
{
    MessageView view;
    auto const error = view.decode(dialect, frame);
    EXPECT_EQ(meaning(error.code), meaning(expected.code)) << test::to_hex(frame);
    EXPECT_EQ(error.de, expected.de) << test::to_hex(frame);
    EXPECT_EQ(error.offset_bytes, expected.offset_bytes) << test::to_hex(frame);
}

// Spaces are for the reader.
void bcd_error(std::string hex, Expected expected)
{
    std::erase(hex, ' ');
    expect_error(dialect_1987_binary(), from_hex(hex), expected);
}
void ascii_error(std::string_view text, Expected expected)
{
    expect_error(dialect_1987_ascii(), from_text(text), expected);
}

TEST(MessageView, MtiMustBeFourDigits)
{
    bcd_error("", {Errc::truncated, 0, 0});
    bcd_error("08", {Errc::truncated, 0, 1});
    bcd_error("0A00 0000000000000000", {Errc::bad_mti, 0, 0});
    bcd_error("080F 0000000000000000", {Errc::bad_mti, 0, 1});
    ascii_error("080", {Errc::truncated, 0, 3});
    ascii_error("08x00000000000000000", {Errc::bad_mti, 0, 2});
    ascii_error("/8000000000000000000", {Errc::bad_mti, 0, 0});
}

TEST(MessageView, BitmapMustBeThere)
{
    bcd_error("0800", {Errc::truncated, 1, 2});
    bcd_error("0800 00000000000000", {Errc::truncated, 1, 9});
    bcd_error("0800 8000000000000000", {Errc::truncated, 1, 10});
    ascii_error("0800800000000000000000", {Errc::truncated, 1, 22});
    ascii_error("0800inco", {Errc::bad_bitmap, 1, 4});
    ascii_error("0800000000000000000g", {Errc::bad_bitmap, 1, 19});
    ascii_error("0800800000000000000000000000 0000000", {Errc::bad_bitmap, 1, 28});
}

TEST(MessageView, BitmapDigitsMayBeUpperOrLowerCase)
{
    // DE 33 and 37: second half of the bitmap starts with 88.
    for (auto const* const bitmap : {"000000008800000a", "000000008800000A"}) {
        auto const frame = from_text(std::string{"0100"} + bitmap + "0312312345678901211");
        MessageView view;
        EXPECT_EQ(view.decode(dialect_1987_ascii(), frame).de, 61U);
        EXPECT_TRUE(view.has(33));
        EXPECT_EQ(view.characters(37), "123456789012");
    }
}

TEST(MessageView, DigitsAreChecked)
{
    bcd_error("0200 2000000000000000 00A000", {Errc::bad_digits, 3, 11});
    bcd_error("0200 2000000000000000 00000F", {Errc::bad_digits, 3, 12});
    bcd_error("0200 0000200000000000 1234", {Errc::bad_digits, 19, 10});    // pad of n3 is not 0
    bcd_error("0200 4000000000000000 03 1123", {Errc::bad_digits, 2, 11});  // pad of three digits
    ascii_error("0200200000000000000012345x", {Errc::bad_digits, 3, 25});
    ascii_error("02001000000000000000 00000000123", {Errc::bad_digits, 4, 20});
}

TEST(MessageView, LengthsAreChecked)
{
    bcd_error("0200 4000000000000000 1F 1234", {Errc::bad_length, 2, 10});
    bcd_error("0200 4000000000000000 20 12345678901234567890", {Errc::length_over_max, 2, 10});
    bcd_error("0200 4000000000000000", {Errc::truncated, 2, 10});
    bcd_error("0200 4000000000000000 04 12", {Errc::truncated, 2, 12});
    bcd_error("0200 0000000000010000 0A00", {Errc::bad_length, 48, 10});
    bcd_error("0200 0000000000010000 000A", {Errc::bad_length, 48, 11});
    bcd_error("0200 0000000000010000 1000", {Errc::length_over_max, 48, 10});
    bcd_error("0200 0000000000010000 00", {Errc::truncated, 48, 11});
    ascii_error("020040000000000000002x", {Errc::bad_length, 2, 21});
    ascii_error("0200400000000000000020", {Errc::length_over_max, 2, 20});
    ascii_error("020040000000000000001", {Errc::truncated, 2, 21});
    ascii_error("0200000000000001000000x", {Errc::bad_length, 48, 22});
    ascii_error("0200000000000001000000", {Errc::truncated, 48, 22});
}

TEST(MessageView, CharactersAreChecked)
{
    ascii_error("0200000000000080000012345\x07 8", {Errc::bad_character, 41, 25});
    ascii_error("020000000000008000001234567\x7f", {Errc::bad_character, 41, 27});
    bcd_error("0200 0000000000010000 0003 614180", {Errc::bad_character, 48, 14});
    // The class of DE 42 in the first, in a middle and in the last byte.
    bcd_error("0200 0000000000400000 004142434445464748494A4B4C4D4E",
              {Errc::bad_character, 42, 10});
    bcd_error("0200 0000000000400000 414142434445464748FF4A4B4C4D4E",
              {Errc::bad_character, 42, 19});
    bcd_error("0200 0000000000400000 414142434445464748494A4B4C4D1F",
              {Errc::bad_character, 42, 24});
}

TEST(MessageView, SignsTracksAndHexAreChecked)
{
    ascii_error("02000000001000000000F00000123", {Errc::bad_sign, 28, 20});
    ascii_error("02000000001000000000C0000012x", {Errc::bad_digits, 28, 28});
    bcd_error("0200 0000001000000000 41 00000123", {Errc::bad_sign, 28, 10});
    bcd_error("0200 0000001000000000 43 000001B3", {Errc::bad_digits, 28, 14});
    bcd_error("0200 0000000020000000 06 12E456", {Errc::bad_digits, 35, 12});
    bcd_error("0200 0000000020000000 05 1123D4", {Errc::bad_digits, 35, 11});  // pad
    ascii_error("02000000000000001000001122334455667x", {Errc::bad_digits, 52, 35});
}

TEST(MessageView, BytesBehindTheLastFieldAreAnError)
{
    bcd_error("0800 0000000000000000 00", {Errc::trailing_bytes, 1, 10});
    bcd_error("0200 2000000000000000 000000 99", {Errc::trailing_bytes, 3, 13});
    auto long_frame = from_hex("02002000000000000000000000");
    long_frame.resize(70'000);
    expect_error(dialect_1987_binary(), long_frame, {Errc::trailing_bytes, 3, 13});
}

// A dialect may lack fields; the built-in ones have them all.
TEST(MessageView, FieldThatTheDialectLacksIsAnError)
{
    static FieldNames const names{};
    FieldTable fields{};
    for (unsigned const de : {3U, 70U}) {
        fields[de].attribute = Attribute::n;
        fields[de].encoding = Encoding::bcd;
        fields[de].length_max = de == 3 ? 6 : 3;
    }
    auto const binary = make_dialect("some", {Charset::bcd, BitmapForm::binary}, fields, &names);
    expect_error(binary, from_hex("08002000000000000000000000"), {Errc::ok, 0, 0});
    expect_error(binary, from_hex("08002010000000000000000000"), {Errc::unknown_field, 12, 3});
    expect_error(binary, from_hex("0800A00000000000000000000000000000010000000000"),
                 {Errc::unknown_field, 128, 17});
    auto const hex = make_dialect("some", {Charset::bcd, BitmapForm::hex}, fields, &names);
    auto frame = from_hex("0800");
    auto const rest = from_text("2010000000000000");
    frame.insert(frame.end(), rest.begin(), rest.end());
    frame.resize(frame.size() + 3);
    expect_error(hex, frame, {Errc::unknown_field, 12, 4});
}

TEST(MessageView, WhatWasDecodedBeforeAnErrorStaysReadable)
{
    auto const frame = from_hex(
        "0100"
        "7020000000000000"
        "0412345"
        "0");
    MessageView view;
    auto const whole = from_hex("0100702000000000000004123400000000000000012300000F");
    auto const error = view.decode(dialect_1987_binary(), whole);
    EXPECT_EQ(error.code, Errc::bad_digits);
    EXPECT_EQ(error.de, 11U);
    EXPECT_TRUE(view.has_mti());
    EXPECT_EQ(view.mti(), Mti{100});
    EXPECT_EQ(test::value_of(view.number(2)), 1234U);
    EXPECT_EQ(test::value_of(view.number(4)), 123U);
    EXPECT_FALSE(view.has(11));
    EXPECT_TRUE(view.value(11).empty());
    EXPECT_TRUE(view.wire(11).empty());
    EXPECT_EQ(view.length(11), 0U);
    EXPECT_EQ(view.present_word(0), 1ULL << 2U | 1ULL << 3U | 1ULL << 4U);
    // The same view again, on something shorter: nothing of the old message is left.
    EXPECT_EQ(view.decode(dialect_1987_binary(), frame).code, Errc::truncated);
    EXPECT_FALSE(view.has(4));
    EXPECT_EQ(view.decode(dialect_1987_binary(), ByteView{frame}.first(1)).code, Errc::truncated);
    EXPECT_FALSE(view.has_mti());
    EXPECT_FALSE(view.has(2));
}

TEST(MessageView, FieldsOfBothBitmapsAreFound)
{
    auto const frame = from_hex(
        "0800"
        "8000000000000001"
        "0400000000000001"
        "1111111111111111"
        "0301"
        "2222222222222222");
    MessageView view;
    ASSERT_TRUE(view.decode(dialect_1987_binary(), frame).ok());
    EXPECT_FALSE(view.has(1));  // the secondary bitmap is not a field
    EXPECT_TRUE(view.has(64));
    EXPECT_TRUE(view.has(70));
    EXPECT_TRUE(view.has(128));
    EXPECT_FALSE(view.has(129));
    EXPECT_FALSE(view.has(1000));
    EXPECT_EQ(test::value_of(view.number(70)), 301U);
    EXPECT_EQ(view.present_word(0), 0U);
    EXPECT_EQ(view.present_word(1), 1ULL | 1ULL << 6U);
    EXPECT_EQ(view.present_word(2), 1U);
}

TEST(MessageView, NumbersAreReadFromEveryWidth)
{
    for (unsigned digits = 0; digits <= 19; ++digits) {
        std::string const pan = std::string{"9876543210987654321"}.substr(0, digits);
        auto const expected = digits == 0 ? 0 : std::stoull(pan);
        auto const length = std::to_string(digits + 100).substr(1);
        auto const ascii = from_text("02004000000000000000" + length + pan);
        auto const bcd = from_hex("02004000000000000000" + length + (digits % 2 ? "0" : "") + pan);
        MessageView view;
        ASSERT_TRUE(view.decode(dialect_1987_ascii(), ascii).ok());
        EXPECT_EQ(test::value_of(view.number(2)), expected);
        EXPECT_EQ(view.characters(2), pan);
        ASSERT_TRUE(view.decode(dialect_1987_binary(), bcd).ok());
        EXPECT_EQ(test::value_of(view.number(2)), expected);
        EXPECT_EQ(view.characters(2), "");  // not characters on this wire
        EXPECT_EQ(view.length(2), digits);
    }
}

TEST(MessageView, NumberRefusesWhatIsNone)
{
    MessageView view;
    // DE 39 text, DE 52 binary, DE 90 of 42 digits
    auto const frame = from_hex(
        "0210"
        "8000000002001000"
        "0000004000000000"
        "3531"
        "0000000000000001" +
        std::string(42, '1'));
    ASSERT_TRUE(view.decode(dialect_1987_binary(), frame).ok());
    EXPECT_EQ(test::value_of(view.number(39)), 51U);
    EXPECT_EQ(view.number(52).error(), Errc::bad_digits);
    EXPECT_EQ(view.number(90).error(), Errc::length_over_max);
    EXPECT_EQ(view.number(4).error(), Errc::absent);
    auto const letters = from_hex(
        "02100000000002000000"
        "5331");
    ASSERT_TRUE(view.decode(dialect_1987_binary(), letters).ok());
    EXPECT_EQ(view.number(39).error(), Errc::bad_digits);
}

TEST(MessageView, TextExpandsAndChecksRoom)
{
    MessageView view;
    auto const frame = from_hex(
        "0200"
        "0000001020001000"
        "4300000123"
        "0501234D"
        "A1B2C3D4E5F60718");
    auto bad = frame;
    ASSERT_EQ(view.decode(dialect_1987_binary(), frame).code, Errc::ok);
    std::array<char, 16> out{};
    auto const text = [&](unsigned de) {
        return std::string{out.data(), test::value_of(view.text(de, out))};
    };
    EXPECT_EQ(text(28), "C00000123");
    EXPECT_EQ(text(35), "1234=");
    EXPECT_EQ(text(52), "A1B2C3D4E5F60718");
    EXPECT_EQ(view.text(52, std::span{out}.first(15)).error(), Errc::no_room);
    EXPECT_EQ(view.text(4, out).error(), Errc::absent);
}

TEST(MessageView, HexIsShownInUpperCase)
{
    MessageView view;
    auto const frame = from_text("02000000000000001000a1b2c3d4e5f60718");
    ASSERT_TRUE(view.decode(dialect_1987_ascii(), frame).ok());
    std::array<char, 16> out{};
    ASSERT_EQ(test::value_of(view.text(52, out)), 16U);
    EXPECT_EQ(std::string_view(out.data(), 16), "A1B2C3D4E5F60718");
    EXPECT_EQ(as_text(view.value(52)), "a1b2c3d4e5f60718");
    EXPECT_EQ(view.length(52), 8U);
}

// Cut anywhere, the bench messages are reported as cut there, and no byte behind is read.
TEST(MessageView, TruncationAnywhereIsReportedWhereItHappened)
{
    struct Subject {
        char const* file;
        Dialect const& dialect;
    };
    for (auto const& subject : {Subject{"bench-0100-bcd.hex", dialect_1987_binary()},
                                Subject{"bench-0100-ascii.hex", dialect_1987_ascii()}}) {
        auto const whole = test::golden(subject.file);
        MessageView reference;
        ASSERT_TRUE(reference.decode(subject.dialect, whole).ok());
        for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
            // A heap block of exactly this size, so that a sanitizer sees a read behind it.
            test::Bytes const cut(whole.begin(),
                                  whole.begin() + static_cast<std::ptrdiff_t>(bytes));
            MessageView view;
            auto const error = view.decode(subject.dialect, cut);
            ASSERT_EQ(error.code, Errc::truncated) << bytes;
            ASSERT_EQ(error.offset_bytes, bytes);
            if (error.de < 2) continue;
            auto const wire = reference.wire(error.de);
            auto const begin = static_cast<std::size_t>(wire.data() - whole.data());
            ASSERT_TRUE(begin <= bytes && bytes < begin + wire.size()) << bytes;
            for (unsigned de = 2; de <= kFieldsMax; ++de)
                ASSERT_EQ(view.has(de), reference.has(de) && de < error.de);
        }
    }
}

TEST(Errors, EveryCodeHasAMeaning)
{
    for (unsigned code = 0; code <= static_cast<unsigned>(Errc::absent); ++code)
        EXPECT_NE(meaning(static_cast<Errc>(code)), "unknown error") << code;
    EXPECT_EQ(meaning(static_cast<Errc>(200)), "unknown error");
}

}  // namespace
}  // namespace turnout::iso8583
