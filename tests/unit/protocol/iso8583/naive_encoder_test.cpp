// Any dialect, any message: what the naive encoder writes decodes to the same values, and building
// it from the values gives the same bytes.
#include "tests/support/naive_encoder.hpp"

#include "protocol/iso8583/field_codec.hpp"
#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

std::string text_of(MessageView const& view, unsigned de)
{
    std::string text(1024, ' ');
    auto const written = view.text(de, text);
    text.resize(written.has_value() ? *written : 0);
    return text;
}

std::string spec_text(FieldSpec const& spec)
{
    auto const number = [](auto value) { return std::to_string(static_cast<unsigned>(value)); };
    return "attribute " + number(spec.attribute) + " encoding " + number(spec.encoding) +
           " prefix " + number(spec.prefix) + "*" + number(spec.prefix_digits) + " unit " +
           number(spec.unit) + " inclusive " + number(spec.inclusive) + " pad " + number(spec.pad) +
           " min " + number(spec.length_min) + " max " + number(spec.length_max);
}

void expect_decodes(Dialect const& dialect, test::AnyMessage const& message,
                    test::Bytes const& frame, MessageView& view)
{
    auto const error = view.decode(dialect, frame);
    ASSERT_TRUE(error.ok()) << meaning(error.code) << " DE " << error.de << " byte "
                            << error.offset_bytes << " " << spec_text(dialect.fields[error.de])
                            << " " << test::to_hex(frame);
    EXPECT_EQ(view.mti().value, message.mti);
    EXPECT_EQ(view.bitmaps(), message.bitmaps);
    EXPECT_EQ(test::to_hex(view.header()), test::to_hex(message.header));
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        auto const expected = message.fields.find(de);
        ASSERT_EQ(view.has(de), expected != message.fields.end()) << de;
        if (!view.has(de)) continue;
        EXPECT_EQ(text_of(view, de), expected->second)
            << de << " " << spec_text(dialect.fields[de]);
        if (dialect.fields[de].attribute == Attribute::n && expected->second.size() <= 19) {
            auto const number = view.number(de);
            auto const value = expected->second.empty() ? 0 : std::stoull(expected->second);
            EXPECT_TRUE(number.has_value() && *number == value) << de;
        }
    }
}

void expect_builds(Dialect const& dialect, test::AnyMessage const& message,
                   test::Bytes const& frame, MessageView const& view)
{
    test::Bytes out(frame.size());
    test::Bytes copied(frame.size());
    Mti const mti{static_cast<std::uint16_t>(message.mti)};
    MessageBuilder builder{dialect, out, mti, message.bitmaps, message.header};
    MessageBuilder copy{dialect, copied, mti, message.bitmaps, message.header};
    FieldSet all;
    for (auto const& [de, value] : message.fields) {
        builder.text(de, value);
        all.add(de);
    }
    copy.copy(view, all);
    for (auto* const each : {&builder, &copy}) {
        auto const built = each->finish();
        ASSERT_TRUE(built.has_value()) << meaning(built.error().code) << " DE " << built.error().de
                                       << " " << spec_text(dialect.fields[built.error().de]);
        EXPECT_EQ(*built, frame.size());
    }
    EXPECT_EQ(test::to_hex(out), test::to_hex(frame));
    EXPECT_EQ(test::to_hex(copied), test::to_hex(frame));
}

TEST(NaiveEncoder, MessagesComeBackAndAreBuiltAgain)
{
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        SCOPED_TRACE(seed);
        test::Random random{seed};
        auto const source = test::any_dialect(random);
        ASSERT_TRUE(problem_of(source).ok()) << problem_of(source).reason;
        DialectBuffer const own{source};
        for (int round = 0; round < 10; ++round) {
            auto const message = test::any_message(source, random);
            auto const frame = test::naive_encode(source, message);
            MessageView view;
            expect_decodes(own.dialect(), message, frame, view);
            if (HasFatalFailure()) return;
            expect_builds(own.dialect(), message, frame, view);
            if (HasFatalFailure()) return;
        }
    }
}

// Fields in front of the failing one are what the general code says, one by one; the failing one
// fails for it in the same way. So the quick steps decide as the complete code does.
void expect_as_slow_code(Dialect const& dialect, MessageView const& view, DecodeError const& error,
                         ByteView frame)
{
    std::size_t end = 0;
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        if (!view.has(de)) continue;
        auto const wire = view.wire(de);
        auto const at = static_cast<std::size_t>(wire.data() - frame.data());
        FieldPlace place;
        ASSERT_TRUE(read_field(dialect.fields[de], frame, at, place).ok()) << de;
        ASSERT_EQ(place.value_at + place.value_bytes, at + wire.size())
            << de << " " << spec_text(dialect.fields[de]);
        ASSERT_EQ(place.value_bytes, view.value(de).size()) << de;
        ASSERT_EQ(place.units, view.length(de)) << de;
        end = at + wire.size();
    }
    if (error.ok() || error.de < 2 || error.code == Errc::trailing_bytes ||
        error.code == Errc::unknown_field || end == 0)
        return;
    auto const third = dialect.form.tertiary == Tertiary::inline_65 && error.de > 65;
    if (third) return;  // a bitmap may lie between the two fields
    FieldPlace place;
    auto const fault = read_field(dialect.fields[error.de], frame, end, place);
    ASSERT_EQ(meaning(fault.code), meaning(error.code)) << spec_text(dialect.fields[error.de]);
    ASSERT_EQ(fault.at, error.offset_bytes);
}

TEST(NaiveEncoder, DamageIsJudgedAsByTheGeneralCode)
{
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        SCOPED_TRACE(seed);
        test::Random random{seed};
        auto const source = test::any_dialect(random);
        DialectBuffer const own{source};
        auto const message = test::any_message(source, random);
        auto const original = test::naive_encode(source, message);
        for (int round = 0; round < 40; ++round) {
            auto frame = original;
            auto const at = random.below(frame.size());
            if (random.below(4) == 0)
                frame.resize(at);
            else
                frame[at] = static_cast<std::byte>(random.next());
            frame.shrink_to_fit();
            MessageView view;
            auto const error = view.decode(own.dialect(), frame);
            EXPECT_LE(error.offset_bytes, frame.size());
            expect_as_slow_code(own.dialect(), view, error, frame);
            if (HasFatalFailure()) return;
        }
    }
}

}  // namespace
}  // namespace turnout::iso8583
