// Random dialects and random messages: what was encoded decodes to itself, is encoded again to the
// same bytes, and a second decoder agrees on it and on damaged copies of it.
#include "tests/support/random_dialect.hpp"

#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "tests/support/naive_decoder.hpp"

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

constexpr std::uint64_t kDialects = 5'000;
constexpr unsigned kMessagesEach = 5;
constexpr unsigned kDamagedEach = 4;

Bitmaps bitmaps_for(Dialect const& dialect, test::RandomMessage const& message)
{
    auto const last = message.fields.empty() ? 0U : message.fields.rbegin()->first;
    if (last > 128) return Bitmaps::tertiary;
    (void)dialect;
    return last > 64 ? Bitmaps::secondary : Bitmaps::primary;
}

std::string text_of(MessageView const& view, unsigned de)
{
    std::string text(8192, ' ');
    auto const written = view.text(de, text);
    text.resize(written.has_value() ? *written : 0);
    return text;
}

test::Bytes encoded(Dialect const& dialect, test::RandomMessage const& message)
{
    test::Bytes out(65'535);
    MessageBuilder builder{dialect, out, Mti{static_cast<std::uint16_t>(message.mti)},
                           bitmaps_for(dialect, message)};
    for (auto const& [de, value] : message.fields)
        builder.text(de, value);
    auto const size = builder.finish();
    EXPECT_TRUE(size.has_value()) << (size.has_value() ? "" : meaning(size.error().code)) << " DE "
                                  << (size.has_value() ? 0 : size.error().de);
    out.resize(size.has_value() ? *size : 0);
    return out;
}

test::Bytes encoded_again(MessageView const& view)
{
    test::Bytes out(65'535);
    MessageBuilder builder{view.dialect(), out, view.mti(), view.bitmaps(), view.header()};
    for (unsigned de = 2; de <= kFieldsMax; ++de)
        builder.wire(de, view.wire(de));
    auto const size = builder.finish();
    EXPECT_TRUE(size.has_value());
    out.resize(size.has_value() ? *size : 0);
    return out;
}

void expect_same(MessageView const& view, test::NaiveMessage const& naive, ByteView message)
{
    ASSERT_EQ(view.mti().value, naive.mti);
    ASSERT_EQ(view.header().size(), naive.header_bytes);
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        auto const field = naive.fields.find(de);
        ASSERT_EQ(view.has(de), field != naive.fields.end()) << "DE " << de;
        if (!view.has(de)) continue;
        auto const& [wire_at, value_at, end, units] = field->second;
        ASSERT_EQ(view.wire(de).data(), message.data() + wire_at) << "DE " << de;
        ASSERT_EQ(view.value(de).data(), message.data() + value_at) << "DE " << de;
        ASSERT_EQ(view.value(de).size(), end - value_at) << "DE " << de;
        ASSERT_EQ(view.length(de), units) << "DE " << de;
    }
}

void expect_agreement(Dialect const& dialect, ByteView bytes)
{
    // An exact copy on the heap, so that a sanitizer sees a read behind the message.
    test::Bytes const message(bytes.begin(), bytes.end());
    MessageView view;
    auto const error = view.decode(dialect, message);
    auto const naive = test::naive_decode(dialect, message);
    ASSERT_EQ(error.ok(), naive.has_value())
        << meaning(error.code) << " DE " << error.de << " byte " << error.offset_bytes;
    if (error.ok()) expect_same(view, *naive, message);
}

void expect_round_trip(Dialect const& dialect, test::RandomMessage const& message, ByteView bytes)
{
    MessageView view;
    auto const error = view.decode(dialect, bytes);
    ASSERT_TRUE(error.ok()) << meaning(error.code) << " DE " << error.de << " byte "
                            << error.offset_bytes;
    ASSERT_EQ(view.mti().value, message.mti);
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        auto const field = message.fields.find(de);
        ASSERT_EQ(view.has(de), field != message.fields.end()) << "DE " << de;
        if (view.has(de)) {
            ASSERT_EQ(text_of(view, de), field->second) << "DE " << de;
        }
    }
    ASSERT_EQ(encoded_again(view), test::Bytes(bytes.begin(), bytes.end()));
}

// What a failing case needs to be understood.
std::string about(Dialect const& dialect, ByteView message)
{
    std::string text = test::to_hex(message) + "\n";
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        auto const& spec = dialect.fields[de];
        if (!spec.defined()) continue;
        text += "DE " + std::to_string(de);
        for (auto const number :
             {static_cast<unsigned>(spec.attribute), static_cast<unsigned>(spec.encoding),
              static_cast<unsigned>(spec.prefix), unsigned{spec.prefix_digits},
              static_cast<unsigned>(spec.unit), static_cast<unsigned>(spec.inclusive),
              static_cast<unsigned>(spec.pad), spec.length_min, spec.length_max})
            text += " " + std::to_string(number);
        text += "\n";
    }
    return text;
}

TEST(RandomDialects, MessagesSurviveAndASecondDecoderAgrees)
{
    for (std::uint64_t seed = 0; seed < kDialects; ++seed) {
        test::Random random{seed};
        DialectBuffer const buffer{test::random_dialect(random)};
        auto const& dialect = buffer.dialect();
        for (unsigned i = 0; i < kMessagesEach; ++i) {
            auto const message = test::random_message(dialect, random);
            auto const bytes = encoded(dialect, message);
            expect_round_trip(dialect, message, bytes);
            expect_agreement(dialect, bytes);
            for (unsigned j = 0; j < kDamagedEach && !HasFailure(); ++j) {
                auto damaged = bytes;
                test::damage(damaged, random);
                expect_agreement(dialect, damaged);
                if (HasFailure()) FAIL() << "damaged " << about(dialect, damaged);
            }
            if (HasFailure()) FAIL() << "seed " << seed << " " << about(dialect, bytes);
        }
    }
}

TEST(RandomDialects, BuiltInOnesAgreeOnRandomMessages)
{
    for (auto const* const dialect : dialects()) {
        for (std::uint64_t seed = 0; seed < 100; ++seed) {
            test::Random random{seed};
            auto const message = test::random_message(*dialect, random);
            auto bytes = encoded(*dialect, message);
            expect_round_trip(*dialect, message, bytes);
            for (unsigned j = 0; j < 20 && !HasFailure(); ++j) {
                expect_agreement(*dialect, bytes);
                test::damage(bytes, random);
            }
            if (HasFailure()) FAIL() << dialect->name << " seed " << seed;
        }
    }
}

}  // namespace
}  // namespace turnout::iso8583
