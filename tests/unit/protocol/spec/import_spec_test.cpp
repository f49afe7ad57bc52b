// Importing other programs' files: what maps to what, what is noted, what is refused.
#include "protocol/spec/import_spec.hpp"

#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace turnout::spec {
namespace {

using iso8583::Attribute;
using iso8583::Encoding;
using iso8583::NestedKind;
using iso8583::PrefixKind;

std::string sample(std::string const& name)
{
    std::ifstream in{"tests/unit/protocol/spec/samples/" + name};
    std::stringstream text;
    text << in.rdbuf();
    EXPECT_FALSE(text.str().empty()) << name;
    return text.str();
}

Import imported(Result<Import, SpecErrors> const& result)
{
    EXPECT_TRUE(result.has_value()) << (result.has_value() ? "" : describe(result.error()));
    return result.has_value() ? *result : Import{};
}

Import jpos()
{
    return imported(import_jpos(sample("packager.xml"), "packager.xml", "house"));
}
Import moov()
{
    return imported(import_moov(sample("moov.json"), "moov.json", "house"));
}

bool has_note(Import const& import, unsigned de, unsigned line, std::string_view part)
{
    return std::any_of(import.notes.begin(), import.notes.end(), [&](auto const& note) {
        return note.de == de && note.line == line && describe(note).find(part) != std::string::npos;
    });
}

std::string notes_of(Import const& import)
{
    std::string text;
    for (auto const& note : import.notes)
        text += describe(note) + "\n";
    return text;
}

void expect_field(Import const& import, unsigned de, Attribute attribute, Encoding encoding,
                  PrefixKind prefix, unsigned digits, unsigned length_max)
{
    auto const& spec = import.dialect.source.fields[de];
    EXPECT_EQ(spec.attribute, attribute) << de;
    EXPECT_EQ(spec.encoding, encoding) << de;
    EXPECT_EQ(spec.prefix, prefix) << de;
    EXPECT_EQ(spec.prefix_digits, digits) << de;
    EXPECT_EQ(spec.length_max, length_max) << de;
}

TEST(ImportJpos, MapsEachFamily)
{
    auto const import = jpos();
    auto const& source = import.dialect.source;
    EXPECT_EQ(source.form.mti, iso8583::Charset::bcd);
    EXPECT_EQ(source.form.bitmap, iso8583::BitmapForm::binary);
    ASSERT_EQ(source.header.size(), 1U);
    EXPECT_EQ(source.header[0].size_bytes, 5);
    expect_field(import, 2, Attribute::n, Encoding::bcd, PrefixKind::bcd, 2, 19);
    EXPECT_EQ(source.fields[2].pad, iso8583::DigitPad::right_zero);
    EXPECT_TRUE(source.fields[2].secret);
    EXPECT_EQ(source.names[2], "Card number");
    expect_field(import, 22, Attribute::n, Encoding::bcd, PrefixKind::none, 0, 3);
    EXPECT_EQ(source.fields[22].pad, iso8583::DigitPad::left_zero);
    expect_field(import, 28, Attribute::xn, Encoding::bcd, PrefixKind::none, 0, 9);
    expect_field(import, 35, Attribute::b, Encoding::binary, PrefixKind::bcd, 2, 19);
    EXPECT_EQ(source.fields[35].unit, iso8583::LengthUnit::nibbles);
    expect_field(import, 37, Attribute::ans, Encoding::ascii, PrefixKind::none, 0, 12);
    expect_field(import, 41, Attribute::ans, Encoding::ebcdic_1047, PrefixKind::none, 0, 8);
    expect_field(import, 52, Attribute::b, Encoding::binary, PrefixKind::none, 0, 8);
}

TEST(ImportJpos, MapsSubFields)
{
    auto const import = jpos();
    auto const& source = import.dialect.source;
    auto const& by_position = source.nested.at(source.fields[48].nested - 1U);
    EXPECT_EQ(by_position.kind, NestedKind::positional);
    ASSERT_EQ(by_position.subfield_count, 2);
    EXPECT_EQ(source.subfields[by_position.subfield_first].id, 1U);
    EXPECT_EQ(source.subfields[by_position.subfield_first].name, "Kind");
    auto const& by_bitmap = source.nested.at(source.fields[60].nested - 1U);
    EXPECT_EQ(by_bitmap.kind, NestedKind::bitmap);
    EXPECT_EQ(by_bitmap.bitmap_bits, 64);
    ASSERT_EQ(by_bitmap.subfield_count, 2);
    EXPECT_EQ(source.subfields[by_bitmap.subfield_first + 1U].id, 5U);
}

TEST(ImportJpos, NotesEverythingWithoutCounterpart)
{
    auto const import = jpos();
    EXPECT_TRUE(has_note(import, 42, 14, "left out")) << notes_of(import);
    EXPECT_TRUE(has_note(import, 43, 15, "the maximum is 99")) << notes_of(import);
    EXPECT_EQ(import.dialect.source.fields[43].length_max, 99U);
    EXPECT_TRUE(has_note(import, 61, 28, "HouseField")) << notes_of(import);
    EXPECT_FALSE(import.dialect.source.fields[61].defined());
    EXPECT_TRUE(has_note(import, 62, 29, "GenericTaggedFieldsPackager")) << notes_of(import);
    EXPECT_TRUE(import.dialect.source.fields[62].defined());
    EXPECT_TRUE(std::any_of(import.notes.begin(), import.notes.end(),
                            [](auto const& note) { return note.de == 130; }));
    EXPECT_TRUE(has_note(import, 52, 21, "attribute \"token\"")) << notes_of(import);
    EXPECT_EQ(import.notes.size(), 6U) << notes_of(import);
}

TEST(ImportMoov, MapsEachFamily)
{
    auto const import = moov();
    auto const& source = import.dialect.source;
    EXPECT_EQ(source.form.mti, iso8583::Charset::ascii);
    EXPECT_EQ(source.form.bitmap, iso8583::BitmapForm::hex);
    EXPECT_TRUE(source.form.bitmap_fixed16);
    expect_field(import, 2, Attribute::n, Encoding::bcd, PrefixKind::bcd, 2, 19);
    EXPECT_TRUE(source.fields[2].secret);
    expect_field(import, 3, Attribute::n, Encoding::ascii, PrefixKind::none, 0, 6);
    expect_field(import, 32, Attribute::n, Encoding::bcd, PrefixKind::ascii, 2, 11);
    EXPECT_EQ(source.fields[32].pad, iso8583::DigitPad::right_zero);
    expect_field(import, 41, Attribute::ans, Encoding::ebcdic_037, PrefixKind::none, 0, 8);
    expect_field(import, 52, Attribute::b, Encoding::binary, PrefixKind::none, 0, 8);
    auto const kind_of = [&](unsigned de) {
        return source.nested.at(source.fields[de].nested - 1U).kind;
    };
    EXPECT_EQ(kind_of(48), NestedKind::tlv);
    EXPECT_EQ(kind_of(54), NestedKind::positional);
    EXPECT_EQ(kind_of(55), NestedKind::ber_tlv);
    EXPECT_EQ(kind_of(60), NestedKind::bitmap);
    auto const& elements = source.nested.at(source.fields[48].nested - 1U);
    EXPECT_EQ(elements.tag_size, 2);
    EXPECT_EQ(elements.length_digits, 2);
    EXPECT_EQ(source.subfields[elements.subfield_first].id, 0x3031U) << "tag 1 is padded to 01";
}

TEST(ImportMoov, NotesEverythingWithoutCounterpart)
{
    auto const import = moov();
    EXPECT_TRUE(has_note(import, 61, 39, "Rot13")) << notes_of(import);
    EXPECT_TRUE(has_note(import, 62, 40, "Hex.LL")) << notes_of(import);
    EXPECT_TRUE(has_note(import, 63, 41, "colour")) << notes_of(import);
    EXPECT_TRUE(has_note(import, 63, 41, "type \"Text\"")) << notes_of(import);
    EXPECT_EQ(import.notes.size(), 4U) << notes_of(import);
    EXPECT_FALSE(import.dialect.source.fields[61].defined());
    EXPECT_TRUE(import.dialect.source.fields[63].defined());
}

TEST(ImportSpec, ResultsSurviveWritingAndCarryMessages)
{
    for (auto const& import : {jpos(), moov()}) {
        auto const again = load_dialect_text(write_dialect(import.dialect), "again.json");
        ASSERT_TRUE(again.has_value()) << describe(again.error());
        EXPECT_TRUE(same_dialect(import.dialect, *again));
        auto const buffer = again->buffer();
        std::array<std::byte, 256> out{};
        auto const bitmaps = again->source.form.bitmap_fixed16 ? iso8583::Bitmaps::secondary
                                                               : iso8583::Bitmaps::primary;
        iso8583::MessageBuilder builder{buffer.dialect(), out, iso8583::Mti{200}, bitmaps};
        builder.text(2, "4000001234567899");
        builder.text(3, "123456");
        builder.text(41, "TERM0001");
        auto const bytes = builder.finish();
        ASSERT_TRUE(bytes.has_value());
        iso8583::MessageView view;
        ASSERT_TRUE(view.decode(buffer.dialect(), {out.data(), *bytes}).ok());
        std::array<char, 32> text{};
        auto const size = view.text(41, text);
        ASSERT_TRUE(size.has_value());
        EXPECT_EQ(std::string_view(text.data(), *size), "TERM0001");
    }
}

struct Refused {
    char const* name;
    std::string text;
    char const* what;
};

TEST(ImportJpos, RefusesWhatIsNoPackager)
{
    std::string deep = "<isopackager>";
    for (unsigned i = 0; i < 40; ++i)
        deep += "<isofieldpackager id='2'>";
    for (unsigned i = 0; i < 40; ++i)
        deep += "</isofieldpackager>";
    std::string many = "<isopackager>";
    for (unsigned i = 0; i < 22'000; ++i)
        many += "<isofield/>";
    for (auto const& row : std::vector<Refused>{
             {"empty", "", "not XML"},
             {"json", "{}", "not XML"},
             {"cut", "<isopackager><isofield id='2'", "not XML"},
             {"other", "<html/>", "<isopackager>"},
             {"no field", "<isopackager/>", "nothing in it is a field"},
             {"entity bomb",
              "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><isopackager>&b;</isopackager>",
              "entities"},
             {"deep", deep + "</isopackager>", "levels deep"},
             {"many", many + "</isopackager>", "elements"},
             {"large", std::string(kImportBytesMax + 1, ' '), "longer than"}}) {
        auto const result = import_jpos(row.text, "f.xml", "n");
        ASSERT_FALSE(result.has_value()) << row.name;
        EXPECT_NE(describe(result.error()).find(row.what), std::string::npos)
            << row.name << ": " << describe(result.error());
    }
}

TEST(ImportMoov, RefusesWhatIsNoSpecification)
{
    for (auto const& row :
         std::vector<Refused>{{"empty", "", "not JSON"},
                              {"list", "[]", "no object"},
                              {"no fields", R"({"name": "x"})", "\"fields\""},
                              {"no field", R"({"fields": {}})", "nothing in it is a field"},
                              {"deep", std::string(10'000, '['), "levels deep"},
                              {"large", std::string(kImportBytesMax + 1, ' '), "longer than"}}) {
        auto const result = import_moov(row.text, "f.json", "n");
        ASSERT_FALSE(result.has_value()) << row.name;
        EXPECT_NE(describe(result.error()).find(row.what), std::string::npos)
            << row.name << ": " << describe(result.error());
    }
}

}  // namespace
}  // namespace turnout::spec
