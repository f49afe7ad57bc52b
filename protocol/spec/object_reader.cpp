#include "protocol/spec/object_reader.hpp"

#include <algorithm>

namespace turnout::spec {

namespace {

// "~" and "/" in a key of a JSON pointer (RFC 6901, clause 3).
std::string escaped(std::string_view key)
{
    std::string text;
    for (auto const c : key) {
        if (c == '~')
            text += "~0";
        else if (c == '/')
            text += "~1";
        else
            text += c;
    }
    return text;
}

std::string quoted(std::string_view word)
{
    constexpr std::size_t kShownMax = 40;
    if (word.size() <= kShownMax) return "\"" + std::string{word} + "\"";
    return "\"" + std::string{word.substr(0, kShownMax)} + "...\"";
}

}  // namespace

ObjectReader::ObjectReader(SpecReport& report, JsonNode const& node, std::string path)
    : report_(report),
      node_(node),
      path_(std::move(path)),
      is_object_(node.kind == JsonNode::Kind::object)
{
    if (!is_object_)
        report_.add(node.at, path_, "is " + std::string{kind_name(node.kind)},
                    "write an object in { }");
}

std::string ObjectReader::path_of(std::string_view key) const
{
    return path_ + "/" + escaped(key);
}

std::size_t ObjectReader::at(std::string_view key) const noexcept
{
    auto const* const value = node_.find(key);
    return value == nullptr ? node_.at : value->at;
}

JsonNode const* ObjectReader::take(std::string_view key)
{
    known_.push_back(key);
    return node_.find(key);
}

std::optional<std::string> ObjectReader::text(std::string_view key)
{
    auto const* const value = take(key);
    if (value == nullptr) return {};
    if (value->kind == JsonNode::Kind::text) return value->text;
    wrong_type(key, *value, "a text in quotes");
    return {};
}

std::optional<bool> ObjectReader::flag(std::string_view key)
{
    auto const* const value = take(key);
    if (value == nullptr) return {};
    if (value->kind == JsonNode::Kind::boolean) return value->boolean;
    wrong_type(key, *value, "true or false, without quotes");
    return {};
}

std::optional<std::int64_t> ObjectReader::number(std::string_view key, std::int64_t low,
                                                 std::int64_t high)
{
    auto const* const value = take(key);
    if (value == nullptr) return {};
    auto const range =
        "a whole number between " + std::to_string(low) + " and " + std::to_string(high);
    if (value->kind != JsonNode::Kind::integer) {
        wrong_type(key, *value, range);
        return {};
    }
    if (value->integer >= low && value->integer <= high) return value->integer;
    error(key, std::to_string(value->integer) + " is out of bounds", "use " + range);
    return {};
}

void ObjectReader::error(std::string_view key, std::string what, std::string remedy)
{
    report_.add(at(key), key.empty() ? path_ : path_of(key), std::move(what), std::move(remedy));
}

void ObjectReader::missing(std::string_view key, std::string remedy)
{
    report_.add(node_.at, path_, quoted(key) + " is missing", std::move(remedy));
}

void ObjectReader::finish()
{
    for (auto const& member : node_.members) {
        if (std::find(known_.begin(), known_.end(), member.key) != known_.end()) continue;
        auto const near = nearest(member.key, known_);
        report_.add(member.key_at, path_of(member.key),
                    "key " + quoted(member.key) + " is not known here",
                    near.empty() ? "remove it" : "did you mean " + quoted(near) + "?");
    }
}

void ObjectReader::unknown_word(std::string_view word, std::size_t at, std::string const& path,
                                std::vector<std::string_view> const& names)
{
    auto const near = nearest(word, names);
    std::string remedy;
    if (!near.empty()) remedy = "did you mean " + quoted(near) + "? ";
    remedy += "use one of";
    char const* separator = " ";
    for (auto const name : names) {
        remedy += separator + std::string{name};
        separator = ", ";
    }
    report_.add(at, path, quoted(word) + " is not known here", remedy);
}

void ObjectReader::wrong_type(std::string_view key, JsonNode const& value, std::string_view wanted)
{
    error(key, "is " + std::string{kind_name(value.kind)}, "use " + std::string{wanted});
}

}  // namespace turnout::spec
