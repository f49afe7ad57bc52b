// Dialects that a diagnosis tries: the built-in ones, and variants of them that differ in what most
// often differs between networks. Private to the diagnosis.
#pragma once
#include "protocol/iso8583/dialect_buffer.hpp"

#include <string>
#include <vector>

namespace turnout::cli::message {

struct TriedDialect {
    iso8583::DialectBuffer buffer;
    std::string base;
    std::string changes;   // "odd digits padded on the right; binary bit map"; empty: none
    unsigned edition = 0;  // first digit of its MTIs; 9: any
    [[nodiscard]] iso8583::Dialect const& dialect() const noexcept { return buffer.dialect(); }
};

// Built once, first time it is asked for; read-only then.
[[nodiscard]] std::vector<TriedDialect> const& tried_dialects();

// "1987, packed digits, binary bit map".
[[nodiscard]] std::string family_of(iso8583::Dialect const& dialect, unsigned edition);

// 0 for the 1987 edition, 1 for 1993, 2 for 2003, by the name; 9 for others.
[[nodiscard]] unsigned edition_of(iso8583::Dialect const& dialect) noexcept;

}  // namespace turnout::cli::message
