#include "protocol/iso8583/presence_rules.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace turnout::iso8583 {
namespace {

// Collects violations as far as there is room, and counts all.
class Found {
public:
    explicit Found(std::span<PresenceViolation> out) noexcept : out_(out) {}
    void add(std::uint16_t rule, unsigned de, PresenceViolation::Kind kind) noexcept
    {
        if (count_ < out_.size()) out_[count_] = {rule, static_cast<std::uint16_t>(de), kind};
        ++count_;
    }
    void add_all(std::uint16_t rule, unsigned word, std::uint64_t bits,
                 PresenceViolation::Kind kind) noexcept
    {
        for (; bits != 0; bits &= bits - 1)
            add(rule, word * 64 + static_cast<unsigned>(std::countr_zero(bits)), kind);
    }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }

private:
    std::span<PresenceViolation> out_;
    std::size_t count_ = 0;
};

unsigned first_of(PresenceSet const& set) noexcept
{
    for (unsigned word = 0; word < PresenceSet::kWords; ++word)
        if (set.words[word] != 0)
            return word * 64 + static_cast<unsigned>(std::countr_zero(set.words[word]));
    return 0;
}

void check_fields(PresenceRule const& rule, std::uint16_t index, PresenceSet const& present,
                  Found& found) noexcept
{
    using Kind = PresenceViolation::Kind;
    std::uint64_t any = rule.any_of.empty() ? 1 : 0;
    for (unsigned word = 0; word < PresenceSet::kWords; ++word) {
        auto const have = present.words[word];
        found.add_all(index, word, rule.mandatory.words[word] & ~have, Kind::missing);
        found.add_all(index, word, rule.forbidden.words[word] & have, Kind::forbidden);
        any |= rule.any_of.words[word] & have;
    }
    if (any == 0) found.add(index, first_of(rule.any_of), Kind::none_of);
}

std::uint64_t word_of(std::string_view text) noexcept
{
    std::uint64_t word = 0;
    for (auto const c : text)
        word = word << 8U | static_cast<unsigned char>(c);
    return word;
}

std::uint64_t mti_word(Mti mti) noexcept
{
    std::uint64_t word = 0;
    for (unsigned const divisor : {1000U, 100U, 10U, 1U})
        word = word << 8U | ('0' + mti.value / divisor % 10U);
    return word;
}

// The processing code's six characters; what no pattern matches when it is absent or no six.
std::uint64_t processing_code_word(MessageView const& view) noexcept
{
    std::array<char, 8> text{};
    auto const size = view.text(3, text);
    return size.has_value() && *size == 6 ? word_of({text.data(), 6}) : ~std::uint64_t{0};
}

}  // namespace

PresenceRules::PresenceRules(std::vector<PresenceRule> rules) : rules_(std::move(rules))
{
    for (std::size_t i = 0; i < rules_.size() && i <= 0xffff; ++i) {
        Pattern code;
        if (!rules_[i].processing_code.empty()) code = compile(rules_[i].processing_code, 6);
        for (auto const& mti : rules_[i].mtis)
            compiled_.push_back({compile(mti, 4), code, static_cast<std::uint16_t>(i)});
    }
}

PresenceRules::Pattern PresenceRules::compile(std::string_view pattern, std::size_t size) noexcept
{
    if (pattern.size() != size) return {0, 1};  // matches nothing
    Pattern compiled;
    for (auto const c : pattern) {
        compiled.mask = compiled.mask << 8U | (c == 'x' ? 0x00U : 0xffU);
        compiled.value = compiled.value << 8U | (c == 'x' ? 0x00U : static_cast<unsigned char>(c));
    }
    // A pattern of nothing but x still asks for the field: the unused top byte of text is 0.
    compiled.mask |= std::uint64_t{0xff} << 56U;
    return compiled;
}

bool PresenceRules::holds(PresenceCondition const& condition, MessageView const& view) noexcept
{
    using Kind = PresenceCondition::Kind;
    auto const present = view.has(condition.de);
    if (condition.kind == Kind::present) return present;
    if (condition.kind == Kind::absent) return !present;
    std::array<char, kConditionBytesMax> buffer{};
    auto const size = view.text(condition.de, buffer);
    if (!size.has_value()) return false;
    std::string_view const text{buffer.data(), *size};
    return std::any_of(
        condition.values.begin(), condition.values.end(), [&](std::string const& value) {
            return condition.kind == Kind::equals ? text == value : text.starts_with(value);
        });
}

std::size_t PresenceRules::check(MessageView const& view,
                                 std::span<PresenceViolation> out) const noexcept
{
    if (compiled_.empty() || !view.has_mti()) return 0;
    PresenceSet present;
    for (unsigned word = 0; word < PresenceSet::kWords; ++word)
        present.words[word] = view.present_word(word);
    auto const mti = mti_word(view.mti());
    auto const code = processing_code_word(view);
    Found found{out};
    auto done = ~std::size_t{0};  // a rule with two patterns that match counts once
    for (auto const& entry : compiled_) {
        if (entry.rule == done || (mti & entry.mti.mask) != entry.mti.value ||
            (code & entry.processing_code.mask) != entry.processing_code.value)
            continue;
        auto const& rule = rules_[entry.rule];
        done = entry.rule;
        if (std::all_of(rule.when.begin(), rule.when.end(),
                        [&](auto const& condition) { return holds(condition, view); }))
            check_fields(rule, entry.rule, present, found);
    }
    return found.count();
}

std::string describe(PresenceViolation const& violation, PresenceRules const& rules,
                     Dialect const& dialect)
{
    using Kind = PresenceViolation::Kind;
    if (violation.rule >= rules.rules().size()) return "a rule of another set";
    auto const& rule = rules.rules()[violation.rule];
    auto const field = [&](unsigned de) {
        auto const name = (*dialect.names)[de];
        auto text = "DE " + std::to_string(de);
        return name.empty() ? text : text + " (" + std::string{name} + ")";
    };
    auto text = "rule '" + rule.name + "': ";
    if (violation.kind != Kind::none_of)
        return text + field(violation.de) +
               (violation.kind == Kind::missing ? " is missing" : " is not allowed");
    text += "one of ";
    char const* separator = "";
    for (unsigned de = 0; de <= kFieldsMax; ++de)
        if (rule.any_of.has(de)) text += std::exchange(separator, ", ") + field(de);
    return text + " is missing";
}

}  // namespace turnout::iso8583
