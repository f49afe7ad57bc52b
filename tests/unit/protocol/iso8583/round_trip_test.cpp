#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/result.hpp"

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

// A value of `units` as the field counts them, in the characters that text() takes and gives.
std::string value_for(FieldSpec const& spec, std::size_t units, test::Random& random)
{
    auto const pick = [&](std::string_view from) { return from[random.below(from.size())]; };
    std::string value;
    auto const fill = [&](std::size_t characters, std::string_view from) {
        while (value.size() < characters)
            value += pick(from);
    };
    switch (spec.attribute) {
        case Attribute::n:
            fill(units, "0123456789");
            break;
        case Attribute::z:
            fill(units, "0123456789=");
            break;
        case Attribute::b:
            fill(units * 2, "0123456789ABCDEF");
            break;
        case Attribute::xn:
            value += pick("CD");
            fill(units, "0123456789");
            break;
        case Attribute::undefined:
            break;
        default:
            fill(units, " !09AZaz~=?*#");
            break;
    }
    return value;
}

std::string text_of(MessageView const& view, unsigned de)
{
    std::string text(20'000, ' ');
    auto const written = view.text(de, text);
    EXPECT_TRUE(written.has_value());
    text.resize(written.has_value() ? *written : 0);
    return text;
}

void expect_round_trip(Dialect const& dialect, unsigned de, std::string const& value)
{
    test::Bytes out(20'000);
    MessageBuilder builder{dialect, out, Mti{100}, de > 64};
    builder.text(de, value);
    auto const built = builder.finish();
    ASSERT_TRUE(built.has_value()) << de;
    test::Bytes const frame(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(*built));

    MessageView view;
    ASSERT_TRUE(view.decode(dialect, frame).ok()) << de;
    ASSERT_TRUE(view.has(de));
    EXPECT_EQ(text_of(view, de), value) << de;

    test::Bytes again(frame.size());
    MessageBuilder copy{dialect, again, view.mti(), de > 64};
    copy.wire(de, view.wire(de));
    ASSERT_TRUE(copy.finish().has_value()) << de;
    EXPECT_EQ(again, frame) << de;
}

TEST(RoundTrip, EveryFieldAtEveryEndOfItsLength)
{
    test::Random random{2};
    for (auto const* dialect : dialects()) {
        for (unsigned de = 2; de <= kFieldsMax; ++de) {
            auto const& spec = dialect->fields[de];
            if (!spec.defined()) continue;
            std::size_t const max = spec.length_max;
            if (spec.fixed()) {
                expect_round_trip(*dialect, de, value_for(spec, max, random));
                continue;
            }
            for (std::size_t const units :
                 {std::size_t{0}, std::size_t{1}, std::size_t{2}, max - 1, max})
                expect_round_trip(*dialect, de, value_for(spec, units, random));
        }
    }
}

TEST(RoundTrip, EveryLengthOfVariableFields)
{
    test::Random random{3};
    for (auto const* dialect : dialects())
        for (unsigned const de : {2U, 35U, 36U, 44U, 54U, 55U})
            for (std::size_t units = 0; units <= dialect->fields[de].length_max;
                 units += units < 999 ? 1 : 250)
                expect_round_trip(*dialect, de, value_for(dialect->fields[de], units, random));
}

// All fields in one message, by characters and by wire bytes.
TEST(RoundTrip, MessageOfAllFields)
{
    for (auto const* dialect : dialects()) {
        if (dialect == &dialect_2003_binary()) continue;  // longer than a message can be
        test::Random random{4};
        std::array<std::string, kFieldsMax + 1> values;
        test::Bytes out(kMessageBytesMax);
        MessageBuilder builder{*dialect, out, Mti{9999}, true};
        for (unsigned de = 2; de <= kFieldsMax; ++de) {
            auto const& spec = dialect->fields[de];
            if (!spec.defined()) continue;
            values[de] = value_for(spec, spec.length_max, random);
            builder.text(de, values[de]);
        }
        auto const built = builder.finish();
        ASSERT_TRUE(built.has_value());
        out.resize(*built);

        MessageView view;
        ASSERT_TRUE(view.decode(*dialect, out).ok());
        EXPECT_EQ(view.mti(), Mti{9999});
        test::Bytes again(out.size());
        MessageBuilder copy{*dialect, again, view.mti(), true};
        for (unsigned de = 2; de <= kFieldsMax; ++de) {
            if (!view.has(de)) continue;
            EXPECT_EQ(text_of(view, de), values[de]) << de;
            copy.wire(de, view.wire(de));
        }
        ASSERT_TRUE(copy.finish().has_value());
        EXPECT_EQ(again, out);
    }
}

TEST(RoundTrip, NumbersComeBack)
{
    test::Random random{5};
    for (auto const* dialect : dialects()) {
        for (int round = 0; round < 2000; ++round) {
            auto const amount = random.next() % 1'000'000'000'000;
            auto const stan = random.next() % 1'000'000;
            auto const acquirer = random.next() % 100'000'000'000;
            std::array<std::byte, 256> out{};
            MessageBuilder builder{*dialect, out, Mti{100}};
            builder.number(4, amount);
            builder.number(11, stan);
            builder.number(32, acquirer);
            auto const built = builder.finish();
            ASSERT_TRUE(built.has_value());
            MessageView view;
            ASSERT_TRUE(view.decode(*dialect, ByteView{out}.first(*built)).ok());
            EXPECT_EQ(test::value_of(view.number(4)), amount);
            EXPECT_EQ(test::value_of(view.number(11)), stan);
            EXPECT_EQ(test::value_of(view.number(32)), acquirer);
        }
    }
}

}  // namespace
}  // namespace turnout::iso8583
