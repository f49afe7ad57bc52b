#include "protocol/wire/digits.hpp"

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace turnout::wire {
namespace {

using Mask = std::uint64_t (*)(std::uint64_t);
using Naive = bool (*)(unsigned);

bool bcd(unsigned byte)
{
    return byte / 16 <= 9 && byte % 16 <= 9;
}
bool track(unsigned byte)
{
    auto const good = [](unsigned nibble) { return nibble <= 9 || nibble == 13; };
    return good(byte / 16) && good(byte % 16);
}
bool digit(unsigned byte)
{
    return byte >= '0' && byte <= '9';
}
bool printable(unsigned byte)
{
    return byte >= 0x20 && byte <= 0x7e;
}
bool hex(unsigned byte)
{
    return digit(byte) || (byte >= 'A' && byte <= 'F') || (byte >= 'a' && byte <= 'f');
}

// Every byte value in every position, between neighbours that would carry or borrow.
void check_class(Mask mask, Naive good)
{
    for (unsigned position = 0; position < 8; ++position) {
        for (unsigned byte = 0; byte < 256; ++byte) {
            for (unsigned const other : {0x00U, 0x31U, 0x7fU, 0xffU}) {
                auto word = other * kEveryByte;
                word &= ~(0xffULL << position * 8);
                word |= std::uint64_t{byte} << position * 8;
                std::uint64_t expected = good(other) ? 0 : kTopBits;
                expected &= ~(0x80ULL << position * 8);
                if (!good(byte)) expected |= 0x80ULL << position * 8;
                ASSERT_EQ(mask(word), expected) << byte << " at " << position << " in " << other;
            }
        }
    }
}

TEST(Digits, MasksMarkExactlyTheWrongBytes)
{
    check_class(not_bcd, bcd);
    check_class(not_track, track);
    check_class(not_digits, digit);
    check_class(not_printable, printable);
    check_class(not_hex, hex);
}

TEST(Digits, FirstMarkedByteIsNamed)
{
    EXPECT_EQ(bad_at(0x80), 0U);
    EXPECT_EQ(bad_at(0x8000000080000000ULL), 3U);
    EXPECT_EQ(bad_at(0x8000000000000000ULL), 7U);
}

TEST(Digits, LoadsPartsOfAWord)
{
    auto const bytes = test::from_hex("0102030405060708090A");
    auto const* const end = bytes.data() + bytes.size();
    EXPECT_EQ(load_last(end, 1), 0x0aU);
    EXPECT_EQ(load_last(end, 3), 0x0a0908U);
    EXPECT_EQ(load_last(end, 8), 0x0a09080706050403U);
    EXPECT_EQ(load_first(bytes.data(), 2), 0x0201U);
    EXPECT_EQ(load_first(bytes.data(), 0), 0U);
}

TEST(Digits, ConvertsBothWays)
{
    EXPECT_EQ(bcd_number(0x1234567890123456), 1234567890123456U);
    EXPECT_EQ(bcd_number(0x9999999999999999), 9999999999999999U);
    EXPECT_EQ(bcd_number(0x7), 7U);
    EXPECT_EQ(ascii_number8(load<std::uint64_t>(as_bytes("98765432").data())), 98765432U);
    EXPECT_EQ(ascii_number8(load<std::uint64_t>(as_bytes("00000001").data())), 1U);
    EXPECT_EQ(hex_number8(load<std::uint64_t>(as_bytes("DeadBeef").data())), 0xdeadbeefU);
    std::uint64_t const chars = hex_chars8(0xdeadbeef);
    EXPECT_EQ(std::memcmp(&chars, "DEADBEEF", 8), 0);
    for (unsigned nibble = 0; nibble < 16; ++nibble)
        EXPECT_EQ(hex_digit_of(hex_char_of(nibble)), nibble);
    EXPECT_EQ(hex_digit_of('g'), 255U);
}

TEST(Digits, WritesNumbersPaddedWithZeros)
{
    std::array<std::byte, 24> out{};
    auto const text = [&](std::size_t bytes) { return std::string{as_text({out.data(), bytes})}; };
    put_ascii_number(out.data(), 6, 1234);
    EXPECT_EQ(text(6), "001234");
    put_ascii_number(out.data(), 3, 978);
    EXPECT_EQ(text(3), "978");
    put_ascii_number(out.data(), 1, 0);
    EXPECT_EQ(text(1), "0");
    put_ascii_number(out.data(), 20, ~0ULL);
    EXPECT_EQ(text(20), "18446744073709551615");
    put_bcd_number(out.data(), 5, 12345);
    EXPECT_EQ(test::to_hex({out.data(), 3}), "012345");
    put_ascii_number(out.data(), 22, 7);
    EXPECT_EQ(text(22), "0000000000000000000007");
    put_bcd_number(out.data(), 12, 42);
    EXPECT_EQ(test::to_hex({out.data(), 6}), "000000000042");
}

TEST(Digits, KnowsWhichNumbersFit)
{
    EXPECT_FALSE(fits_digits(3, 1000));
    EXPECT_TRUE(fits_digits(3, 999));
    EXPECT_FALSE(fits_digits(0, 1));
    EXPECT_TRUE(fits_digits(0, 0));
    EXPECT_FALSE(fits_digits(19, 10'000'000'000'000'000'000U));
    EXPECT_TRUE(fits_digits(19, 9'999'999'999'999'999'999U));
    EXPECT_TRUE(fits_digits(20, ~0ULL));
    EXPECT_TRUE(fits_digits(42, ~0ULL));
}

// What does not fit is cut to the last digits, within the room.
TEST(Digits, NeverWritesMoreDigitsThanAsked)
{
    std::array<std::byte, 24> out{};
    put_ascii_number(out.data(), 3, 123'456);
    EXPECT_EQ(test::to_hex({out.data(), 4}), "34353600");
    put_bcd_number(out.data(), 3, 123'456);
    EXPECT_EQ(test::to_hex({out.data(), 4}), "04563600");
}

TEST(Digits, CountsDecimalDigits)
{
    std::uint64_t power = 1;
    for (unsigned digits = 1; digits <= 20; ++digits) {
        EXPECT_EQ(decimal_digits(power), digits);
        EXPECT_EQ(decimal_digits(power - 1), digits == 1 ? 1U : digits - 1);
        power *= 10;
    }
    EXPECT_EQ(decimal_digits(~0ULL), 20U);
}

}  // namespace
}  // namespace turnout::wire
