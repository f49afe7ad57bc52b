// jPOS GenericPackager XML.
#include "protocol/spec/import_common.hpp"
#include "protocol/spec/read_field.hpp"

#include <algorithm>
#include <cstring>

#include <pugixml.hpp>

namespace turnout::spec {
namespace {

using iso8583::Attribute;
using iso8583::BitmapForm;
using iso8583::Charset;
using iso8583::DigitPad;
using iso8583::Encoding;
using iso8583::FieldSpec;
using iso8583::LengthUnit;
using iso8583::NestedKind;
using iso8583::PrefixKind;

constexpr unsigned kDepthMax = 16;  // elements inside of elements
constexpr unsigned kElementsMax = 20'000;

struct JposClass {
    std::string_view name;
    Attribute attribute;
    Encoding encoding;
    PrefixKind prefix;
    std::uint8_t digits;
    LengthUnit unit;
};

constexpr JposClass kClasses[] = {
#define JPOS_CLASS(name, attribute, encoding, prefix, digits, unit) \
    {#name, Attribute::attribute, Encoding::encoding, PrefixKind::prefix, digits, LengthUnit::unit},
#include "protocol/spec/jpos_classes.def"
#undef JPOS_CLASS
};

std::string_view text_of(pugi::xml_node node, char const* attribute)
{
    return node.attribute(attribute).value();
}

// The class without its package: "org.jpos.iso.IFB_LLNUM" -> "IFB_LLNUM".
std::string_view class_name(pugi::xml_node node, char const* attribute)
{
    auto const name = text_of(node, attribute);
    return name.substr(name.rfind('.') + 1);
}

std::size_t at(pugi::xml_node node)
{
    auto const offset = node.offset_debug();
    return offset < 0 ? 0 : static_cast<std::size_t>(offset);
}

bool is_true(pugi::xml_node node, char const* attribute, bool otherwise)
{
    auto const value = text_of(node, attribute);
    return value.empty() ? otherwise : value == "true";
}

// Attributes that are read, or that change nothing on the wire.
constexpr std::string_view kKnownAttributes[] = {
    "id",       "length",     "name",       "class",        "pad",
    "packager", "emitBitmap", "firstField", "headerLength", "maxValidField"};

bool fits(pugi::xml_node node, unsigned depth, unsigned& elements)
{
    if (depth > kDepthMax) return false;
    for (auto const child : node.children())
        if (++elements > kElementsMax || !fits(child, depth + 1, elements)) return false;
    return true;
}

class JposImporter {
public:
    JposImporter(SpecReport& report, std::string const& name) : import_(report, name) {}

    std::optional<Import> run(pugi::xml_node root)
    {
        if (auto const length = text_of(root, "headerLength"); !length.empty())
            header(root, length);
        if (!is_true(root, "emitBitmap", true))
            import_.note(at(root), 0, "messages without a bitmap have no counterpart",
                         "a bitmap is expected");
        import_.tree().form.bitmap = BitmapForm::binary;
        for (auto const node : root.children())
            if (node.type() == pugi::node_element) element(node);
        if (!has_mti_)
            import_.note(at(root), 0, "there is no field 0", "the MTI is four ASCII digits");
        if (!has_bitmap_) import_.note(at(root), 0, "there is no field 1", "the bitmap is binary");
        return import_.finish();
    }

private:
    void header(pugi::xml_node root, std::string_view length)
    {
        auto const bytes = decimal(length);
        if (bytes && *bytes == 0) return;
        if (!bytes || *bytes > 255)
            return import_.note(at(root), 0, "headerLength is no length up to 255",
                                "there is no header");
        iso8583::DialectSource::Header piece;
        piece.name = "Header";
        piece.size_bytes = static_cast<std::uint8_t>(*bytes);
        import_.tree().header.push_back(std::move(piece));
    }

    void element(pugi::xml_node node)
    {
        std::string_view const kind = node.name();
        if (kind != "isofield" && kind != "isofieldpackager")
            return import_.note(at(node), 0, "element <" + std::string{kind} + "> is not known",
                                "it was left out");
        auto const id = decimal(text_of(node, "id"));
        if (!id)
            return import_.note(at(node), 0, "an element has no number as its id",
                                "it was left out");
        unknown_attributes(node, *id);
        if (*id == 0) return mti(node);
        if (*id == 1) return bitmap(node);
        FieldNode field;
        if (!read(node, *id, field)) return;
        if (kind == "isofieldpackager") subfields(node, *id, field, 0);
        import_.add(at(node), *id, std::move(field));
    }

    void unknown_attributes(pugi::xml_node node, unsigned de)
    {
        for (auto const attribute : node.attributes()) {
            std::string_view const name = attribute.name();
            if (std::find(std::begin(kKnownAttributes), std::end(kKnownAttributes), name) ==
                std::end(kKnownAttributes))
                import_.note(at(node), de,
                             "attribute \"" + std::string{name.substr(0, 60)} + "\" is not known",
                             "it has no effect");
        }
    }

    void mti(pugi::xml_node node)
    {
        auto const name = class_name(node, "class");
        auto& form = import_.tree().form;
        has_mti_ = true;
        if (name == "IFB_NUMERIC")
            form.mti = Charset::bcd;
        else if (name == "IFE_NUMERIC" || name == "IFE_CHAR")
            form.mti = Charset::ebcdic;
        else if (name != "IFA_NUMERIC" && name != "IF_CHAR")
            import_.note(at(node), 0, unknown(name) + " of the MTI", "the MTI is ASCII");
    }

    void bitmap(pugi::xml_node node)
    {
        auto const name = class_name(node, "class");
        auto& form = import_.tree().form;
        has_bitmap_ = true;
        if (name == "IFA_BITMAP")
            form.bitmap = BitmapForm::hex;
        else if (name == "IFE_BITMAP")
            form.bitmap = BitmapForm::hex_ebcdic;
        else if (name != "IFB_BITMAP")
            import_.note(at(node), 0, unknown(name) + " of the bitmap", "the bitmap is binary");
        if (text_of(node, "length") == "24") form.tertiary = iso8583::Tertiary::contiguous;
    }

    static std::string unknown(std::string_view name)
    {
        return "field packager \"" + std::string{name.substr(0, 60)} + "\" is not known";
    }

    // False, with a note, when there is no such field here.
    bool read(pugi::xml_node node, unsigned de, FieldNode& field)
    {
        auto const name = class_name(node, "class");
        field.name = std::string{text_of(node, "name").substr(0, 200)};
        if (name == "IF_NOP" || name == "IF_UNUSED") {
            import_.note(at(node), de, "is unused there", "it was left out");
            return false;
        }
        auto const* const known = std::find_if(std::begin(kClasses), std::end(kClasses),
                                               [&](auto const& row) { return row.name == name; });
        auto const length = decimal(text_of(node, "length"));
        if (known == std::end(kClasses) || !length || *length == 0) {
            import_.note(at(node), de,
                         known == std::end(kClasses) ? unknown(name) : "it has no length",
                         "it was left out");
            return false;
        }
        auto& spec = field.spec;
        spec.attribute = known->attribute;
        spec.encoding = known->encoding;
        spec.prefix = known->prefix;
        spec.prefix_digits = known->digits;
        spec.unit = known->unit;
        spec.length_max = *length;
        if (known->unit == LengthUnit::nibbles) spec.length_max = (*length + 1) / 2;
        if (spec.encoding == Encoding::bcd && spec.attribute == Attribute::n)
            spec.pad = pad_of(node, name);
        return true;
    }

    static DigitPad pad_of(pugi::xml_node node, std::string_view name)
    {
        if (name.starts_with("IFEB_")) return DigitPad::right_f;
        return is_true(node, "pad", false) ? DigitPad::left_zero : DigitPad::right_zero;
    }

    void subfields(pugi::xml_node node, unsigned de, FieldNode& field, unsigned depth)
    {
        auto const packager = class_name(node, "packager");
        auto const is_generic = packager == "GenericPackager" || packager == "X92GenericPackager" ||
                                packager == "GenericValidatingPackager";
        if (packager != "GenericSubFieldPackager" && !is_generic)
            return import_.note(
                at(node), de,
                "packager \"" + std::string{packager.substr(0, 60)} + "\" is not known",
                "the field has no sub-fields");
        if (depth == kInsideDepthMax)
            return import_.note(at(node), de, "sub-fields more than 8 deep",
                                "the innermost were left out");
        auto& inside = field.inside.emplace_back();
        auto const has_bitmap = is_generic && is_true(node, "emitBitmap", true);
        inside.form.kind = has_bitmap ? NestedKind::bitmap : NestedKind::positional;
        std::map<std::uint64_t, FieldNode> found;
        for (auto const child : node.children()) {
            auto const id = decimal(text_of(child, "id"));
            if (child.type() != pugi::node_element) continue;
            if (!id) {
                import_.note(at(child), de, "a sub-field has no number as its id",
                             "it was left out");
                continue;
            }
            unknown_attributes(child, de);
            if (has_bitmap && inner_bitmap(child, de, inside.form)) continue;
            FieldNode sub;
            if (!read(child, de, sub)) continue;
            import_.fit(at(child), de, sub.spec);
            sub.spec.secret = secret_by_number(de);
            if (std::string_view{child.name()} == "isofieldpackager")
                subfields(child, de, sub, depth + 1);
            found[*id] = std::move(sub);
        }
        place(node, de, inside, std::move(found));
    }

    bool inner_bitmap(pugi::xml_node child, unsigned de, iso8583::NestedSpec& form)
    {
        auto const name = class_name(child, "class");
        if (!name.ends_with("_BITMAP")) return false;
        auto const bytes = decimal(text_of(child, "length")).value_or(8);
        form.bitmap = name == "IFA_BITMAP"   ? BitmapForm::hex
                      : name == "IFE_BITMAP" ? BitmapForm::hex_ebcdic
                                             : BitmapForm::binary;
        form.bitmap_bits = static_cast<std::uint8_t>(std::clamp(bytes, 1U, 24U) * 8);
        if (bytes == 16 || bytes == 24) {
            import_.note(at(child), de, "a sub-bitmap of 16 bytes or more",
                         "it is 8 bytes, and bit 1 announces 8 more");
            form.bitmap_bits = 64;
            form.bitmap_chained = true;
        }
        return true;
    }

    // By position: 1, 2, 3 in the order of their ids. By bitmap: as they are.
    void place(pugi::xml_node node, unsigned de, Inside& inside,
               std::map<std::uint64_t, FieldNode> found)
    {
        std::uint64_t position = 1;
        for (auto& [id, sub] : found) {
            auto const is_positional = inside.form.kind == NestedKind::positional;
            auto const key = is_positional ? position++ : id;
            if (!is_positional && !subfield_id(std::to_string(id), inside.form)) {
                import_.note(at(node), de,
                             "sub-field " + std::to_string(id) + " has no bit in its bitmap",
                             "it was left out");
                continue;
            }
            inside.fields[key] = std::move(sub);
        }
    }

    Importer import_;
    bool has_mti_ = false;
    bool has_bitmap_ = false;
};

// The root element, when the text is XML without entities and of bounded depth.
pugi::xml_node root_of(SpecReport& report, pugi::xml_document& document)
{
    auto const text = report.text();
    if (text.size() > kImportBytesMax) {
        report.add(0, {}, "longer than " + std::to_string(kImportBytesMax) + " bytes",
                   "is this the file that you mean?");
        return {};
    }
    auto const result = document.load_buffer(
        text.data(), text.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
    if (!result) {
        report.add(static_cast<std::size_t>(std::max<std::ptrdiff_t>(result.offset, 0)), {},
                   "not XML: " + std::string{result.description()}, "mend the syntax here");
        return {};
    }
    for (auto const node : document.children())
        if (node.type() == pugi::node_doctype && std::strstr(node.value(), "<!ENTITY") != nullptr) {
            report.add(at(node), {}, "it defines entities", "write their text instead");
            return {};
        }
    unsigned elements = 0;
    if (!fits(document, 0, elements)) {
        report.add(0, {}, "more than 16 levels deep or more than 20000 elements",
                   "is this the file that you mean?");
        return {};
    }
    auto const root = document.document_element();
    if (std::string_view{root.name()} == "isopackager") return root;
    report.add(at(root), {}, "the outermost element is not <isopackager>",
               "is this a GenericPackager file?");
    return {};
}

}  // namespace

Result<Import, SpecErrors> import_jpos(std::string_view xml, std::string const& file,
                                       std::string const& name)
{
    SpecErrors errors;
    SpecReport report{file, xml, errors};
    pugi::xml_document document;
    auto const root = root_of(report, document);
    if (root.empty()) return errors;
    auto import = JposImporter{report, name}.run(root);
    if (!import) return errors;
    return std::move(*import);
}

}  // namespace turnout::spec
