#include "protocol/wire/length_prefix.hpp"

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace turnout::wire {
namespace {

struct Form {
    PrefixForm form;
    std::size_t bytes;
    unsigned max;
};
constexpr Form kForms[] = {{PrefixForm::ascii2, 2, 99},
                           {PrefixForm::ascii3, 3, 999},
                           {PrefixForm::bcd2, 1, 99},
                           {PrefixForm::bcd3, 2, 999}};

TEST(LengthPrefix, EveryLengthComesBack)
{
    for (auto const& form : kForms) {
        EXPECT_EQ(prefix_bytes(form.form), form.bytes);
        for (unsigned units = 0; units <= form.max; ++units) {
            std::array<std::byte, 4> out{std::byte{0xee}, std::byte{0xee}, std::byte{0xee},
                                         std::byte{0xee}};
            store_length(form.form, out.data(), units);
            EXPECT_EQ(out[form.bytes], std::byte{0xee}) << "wrote past its room";
            EXPECT_EQ(load_length(form.form, out.data()), units);
            EXPECT_EQ(first_not_length(form.form, {out.data(), form.bytes}), form.bytes);
        }
    }
}

// All 65536 pairs of bytes, against the definition.
TEST(LengthPrefix, TwoBytesAreReadAsDefined)
{
    for (unsigned pair = 0; pair < 65'536; ++pair) {
        std::byte const bytes[] = {static_cast<std::byte>(pair >> 8U),
                                   static_cast<std::byte>(pair)};
        auto const high = pair >> 8U;
        auto const low = pair & 255U;
        auto const is_digit = [](unsigned byte) { return byte >= '0' && byte <= '9'; };
        auto const is_bcd = [](unsigned byte) { return byte % 16 < 10 && byte / 16 < 10; };
        auto const number = [](unsigned byte) { return byte / 16 * 10 + byte % 16; };
        ASSERT_EQ(load_length(PrefixForm::ascii2, bytes),
                  is_digit(high) && is_digit(low) ? (high - '0') * 10 + low - '0' : kNoLength);
        ASSERT_EQ(load_length(PrefixForm::bcd3, bytes),
                  is_bcd(high) && is_bcd(low) ? number(high) * 100 + number(low) : kNoLength);
        ASSERT_EQ(load_length(PrefixForm::bcd2, bytes), is_bcd(high) ? number(high) : kNoLength);
    }
}

TEST(LengthPrefix, FirstWrongByteIsFound)
{
    EXPECT_EQ(first_not_length(PrefixForm::ascii3, as_bytes("1x3")), 1U);
    EXPECT_EQ(first_not_length(PrefixForm::ascii3, as_bytes("12")), 2U);
    EXPECT_EQ(first_not_length(PrefixForm::bcd3, test::from_hex("011F")), 1U);
    EXPECT_EQ(load_length(PrefixForm::ascii3, as_bytes("12\xff").data()), kNoLength);
}

}  // namespace
}  // namespace turnout::wire
