#include "tools/cli/message/diagnosis.hpp"

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace turnout::cli::message {
namespace {

Sample stream_of(std::vector<std::byte> const& body, std::string_view framing, std::size_t count,
                 std::string_view header = {})
{
    Sample sample;
    sample.is_stream = true;
    auto& unit = sample.units.emplace_back();
    auto const choice = *framing_choice_by_name(framing);
    std::vector<std::byte> message(as_bytes(header).begin(), as_bytes(header).end());
    message.insert(message.end(), body.begin(), body.end());
    std::vector<std::byte> room(message.size() + wire::kFrameOverheadBytesMax);
    auto const front = wire::frame_header_bytes(*choice.framing);
    std::copy(message.begin(), message.end(), room.begin() + static_cast<std::ptrdiff_t>(front));
    auto const bytes = wire::write_frame(*choice.framing, {}, room, message.size());
    for (std::size_t i = 0; i < count; ++i)
        unit.insert(unit.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(bytes));
    return sample;
}

TEST(Diagnosis, FindsFramingAndDialectOfAStream)
{
    for (auto const* framing : {"binary2", "ascii4"}) {
        for (auto const* name : {"bench-0100-bcd.hex", "bench-0100-ascii.hex"}) {
            auto const found = diagnose(stream_of(test::golden(name), framing, 4));
            ASSERT_TRUE(found.fits()) << framing << name;
            auto const& best = found.guesses.front();
            EXPECT_EQ(best.framing.name(), framing);
            auto const is_bcd = std::string_view(name).find("bcd") != std::string_view::npos;
            EXPECT_EQ(best.base, is_bcd ? "87binary" : "87ascii");
            EXPECT_TRUE(best.changes.empty()) << best.changes;
            EXPECT_EQ(best.skip_bytes, 0U);
            EXPECT_EQ(best.whole, 4U);
        }
    }
}

TEST(Diagnosis, FindsAHeaderInFrontOfTheMti)
{
    auto const found =
        diagnose(stream_of(test::golden("bench-0100-ascii.hex"), "ascii4", 3, "ISO025000055"));
    ASSERT_TRUE(found.fits());
    EXPECT_EQ(found.guesses.front().skip_bytes, 12U);
    EXPECT_NE(found.guesses.front().header.find("BASE24"), std::string::npos);
}

TEST(Diagnosis, GivesTheSameAnswerAgainAndASecondGuess)
{
    auto const sample = stream_of(test::golden("bench-0100-bcd.hex"), "binary2", 3);
    auto const first = diagnose(sample), second = diagnose(sample);
    ASSERT_EQ(first.guesses.size(), second.guesses.size());
    ASSERT_GT(first.guesses.size(), 1U);
    for (std::size_t i = 0; i < first.guesses.size(); ++i)
        EXPECT_EQ(first.guesses[i].evidence, second.guesses[i].evidence);
    EXPECT_GE(first.guesses[0].score, first.guesses[1].score);
}

TEST(Diagnosis, NoiseDoesNotFit)
{
    Sample sample;
    std::uint32_t state = 1;
    for (int unit = 0; unit < 5; ++unit) {
        auto& bytes = sample.units.emplace_back();
        for (int i = 0; i < 60; ++i) {
            state = state * 1103515245U + 12345U;
            bytes.push_back(static_cast<std::byte>(state >> 16U));
        }
    }
    EXPECT_FALSE(diagnose(sample).fits());
    EXPECT_FALSE(diagnose(Sample{}).fits());
}

TEST(Diagnosis, WhatIsGivenIsNotGuessed)
{
    DiagnosisOptions options;
    options.framing = *framing_choice_by_name("binary2");
    options.dialect = &iso8583::dialect_1987_ascii();
    auto const found =
        diagnose(stream_of(test::golden("bench-0100-bcd.hex"), "binary2", 3), options);
    EXPECT_FALSE(found.fits());
    for (auto const& guess : found.guesses)
        EXPECT_EQ(guess.base, "87ascii");
}

}  // namespace
}  // namespace turnout::cli::message
