#include "tools/loadgen/restamp.hpp"

#include "tests/unit/tools/loadgen/replay_files.hpp"

#include <set>

#include <gtest/gtest.h>

namespace turnout::loadgen {
namespace {

constexpr MessageTime kNow{1201, 101010};
constexpr std::uint64_t kEntropy = 999'999;  // new STANs start with 1

struct Fields {
    std::uint64_t stan = 0, de7 = 0, de12 = 0, de13 = 0;
    std::string rrn, original;
};

Fields fields_of(std::vector<std::byte> const& body)
{
    iso8583::MessageView view;
    EXPECT_TRUE(view.decode(iso8583::dialect_1987_binary(), body).ok());
    auto const number = [&](unsigned de) {
        auto const value = view.number(de);
        return value.has_value() ? *value : UINT64_MAX;
    };
    std::array<char, 64> text{};
    auto const length = view.text(90, text);
    return {number(11),
            number(7),
            number(12),
            number(13),
            std::string(as_text(view.value(37))),
            length.has_value() ? std::string(text.data(), *length) : std::string()};
}

std::vector<std::byte> apply(Restamper& restamper, test::Message const& message)
{
    auto out = restamper.apply(test::build(message), kNow);
    EXPECT_TRUE(out.has_value());
    return out.has_value() ? *out : std::vector<std::byte>{};
}

TEST(Restamp, OnlyWhatIsChosenChanges)
{
    test::Message const message;
    auto const old = fields_of(test::build(message));
    auto const& dialect = iso8583::dialect_1987_binary();
    Restamper stan(dialect, {.stan = true}, kEntropy), rrn(dialect, {.rrn = true}, kEntropy),
        time(dialect, {.time = true}, kEntropy);
    auto const by_stan = fields_of(apply(stan, {.stan = 500}));
    EXPECT_EQ(by_stan.stan, 1U);
    EXPECT_EQ(by_stan.de7, old.de7);
    EXPECT_EQ(by_stan.rrn, old.rrn);
    auto const by_rrn = fields_of(apply(rrn, message));
    EXPECT_NE(by_rrn.rrn, old.rrn);
    EXPECT_EQ(by_rrn.stan, old.stan);
    auto const by_time = fields_of(apply(time, message));
    EXPECT_EQ(by_time.de7, 1'201'101'010U);
    EXPECT_EQ(by_time.de12, 101'010U);
    EXPECT_EQ(by_time.de13, 1'201U);
    EXPECT_EQ(by_time.stan, old.stan);
}

TEST(Restamp, AllOtherBytesStay)
{
    Restamper restamper(iso8583::dialect_1987_binary(), {.stan = true}, kEntropy);
    auto const message = test::build({.stan = 1});
    auto const out = restamper.apply(message, kNow);
    ASSERT_TRUE(out.has_value());
    EXPECT_EQ(*out, message);  // the first new STAN is 1 as well
}

TEST(Restamp, ARepeatKeepsTheNewNumbersOfItsOriginal)
{
    Restamper restamper(iso8583::dialect_1987_binary(), {true, true, true}, kEntropy);
    auto const first = fields_of(apply(restamper, {.mti = 200, .stan = 77}));
    auto const other = fields_of(apply(restamper, {.mti = 200, .stan = 78, .rrn = "632517000002"}));
    auto const repeat = fields_of(apply(restamper, {.mti = 201, .stan = 77}));
    EXPECT_EQ(repeat.stan, first.stan);
    EXPECT_EQ(repeat.rrn, first.rrn);
    EXPECT_NE(other.stan, first.stan);
    EXPECT_NE(other.rrn, first.rrn);
}

TEST(Restamp, AReversalNamesTheNewNumbersOfItsOriginal)
{
    Restamper restamper(iso8583::dialect_1987_binary(), {true, true, true}, kEntropy);
    auto const first = fields_of(apply(restamper, {.mti = 200, .stan = 77}));
    auto const original = "0200000077112017304500000100001" + std::string(11, '0');
    auto const reversal =
        fields_of(apply(restamper, {.mti = 420, .stan = 90, .original = original}));
    EXPECT_EQ(reversal.original,
              "0200" + std::string("000001") + "1201101010" + "00000100001" + std::string(11, '0'));
    EXPECT_EQ(reversal.rrn, first.rrn);
    EXPECT_NE(reversal.stan, first.stan);
}

TEST(Restamp, AnUnknownOriginalIsLeftAlone)
{
    Restamper restamper(iso8583::dialect_1987_binary(), {true, true, true}, kEntropy);
    auto const original = "0200000077112017304500000100001" + std::string(11, '0');
    auto const reversal =
        fields_of(apply(restamper, {.mti = 420, .stan = 90, .original = original}));
    EXPECT_EQ(reversal.original, original);
}

TEST(Restamp, EveryPassHasNewNumbers)
{
    Restamper restamper(iso8583::dialect_1987_binary(), {true, true, false}, kEntropy);
    std::set<std::pair<std::uint64_t, std::string>> seen;
    for (int pass = 0; pass < 10; ++pass) {
        restamper.new_pass();
        auto const out = fields_of(apply(restamper, {.stan = 77}));
        EXPECT_TRUE(seen.insert({out.stan, out.rrn}).second);
    }
}

TEST(Restamp, ListsOfFieldsAreRead)
{
    auto const all = parse_restamp("time,stan,rrn");
    ASSERT_TRUE(all);
    EXPECT_TRUE(all->stan && all->rrn && all->time);
    EXPECT_FALSE(parse_restamp(""));
    EXPECT_FALSE(parse_restamp("stan,pan"));
}

}  // namespace
}  // namespace turnout::loadgen
