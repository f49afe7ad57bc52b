#include "protocol/spec/json_tree.hpp"

#include <deque>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

namespace turnout::spec {
namespace {

using Json = nlohmann::json;

// Tells how far the parser has read: it takes one byte at a time.
class CountingIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = char const*;
    using reference = char const&;

    CountingIterator(char const* at, std::size_t* read) noexcept : at_(at), read_(read) {}
    reference operator*() const noexcept { return *at_; }
    CountingIterator& operator++() noexcept
    {
        ++at_;
        ++*read_;
        return *this;
    }
    CountingIterator operator++(int) noexcept
    {
        auto const before = *this;
        ++*this;
        return before;
    }
    friend bool operator!=(CountingIterator const& a, CountingIterator const& b) noexcept
    {
        return a.at_ != b.at_;
    }

private:
    char const* at_;
    std::size_t* read_;
};

// Builds the tree from the parser's events. Where a token starts is found from the end of the one
// before: only blanks and separators are between them. A text ends where the parser has read to;
// of a number the parser has read one byte more.
class TreeBuilder {
public:
    TreeBuilder(SpecReport& report, std::size_t const& read) : report_(report), read_(read) {}

    bool null() { return put(JsonNode::Kind::null, 4) != nullptr; }
    bool boolean(bool value)
    {
        auto* const node = put(JsonNode::Kind::boolean, value ? 4 : 5);
        node->boolean = value;
        return true;
    }
    bool number_integer(Json::number_integer_t value)
    {
        auto* const node = put_number(JsonNode::Kind::integer);
        node->integer = value;
        return true;
    }
    bool number_unsigned(Json::number_unsigned_t value)
    {
        auto const fits = value <= static_cast<Json::number_unsigned_t>(INT64_MAX);
        auto* const node = put_number(fits ? JsonNode::Kind::integer : JsonNode::Kind::real);
        node->integer = fits ? static_cast<std::int64_t>(value) : 0;
        return true;
    }
    bool number_float(Json::number_float_t, std::string const&)
    {
        return put_number(JsonNode::Kind::real) != nullptr;
    }
    bool string(std::string& value)
    {
        auto* const node = put(JsonNode::Kind::text, 0);
        end_ = read_;
        node->text = std::move(value);
        return true;
    }
    bool binary(Json::binary_t&) { return false; }
    bool start_object(std::size_t) { return open(JsonNode::Kind::object); }
    bool key(std::string& value)
    {
        key_at_ = next_token();
        end_ = read_;
        key_ = std::move(value);
        return true;
    }
    bool end_object() { return close(); }
    bool start_array(std::size_t) { return open(JsonNode::Kind::list); }
    bool end_array() { return close(); }
    bool parse_error(std::size_t position, std::string const&, Json::exception const& error)
    {
        std::string_view text = error.what();
        auto const column = text.find("column ");
        auto const message = column == text.npos ? text.npos : text.find(": ", column);
        if (message != text.npos) text.remove_prefix(message + 2);
        // What the parser has read last may be a part of a value: it stays out of the report.
        text = text.substr(0, text.find("; last read"));
        if (text.find("UTF-8") != text.npos) text = "a text is not UTF-8";
        report_.add(position == 0 ? 0 : position - 1, {}, "not JSON: " + std::string{text},
                    "mend the syntax here or just before");
        return false;
    }

    [[nodiscard]] JsonNode take_root() { return std::move(root_); }

private:
    std::size_t next_token() const noexcept
    {
        auto const text = report_.text();
        auto const at = text.find_first_not_of(" \t\r\n,:", end_);
        return at == text.npos ? text.size() : at;
    }

    JsonNode* put(JsonNode::Kind kind, std::size_t bytes)
    {
        auto const at = next_token();
        end_ = at + bytes;
        auto* const node = place();
        node->kind = kind;
        node->at = at;
        return node;
    }

    JsonNode* put_number(JsonNode::Kind kind)
    {
        auto const text = report_.text();
        auto const at = next_token();
        auto const end = text.find_first_not_of("0123456789+-.eE", at);
        return put(kind, (end == text.npos ? text.size() : end) - at);
    }

    // Where the next value belongs. A second value of a key goes to a place that is thrown away.
    JsonNode* place()
    {
        if (open_.empty()) return &root_;
        auto& parent = *open_.back();
        if (parent.kind == JsonNode::Kind::list) return &parent.items.emplace_back();
        if (!keys_.back().insert(key_).second) {
            report_.add(key_at_, path() + "/" + key_, "key \"" + key_ + "\" is there twice",
                        "keep one of them");
            return &discarded_.emplace_back();
        }
        parent.members.push_back({key_, key_at_, {}});
        return &parent.members.back().value;
    }

    bool open(JsonNode::Kind kind)
    {
        auto* const node = put(kind, 1);
        if (open_.size() == kJsonDepthMax) {
            report_.add(node->at, {}, "more than " + std::to_string(kJsonDepthMax) + " levels deep",
                        "nest less");
            return false;
        }
        names_.push_back(std::exchange(key_, {}));
        open_.push_back(node);
        keys_.emplace_back();
        return true;
    }

    bool close()
    {
        end_ = next_token() + 1;
        open_.pop_back();
        names_.pop_back();
        keys_.pop_back();
        return true;
    }

    std::string path() const
    {
        std::string text;
        for (auto const& name : names_)
            if (!name.empty()) text += "/" + name;
        return text;
    }

    SpecReport& report_;
    std::size_t const& read_;
    std::size_t end_ = 0;  // of the last token
    std::string key_;
    std::size_t key_at_ = 0;
    JsonNode root_;
    std::deque<JsonNode> discarded_;
    std::vector<JsonNode*> open_;  // only the innermost grows, so none of them moves
    std::vector<std::string> names_;
    std::vector<std::set<std::string>> keys_;  // of the open objects
};

}  // namespace

JsonNode const* JsonNode::find(std::string_view key) const noexcept
{
    for (auto const& member : members)
        if (member.key == key) return &member.value;
    return nullptr;
}

std::optional<JsonNode> parse_json(SpecReport& report)
{
    auto const text = report.text();
    if (text.size() > kSpecBytesMax) {
        report.add(0, {}, "longer than " + std::to_string(kSpecBytesMax) + " bytes",
                   "split it: a dialect can extend another file");
        return {};
    }
    std::size_t read = 0;
    TreeBuilder builder{report, read};
    CountingIterator const begin{text.data(), &read};
    CountingIterator const end{text.data() + text.size(), &read};
    if (!Json::sax_parse(begin, end, &builder)) return {};
    return builder.take_root();
}

std::string_view kind_name(JsonNode::Kind kind) noexcept
{
    switch (kind) {
        case JsonNode::Kind::null:
            return "null";
        case JsonNode::Kind::boolean:
            return "true or false";
        case JsonNode::Kind::integer:
            return "a whole number";
        case JsonNode::Kind::real:
            return "a number with a fraction or too large";
        case JsonNode::Kind::text:
            return "a text";
        case JsonNode::Kind::list:
            return "a list";
        case JsonNode::Kind::object:
            return "an object";
    }
    return "a value";
}

}  // namespace turnout::spec
