// The top level of a dialect file, and what it extends.
#include "protocol/spec/dialect_file.hpp"
#include "protocol/spec/read_field.hpp"
#include "protocol/spec/read_rules.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace turnout::spec {
namespace {

using iso8583::DialectSource;
using iso8583::HeaderKind;
using iso8583::kFieldsMax;
using iso8583::SourceProblem;

constexpr std::size_t kNameBytesMax = 63;
constexpr std::size_t kHeaderPiecesMax = 16;
constexpr std::size_t kSubfieldsMax = 30'000;  // in one dialect

// A whole file, bounded; nothing when it cannot be read.
std::optional<std::string> read_file(std::string const& path)
{
    std::ifstream file{path, std::ios::binary};
    std::string text(kSpecBytesMax + 1, '\0');
    if (!file || std::filesystem::is_directory(path)) return {};
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) return {};
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

bool is_name(std::string_view name) noexcept
{
    return !name.empty() && name.size() <= kNameBytesMax &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '-' || c == '_' || c == '.';
           });
}

std::size_t count_subfields(FieldNode const& node)
{
    std::size_t count = 1;
    for (auto const& inside : node.inside)
        for (auto const& [id, sub] : inside.fields)
            count += count_subfields(sub);
    return count;
}

class Loader {
public:
    Loader(SpecErrors& errors, bool reads_files) noexcept
        : errors_(errors), reads_files_(reads_files)
    {
    }

    // `chain`: canonical paths of the files that lead here. Nothing when it is not even JSON.
    std::optional<DialectTree> load(std::string const& file, std::string_view text,
                                    std::vector<std::filesystem::path> const& chain)
    {
        SpecReport report{file, text, errors_};
        auto const json = parse_json(report);
        if (!json) return {};
        ObjectReader object{report, *json, {}};
        if (!object.is_object()) return {};
        auto const errors_before = errors_.size();
        auto base = extended(object, file, chain);
        auto const base_unknown = !base.has_value();
        auto tree = base_unknown ? DialectTree{} : std::move(*base);
        read_top(object, tree, base_unknown);
        object.finish();
        if (errors_.size() == errors_before) check_whole(report, *json, tree);
        return tree;
    }

private:
    // What is extended; an empty tree when nothing is; nothing when it could not be read.
    std::optional<DialectTree> extended(ObjectReader& object, std::string const& file,
                                        std::vector<std::filesystem::path> const& chain)
    {
        auto const base = object.text("extends");
        if (!base) return object.has("extends") ? std::nullopt : std::optional{DialectTree{}};
        if (auto const* const builtin = iso8583::dialect_by_name(*base))
            return tree_of(iso8583::source_of(*builtin));
        if (!base->ends_with(".json")) {
            std::vector<std::string_view> names;
            for (auto const* const dialect : iso8583::dialects())
                names.push_back(dialect->name);
            auto const near = nearest(*base, names);
            std::string remedy;
            if (!near.empty()) remedy = "did you mean \"" + std::string{near} + "\"? ";
            remedy += "use a file that ends in .json, or one of";
            for (auto const name : names)
                remedy += " " + std::string{name};
            object.error("extends", "there is no built-in dialect of that name", remedy);
            return {};
        }
        if (!reads_files_) {
            object.error("extends", "other files are not read here",
                         "load it from a file, or extend a built-in dialect");
            return {};
        }
        return extended_file(object, std::filesystem::path{file}.parent_path() / *base, chain);
    }

    std::optional<DialectTree> extended_file(ObjectReader& object,
                                             std::filesystem::path const& path,
                                             std::vector<std::filesystem::path> chain)
    {
        std::error_code ignored;
        auto const canonical = std::filesystem::weakly_canonical(path, ignored);
        if (std::find(chain.begin(), chain.end(), canonical) != chain.end()) {
            object.error("extends", "the files extend each other in a circle",
                         "let one of them extend a built-in dialect or nothing");
            return {};
        }
        if (chain.size() > kExtendsDepthMax) {
            object.error("extends", "more than 8 files extend each other", "join some of them");
            return {};
        }
        auto const text = read_file(path.string());
        if (!text) {
            object.error("extends", "\"" + path.string() + "\" cannot be read",
                         "the path is relative to this file: check it and its permissions");
            return {};
        }
        auto const errors_before = errors_.size();
        chain.push_back(canonical);
        auto tree = load(path.string(), *text, chain);
        if (errors_.size() != errors_before) return {};
        return tree;
    }

    void read_top(ObjectReader& object, DialectTree& tree, bool base_unknown)
    {
        auto& report = object.report();
        (void)object.text("$schema");  // for editors
        if (auto name = object.text("name")) {
            if (!is_name(*name))
                object.error("name", "is no name", "use 1 to 63 letters, digits, - _ or .");
            tree.name = std::move(*name);
        } else if (!object.has("name")) {
            object.missing("name", "give the dialect a name of its own");
        }
        tree.description = object.text("description").value_or("");
        read_mti(object, tree);
        read_bitmap(object, tree);
        if (auto const* const header = object.take("header")) read_header(report, *header, tree);
        if (auto const* const defaults = object.take("defaults"))
            read_defaults(report, *defaults, tree.defaults);
        if (auto const* const fields = object.take("fields"))
            read_fields(report, *fields, tree, base_unknown);
        if (auto const* const rules = object.take("rules"))
            read_rules(report, *rules, tree, base_unknown);
    }

    static void read_mti(ObjectReader& object, DialectTree& tree)
    {
        auto const* const mti = object.take("mti");
        if (mti == nullptr) return;
        if (mti->kind == JsonNode::Kind::text) {
            if (auto const charset = object.choice("mti", kCharsets)) tree.form.mti = *charset;
            return;
        }
        ObjectReader inner{object.report(), *mti, object.path_of("mti")};
        if (auto const charset = inner.choice("encoding", kCharsets)) tree.form.mti = *charset;
        if (auto name = inner.text("name")) tree.mti_name = std::move(*name);
        inner.finish();
    }

    static void read_bitmap(ObjectReader& object, DialectTree& tree)
    {
        auto const* const bitmap = object.take("bitmap");
        if (bitmap == nullptr) return;
        if (bitmap->kind == JsonNode::Kind::text) {
            if (auto const form = object.choice("bitmap", kBitmaps)) tree.form.bitmap = *form;
            return;
        }
        ObjectReader inner{object.report(), *bitmap, object.path_of("bitmap")};
        if (auto const form = inner.choice("encoding", kBitmaps)) tree.form.bitmap = *form;
        if (auto const fixed = inner.flag("fixed16")) tree.form.bitmap_fixed16 = *fixed;
        if (auto const third = inner.choice("tertiary", kTertiaries)) {
            tree.form.tertiary = *third;
            // What was DE 65 of the inherited dialect is the third bitmap's place now.
            if (*third != iso8583::Tertiary::none) tree.fields.erase(65);
        }
        if (auto name = inner.text("name")) tree.bitmap_name = std::move(*name);
        inner.finish();
    }

    static void read_header(SpecReport& report, JsonNode const& json, DialectTree& tree)
    {
        tree.header.clear();
        if (json.kind != JsonNode::Kind::list || json.items.size() > kHeaderPiecesMax) {
            report.add(json.at, "/header", "is no list of at most 16 pieces",
                       "write [ {\"name\": \"TPDU\", \"kind\": \"tpdu\"} ]");
            return;
        }
        for (std::size_t i = 0; i < json.items.size(); ++i) {
            ObjectReader object{report, json.items[i], "/header/" + std::to_string(i)};
            if (object.is_object()) read_piece(object, tree);
        }
    }

    static void read_piece(ObjectReader& object, DialectTree& tree)
    {
        DialectSource::Header piece;
        (void)object.text("description");
        piece.name = object.text("name").value_or("");
        piece.kind = object.choice("kind", kHeaderKinds).value_or(HeaderKind::bytes);
        auto const text = object.text("value");
        auto const hex = object.text("hex");
        if (text && hex) object.error("hex", "has a \"value\" beside it", "keep one of them");
        if (text) piece.value = *text;
        if (hex && !from_hex(*hex, piece.value))
            object.error("hex", "is no pairs of hex digits", "write two digits for each byte");
        piece.size_bytes =
            static_cast<std::uint8_t>(std::min<std::size_t>(piece.value.size(), 255));
        if (piece.kind == HeaderKind::tpdu) piece.size_bytes = iso8583::kTpduBytes;
        if (piece.kind == HeaderKind::base1) piece.size_bytes = iso8583::kBase1Bytes;
        if (auto const bytes = object.number("bytes", 1, 255))
            piece.size_bytes = static_cast<std::uint8_t>(*bytes);
        else if (piece.size_bytes == 0 && !object.has("bytes"))
            object.missing("bytes", "say how long the piece is");
        if (piece.value.size() > 255)
            object.error(text ? "value" : "hex", "is longer than 255 bytes", "make two pieces");
        object.finish();
        tree.header.push_back(std::move(piece));
    }

    static bool from_hex(std::string_view hex, std::string& bytes)
    {
        bytes.clear();
        if (hex.size() % 2 != 0) return false;
        for (std::size_t i = 0; i < hex.size(); i += 2) {
            auto const high = wire::hex_digit_of(hex[i]);
            auto const low = wire::hex_digit_of(hex[i + 1]);
            if ((high | low) > 15) return false;
            bytes += static_cast<char>(high << 4U | low);
        }
        return true;
    }

    static void read_defaults(SpecReport& report, JsonNode const& json, Defaults& defaults)
    {
        ObjectReader object{report, json, "/defaults"};
        if (!object.is_object()) return;
        if (auto const value = object.choice("digits", kEncodings)) defaults.digits = *value;
        if (auto const value = object.choice("track", kEncodings)) defaults.track = *value;
        if (auto const value = object.choice("text", kEncodings)) defaults.text = *value;
        if (auto const value = object.choice("bytes", kEncodings)) defaults.bytes = *value;
        if (auto const value = object.choice("length", kPrefixes)) defaults.length = *value;
        if (auto const value = object.choice("counts", kUnits)) defaults.counts = *value;
        if (auto const value = object.choice("pad", kPads)) defaults.pad = *value;
        object.finish();
    }

    static void read_fields(SpecReport& report, JsonNode const& json, DialectTree& tree,
                            bool base_unknown)
    {
        ObjectReader object{report, json, "/fields"};
        if (!object.is_object()) return;
        FieldReader reader{report, tree.defaults, base_unknown};
        for (auto const& member : json.members) {
            auto const path = object.path_of(member.key);
            auto const de = decimal(member.key);
            if (!de || *de < 2 || *de > kFieldsMax) {
                report.add(member.key_at, path, "is no data element",
                           "use \"2\" to \"192\"; MTI and bitmap have keys of their own");
                continue;
            }
            auto const known = tree.fields.find(*de);
            auto const inherited = known != tree.fields.end();
            if (member.value.kind != JsonNode::Kind::null) {
                reader.read(member.value, path, tree.fields[*de], inherited, secret_by_number(*de));
            } else if (inherited) {
                tree.fields.erase(known);
            } else if (!base_unknown) {
                report.add(member.value.at, path, "there is no such field to remove",
                           "remove this line");
            }
        }
    }

    // What only the whole can show, and what the readers above do not know of.
    static void check_whole(SpecReport& report, JsonNode const& json, DialectTree const& tree)
    {
        std::size_t subfields = 0;
        for (auto const& [de, node] : tree.fields)
            subfields += count_subfields(node);
        if (subfields > kSubfieldsMax)
            return report.add(0, "/fields", "more than 30000 fields and sub-fields in all",
                              "name only the sub-fields that matter");
        auto const problem = iso8583::problem_of(source_of(tree));
        if (problem.ok()) return;
        auto const number = std::to_string(problem.index);
        auto at = json.at;
        std::string path;
        std::string_view remedy = "see docs/formats/dialect.md";
        auto const* const fields = json.find("fields");
        auto const* const bitmap = json.find("bitmap");
        if (problem.where == SourceProblem::Where::field) {
            path = "/fields/" + number;
            auto const* const field = fields == nullptr ? nullptr : fields->find(number);
            if (field != nullptr)
                at = field->at;
            else if (bitmap != nullptr)
                at = bitmap->at;
            remedy = problem.index > 128
                         ? "say \"bitmap\": {\"tertiary\": \"contiguous\"}, or remove the field"
                         : "remove the field, or say \"tertiary\": \"none\"";
        } else if (problem.where == SourceProblem::Where::header) {
            path = "/header/" + number;
            auto const* const header = json.find("header");
            if (header != nullptr && problem.index < header->items.size())
                at = header->items[problem.index].at;
        }
        report.add(at, path, std::string{problem.reason}, std::string{remedy});
    }

    SpecErrors& errors_;
    bool reads_files_;
};

Result<DialectFile, SpecErrors> finished(std::optional<DialectTree> tree, SpecErrors errors)
{
    if (!errors.empty() || !tree) return errors;
    DialectFile file;
    file.description = tree->description;
    file.source = source_of(*tree);
    file.rules = iso8583::PresenceRules{std::move(tree->rules)};
    return file;
}

}  // namespace

Result<DialectFile, SpecErrors> load_dialect(std::string const& path)
{
    SpecErrors errors;
    auto const text = read_file(path);
    if (!text) {
        errors.push_back({path, 0, 0, {}, "cannot be read", "check the path and its permissions"});
        return errors;
    }
    std::error_code ignored;
    Loader loader{errors, true};
    auto tree = loader.load(path, *text, {std::filesystem::weakly_canonical(path, ignored)});
    return finished(std::move(tree), std::move(errors));
}

Result<DialectFile, SpecErrors> load_dialect_text(std::string_view text, std::string const& file)
{
    SpecErrors errors;
    Loader loader{errors, false};
    auto tree = loader.load(file, text, {});
    return finished(std::move(tree), std::move(errors));
}

}  // namespace turnout::spec
