// JSON specifications of moov-io/iso8583.
#include "protocol/spec/import_common.hpp"
#include "protocol/spec/json_tree.hpp"
#include "protocol/spec/read_field.hpp"

#include <algorithm>
#include <span>

namespace turnout::spec {
namespace {

using iso8583::Attribute;
using iso8583::BitmapForm;
using iso8583::Charset;
using iso8583::DigitPad;
using iso8583::Encoding;
using iso8583::FieldSpec;
using iso8583::NestedKind;
using iso8583::PrefixKind;
using iso8583::TagForm;

// A field object there, what is wrong type counts as not there.
class MoovField {
public:
    MoovField(JsonNode const& node, unsigned de) noexcept : node_(node), de_(de) {}
    [[nodiscard]] std::string_view text(std::string_view key) const noexcept
    {
        auto const* const value = node_.find(key);
        return value == nullptr ? std::string_view{} : std::string_view{value->text};
    }
    [[nodiscard]] std::uint32_t length() const noexcept
    {
        auto const* const value = node_.find("length");
        return value == nullptr || value->integer < 0 || value->integer > 999'999
                   ? 0
                   : static_cast<std::uint32_t>(value->integer);
    }
    [[nodiscard]] bool flag(std::string_view key) const noexcept
    {
        auto const* const value = node_.find(key);
        return value != nullptr && value->boolean;
    }
    // An object of that key, nullptr without.
    [[nodiscard]] JsonNode const* object(std::string_view key) const noexcept
    {
        auto const* const value = node_.find(key);
        return value == nullptr || value->kind != JsonNode::Kind::object ? nullptr : value;
    }
    [[nodiscard]] std::size_t at() const noexcept { return node_.at; }
    [[nodiscard]] unsigned de() const noexcept { return de_; }
    [[nodiscard]] JsonNode const& node() const noexcept { return node_; }

private:
    JsonNode const& node_;
    unsigned de_;
};

using Keys = std::span<std::string_view const>;
constexpr std::string_view kTopKeys[] = {"name", "fields"};
constexpr std::string_view kFieldKeys[] = {"type",   "length",           "description", "enc",
                                           "prefix", "padding",          "tag",         "subfields",
                                           "bitmap", "disableautoexpand"};
constexpr std::string_view kTagKeys[] = {"length", "enc", "padding", "sort"};
constexpr std::string_view kPaddingKeys[] = {"type", "pad"};
constexpr std::string_view kTypes[] = {"String",    "Numeric", "Binary", "Bitmap", "Hex",
                                       "Composite", "Track1",  "Track2", "Track3"};

bool is_digits(std::string_view type) noexcept
{
    return type == "Numeric";
}
bool is_track(std::string_view type) noexcept
{
    return type == "Track2" || type == "Track3";
}

class MoovImporter {
public:
    MoovImporter(SpecReport& report, std::string const& name) : import_(report, name) {}

    std::optional<Import> run(JsonNode const& root)
    {
        auto const* const fields = root.find("fields");
        if (fields == nullptr || fields->kind != JsonNode::Kind::object) {
            import_.report().add(root.at, {}, "it has no \"fields\"",
                                 "is this a JSON specification of moov-io/iso8583?");
            return {};
        }
        unknown_keys(root, 0, kTopKeys);
        import_.tree().form.bitmap = BitmapForm::binary;
        for (auto const& member : fields->members) {
            auto const de = decimal(member.key);
            if (!de || member.value.kind != JsonNode::Kind::object) {
                import_.note(member.key_at, 0, "\"" + member.key.substr(0, 40) + "\" is no field",
                             "it was left out");
                continue;
            }
            data_element({member.value, *de});
        }
        for (auto const* const key : {"0", "1"})
            if (fields->find(key) == nullptr)
                import_.note(fields->at, 0, std::string{"there is no field "} + key,
                             *key == '0' ? "the MTI is ASCII" : "the bitmap is binary");
        return import_.finish();
    }

private:
    void data_element(MoovField const& field)
    {
        if (field.de() == 0) return mti(field);
        if (field.de() == 1) return bitmap(field);
        FieldNode node;
        if (read(field, node, 0)) import_.add(field.at(), field.de(), std::move(node));
    }

    void note(MoovField const& field, std::string what, std::string done)
    {
        import_.note(field.at(), field.de(), std::move(what), std::move(done));
    }

    static std::string unknown(char const* what, std::string_view word)
    {
        return std::string{what} + " \"" + std::string{word.substr(0, 40)} + "\" is not known";
    }

    void mti(MoovField const& field)
    {
        auto const enc = field.text("enc");
        auto& form = import_.tree().form;
        unknown_words(field);
        if (enc == "BCD")
            form.mti = Charset::bcd;
        else if (enc.starts_with("EBCDIC"))
            form.mti = Charset::ebcdic;
        else if (enc != "ASCII")
            note(field, unknown("encoding", enc) + " of the MTI", "the MTI is ASCII");
    }

    void bitmap(MoovField const& field)
    {
        auto const enc = field.text("enc");
        auto& form = import_.tree().form;
        unknown_words(field);
        if (enc == "HexToASCII" || enc == "BytesToASCIIHex")
            form.bitmap = BitmapForm::hex;
        else if (enc != "Binary")
            note(field, unknown("encoding", enc) + " of the bitmap", "the bitmap is binary");
        form.bitmap_fixed16 = field.flag("disableautoexpand") && field.length() == 16;
    }

    void unknown_keys(JsonNode const& node, unsigned de, Keys known)
    {
        for (auto const& member : node.members)
            if (std::find(known.begin(), known.end(), member.key) == known.end())
                import_.note(member.key_at, de, unknown("key", member.key), "it has no effect");
    }

    void unknown_words(MoovField const& field)
    {
        unknown_keys(field.node(), field.de(), kFieldKeys);
        if (auto const* const tag = field.object("tag")) unknown_keys(*tag, field.de(), kTagKeys);
        if (auto const* const padding = field.object("padding"))
            unknown_keys(*padding, field.de(), kPaddingKeys);
        auto const type = field.text("type");
        if (std::find(std::begin(kTypes), std::end(kTypes), type) == std::end(kTypes))
            note(field, unknown("type", type), "it is taken as a String");
    }

    // False, with a note, when there is no such field here.
    bool read(MoovField const& field, FieldNode& node, unsigned depth)
    {
        node.name = std::string{field.text("description").substr(0, 200)};
        node.spec.length_max = field.length();
        node.spec.secret = secret_by_number(field.de());
        unknown_words(field);
        if (!read_prefix(field, node.spec)) return false;
        auto const* const subfields = field.object("subfields");
        if (subfields != nullptr && !subfields->members.empty())
            return composite(field, *subfields, node, depth);
        if (!read_encoding(field, node.spec)) return false;
        read_padding(field, node.spec);
        return true;
    }

    bool read_prefix(MoovField const& field, FieldSpec& spec)
    {
        auto const prefix = field.text("prefix");
        auto const dot = prefix.find('.');
        auto const family = prefix.substr(0, dot);
        auto const size = dot == prefix.npos ? std::string_view{} : prefix.substr(dot + 1);
        if (size == "Fixed" || prefix == "BerTLV" || prefix == "None.Fixed") return true;
        if (size.empty() || size.size() > 6 || size.find_first_not_of('L') != size.npos) {
            note(field, unknown("prefix", prefix), "it was left out");
            return false;
        }
        if (family == "ASCII")
            spec.prefix = PrefixKind::ascii;
        else if (family == "BCD")
            spec.prefix = PrefixKind::bcd;
        else if (family == "EBCDIC" || family == "EBCDIC1047")
            spec.prefix = PrefixKind::ebcdic;
        else if (family == "Binary" && size.size() <= 4)
            spec.prefix = PrefixKind::binary;
        else {
            note(field, unknown("prefix", prefix), "it was left out");
            return false;
        }
        spec.prefix_digits = static_cast<std::uint8_t>(size.size());
        return true;
    }

    bool read_encoding(MoovField const& field, FieldSpec& spec)
    {
        auto const enc = field.text("enc");
        auto const type = field.text("type");
        spec.attribute = is_digits(type)  ? Attribute::n
                         : is_track(type) ? Attribute::z
                                          : Attribute::ans;
        if (enc == "ASCII") {
            spec.encoding = Encoding::ascii;
        } else if (enc == "EBCDIC" || enc == "EBCDIC1047") {
            spec.encoding = enc == "EBCDIC" ? Encoding::ebcdic_037 : Encoding::ebcdic_1047;
        } else if (enc == "BCD" || enc == "LBCD") {
            if (!is_track(type)) spec.attribute = Attribute::n;
            spec.encoding = Encoding::bcd;
            spec.pad = enc == "BCD" ? DigitPad::left_zero : DigitPad::right_zero;
        } else if (enc == "Binary" || enc == "ASCIIToHex" || enc == "ASCIIHexToBytes") {
            spec.attribute = Attribute::b;
            spec.encoding = Encoding::binary;
        } else if (enc == "HexToASCII" || enc == "BytesToASCIIHex") {
            spec.attribute = Attribute::b;
            spec.encoding = Encoding::hex_upper;
        } else {
            note(field, unknown("encoding", enc), "it was left out");
            return false;
        }
        if (type == "Binary" && spec.attribute == Attribute::ans) {
            spec.attribute = Attribute::any;
            spec.encoding = Encoding::opaque;
        }
        if (type == "Numeric" && spec.attribute == Attribute::b)
            note(field, "a number in raw bytes has no counterpart", "it is a field of bytes");
        return true;
    }

    void read_padding(MoovField const& field, FieldSpec& spec)
    {
        auto const* const padding = field.object("padding");
        if (padding == nullptr) return;
        MoovField const inner{*padding, field.de()};
        auto const type = inner.text("type");
        auto const pad = inner.text("pad");
        if (type == "None" || spec.attribute == Attribute::n) return;
        if ((type != "Left" && type != "Right") || pad.size() != 1 || pad[0] < ' ' || pad[0] > '~')
            return note(field, unknown("padding", type), "it is filled with spaces");
        spec.justify = type == "Left" ? iso8583::Justify::right : iso8583::Justify::left;
        spec.fill = pad[0];
    }

    bool composite(MoovField const& field, JsonNode const& subfields, FieldNode& node,
                   unsigned depth)
    {
        // The value as a whole is bytes of whatever the sub-fields are.
        node.spec.attribute = Attribute::any;
        node.spec.encoding = Encoding::opaque;
        if (depth == kInsideDepthMax) {
            note(field, "sub-fields more than 8 deep", "the innermost were left out");
            return true;
        }
        auto& inside = node.inside.emplace_back();
        if (!layout(field, subfields, inside)) {
            node.inside.clear();
            return true;
        }
        if (inside.form.kind == NestedKind::ber_tlv) {
            node.spec.attribute = Attribute::b;
            node.spec.encoding = Encoding::binary;
        }
        std::map<std::uint64_t, FieldNode> found;
        for (auto const& member : subfields.members) {
            MoovField const inner{member.value, field.de()};
            auto const id = id_of(member.key, field, inside.form);
            FieldNode sub;
            if (!id || member.value.kind != JsonNode::Kind::object)
                note(inner, "\"" + member.key.substr(0, 40) + "\" is no sub-field of this layout",
                     "it was left out");
            else if (read(inner, sub, depth + 1))
                found[*id] = tagged(inner, std::move(sub), inside.form);
        }
        std::uint64_t position = 1;
        for (auto& [id, sub] : found)
            inside.fields[inside.form.kind == NestedKind::positional ? position++ : id] =
                std::move(sub);
        return true;
    }

    // Behind a tag, the prefix belongs to the layout and every length up to the maximum is right.
    FieldNode tagged(MoovField const& field, FieldNode sub, iso8583::NestedSpec const& form)
    {
        if (form.kind == NestedKind::tlv || form.kind == NestedKind::ber_tlv) {
            sub.spec.prefix = PrefixKind::ascii;
            sub.spec.prefix_digits = 6;
            if (sub.spec.length_max == 0) sub.spec.length_max = 999;
        }
        import_.fit(field.at(), field.de(), sub.spec);
        return sub;
    }

    // What kind of sub-fields they are, from "bitmap" and "tag"; false with a note.
    bool layout(MoovField const& field, JsonNode const& subfields, Inside& inside)
    {
        auto& form = inside.form;
        if (auto const* const bitmap = field.object("bitmap")) {
            MoovField const inner{*bitmap, field.de()};
            form.kind = NestedKind::bitmap;
            form.bitmap = inner.text("enc") == "Binary" ? BitmapForm::binary : BitmapForm::hex;
            auto const bytes = std::clamp(inner.length(), 1U, 24U);
            auto const chained = !inner.flag("disableautoexpand") && bytes == 8;
            form.bitmap_bits = static_cast<std::uint8_t>(bytes * 8);
            form.bitmap_chained = chained;
            return true;
        }
        auto const* const tag = field.object("tag");
        if (tag == nullptr) return true;
        MoovField const inner{*tag, field.de()};
        auto const enc = inner.text("enc");
        if (enc == "BerTLVTag") {
            form.kind = NestedKind::ber_tlv;
            return true;
        }
        if (inner.length() == 0) return true;
        form.kind = NestedKind::tlv;
        form.tag_size = static_cast<std::uint8_t>(std::min<std::uint32_t>(inner.length(), 9));
        form.tag = enc == "BCD"                             ? TagForm::bcd
                   : enc.starts_with("EBCDIC")              ? TagForm::ebcdic
                   : enc == "Binary" || enc == "ASCIIToHex" ? TagForm::binary
                                                            : TagForm::ascii;
        return tlv_length(field, subfields, form);
    }

    bool tlv_length(MoovField const& field, JsonNode const& subfields, iso8583::NestedSpec& form)
    {
        FieldSpec first;
        for (auto const& member : subfields.members) {
            FieldSpec spec;
            if (!read_prefix({member.value, field.de()}, spec)) continue;
            if (first.fixed()) first = spec;
            if (spec.prefix != first.prefix || spec.prefix_digits != first.prefix_digits) {
                note(field, "sub-fields with lengths of different form have no counterpart",
                     "the field has no sub-fields");
                return false;
            }
        }
        if (first.fixed() || form.tag_size > 8) {
            note(field, "tags without a length or longer than 8 have no counterpart",
                 "the field has no sub-fields");
            return false;
        }
        form.length_prefix = first.prefix;
        form.length_digits = first.prefix_digits;
        form.length_unit = iso8583::LengthUnit::units;
        return true;
    }

    static std::optional<std::uint64_t> id_of(std::string key, MoovField const& field,
                                              iso8583::NestedSpec const& form)
    {
        if (form.kind == NestedKind::positional) {
            if (auto const position = decimal(key)) return *position;
            auto const plain = key.find_first_not_of('0');
            return plain == key.npos ? std::nullopt : std::optional{decimal(key.substr(plain))};
        }
        if (form.kind == NestedKind::tlv) {
            auto const size = std::size_t{form.tag_size} * (form.tag == TagForm::binary ? 2 : 1);
            auto const* const tag = field.object("tag");
            auto const* const padding = tag->find("padding");
            auto const pad = padding == nullptr ? nullptr : padding->find("pad");
            auto const fill = pad == nullptr || pad->text.size() != 1 ? '0' : pad->text[0];
            while (key.size() < size)
                key.insert(key.begin(), fill);
        }
        return subfield_id(key, form);
    }

    Importer import_;
};

}  // namespace

Result<Import, SpecErrors> import_moov(std::string_view json, std::string const& file,
                                       std::string const& name)
{
    SpecErrors errors;
    SpecReport report{file, json, errors};
    if (json.size() > kImportBytesMax) {
        report.add(0, {}, "longer than " + std::to_string(kImportBytesMax) + " bytes",
                   "is this the file that you mean?");
        return errors;
    }
    auto const root = parse_json(report);
    if (!root || !errors.empty()) return errors;
    if (root->kind != JsonNode::Kind::object) {
        report.add(root->at, {}, "is no object", "is this a JSON specification?");
        return errors;
    }
    auto import = MoovImporter{report, name}.run(*root);
    if (!import) return errors;
    return std::move(*import);
}

}  // namespace turnout::spec
