// Presence rules on decoded messages: each demand, each condition, names in the report, no heap.
#include "protocol/iso8583/message_builder.hpp"
#include "protocol/spec/dialect_file.hpp"
#include "tests/support/alloc_guard.hpp"

#include <gtest/gtest.h>

namespace turnout::spec {
namespace {

using iso8583::PresenceRules;
using iso8583::PresenceViolation;
using Kind = PresenceViolation::Kind;

using Fields = std::vector<std::pair<unsigned, std::string>>;

// A message of the 1987 ASCII dialect, checked by `rules`.
class Checked {
public:
    Checked(PresenceRules const& rules, unsigned mti, Fields const& fields) : rules_(rules)
    {
        auto const& dialect = iso8583::dialect_1987_ascii();
        auto const high = !fields.empty() && fields.back().first > 64;
        iso8583::MessageBuilder builder{dialect, bytes_, iso8583::Mti{std::uint16_t(mti)}, high};
        for (auto const& [de, value] : fields)
            builder.text(de, value);
        auto const size = builder.finish();
        EXPECT_TRUE(size.has_value());
        EXPECT_TRUE(view_.decode(dialect, {bytes_.data(), size.has_value() ? *size : 0}).ok());
    }

    std::vector<std::string> violations()
    {
        std::array<PresenceViolation, 64> found{};
        auto const count = rules_.check(view_, found);
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < count; ++i)
            texts.push_back(describe(found[i], rules_, view_.dialect()));
        return texts;
    }

    iso8583::MessageView const& view() const noexcept { return view_; }

private:
    PresenceRules const& rules_;
    std::array<std::byte, 2048> bytes_{};
    iso8583::MessageView view_;
};

PresenceRules rules_of(std::string const& rules)
{
    auto const file =
        load_dialect_text(R"({"name": "t", "extends": "87ascii", "rules": [)" + rules + "]}", "t");
    EXPECT_TRUE(file.has_value()) << (file.has_value() ? "" : describe(file.error()));
    return file.has_value() ? file->rules : PresenceRules{};
}

using Texts = std::vector<std::string>;

TEST(PresenceRules, NameRuleAndField)
{
    auto const rules = rules_of(R"({"name": "purchase", "mti": "0200", "mandatory": [4, 11, 128],
        "forbidden": [39], "any_of": [2, 35]})");
    EXPECT_EQ(Checked(rules, 200, {{11, "000001"}, {39, "00"}}).violations(),
              (Texts{"rule 'purchase': DE 4 (Amount, transaction) is missing",
                     "rule 'purchase': DE 39 (Response code) is not allowed",
                     "rule 'purchase': DE 128 (Message authentication code) is missing",
                     "rule 'purchase': one of DE 2 (Primary account number (PAN)), DE 35 (Track 2 "
                     "data) is missing"}));
}

TEST(PresenceRules, ACompleteMessageHasNone)
{
    auto const rules =
        rules_of(R"({"name": "r", "mti": "0200", "mandatory": [4], "any_of": [2, 35]})");
    EXPECT_EQ(Checked(rules, 200, {{2, "4000001234567899"}, {4, "1"}}).violations(), Texts{});
}

TEST(PresenceRules, ApplyByMtiPatternOnce)
{
    auto const rules = rules_of(R"({"name": "r", "mti": ["02x0", "0x00"], "mandatory": [11]})");
    EXPECT_EQ(Checked(rules, 200, {{4, "1"}}).violations().size(), 1U) << "both patterns match";
    EXPECT_EQ(Checked(rules, 210, {{4, "1"}}).violations().size(), 1U);
    EXPECT_EQ(Checked(rules, 400, {{4, "1"}}).violations().size(), 1U);
    EXPECT_EQ(Checked(rules, 201, {{4, "1"}}).violations().size(), 0U);
    EXPECT_EQ(Checked(rules, 410, {{4, "1"}}).violations().size(), 0U);
}

TEST(PresenceRules, ApplyByProcessingCode)
{
    auto const rules = rules_of(
        R"({"name": "cash", "mti": "0200", "processing_code": "01xx3x", "mandatory": [4]})");
    EXPECT_EQ(Checked(rules, 200, {{3, "012030"}}).violations().size(), 1U);
    EXPECT_EQ(Checked(rules, 200, {{3, "012000"}}).violations().size(), 0U);
    EXPECT_EQ(Checked(rules, 200, {{11, "000001"}}).violations().size(), 0U) << "no DE 3 at all";
    auto const any = rules_of(
        R"({"name": "any", "mti": "0200", "processing_code": "xxxxxx", "mandatory": [4]})");
    EXPECT_EQ(Checked(any, 200, {{3, "012000"}}).violations().size(), 1U);
    EXPECT_EQ(Checked(any, 200, {{11, "000001"}}).violations().size(), 0U);
}

TEST(PresenceRules, ApplyOnConditions)
{
    auto const rule = [](std::string const& when) {
        return rules_of(R"({"name": "r", "mti": "0200", "when": )" + when +
                        R"(, "mandatory": [55]})");
    };
    Fields const chip = {{22, "051"}, {25, "00"}};
    auto const count = [&](std::string const& when) {
        auto const rules = rule(when);
        return Checked(rules, 200, chip).violations().size();
    };
    EXPECT_EQ(count(R"({"field": 22, "present": true})"), 1U);
    EXPECT_EQ(count(R"({"field": 22, "present": false})"), 0U);
    EXPECT_EQ(count(R"({"field": 23, "present": false})"), 1U);
    EXPECT_EQ(count(R"({"field": 22, "starts_with": ["07", "05"]})"), 1U);
    EXPECT_EQ(count(R"({"field": 22, "starts_with": "90"})"), 0U);
    EXPECT_EQ(count(R"({"field": 22, "equals": "05"})"), 0U);
    EXPECT_EQ(count(R"({"field": 22, "equals": ["051", "071"]})"), 1U);
    EXPECT_EQ(count(R"({"field": 23, "equals": "051"})"), 0U) << "an absent field equals nothing";
    EXPECT_EQ(count(R"([{"field": 22, "equals": "051"}, {"field": 25, "equals": "00"}])"), 1U);
    EXPECT_EQ(count(R"([{"field": 22, "equals": "051"}, {"field": 25, "equals": "01"}])"), 0U);
}

TEST(PresenceRules, CountsMoreThanItHasRoomFor)
{
    auto const rules = rules_of(R"({"name": "r", "mti": "0200", "mandatory": [4, 7, 11, 41]})");
    Checked const checked{rules, 200, {{3, "000000"}}};
    std::array<PresenceViolation, 2> room{};
    EXPECT_EQ(rules.check(checked.view(), room), 4U);
    EXPECT_EQ(room[1], (PresenceViolation{0, 7, Kind::missing}));
    EXPECT_EQ(rules.check(checked.view(), {}), 4U);
}

TEST(PresenceRules, NeedNoHeap)
{
    PresenceRules const rules{rules_1987()};
    Checked const checked{rules, 200, {{3, "000000"}, {22, "051"}}};
    std::array<PresenceViolation, 16> room{};
    test::AllocGuard const guard;
    EXPECT_NE(rules.check(checked.view(), room), 0U);
    EXPECT_EQ(guard.allocations(), 0U);
}

TEST(Rules1987, PassReasonableMessagesAndNameWhatIsMissing)
{
    PresenceRules const rules{rules_1987()};
    Fields const purchase = {{2, "4000001234567899"}, {3, "000000"},    {4, "1000"},
                             {7, "1120231500"},       {11, "000001"},   {22, "012"},
                             {37, "123456789012"},    {41, "TERM0001"}, {49, "978"}};
    for (auto const mti : {100U, 101U, 200U, 201U, 400U, 420U, 421U})
        EXPECT_EQ(Checked(rules, mti, purchase).violations(), Texts{}) << mti;
    EXPECT_EQ(Checked(rules, 800, {{7, "1120231500"}, {11, "000001"}, {70, "301"}}).violations(),
              Texts{});
    EXPECT_EQ(Checked(rules, 810, {{11, "000001"}, {39, "00"}}).violations(), Texts{});
    EXPECT_EQ(Checked(rules, 210, {{3, "000000"}, {11, "000001"}, {39, "00"}}).violations(),
              Texts{});

    auto without = [&](unsigned de) {
        Fields rest;
        for (auto const& field : purchase)
            if (field.first != de) rest.push_back(field);
        return Checked(rules, 200, rest).violations();
    };
    EXPECT_EQ(without(2).size(), 1U);
    EXPECT_EQ(without(4), Texts{"rule '1987-debit': DE 4 (Amount, transaction) is missing"});
    EXPECT_EQ(without(11).size(), 1U);
    EXPECT_EQ(without(37), Texts{}) << "no reversal";
    auto chip = purchase;
    chip[5].second = "051";
    EXPECT_EQ(Checked(rules, 200, chip).violations(),
              Texts{"rule '1987-chip': DE 55 (Reserved ISO (in use: ICC / EMV data, BER-TLV)) is "
                    "missing"});
    EXPECT_EQ(Checked(rules, 800, {{11, "000001"}, {39, "00"}}).violations().size(), 3U);
}

TEST(Rules1987, HaveDistinctNames)
{
    std::vector<std::string> names;
    for (auto const& rule : rules_1987())
        names.push_back(rule.name);
    std::sort(names.begin(), names.end());
    EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace turnout::spec
