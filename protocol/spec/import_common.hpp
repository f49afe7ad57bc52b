// What both importers share: notes, and a dialect that grows field by field and stays valid.
// Private to the importers.
#pragma once
#include "protocol/spec/field_tree.hpp"
#include "protocol/spec/import_spec.hpp"

namespace turnout::spec {

inline constexpr std::size_t kImportNotesMax = 1000;

class Importer {
public:
    // Borrows the report; `name` becomes the dialect's, its characters made valid.
    Importer(SpecReport& report, std::string const& name);

    void note(std::size_t at, unsigned de, std::string what, std::string done);

    // Takes a field in, after problem_of() and its sub-fields' have been looked at; what cannot be
    // is noted and left out.
    void add(std::size_t at, unsigned de, FieldNode node);
    // A prefix too short for the maximum: the maximum is lowered, with a note.
    void fit(std::size_t at, unsigned de, iso8583::FieldSpec& spec);

    // The dialect, or an error when nothing was a field or the whole cannot be.
    [[nodiscard]] std::optional<Import> finish();

    [[nodiscard]] DialectTree& tree() noexcept { return tree_; }
    [[nodiscard]] SpecReport& report() noexcept { return report_; }

private:
    void mend_inside(std::size_t at, unsigned de, FieldNode& node);

    SpecReport& report_;
    DialectTree tree_;
    std::vector<ImportNote> notes_;
};

// What the prefix of a spec can say at most, in its units; 0 for a fixed field.
[[nodiscard]] std::uint64_t prefix_capacity(iso8583::FieldSpec const& spec) noexcept;

}  // namespace turnout::spec
