// Random dialects as files: what is written loads as the same dialect, with rules, headers and
// inner layouts; and one that extends another by nothing is the other.
#include "tests/support/random_dialect.hpp"

#include "protocol/spec/dialect_file.hpp"

#include <gtest/gtest.h>

namespace turnout::spec {
namespace {

constexpr std::uint64_t kDialects = 2'000;

std::vector<iso8583::PresenceRule> random_rules(iso8583::DialectSource const& source,
                                                test::Random& random)
{
    std::vector<iso8583::PresenceRule> rules;
    for (std::size_t i = 0; i < random.below(4); ++i) {
        iso8583::PresenceRule rule;
        rule.name = "rule " + std::to_string(i);
        rule.mtis = {"0x00"};
        if (random.below(2) == 0) rule.mtis.push_back("1200");
        if (random.below(2) == 0) rule.processing_code = "0xAx11";
        for (unsigned de = 2; de <= iso8583::kFieldsMax; ++de) {
            if (!source.fields[de].defined()) continue;
            auto const choice = random.below(8);
            if (choice == 0) rule.mandatory.add(de);
            if (choice == 1) rule.forbidden.add(de);
            if (choice == 2) rule.any_of.add(de);
            if (choice == 3)
                rule.when.push_back({static_cast<std::uint16_t>(de),
                                     static_cast<iso8583::PresenceCondition::Kind>(random.below(4)),
                                     {}});
        }
        for (auto& condition : rule.when)
            if (condition.kind > iso8583::PresenceCondition::Kind::absent)
                condition.values = {"00", "\"quoted\""};
        if (!rule.mandatory.empty() || !rule.forbidden.empty() || !rule.any_of.empty())
            rules.push_back(std::move(rule));
    }
    return rules;
}

void expect_same(DialectFile const& a, DialectFile const& b)
{
    ASSERT_EQ(a.source.form, b.source.form);
    for (unsigned de = 0; de <= iso8583::kFieldsMax; ++de) {
        ASSERT_EQ(a.source.names[de], b.source.names[de]);
        if (!a.source.fields[de].defined() && !b.source.fields[de].defined()) continue;
        auto expected = a.source.fields[de];
        auto found = b.source.fields[de];
        ASSERT_EQ(expected.nested == 0, found.nested == 0) << de;
        expected.nested = found.nested = 0;
        ASSERT_EQ(expected, found) << de;
    }
    ASSERT_TRUE(same_dialect(a, b));
}

TEST(RandomDialectFiles, SurviveBeingWritten)
{
    for (std::uint64_t seed = 0; seed < kDialects; ++seed) {
        test::Random random{seed};
        DialectFile file;
        file.source = test::random_dialect(random);
        test::add_random_insides(file.source, random);
        file.source.names[0] = "MTI";
        if (!iso8583::problem_of(file.source).ok()) continue;
        file.rules = iso8583::PresenceRules{random_rules(file.source, random)};
        auto const text = write_dialect(file);
        auto const again = load_dialect_text(text, "written.json");
        ASSERT_TRUE(again.has_value()) << "seed " << seed << "\n"
                                       << describe(again.error()) << text;
        expect_same(file, *again);
        if (HasFailure()) FAIL() << "seed " << seed << "\n" << text << write_dialect(*again);
    }
}

}  // namespace
}  // namespace turnout::spec
