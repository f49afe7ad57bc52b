#include "protocol/spec/import_common.hpp"

#include "protocol/spec/read_field.hpp"

#include <algorithm>

namespace turnout::spec {
namespace {

using iso8583::FieldSpec;
using iso8583::NestedKind;
using iso8583::SpecProblem;

std::string valid_name(std::string const& name)
{
    std::string valid;
    for (auto const c : name.substr(0, 63)) {
        auto const good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
        valid += good ? c : '-';
    }
    return valid.empty() ? "imported" : valid;
}

// Bytes that are no printable ASCII would not survive being written as JSON.
std::string valid_text(std::string text)
{
    for (auto& c : text)
        if (c < ' ' || c > '~') c = '?';
    return text;
}

}  // namespace

std::string describe(ImportNote const& note)
{
    auto text = note.file + ":" + std::to_string(note.line) + ": ";
    if (note.de != 0) text += "DE " + std::to_string(note.de) + ": ";
    return text + note.what + ": " + note.done;
}

std::uint64_t prefix_capacity(FieldSpec const& spec) noexcept
{
    if (spec.fixed()) return 0;
    std::uint64_t numbers = 1;
    for (unsigned i = 0; i < spec.prefix_digits; ++i)
        numbers *= spec.prefix == iso8583::PrefixKind::binary ? 256U : 10U;
    return numbers - 1;
}

Importer::Importer(SpecReport& report, std::string const& name) : report_(report)
{
    tree_.name = valid_name(name);
}

void Importer::note(std::size_t at, unsigned de, std::string what, std::string done)
{
    if (notes_.size() == kImportNotesMax) {
        what = "there are more such constructs";
        done = "they are not listed";
    }
    if (notes_.size() > kImportNotesMax) return;
    notes_.push_back(
        {report_.file(), report_.line_of(at), de, valid_text(std::move(what)), std::move(done)});
}

void Importer::fit(std::size_t at, unsigned de, FieldSpec& spec)
{
    while (iso8583::problem_of(spec) == SpecProblem::length_over_prefix && spec.length_max > 1) {
        auto const capacity = prefix_capacity(spec);
        auto const lower = spec.length_max > capacity ? capacity : spec.length_max / 2;
        note(at, de, "the length prefix cannot say " + std::to_string(spec.length_max),
             "the maximum is " + std::to_string(lower));
        spec.length_max = static_cast<std::uint32_t>(lower);
    }
}

void Importer::mend_inside(std::size_t at, unsigned de, FieldNode& node)
{
    if (node.inside.empty()) return;
    auto& inside = node.inside.front();
    auto bad = (inside.fields.empty() && inside.form.kind != NestedKind::ber_tlv) ||
               first_beyond(node).has_value();
    for (auto& [id, sub] : inside.fields) {
        mend_inside(at, de, sub);
        sub.name = valid_text(std::move(sub.name));
        bad = bad || iso8583::problem_of(sub.spec) != SpecProblem::none ||
              subfield_id(subfield_key(id, inside.form), inside.form) != id;
    }
    if (!bad) return;
    note(at, de, "its sub-fields cannot be said here", "the field has none");
    node.inside.clear();
}

void Importer::add(std::size_t at, unsigned de, FieldNode node)
{
    if (de < 2 || de > iso8583::kFieldsMax)
        return note(at, de, "is no data element", "it was left out");
    fit(at, de, node.spec);
    auto const problem = iso8583::problem_of(node.spec);
    if (problem != SpecProblem::none)
        return note(at, de, std::string{iso8583::meaning(problem)}, "it was left out");
    mend_inside(at, de, node);
    node.name = valid_text(std::move(node.name));
    node.spec.secret = node.spec.secret || secret_by_number(de);
    if (tree_.fields.contains(de)) note(at, de, "is there twice", "the last one counts");
    tree_.fields[de] = std::move(node);
}

std::optional<Import> Importer::finish()
{
    auto const third = tree_.form.tertiary != iso8583::Tertiary::none;
    std::erase_if(tree_.fields, [&](auto const& entry) {
        auto const out = third ? entry.first == 65 : entry.first > 128;
        if (out)
            note(0, entry.first,
                 third ? "is the third bitmap's place" : "needs a third bitmap, which is not there",
                 "it was left out");
        return out;
    });
    if (tree_.fields.empty()) {
        report_.add(0, {}, "nothing in it is a field", "is this the file that you mean?");
        return {};
    }
    tree_.defaults = defaults_of(tree_);
    Import import;
    import.dialect.source = source_of(tree_);
    import.dialect.description = "Imported from " + valid_text(report_.file());
    if (auto const problem = iso8583::problem_of(import.dialect.source); !problem.ok()) {
        report_.add(0, {}, std::string{problem.reason}, "mend the file");
        return {};
    }
    import.notes = std::move(notes_);
    return import;
}

}  // namespace turnout::spec
