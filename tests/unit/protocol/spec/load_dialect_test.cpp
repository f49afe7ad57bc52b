// Dialect files: what they can say, and each way of being wrong with its place and remedy.
#include "protocol/iso8583/message_view.hpp"
#include "protocol/spec/dialect_file.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/result.hpp"

#include <filesystem>
#include <fstream>

namespace turnout::spec {
namespace {

using iso8583::Attribute;
using iso8583::Encoding;
using iso8583::LengthUnit;
using iso8583::PrefixKind;

DialectFile loaded(std::string_view text)
{
    auto file = load_dialect_text(text, "t.json");
    EXPECT_TRUE(file.has_value()) << (file.has_value() ? "" : describe(file.error()));
    return file.has_value() ? *file : DialectFile{};
}

SpecErrors refused(std::string_view text)
{
    auto const file = load_dialect_text(text, "t.json");
    EXPECT_FALSE(file.has_value()) << text;
    return file.has_value() ? SpecErrors{} : file.error();
}

DialectFile with_fields(std::string const& fields, std::string const& base = "87ascii")
{
    return loaded(R"({"name": "t", "extends": ")" + base + R"(", "fields": {)" + fields + "}}");
}

TEST(LoadDialect, EveryExampleLoadsAndSurvivesWriting)
{
    unsigned count = 0;
    for (auto const& entry : std::filesystem::directory_iterator{"docs/formats/examples"}) {
        if (entry.path().extension() != ".json") continue;
        ++count;
        auto const file = load_dialect(entry.path().string());
        ASSERT_TRUE(file.has_value()) << describe(file.error());
        auto const again = load_dialect_text(write_dialect(*file), "again.json");
        ASSERT_TRUE(again.has_value()) << describe(again.error());
        EXPECT_TRUE(same_dialect(*file, *again)) << entry.path();
        EXPECT_EQ(file->source.fields, again->source.fields) << entry.path();
        EXPECT_EQ(file->source.names, again->source.names) << entry.path();
        EXPECT_EQ(file->source.form, again->source.form) << entry.path();
        EXPECT_EQ(file->source.nested, again->source.nested) << entry.path();
        EXPECT_EQ(file->buffer().dialect().name, file->source.name);
    }
    EXPECT_GE(count, 4U);
}

// The message of the worked example, packed by hand.
TEST(LoadDialect, TheWorkedExampleReadsItsMessage)
{
    auto const file = load_dialect("docs/formats/examples/three-changes.json");
    ASSERT_TRUE(file.has_value()) << describe(file.error());
    std::string hex;
    ASSERT_TRUE(std::ifstream{"docs/formats/examples/three-changes.hex"} >> hex);
    auto const frame = test::from_hex(hex);
    auto const buffer = file->buffer();
    iso8583::MessageView view;
    ASSERT_TRUE(view.decode(buffer.dialect(), frame).ok());
    auto const text = [&](unsigned de) {
        std::array<char, 64> out{};
        auto const size = view.text(de, out);
        return size.has_value() ? std::string{out.data(), *size} : std::string{};
    };
    EXPECT_EQ(text(32), "1234567");
    EXPECT_EQ(text(43), "Corner shop, Ljub");
    EXPECT_EQ(text(48), "DEADBEEF");
    EXPECT_EQ(text(49), "978");
    EXPECT_EQ(view.decode(iso8583::dialect_1987_binary(), frame).de, 32);
}

TEST(LoadDialect, EveryBuiltInOneSurvivesWriting)
{
    for (auto const* const dialect : iso8583::dialects()) {
        auto const file = dialect_file_of(*dialect);
        auto const again = load_dialect_text(write_dialect(file), "again.json");
        ASSERT_TRUE(again.has_value()) << describe(again.error());
        EXPECT_TRUE(same_dialect(file, *again)) << dialect->name;
        for (unsigned de = 0; de <= iso8583::kFieldsMax; ++de) {
            auto expected = file.source.fields[de];
            auto found = again->source.fields[de];
            ASSERT_EQ(expected.defined(), found.defined()) << de;
            if (!expected.defined()) continue;
            EXPECT_EQ(expected.nested == 0, found.nested == 0) << de;
            expected.nested = found.nested = 0;
            EXPECT_EQ(expected, found) << dialect->name << " DE " << de;
        }
    }
}

TEST(LoadDialect, SaysOnlyWhatDiffers)
{
    auto const file = with_fields(R"("32": {"pad": "rightF"}, "33": null)", "87binary");
    auto expected = iso8583::dialect_1987_binary().fields[32];
    expected.pad = iso8583::DigitPad::right_f;
    EXPECT_EQ(file.source.fields[32], expected);
    EXPECT_FALSE(file.source.fields[33].defined());
    EXPECT_EQ(file.source.fields[34], iso8583::dialect_1987_binary().fields[34]);
    EXPECT_EQ(file.source.names[32], (*iso8583::dialect_1987_binary().names)[32]);
}

TEST(LoadDialect, StandsAloneWithoutABase)
{
    auto const file = loaded(R"({"name": "t", "mti": "bcd", "bitmap": "hex-lower",
        "defaults": {"digits": "bcd", "length": "bcd"},
        "fields": {"2": {"type": "n", "length": "LLVAR", "max": 19},
                   "55": {"type": "b", "length": 8}}})");
    EXPECT_EQ(file.source.form.mti, iso8583::Charset::bcd);
    EXPECT_EQ(file.source.form.bitmap, iso8583::BitmapForm::hex_lower);
    auto const& pan = file.source.fields[2];
    EXPECT_EQ(pan.encoding, Encoding::bcd);
    EXPECT_EQ(pan.prefix, PrefixKind::bcd);
    EXPECT_EQ(pan.prefix_digits, 2);
    EXPECT_EQ(pan.length_max, 19U);
    EXPECT_FALSE(file.source.fields[3].defined());
}

TEST(LoadDialect, APanIsSecretEvenWhenTheFileForgetsIt)
{
    auto const file = loaded(R"({"name": "t", "fields": {
        "2": {"type": "n", "length": "LLVAR", "max": 19},
        "3": {"type": "n", "length": 6},
        "35": {"type": "z", "length": "LLVAR", "max": 37, "secret": false}}})");
    EXPECT_TRUE(file.source.fields[2].secret);
    EXPECT_FALSE(file.source.fields[3].secret);
    EXPECT_FALSE(file.source.fields[35].secret);
}

TEST(LoadDialect, LongFormOfALength)
{
    auto const file = with_fields(R"("44": {"length": {"prefix": "binary", "digits": 2,
        "counts": "bytes", "self_inclusive": true}, "min": 3, "max": 300})");
    auto const& spec = file.source.fields[44];
    EXPECT_EQ(spec.prefix, PrefixKind::binary);
    EXPECT_EQ(spec.prefix_digits, 2);
    EXPECT_EQ(spec.unit, LengthUnit::bytes);
    EXPECT_TRUE(spec.inclusive);
    EXPECT_EQ(spec.length_min, 3U);
    EXPECT_EQ(spec.length_max, 300U);
}

TEST(LoadDialect, ANewTypeBringsItsDefaultEncoding)
{
    auto const file =
        with_fields(R"("53": {"type": "b", "length": 8}, "54": {"type": "n"})", "87binary");
    EXPECT_EQ(file.source.fields[53].encoding, Encoding::binary);
    EXPECT_EQ(file.source.fields[54].encoding, Encoding::bcd);
    EXPECT_EQ(file.source.fields[54].length_max, 120U);
}

TEST(LoadDialect, SubFieldsAreChangedOneByOne)
{
    auto const file = with_fields(R"("55": {"inside": {"layout": "ber-tlv", "fields": {
        "9F26": {"name": "AC", "type": "b", "length": 8}, "82": {"type": "b", "length": 2}}}})",
                                  "87binary");
    ASSERT_EQ(file.source.fields[55].nested, 1);
    ASSERT_EQ(file.source.nested.size(), 1U);
    ASSERT_EQ(file.source.subfields.size(), 2U);
    EXPECT_EQ(file.source.subfields[0].id, 0x82U);
    EXPECT_EQ(file.source.subfields[1].id, 0x9f26U);
    EXPECT_EQ(file.source.subfields[1].name, "AC");
    EXPECT_TRUE(file.source.subfields[1].spec.secret) << "inside of a secret field";
}

TEST(LoadDialect, ThirdBitmapTakesThePlaceOfField65)
{
    auto const file = loaded(R"({"name": "t", "extends": "87binary",
        "bitmap": {"tertiary": "contiguous"},
        "fields": {"192": {"type": "ans", "length": 3}}})");
    EXPECT_FALSE(file.source.fields[65].defined());
    EXPECT_TRUE(file.source.fields[192].defined());
    EXPECT_EQ(file.source.form.tertiary, iso8583::Tertiary::contiguous);
}

// One row: what is wrong, in which line and column, at which path, and a word of text and remedy.
struct Wrong {
    char const* name;
    char const* text;
    unsigned line;
    unsigned column;
    char const* path;
    char const* what;
    char const* remedy;
};

class WrongFile : public testing::TestWithParam<Wrong> {};

TEST_P(WrongFile, IsRefusedWithPlaceAndRemedy)
{
    auto const& wrong = GetParam();
    auto const errors = refused(wrong.text);
    ASSERT_EQ(errors.size(), 1U) << describe(errors);
    EXPECT_EQ(errors[0].file, "t.json");
    EXPECT_EQ(errors[0].line, wrong.line) << describe(errors);
    EXPECT_EQ(errors[0].column, wrong.column) << describe(errors);
    EXPECT_EQ(errors[0].path, wrong.path);
    EXPECT_NE(errors[0].what.find(wrong.what), std::string::npos) << describe(errors);
    EXPECT_NE(errors[0].remedy.find(wrong.remedy), std::string::npos) << describe(errors);
}

constexpr Wrong kWrong[] = {
#include "wrong_dialects.def"
};

INSTANTIATE_TEST_SUITE_P(Rows, WrongFile, testing::ValuesIn(kWrong),
                         [](auto const& row) { return std::string{row.param.name}; });

TEST(LoadDialect, ReportsAllErrorsOfAFile)
{
    auto const errors = refused(R"({"name": "t", "mti": "x", "bitmap": "y", "fields": {
        "4": {"type": "n", "length": "LLVAR", "max": 150},
        "5": {"type": "q", "length": 3},
        "6": {"type": "n", "length": 3, "colour": 1}}, "surplus": 1})");
    EXPECT_EQ(errors.size(), 6U) << describe(errors);
}

TEST(LoadDialect, StopsListingAtAHundredErrors)
{
    std::string text = R"({"name": "t", "fields": {)";
    for (unsigned i = 0; i < 150; ++i)
        text += std::string{i == 0 ? "" : ","} + "\"x" + std::to_string(i) + "\": 1";
    auto const errors = refused(text + "}}");
    ASSERT_EQ(errors.size(), kSpecErrorsMax + 1);
    EXPECT_EQ(errors.back().what, "there are more errors");
}

TEST(LoadDialect, RefusesDepthAndSize)
{
    std::string deep = R"({"name": "t", "x": )" + std::string(5000, '[') + std::string(5000, ']');
    EXPECT_NE(refused(deep + "}")[0].what.find("levels deep"), std::string::npos);
    std::string const large = R"({"name": "t"})" + std::string(kSpecBytesMax, ' ');
    EXPECT_NE(refused(large)[0].what.find("longer than"), std::string::npos);
    std::string inside = R"({"type": "b", "length": 1})";
    for (unsigned i = 0; i < 9; ++i)
        inside = R"({"type": "b", "length": 1, "inside": {"fields": {"1": )" + inside + "}}}";
    auto const errors = refused(R"({"name": "t", "fields": {"2": )" + inside + "}}");
    EXPECT_NE(errors[0].what.find("inside of each other"), std::string::npos) << describe(errors);
}

class DialectFiles : public testing::Test {
protected:
    void SetUp() override
    {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "turnout-dialect-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::string write(std::string const& name, std::string const& text)
    {
        auto const path = directory_ / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream{path} << text;
        return path.string();
    }

    std::filesystem::path directory_;
};

TEST_F(DialectFiles, ExtendEachOtherByRelativePaths)
{
    write("base/common.json", R"({"name": "common", "extends": "87binary",
        "fields": {"32": {"pad": "rightF"}}})");
    auto const path = write("link.json", R"({"name": "link", "extends": "base/common.json",
        "fields": {"33": {"pad": "rightF"}}})");
    auto const file = load_dialect(path);
    ASSERT_TRUE(file.has_value()) << describe(file.error());
    EXPECT_EQ(file->source.name, "link");
    EXPECT_EQ(file->source.fields[32].pad, iso8583::DigitPad::right_f);
    EXPECT_EQ(file->source.fields[33].pad, iso8583::DigitPad::right_f);
}

TEST_F(DialectFiles, ACircleIsRefusedWhereItCloses)
{
    auto const a = write("a.json", "{\"name\": \"a\",\n\"extends\": \"b.json\"}");
    write("b.json", "{\"name\": \"b\",\n\n\"extends\": \"./a.json\"}");
    auto const file = load_dialect(a);
    ASSERT_FALSE(file.has_value());
    ASSERT_EQ(file.error().size(), 1U) << describe(file.error());
    EXPECT_TRUE(file.error()[0].file.ends_with("b.json"));
    EXPECT_EQ(file.error()[0].line, 3U);
    EXPECT_NE(file.error()[0].what.find("circle"), std::string::npos);
}

TEST_F(DialectFiles, AChainHasABoundedLength)
{
    write("f0.json", R"({"name": "f", "extends": "87ascii"})");
    for (unsigned i = 1; i <= 9; ++i)
        write("f" + std::to_string(i) + ".json",
              R"({"name": "f", "extends": "f)" + std::to_string(i - 1) + R"(.json"})");
    EXPECT_TRUE(load_dialect((directory_ / "f8.json").string()).has_value());
    auto const file = load_dialect((directory_ / "f9.json").string());
    ASSERT_FALSE(file.has_value());
    EXPECT_NE(file.error()[0].what.find("more than 8"), std::string::npos);
}

TEST_F(DialectFiles, ErrorsOfTheBaseAndOfTheFileAreToldTogether)
{
    write("base.json", R"({"name": "b", "mti": "ascci"})");
    auto const path = write("f.json", R"({"name": "f", "extends": "base.json",
        "fields": {"4": {"colour": 3}, "5": null, "6": {"max": 3}}})");
    auto const file = load_dialect(path);
    ASSERT_FALSE(file.has_value());
    ASSERT_EQ(file.error().size(), 2U) << describe(file.error());
    EXPECT_TRUE(file.error()[0].file.ends_with("base.json"));
    EXPECT_EQ(file.error()[1].path, "/fields/4/colour");
}

TEST_F(DialectFiles, AMissingFileIsNamed)
{
    auto const file = load_dialect((directory_ / "none.json").string());
    ASSERT_FALSE(file.has_value());
    EXPECT_NE(describe(file.error()).find("none.json: cannot be read"), std::string::npos);
    auto const path = write("f.json", R"({"name": "f", "extends": "gone.json"})");
    auto const base = load_dialect(path);
    ASSERT_FALSE(base.has_value());
    EXPECT_NE(base.error()[0].what.find("gone.json"), std::string::npos);
}

TEST_F(DialectFiles, RulesAreInheritedReplacedAndRemoved)
{
    write("base.json", R"({"name": "b", "extends": "87ascii", "rules": [
        {"name": "one", "mti": "0200", "mandatory": [4]},
        {"name": "two", "mti": "0200", "mandatory": [5]},
        {"name": "three", "mti": "0200", "mandatory": [6]}]})");
    auto const path = write("f.json", R"({"name": "f", "extends": "base.json", "rules": [
        {"name": "two", "mti": "0100", "forbidden": [7]}, {"name": "one", "remove": true}]})");
    auto const file = load_dialect(path);
    ASSERT_TRUE(file.has_value()) << describe(file.error());
    auto const& rules = file->rules.rules();
    ASSERT_EQ(rules.size(), 2U);
    EXPECT_EQ(rules[0].name, "two");
    EXPECT_TRUE(rules[0].forbidden.has(7));
    EXPECT_EQ(rules[1].name, "three");
}

}  // namespace
}  // namespace turnout::spec
