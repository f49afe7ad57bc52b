// Which fields a message must have, may not have, or must have one of, by MTI, processing code and
// other fields' values. Checked in one pass over the words of present fields: no allocation, no
// exception, time linear in the number of rules. The codec itself demands no field; a link that
// wants rules asks for them. File format: docs/formats/dialect.md, "Presence rules".
#pragma once
#include "protocol/iso8583/message_view.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace turnout::iso8583 {

// A set of data elements, with the bits where MessageView::present_word() has them.
struct PresenceSet {
    static constexpr unsigned kWords = kFieldsMax / 64 + 1;
    std::array<std::uint64_t, kWords> words{};

    constexpr void add(unsigned de) noexcept
    {
        if (de <= kFieldsMax) words[de >> 6U] |= std::uint64_t{1} << (de & 63U);
    }
    [[nodiscard]] constexpr bool has(unsigned de) const noexcept
    {
        return de <= kFieldsMax && (words[de >> 6U] >> (de & 63U) & 1U) != 0;
    }
    [[nodiscard]] constexpr bool empty() const noexcept { return *this == PresenceSet{}; }
    friend constexpr bool operator==(PresenceSet const&, PresenceSet const&) noexcept = default;
};

// A condition on one field; a rule applies when all of its conditions hold.
struct PresenceCondition {
    enum class Kind : std::uint8_t {
        present = 0,
        absent,
        equals,      // the field's text is one of `values`; an absent field equals nothing
        starts_with  // the field's text starts with one of `values`
    };
    std::uint16_t de = 0;
    Kind kind = Kind::present;
    std::vector<std::string> values;

    friend bool operator==(PresenceCondition const&, PresenceCondition const&) = default;
};

inline constexpr std::size_t kConditionBytesMax = 64;  // of a value; longer fields never match

// A rule as it is written. Patterns have a character per position, 'x' for any.
struct PresenceRule {
    std::string name;               // "purchase": unique in a set
    std::vector<std::string> mtis;  // "0200", "01x0"; at least one
    std::string processing_code;    // six characters, "00xxxx"; empty: any, absent too
    std::vector<PresenceCondition> when;
    PresenceSet mandatory;
    PresenceSet forbidden;
    PresenceSet any_of;  // at least one of them; empty: no such demand

    friend bool operator==(PresenceRule const&, PresenceRule const&) = default;
};

struct PresenceViolation {
    enum class Kind : std::uint8_t { missing = 0, forbidden, none_of };
    std::uint16_t rule = 0;  // index
    std::uint16_t de = 0;    // none_of: the first of the set
    Kind kind = Kind::missing;

    friend bool operator==(PresenceViolation const&, PresenceViolation const&) = default;
};

// Rules compiled to masks. Immutable; safe to use from any thread.
class PresenceRules {
public:
    PresenceRules() = default;
    // Rules that are no pattern of four or six characters never apply: the loader reports them.
    explicit PresenceRules(std::vector<PresenceRule> rules);

    // Violations of all rules that apply, in the order of the rules and then of the fields, as many
    // as `out` holds. Returns how many there are, which may be more. `view` holds a decoded
    // message.
    [[nodiscard]] std::size_t check(MessageView const& view,
                                    std::span<PresenceViolation> out) const noexcept;

    [[nodiscard]] std::vector<PresenceRule> const& rules() const noexcept { return rules_; }
    [[nodiscard]] bool empty() const noexcept { return rules_.empty(); }

private:
    // Characters as a word: (text & mask) == value.
    struct Pattern {
        std::uint64_t mask = 0;
        std::uint64_t value = 0;
    };
    struct Compiled {
        Pattern mti;
        Pattern processing_code;
        std::uint16_t rule = 0;
    };
    [[nodiscard]] static Pattern compile(std::string_view pattern, std::size_t size) noexcept;
    [[nodiscard]] static bool holds(PresenceCondition const& condition,
                                    MessageView const& view) noexcept;

    std::vector<PresenceRule> rules_;
    std::vector<Compiled> compiled_;  // one per MTI pattern of a rule, in the order of the rules
};

// "rule 'purchase': DE 4 (Amount, transaction) is missing". Never a value.
[[nodiscard]] std::string describe(PresenceViolation const& violation, PresenceRules const& rules,
                                   Dialect const& dialect);

}  // namespace turnout::iso8583
