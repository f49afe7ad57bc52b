// Takes the keys of a JSON object one by one, with types and bounds checked; what nobody took is an
// unknown key, reported with the nearest one that exists. Private to the readers of this module.
#pragma once
#include "protocol/spec/json_tree.hpp"
#include "protocol/spec/spec_names.hpp"

#include <span>

namespace turnout::spec {

class ObjectReader {
public:
    // Borrows all. A node that is no object is reported here and then has no keys.
    ObjectReader(SpecReport& report, JsonNode const& node, std::string path);

    [[nodiscard]] bool is_object() const noexcept { return is_object_; }
    [[nodiscard]] std::string const& path() const noexcept { return path_; }
    [[nodiscard]] std::string path_of(std::string_view key) const;
    [[nodiscard]] JsonNode const& node() const noexcept { return node_; }
    // Where the value of a key stands, or the object when it is not there.
    [[nodiscard]] std::size_t at(std::string_view key) const noexcept;
    [[nodiscard]] bool has(std::string_view key) const noexcept
    {
        return node_.find(key) != nullptr;
    }

    // The value of a key, nullptr without; the key is known from now on.
    [[nodiscard]] JsonNode const* take(std::string_view key);
    // As take(), and nothing, with an error, when the value is of another type or out of bounds.
    [[nodiscard]] std::optional<std::string> text(std::string_view key);
    [[nodiscard]] std::optional<bool> flag(std::string_view key);
    [[nodiscard]] std::optional<std::int64_t> number(std::string_view key, std::int64_t low,
                                                     std::int64_t high);
    template <class Value, std::size_t kCount>
    [[nodiscard]] std::optional<Value> choice(std::string_view key,
                                              Named<Value> const (&table)[kCount])
    {
        auto const value = text(key);
        if (!value) return {};
        return pick(*value, at(key), path_of(key), table);
    }
    // The value of a word that stands anywhere in this object.
    template <class Value, std::size_t kCount>
    [[nodiscard]] std::optional<Value> pick(std::string_view word, std::size_t at,
                                            std::string const& path,
                                            Named<Value> const (&table)[kCount])
    {
        std::vector<std::string_view> names;
        for (auto const& row : table) {
            if (row.name == word) return row.value;
            names.push_back(row.name);
        }
        unknown_word(word, at, path, names);
        return {};
    }

    void error(std::string_view key, std::string what, std::string remedy);
    void missing(std::string_view key, std::string remedy);
    // Reports the keys that nobody took.
    void finish();

    [[nodiscard]] SpecReport& report() noexcept { return report_; }

private:
    void unknown_word(std::string_view word, std::size_t at, std::string const& path,
                      std::vector<std::string_view> const& names);
    void wrong_type(std::string_view key, JsonNode const& value, std::string_view wanted);

    SpecReport& report_;
    JsonNode const& node_;
    std::string path_;
    bool is_object_;
    std::vector<std::string_view> known_;
};

}  // namespace turnout::spec
