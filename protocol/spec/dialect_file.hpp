// Dialects as data: a JSON file, loaded with its inheritance resolved, and written back. Loading
// reports every error of the file at once. For start-up and tools: allocates, reads files; the
// result is plain data of the codec, which needs neither this module nor a JSON library.
// Format: docs/formats/dialect.md, docs/formats/dialect.schema.json.
#pragma once
#include "protocol/core/result.hpp"
#include "protocol/iso8583/dialect_buffer.hpp"
#include "protocol/iso8583/presence_rules.hpp"
#include "protocol/spec/spec_error.hpp"

#include <string>
#include <string_view>

namespace turnout::spec {

inline constexpr unsigned kExtendsDepthMax = 8;  // files that extend files

// What a file says together with everything that it extends. Owns all of it.
struct DialectFile {
    std::string description;
    iso8583::DialectSource source;  // problem_of(source).ok()
    iso8583::PresenceRules rules;   // empty when the file has none

    // The dialect to decode with. The buffer owns what it needs and outlives this object.
    [[nodiscard]] iso8583::DialectBuffer buffer() const { return iso8583::DialectBuffer{source}; }
};

// Loads a file and, through "extends", built-in dialects by name and other files by a path
// relative to the file that names them. All errors of all files, never only the first.
[[nodiscard]] Result<DialectFile, SpecErrors> load_dialect(std::string const& path);

// The same from memory; `file` is the name for errors. Only built-in dialects can be extended:
// nothing is read from disk.
[[nodiscard]] Result<DialectFile, SpecErrors> load_dialect_text(std::string_view text,
                                                                std::string const& file);

// As a complete file: what it extended has become a part of it. Loading the text gives an equal
// DialectFile, except that inner layouts that nothing refers to are left out and "name" characters
// that are no UTF-8 are replaced.
[[nodiscard]] std::string write_dialect(DialectFile const& dialect);

// A built-in dialect as a DialectFile, for showing and for deriving; no rules.
[[nodiscard]] DialectFile dialect_file_of(iso8583::Dialect const& dialect);

// Everything that both say is the same; the order of inner layouts in their tables does not matter.
[[nodiscard]] bool same_dialect(DialectFile const& a, DialectFile const& b);

// The 1987 edition's demands on 0100, 0200, 0400, 0420 and 0800 with their repeats: what networks
// commonly ask for, weaker than any single network's manual. A file takes them in by
// "rules": ["1987"].
[[nodiscard]] std::vector<iso8583::PresenceRule> rules_1987();

}  // namespace turnout::spec
