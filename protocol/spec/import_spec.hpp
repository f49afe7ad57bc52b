// Dialects from other programs' files: jPOS GenericPackager XML, and JSON specifications of
// moov-io/iso8583. What has no counterpart here is reported with its line, and what was done
// instead. Bounded: size, depth, no entities, no file but the text. For tools; allocates.
// What maps to what: docs/formats/dialect.md, "Importing".
#pragma once
#include "protocol/spec/dialect_file.hpp"

namespace turnout::spec {

// A file to import is shorter than a dialect file, so that the result can be written as one.
inline constexpr std::size_t kImportBytesMax = kSpecBytesMax / 4;

// A construct without counterpart.
struct ImportNote {
    std::string file;
    unsigned line = 0;
    unsigned de = 0;   // 0: not of a field
    std::string what;  // "field packager 'com.example.X' is not known"
    std::string done;  // "DE 63 was left out"

    friend bool operator==(ImportNote const&, ImportNote const&) = default;
};

// "file:line: DE 63: what: done".
[[nodiscard]] std::string describe(ImportNote const& note);

struct Import {
    DialectFile dialect;
    std::vector<ImportNote> notes;  // empty: nothing was lost
};

// `name` becomes the dialect's; `file` is for errors and notes. Errors: no XML or JSON, too large
// (kImportBytesMax), too deep, entities, or nothing in it that is a field.
[[nodiscard]] Result<Import, SpecErrors> import_jpos(std::string_view xml, std::string const& file,
                                                     std::string const& name);
[[nodiscard]] Result<Import, SpecErrors> import_moov(std::string_view json, std::string const& file,
                                                     std::string const& name);

}  // namespace turnout::spec
