#include "protocol/spec/read_rules.hpp"

#include "protocol/spec/dialect_file.hpp"
#include "protocol/spec/object_reader.hpp"

#include <algorithm>

namespace turnout::spec {
namespace {

using iso8583::kFieldsMax;
using iso8583::PresenceCondition;
using iso8583::PresenceRule;
using iso8583::PresenceSet;

constexpr std::size_t kRulesMax = 1000;
constexpr std::size_t kNameBytesMax = 63;

bool is_pattern(std::string_view text, std::size_t size, bool letters) noexcept
{
    return text.size() == size && std::all_of(text.begin(), text.end(), [&](char c) {
               auto const letter = letters && c >= 'A' && c <= 'Z';
               return (c >= '0' && c <= '9') || c == 'x' || letter;
           });
}

class RuleReader {
public:
    RuleReader(SpecReport& report, DialectTree& tree, bool base_unknown) noexcept
        : report_(report), tree_(tree), base_unknown_(base_unknown)
    {
    }

    void read(JsonNode const& json, std::string const& path)
    {
        if (json.kind == JsonNode::Kind::text) {
            if (json.text == "1987") {
                for (auto& rule : rules_1987())
                    put(std::move(rule));
                return;
            }
            report_.add(json.at, path, "no set of rules has this name",
                        "use \"1987\" or write a rule in { }");
            return;
        }
        ObjectReader object{report_, json, path};
        if (object.is_object()) read_rule(object);
    }

private:
    void read_rule(ObjectReader& object)
    {
        auto const errors_before = report_.count();
        PresenceRule rule;
        (void)object.text("description");
        rule.name = object.text("name").value_or("");
        if (!object.has("name")) object.missing("name", "violations are told by the rule's name");
        if (object.has("name") && (rule.name.empty() || rule.name.size() > kNameBytesMax))
            object.error("name", "has no or more than 63 bytes", "give it a short name");
        if (object.flag("remove").value_or(false)) {
            object.finish();
            if (!remove(rule.name) && !base_unknown_)
                object.error("name", "there is no such rule to remove", "remove this entry");
            return;
        }
        read_patterns(object, rule);
        read_conditions(object, rule);
        rule.mandatory = read_fields(object, "mandatory");
        rule.forbidden = read_fields(object, "forbidden");
        rule.any_of = read_fields(object, "any_of");
        object.finish();
        check(object, rule, errors_before);
        if (report_.count() == errors_before) put(std::move(rule));
    }

    void check(ObjectReader& object, PresenceRule const& rule, std::size_t errors_before)
    {
        if (report_.count() != errors_before) return;
        if (rule.mandatory.empty() && rule.forbidden.empty() && rule.any_of.empty())
            object.error({}, "this rule demands nothing",
                         "add \"mandatory\", \"forbidden\" or \"any_of\"");
        for (unsigned de = 2; de <= kFieldsMax; ++de)
            if (rule.mandatory.has(de) && rule.forbidden.has(de))
                object.error("forbidden",
                             "DE " + std::to_string(de) + " is mandatory in the same rule",
                             "take it out of one of the two");
    }

    // One text or a list of them, each handed to `use`.
    template <class Use>
    void texts(ObjectReader& object, std::string_view key, Use use)
    {
        auto const* const value = object.take(key);
        if (value == nullptr) return;
        if (value->kind == JsonNode::Kind::text) return use(*value, object.path_of(key));
        if (value->kind != JsonNode::Kind::list || value->items.empty())
            return object.error(key, "is no text and no list of texts", "write \"0200\"");
        for (std::size_t i = 0; i < value->items.size(); ++i) {
            auto const path = object.path_of(key) + "/" + std::to_string(i);
            if (value->items[i].kind == JsonNode::Kind::text)
                use(value->items[i], path);
            else
                report_.add(value->items[i].at, path, "is no text", "put it in quotes");
        }
    }

    void read_patterns(ObjectReader& object, PresenceRule& rule)
    {
        texts(object, "mti", [&](JsonNode const& text, std::string const& path) {
            if (is_pattern(text.text, 4, false))
                rule.mtis.push_back(text.text);
            else
                report_.add(text.at, path, "is no MTI", "use four digits, x for any: \"02x0\"");
        });
        if (!object.has("mti")) object.missing("mti", "say for which messages: \"0200\"");
        auto const code = object.text("processing_code");
        if (!code) return;
        if (is_pattern(*code, 6, true))
            rule.processing_code = *code;
        else
            object.error("processing_code", "is no processing code",
                         "use six digits, x for any: \"00xxxx\"");
    }

    void read_conditions(ObjectReader& object, PresenceRule& rule)
    {
        auto const* const when = object.take("when");
        if (when == nullptr) return;
        auto const path = object.path_of("when");
        if (when->kind != JsonNode::Kind::list) return read_condition(*when, path, rule);
        for (std::size_t i = 0; i < when->items.size(); ++i)
            read_condition(when->items[i], path + "/" + std::to_string(i), rule);
    }

    void read_condition(JsonNode const& json, std::string const& path, PresenceRule& rule)
    {
        using Kind = PresenceCondition::Kind;
        ObjectReader object{report_, json, path};
        if (!object.is_object()) return;
        PresenceCondition condition;
        std::size_t kinds = 0;
        auto const field = object.number("field", 2, kFieldsMax);
        if (field) condition.de = static_cast<std::uint16_t>(*field);
        if (!object.has("field")) object.missing("field", "say the number of the DE");
        if (field) known_field(condition.de, object.at("field"), object.path_of("field"));
        if (auto const present = object.flag("present")) {
            condition.kind = *present ? Kind::present : Kind::absent;
            ++kinds;
        }
        for (auto const kind : {Kind::equals, Kind::starts_with}) {
            auto const* const key = kind == Kind::equals ? "equals" : "starts_with";
            if (!object.has(key)) {
                (void)object.take(key);
                continue;
            }
            condition.kind = kind;
            ++kinds;
            texts(object, key, [&](JsonNode const& text, std::string const& at) {
                if (text.text.empty() || text.text.size() > iso8583::kConditionBytesMax)
                    report_.add(text.at, at, "has no or more than 64 bytes", "compare less");
                condition.values.push_back(text.text);
            });
        }
        object.finish();
        if (kinds != 1)
            object.error({}, "a condition has exactly one test",
                         "say one of \"present\", \"equals\" and \"starts_with\"");
        rule.when.push_back(std::move(condition));
    }

    PresenceSet read_fields(ObjectReader& object, std::string_view key)
    {
        PresenceSet set;
        auto const* const list = object.take(key);
        if (list == nullptr) return set;
        if (list->kind != JsonNode::Kind::list || list->items.empty()) {
            object.error(key, "is no list of fields", "write their numbers: [2, 3, 4]");
            return set;
        }
        for (std::size_t i = 0; i < list->items.size(); ++i) {
            auto const& item = list->items[i];
            auto const path = object.path_of(key) + "/" + std::to_string(i);
            if (item.kind != JsonNode::Kind::integer || item.integer < 2 ||
                item.integer > kFieldsMax) {
                report_.add(item.at, path, "is no data element", "use a number from 2 to 192");
                continue;
            }
            auto const de = static_cast<unsigned>(item.integer);
            known_field(de, item.at, path);
            if (set.has(de)) report_.add(item.at, path, "is there twice", "keep one of them");
            set.add(de);
        }
        return set;
    }

    void known_field(unsigned de, std::size_t at, std::string const& path)
    {
        if (base_unknown_ || tree_.fields.contains(de)) return;
        report_.add(at, path, "this dialect has no DE " + std::to_string(de),
                    "define it under \"fields\" or take it out of the rule");
    }

    bool remove(std::string const& name)
    {
        return std::erase_if(tree_.rules, [&](auto const& rule) { return rule.name == name; }) != 0;
    }

    void put(PresenceRule rule)
    {
        for (auto& known : tree_.rules)
            if (known.name == rule.name) {
                known = std::move(rule);
                return;
            }
        tree_.rules.push_back(std::move(rule));
    }

    SpecReport& report_;
    DialectTree& tree_;
    bool base_unknown_;
};

}  // namespace

void read_rules(SpecReport& report, JsonNode const& json, DialectTree& tree, bool base_unknown)
{
    if (json.kind != JsonNode::Kind::list) {
        report.add(json.at, "/rules", "is no list", "write [ \"1987\", { ... } ]");
        return;
    }
    if (json.items.size() > kRulesMax) {
        report.add(json.at, "/rules", "more than " + std::to_string(kRulesMax) + " rules",
                   "name messages by patterns");
        return;
    }
    RuleReader reader{report, tree, base_unknown};
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < json.items.size(); ++i) {
        auto const& item = json.items[i];
        auto const path = "/rules/" + std::to_string(i);
        auto const* const name = item.find("name");
        if (name != nullptr && std::count(names.begin(), names.end(), name->text) != 0)
            report.add(name->at, path + "/name", "this file has two rules of that name",
                       "rename one");
        if (name != nullptr) names.push_back(name->text);
        reader.read(item, path);
    }
}

}  // namespace turnout::spec
