// Random dialects and random messages: what was encoded decodes to itself, is encoded again to the
// same bytes, and a second decoder agrees on it and on damaged copies of it.
#include "tests/support/random_dialect.hpp"

#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "protocol/iso8583/nested.hpp"
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

// Packed digits behind a tag: only their bytes are told, so an odd count is known where an F marks
// the pad or the length is fixed and odd counts have nowhere to hide.
bool tells_its_units(NestedSpec const& inner, FieldSpec const& spec)
{
    auto const tagged = inner.kind != NestedKind::positional && inner.kind != NestedKind::bitmap;
    return !tagged || spec.encoding != Encoding::bcd;
}

using Values = std::map<std::uint64_t, std::string>;

// Values for all sub-fields of a positional layout, for some of the others.
Values random_values(Dialect const& dialect, NestedSpec const& inner, test::Random& random)
{
    Values values;
    for (auto const& sub : dialect.subfields_of(inner))
        if (inner.kind == NestedKind::positional || random.below(3) != 0)
            values[sub.id] = test::random_value(sub.spec, random);
    return values;
}

bool can_be_told(Dialect const& dialect, NestedSpec const& inner)
{
    for (auto const& sub : dialect.subfields_of(inner))
        if (!tells_its_units(inner, sub.spec)) return false;
    return true;
}

void expect_subfields(Dialect const& dialect, NestedSpec const& inner, ByteView bytes,
                      Values const& values)
{
    test::Bytes again(bytes.size() + 8);
    std::size_t count = 0;
    NestedReader reader{dialect, inner, bytes};
    auto const chain = reader.bitmaps().size() /
                       std::max<std::size_t>(1, bytes_of_bitmap(inner.bitmap, inner.bitmap_bits));
    NestedWriter writer{dialect, inner, again,
                        static_cast<unsigned>(std::max<std::size_t>(1, chain))};
    Subfield sub;
    while (reader.next(sub)) {
        ++count;
        auto const value = values.find(sub.id);
        ASSERT_NE(value, values.end()) << sub.id;
        ASSERT_NE(sub.spec, nullptr);
        std::string text(8192, ' ');
        auto const size = subfield_text(sub, text);
        ASSERT_TRUE(size.has_value());
        text.resize(*size);
        ASSERT_EQ(text, value->second) << sub.id;
        writer.wire(sub);
    }
    ASSERT_TRUE(reader.error().ok()) << meaning(reader.error().code) << reader.error().at;
    ASSERT_EQ(count, values.size());
    auto const size = writer.finish();
    ASSERT_TRUE(size.has_value()) << meaning(size.error());
    again.resize(*size);
    ASSERT_EQ(again, test::Bytes(bytes.begin(), bytes.end()));
}

TEST(RandomDialects, SubFieldsSurvive)
{
    unsigned written = 0;
    for (std::uint64_t seed = 0; seed < kDialects; ++seed) {
        test::Random random{seed};
        auto source = test::random_dialect(random);
        test::add_random_insides(source, random);
        if (!problem_of(source).ok()) continue;
        DialectBuffer const buffer{std::move(source)};
        auto const& dialect = buffer.dialect();
        for (auto const& inner : dialect.nested) {
            if (inner.kind == NestedKind::datasets || !can_be_told(dialect, inner)) continue;
            auto const values = random_values(dialect, inner, random);
            test::Bytes out(8192);
            auto const chained = inner.bitmap_chained && !values.empty() &&
                                 values.rbegin()->first > inner.bitmap_bits;
            NestedWriter writer{dialect, inner, out, chained ? 2U : 1U};
            for (auto const& [id, value] : values)
                writer.text(id, value);
            auto const size = writer.finish();
            if (!size.has_value() && size.error() == Errc::wrong_length) continue;
            ASSERT_TRUE(size.has_value()) << "seed " << seed << " " << meaning(size.error());
            out.resize(*size);
            ++written;
            expect_subfields(dialect, inner, test::Bytes(out.begin(), out.end()), values);
            if (HasFailure())
                FAIL() << "seed " << seed << " layout " << static_cast<unsigned>(inner.kind) << " "
                       << test::to_hex(out);
        }
    }
    EXPECT_GT(written, 10'000U);
}

}  // namespace
}  // namespace turnout::iso8583
