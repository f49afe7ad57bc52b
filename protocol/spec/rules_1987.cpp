// Demands of ISO 8583:1987 on the frequent messages, as networks commonly have them.
#include "protocol/spec/dialect_file.hpp"

#include <initializer_list>

namespace turnout::spec {
namespace {

using iso8583::PresenceCondition;
using iso8583::PresenceRule;
using iso8583::PresenceSet;

using Fields = std::initializer_list<unsigned>;

struct Row {
    char const* name;
    std::initializer_list<char const*> mtis;
    char const* processing_code;
    Fields mandatory;
    Fields forbidden;
    Fields any_of;
    std::initializer_list<char const*> entry_modes = {};  // DE 22 starts with one of them
};

PresenceSet set_of(Fields fields)
{
    PresenceSet set;
    for (auto const de : fields)
        set.add(de);
    return set;
}

PresenceRule rule_of(Row const& row)
{
    PresenceRule rule;
    rule.name = row.name;
    rule.mtis.assign(row.mtis.begin(), row.mtis.end());
    rule.processing_code = row.processing_code;
    rule.mandatory = set_of(row.mandatory);
    rule.forbidden = set_of(row.forbidden);
    rule.any_of = set_of(row.any_of);
    if (row.entry_modes.size() == 0) return rule;
    auto& condition = rule.when.emplace_back();
    condition.de = 22;
    condition.kind = PresenceCondition::Kind::starts_with;
    condition.values.assign(row.entry_modes.begin(), row.entry_modes.end());
    return rule;
}

constexpr std::initializer_list<char const*> kRequests = {"0100", "0101", "0200", "0201"};
constexpr std::initializer_list<char const*> kReversals = {"0400", "0401", "0420", "0421"};

// DE 3 begins with 0 for debits, 2 for credits, 4 for transfers, 5 for payments: each has an
// amount. Inquiries (3) have none. Where the card is: PAN, its extended form, tracks, or the
// account. DE 22 begins with 02 or 90 for a magnetic stripe, with 05 or 07 for a chip.
// clang-format off
constexpr Row kRows[] = {
    {"1987-request", kRequests, "", {3, 7, 11}, {39}, {2, 34, 35, 36, 45, 102}},
    {"1987-debit", kRequests, "0xxxxx", {4, 49}, {}, {}},
    {"1987-credit", kRequests, "2xxxxx", {4, 49}, {}, {}},
    {"1987-transfer", kRequests, "4xxxxx", {4, 49}, {}, {}},
    {"1987-payment", kRequests, "5xxxxx", {4, 49}, {}, {}},
    {"1987-stripe", kRequests, "", {}, {}, {35, 36, 45}, {"02", "90"}},
    {"1987-chip", kRequests, "", {55}, {}, {}, {"05", "07"}},
    {"1987-answer", {"0110", "0210"}, "", {3, 11, 39}, {}, {}},
    {"1987-reversal", kReversals, "", {3, 4, 7, 11}, {}, {2, 34, 35, 36, 45, 102}},
    {"1987-original", kReversals, "", {}, {}, {37, 38, 90}},
    {"1987-reversal-answer", {"0410", "0430"}, "", {11, 39}, {}, {}},
    {"1987-network", {"0800", "0801", "0820"}, "", {7, 11, 70}, {2, 4, 39}, {}},
    {"1987-network-answer", {"0810"}, "", {11, 39}, {2, 4}, {}},
};
// clang-format on

}  // namespace

std::vector<PresenceRule> rules_1987()
{
    std::vector<PresenceRule> rules;
    for (auto const& row : kRows)
        rules.push_back(rule_of(row));
    return rules;
}

}  // namespace turnout::spec
