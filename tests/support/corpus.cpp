#include "tests/support/corpus.hpp"

#include "protocol/iso8583/notation.hpp"

namespace turnout::test {
namespace {

using namespace iso8583;
using nlohmann::json;

FieldSpec field(std::string const& notation)
{
    auto const spec = field_of_notation(notation);
    if (!spec.has_value()) throw std::runtime_error{"no notation: " + notation};
    auto made = *spec;
    // What the corpus calls "a" and "e" is text of which nothing is checked: national characters
    // and control characters occur. Its fields show bytes above 0x7f as Latin-1.
    if (made.attribute == Attribute::ans) made.attribute = Attribute::any;
    if (made.attribute == Attribute::any && made.encoding == Encoding::ascii)
        made.encoding = Encoding::latin1;
    // Its "x" has a sign of which nothing is said: one implementation writes a zero.
    made.free_sign = made.attribute == Attribute::xn;
    return made;
}

MessageForm form_of(json const& described)
{
    MessageForm form;
    auto const mti = described.at("mti").get<std::string>();
    form.mti = mti == "a" ? Charset::ascii : mti == "n" ? Charset::bcd : Charset::ebcdic;
    auto const bitmap = described.at("bitmap").get<std::string>();
    form.bitmap = bitmap == "b"    ? BitmapForm::binary
                  : bitmap == "eh" ? BitmapForm::hex_ebcdic
                                   : BitmapForm::hex;
    if (described.value("bmlower", false)) form.bitmap = BitmapForm::hex_lower;
    form.bitmap_fixed16 = described.value("bitmap_len", 8) == 16;
    if (described.contains("tertiary")) form.tertiary = Tertiary::contiguous;
    return form;
}

}  // namespace

std::vector<json> corpus(std::string const& file)
{
    std::ifstream in{"tests/data/iso8583/" + file};
    std::vector<json> lines;
    for (std::string line; std::getline(in, line);)
        lines.push_back(json::parse(line));
    return lines;
}

DialectSource dialect_source(json const& described)
{
    DialectSource source;
    source.name = "corpus";
    source.form = form_of(described);
    for (auto const& [de, notation] : described.at("fields").items()) {
        auto const number = static_cast<unsigned>(std::stoul(de));
        // With a third bitmap, 65 is its bit and no field.
        if (number == 65 && source.form.tertiary != Tertiary::none) continue;
        source.fields[number] = field(notation.get<std::string>());
        source.names[number] = "DE " + de;
    }
    for (auto const& piece : described.value("header", json::array())) {
        auto const spec = field(piece.at(1).get<std::string>());
        auto const kind = piece.at(0) == "TPDU"              ? HeaderKind::tpdu
                          : spec.attribute == Attribute::any ? HeaderKind::text
                                                             : HeaderKind::bytes;
        source.header.push_back(
            {kind, static_cast<std::uint8_t>(spec.length_max), piece.at(0).get<std::string>(), ""});
    }
    return source;
}

}  // namespace turnout::test
