#include "bench/micro/protocol/corpus_message.hpp"

#include "protocol/iso8583/notation.hpp"
#include "protocol/wire/digits.hpp"

#include <fstream>

#include <nlohmann/json.hpp>

namespace turnout::bench {
namespace {

using namespace iso8583;
using nlohmann::json;

struct Class {
    char const* name;
    char const* id;
};
constexpr Class kClasses[] = {
    {"87ascii", "moov-0410"},               // all text, hex bitmaps
    {"87binary", "jpos-87b-field64"},       // packed digits, every field to 64
    {"as2805", "as2805-14-0200"},           // digits padded right with F
    {"unionpay", "unionpay-pay-response"},  // TPDU, digits padded right with 0
    {"smartvista", "juks-0200-emv"},        // text behind a binary bitmap, chip data
    {"fixed16", "iso8583tool-basei-0420-reversal-advice"},  // two bitmaps always
    {"93ascii", "jpos-93a-all"},                            // every field to 64
    {"93ebcdic", "jpos-93-ebcdic-custom"},                  // EBCDIC, bitmap in EBCDIC hex
    {"ipm_cp500", "cardutil-ipm-1144-cp500-binbitmap"},     // clearing record
    {"ebcdic_bcd", "visa1-i4-0100-ebcdic-bcd"},             // EBCDIC lengths, packed digits
    {"mixed", "iso8583rs-1110-tertiary"},                   // five encodings, three bitmaps
    {"2003", "constructed-2003-2100"},                      // 2003 edition with data sets
};

std::vector<std::byte> from_hex(std::string const& hex)
{
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(static_cast<std::byte>(wire::hex_digit_of(hex[i]) << 4U |
                                               wire::hex_digit_of(hex[i + 1])));
    return bytes;
}

std::optional<DialectSource> source_of(json const& described)
{
    DialectSource source;
    source.name = "corpus";
    auto const mti = described.at("mti").get<std::string>();
    auto const bitmap = described.at("bitmap").get<std::string>();
    source.form.mti = mti == "a" ? Charset::ascii : mti == "n" ? Charset::bcd : Charset::ebcdic;
    source.form.bitmap = bitmap == "b"   ? BitmapForm::binary
                         : bitmap == "h" ? BitmapForm::hex
                                         : BitmapForm::hex_ebcdic;
    source.form.bitmap_fixed16 = described.value("bitmap_len", 8) == 16;
    if (described.contains("tertiary")) source.form.tertiary = Tertiary::contiguous;
    for (auto const& [de, notation] : described.at("fields").items()) {
        auto const field = field_of_notation(notation.get<std::string>());
        auto const number = static_cast<unsigned>(std::stoul(de));
        if (!field.has_value() || number > kFieldsMax) return std::nullopt;
        auto& spec = source.fields[number];
        spec = *field;
        spec.free_sign = spec.attribute == Attribute::xn;
        // Text of national characters and control characters occurs in "a" and "e".
        if (spec.attribute == Attribute::ans) spec.attribute = Attribute::any;
        if (spec.attribute == Attribute::any && spec.encoding == Encoding::ascii)
            spec.encoding = Encoding::latin1;
    }
    for (auto const& piece : described.value("header", json::array())) {
        auto const field = field_of_notation(piece.at(1).get<std::string>());
        if (!field.has_value()) return std::nullopt;
        source.header.push_back(
            {HeaderKind::bytes, static_cast<std::uint8_t>(field->length_max), "", ""});
    }
    return problem_of(source).ok() ? std::optional{source} : std::nullopt;
}

}  // namespace

std::vector<CorpusMessage> corpus_messages(std::string const& file)
{
    std::ifstream in{file};
    std::vector<CorpusMessage> messages;
    for (std::string text; std::getline(in, text);) {
        auto const line = json::parse(text, nullptr, false);
        if (line.is_discarded()) return {};
        for (auto const& each : kClasses) {
            if (line.at("id") != each.id) continue;
            auto const source = source_of(line.at("dialect"));
            if (!source.has_value()) return {};
            messages.push_back(
                {each.name, DialectBuffer{*source}, from_hex(line.at("hex").get<std::string>())});
        }
    }
    if (messages.size() != std::size(kClasses)) return {};
    return messages;
}

}  // namespace turnout::bench
