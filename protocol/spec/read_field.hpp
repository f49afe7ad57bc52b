// One field object of a dialect file into the tree, over what is inherited. Private to the loader.
#pragma once
#include "protocol/spec/field_tree.hpp"
#include "protocol/spec/object_reader.hpp"

namespace turnout::spec {

class FieldReader {
public:
    // `base_unknown`: what the file extends could not be read, so nothing can be said to be
    // missing.
    FieldReader(SpecReport& report, Defaults const& defaults, bool base_unknown) noexcept
        : report_(report), defaults_(defaults), base_unknown_(base_unknown)
    {
    }

    // Changes `field` as the object says. `inherited`: it holds what is inherited; otherwise it is
    // new and `secret` is what it is unless the object says so.
    void read(JsonNode const& json, std::string const& path, FieldNode& field, bool inherited,
              bool secret);

private:
    void read_value(ObjectReader& object, FieldNode& field, bool inherited);
    void read_length(ObjectReader& object, iso8583::FieldSpec& spec, bool inherited);
    bool read_length_form(ObjectReader& object, JsonNode const& length, iso8583::FieldSpec& spec);
    void read_prefix(JsonNode const& json, std::string const& path, iso8583::FieldSpec& spec);
    bool read_var(std::string_view text, iso8583::FieldSpec& spec) const;
    void read_bounds(ObjectReader& object, iso8583::FieldSpec& spec, bool was_fixed);
    void read_look(ObjectReader& object, iso8583::FieldSpec& spec);
    void read_inside(ObjectReader& object, FieldNode& field);
    void read_inside_object(ObjectReader& object, FieldNode& field);
    void read_tag(ObjectReader& object, iso8583::NestedSpec& form);
    void read_bitmap(ObjectReader& object, iso8583::NestedSpec& form);
    void read_subfields(ObjectReader& object, FieldNode& field);
    void read_subfield(ObjectReader& object, JsonMember const& member, FieldNode& field);
    void check_positions(ObjectReader& object, JsonNode const& fields, FieldNode const& field);
    void check(ObjectReader& object, iso8583::FieldSpec const& spec);
    [[nodiscard]] bool tagged() const noexcept;

    SpecReport& report_;
    Defaults const& defaults_;
    bool base_unknown_;
    std::vector<iso8583::NestedKind> around_;  // layouts that the field lies in
};

// The number of a sub-field from its key, nothing when the layout has no such key.
[[nodiscard]] std::optional<std::uint64_t> subfield_id(std::string_view key,
                                                       iso8583::NestedSpec const& form) noexcept;
// And back, for writing.
[[nodiscard]] std::string subfield_key(std::uint64_t id, iso8583::NestedSpec const& form);

// Decimal without sign or leading zero, at most 9 digits.
[[nodiscard]] std::optional<unsigned> decimal(std::string_view text) noexcept;

}  // namespace turnout::spec
