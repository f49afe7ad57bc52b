#include "tools/loadgen/answer_reader.hpp"

#include "protocol/iso8583/message_builder.hpp"

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace turnout::loadgen {
namespace {

struct Fields {
    std::string pan = "9999010000000018";
    std::uint32_t stan = 123'456;
    std::string code = "00";
    std::string approval = "A12345";
    std::string terminal = "TERM0001";
    std::string extra;  // DE 44
};

std::vector<std::byte> build(iso8583::Dialect const& dialect, Fields const& fields,
                             std::uint16_t mti = 110)
{
    std::vector<std::byte> out(512);
    iso8583::MessageBuilder builder(dialect, out, iso8583::Mti{mti});
    builder.text(2, fields.pan);
    builder.number(4, 12'345);
    builder.number(11, fields.stan);
    if (!fields.approval.empty()) builder.text(38, fields.approval);
    builder.text(39, fields.code);
    builder.text(41, fields.terminal);
    if (!fields.extra.empty()) builder.text(44, fields.extra);
    auto const built = builder.finish();
    EXPECT_TRUE(built.has_value());
    out.resize(built.has_value() ? *built : 0);
    return out;
}

std::string text(auto const& chars)
{
    return {chars.data(), chars.size()};
}

class AnswerReaderDialects : public testing::TestWithParam<iso8583::Dialect const*> {};
INSTANTIATE_TEST_SUITE_P(Dialects, AnswerReaderDialects,
                         testing::Values(&iso8583::dialect_1987_binary(),
                                         &iso8583::dialect_1987_ascii()),
                         [](auto const& dialect) {
                             return dialect.param == &iso8583::dialect_1987_ascii() ? "Ascii"
                                                                                    : "Binary";
                         });

TEST_P(AnswerReaderDialects, AKnownShapeIsReadWithoutDecoding)
{
    AnswerReader reader(*GetParam(), 1);
    Answer answer;
    ASSERT_TRUE(reader.read(build(*GetParam(), {}), answer));
    for (std::uint32_t stan = 0; stan < 1'000'000; stan += 9'973) {
        Fields fields;
        fields.stan = stan;
        fields.code = stan % 2 == 0 ? "51" : "00";
        ASSERT_TRUE(reader.read(build(*GetParam(), fields), answer));
        EXPECT_EQ(answer.stan, stan);
        EXPECT_EQ(text(answer.code), fields.code);
        EXPECT_EQ(text(answer.approval), "A12345");
        EXPECT_EQ(text(answer.terminal), "TERM0001");
        EXPECT_EQ(answer.mti, iso8583::Mti{110});
    }
    EXPECT_EQ(reader.decoded_in_full(), 1U);
}

TEST_P(AnswerReaderDialects, AMessageOfTheSameLengthWithOtherOffsetsIsDecoded)
{
    // A PAN two digits shorter and text that fills the gap: same bitmap, same bytes in all.
    auto const gap = GetParam() == &iso8583::dialect_1987_ascii() ? 2U : 1U;
    Fields plain, shifted;
    plain.extra = "XY";
    shifted.pan = "99990100000000";
    shifted.extra = "XY" + std::string(gap, 'Z');
    shifted.stan = 654'321;
    auto const first = build(*GetParam(), plain), second = build(*GetParam(), shifted);
    ASSERT_EQ(first.size(), second.size());
    AnswerReader reader(*GetParam(), 1);
    Answer answer;
    ASSERT_TRUE(reader.read(first, answer));
    ASSERT_TRUE(reader.read(second, answer));
    EXPECT_EQ(answer.stan, 654'321U);
    EXPECT_EQ(text(answer.terminal), "TERM0001");
    EXPECT_EQ(reader.decoded_in_full(), 2U);
    ASSERT_TRUE(reader.read(first, answer));
    EXPECT_EQ(answer.stan, 123'456U);
    EXPECT_EQ(reader.decoded_in_full(), 2U);  // both shapes are known now
}

TEST_P(AnswerReaderDialects, AbsentFieldsAreSaidToBeAbsent)
{
    Fields fields;
    fields.approval.clear();
    AnswerReader reader(*GetParam(), 1);
    Answer answer;
    for (int i = 0; i < 3; ++i) {
        answer.approval = {'S', 'T', 'A', 'L', 'E', '!'};
        ASSERT_TRUE(reader.read(build(*GetParam(), fields), answer));
        EXPECT_EQ(answer.approval[0], 0);
    }
}

TEST_P(AnswerReaderDialects, DamagedAnswersAreRefused)
{
    auto const good = build(*GetParam(), {});
    AnswerReader reader(*GetParam(), 1);
    Answer answer;
    ASSERT_TRUE(reader.read(good, answer));
    for (std::size_t length = 0; length < good.size(); ++length)
        EXPECT_FALSE(reader.read(ByteView(good).first(length), answer)) << length;
    auto longer = good;
    longer.push_back(std::byte{0});
    EXPECT_FALSE(reader.read(longer, answer));
    // A STAN that is no number, in a shape that is known.
    auto const* const stan_bytes =
        GetParam() == &iso8583::dialect_1987_ascii() ? "123456" : "\x12\x34\x56";
    auto bad = good;
    auto const at = as_text(bad).find(stan_bytes);
    ASSERT_NE(at, std::string_view::npos);
    bad[at] = std::byte{0xFA};
    EXPECT_FALSE(reader.read(bad, answer));
}

TEST_P(AnswerReaderDialects, ManyShapesStayCorrect)
{
    AnswerReader reader(*GetParam(), 1);
    Answer answer;
    for (int round = 0; round < 3; ++round) {
        for (std::size_t length = 1; length <= 25; ++length) {
            Fields fields;
            fields.extra = std::string(length, 'E');
            fields.stan = static_cast<std::uint32_t>(length);
            ASSERT_TRUE(reader.read(build(*GetParam(), fields), answer));
            EXPECT_EQ(answer.stan, length);
        }
    }
}

TEST(AnswerReader, EverythingIsDecodedWhenAsked)
{
    AnswerReader reader(iso8583::dialect_1987_binary(), UINT64_MAX);
    Answer answer;
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(reader.read(build(iso8583::dialect_1987_binary(), {}), answer));
    EXPECT_EQ(reader.decoded_in_full(), 10U);
}

}  // namespace
}  // namespace turnout::loadgen
