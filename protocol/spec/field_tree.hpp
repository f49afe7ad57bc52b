// A dialect as a tree of fields, the form in which a file changes an inherited one: sub-fields lie
// in their field instead of in a common table. Private to loader, writer and importers.
#pragma once
#include "protocol/iso8583/dialect_buffer.hpp"
#include "protocol/iso8583/presence_rules.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace turnout::spec {

inline constexpr unsigned kInsideDepthMax = 8;  // sub-fields of sub-fields

struct Inside;

struct FieldNode {
    iso8583::FieldSpec spec;  // its `nested` is not used
    std::string name;
    std::vector<Inside> inside;  // none or one
};

struct Inside {
    iso8583::NestedSpec form;  // its `subfield_first` and `_count` are not used
    std::map<std::uint64_t, FieldNode> fields;
};

// What fields of a file get when they do not say it.
struct Defaults {
    iso8583::Encoding digits = iso8583::Encoding::ascii;  // n, x+n
    iso8583::Encoding track = iso8583::Encoding::ascii;   // z
    iso8583::Encoding text = iso8583::Encoding::ascii;
    iso8583::Encoding bytes = iso8583::Encoding::binary;  // b
    iso8583::PrefixKind length = iso8583::PrefixKind::ascii;
    iso8583::LengthUnit counts = iso8583::LengthUnit::units;
    iso8583::DigitPad pad = iso8583::DigitPad::left_zero;

    [[nodiscard]] iso8583::Encoding encoding_of(iso8583::Attribute attribute) const noexcept;
    friend bool operator==(Defaults const&, Defaults const&) = default;
};

struct DialectTree {
    std::string name;
    std::string description;
    iso8583::MessageForm form;
    std::string mti_name = "Message type indicator";
    std::string bitmap_name = "Bit map";
    std::vector<iso8583::DialectSource::Header> header;
    std::map<unsigned, FieldNode> fields;  // by DE
    Defaults defaults;
    std::vector<iso8583::PresenceRule> rules;
};

// Layouts that refer to each other in a circle or deeper than kInsideDepthMax are cut off.
[[nodiscard]] DialectTree tree_of(iso8583::DialectSource const& source);
// Inner layouts in the order of their fields: two trees that are equal give equal sources.
[[nodiscard]] iso8583::DialectSource source_of(DialectTree const& tree);
// What most fields of each kind have.
[[nodiscard]] Defaults defaults_of(DialectTree const& tree);

// The sub-field by position that ends behind the end of its field, counted with the least that each
// takes; nothing when all fit or the layout has no positions.
[[nodiscard]] std::optional<std::uint64_t> first_beyond(FieldNode const& field) noexcept;
// The least number of bytes that a sub-field takes.
[[nodiscard]] std::size_t least_bytes(iso8583::FieldSpec const& spec) noexcept;

// Whether the 1987 edition's DE of that number is secret: the default of "secret" for a field that
// is new, because a PAN that a file forgets to mark must not get into a log.
[[nodiscard]] bool secret_by_number(unsigned de) noexcept;

}  // namespace turnout::spec
