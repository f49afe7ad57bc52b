// Inner layouts: found by path, unknown tags kept, written again byte for byte.
#include "protocol/iso8583/nested.hpp"

#include "protocol/iso8583/dialect_buffer.hpp"
#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/notation.hpp"
#include "tests/support/corpus.hpp"
#include "tests/support/result.hpp"

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

using test::to_hex;

// Spaces show the parts.
test::Bytes from_hex(std::string hex)
{
    std::erase(hex, ' ');
    return test::from_hex(hex);
}

// A dialect that has one inner layout, whose sub-fields are given by notation.
class Layout {
public:
    Layout(NestedSpec inner, std::vector<std::pair<std::uint64_t, std::string>> const& fields)
        : buffer_(source_for(inner, fields))
    {
    }
    [[nodiscard]] Dialect const& dialect() const { return buffer_.dialect(); }
    [[nodiscard]] NestedSpec const& inner() const { return buffer_.dialect().nested[0]; }

    // "id=value" of all sub-fields, or what was wrong and where.
    [[nodiscard]] std::string read(ByteView value) const
    {
        NestedReader reader{dialect(), inner(), value};
        std::string seen;
        Subfield subfield;
        while (reader.next(subfield)) {
            std::array<char, 16> name{};
            std::array<char, 512> text{};
            auto const size = subfield_name(inner(), subfield.id, name);
            auto const written = subfield_text(subfield, text);
            seen += std::string(name.data(), size) + "=";
            seen += written.has_value() ? std::string(text.data(), *written)
                                        : std::string{meaning(written.error())};
            seen += subfield.spec == nullptr ? "? " : " ";
        }
        auto const fault = reader.error();
        if (!fault.ok())
            seen += std::string{meaning(fault.code)} + " at " + std::to_string(fault.at);
        return seen;
    }

    void expect_same_bytes(ByteView value, unsigned bitmaps = 1) const
    {
        NestedReader reader{dialect(), inner(), value};
        test::Bytes out(value.size());
        NestedWriter writer{dialect(), inner(), out, bitmaps};
        Subfield subfield;
        while (reader.next(subfield))
            writer.wire(subfield);
        EXPECT_TRUE(reader.error().ok());
        writer.raw(reader.trailing());
        EXPECT_EQ(test::value_of(writer.finish()), value.size());
        EXPECT_EQ(to_hex(out), to_hex(value));
    }

private:
    static DialectSource source_for(
        NestedSpec inner, std::vector<std::pair<std::uint64_t, std::string>> const& fields)
    {
        DialectSource source;
        inner.subfield_count = static_cast<std::uint16_t>(fields.size());
        source.nested.push_back(inner);
        for (auto const& [id, notation] : fields)
            source.subfields.push_back({id, field_of_notation(notation).value(), notation});
        source.fields[48] = field_of_notation("LLL:a:a999").value();
        source.fields[48].nested = 1;
        return source;
    }

    DialectBuffer buffer_;
};

TEST(Nested, PositionsFollowEachOtherAndMayEndEarly)
{
    Layout const layout{{NestedKind::positional}, {{1, "a2"}, {2, "LL:a:a9"}, {3, "n3"}}};
    auto const whole = from_hex("4142 3033 58595A 0123");
    EXPECT_EQ(layout.read(whole), "1=AB 2=XYZ 3=123 ");
    EXPECT_EQ(layout.read(ByteView{whole}.first(7)), "1=AB 2=XYZ ");
    EXPECT_EQ(layout.read(ByteView{whole}.first(6)), "1=AB the message ends too early at 6");
    EXPECT_EQ(layout.read(from_hex("4142 3033 58595A 0123 00")),
              "1=AB 2=XYZ 3=123 bytes are left behind the last field at 9");
    layout.expect_same_bytes(whole);
}

TEST(Nested, TagsOfEveryForm)
{
    NestedSpec pds{NestedKind::tlv};
    pds.tag_size = 4;
    pds.length_digits = 3;
    Layout const ascii{pds, {{0x30303031, "LLL:a:a999"}}};
    auto const value = test::from_text("0001001Y0158003abc");
    EXPECT_EQ(ascii.read(value), "0001=Y 0158=616263? ");
    ascii.expect_same_bytes(value);
    EXPECT_EQ(ascii.read(test::from_text("00010x1Y")), "a length prefix is not a number at 5");
    EXPECT_EQ(ascii.read(test::from_text("0001009Y")), "the message ends too early at 8");
    EXPECT_EQ(ascii.read(test::from_text("000")), "the message ends too early at 3");

    auto ebcdic = pds;
    ebcdic.tag = TagForm::ebcdic;
    ebcdic.length_prefix = PrefixKind::ebcdic;
    Layout const in_ebcdic{ebcdic, {{0x30303031, "LLL:e:e999"}}};
    EXPECT_EQ(in_ebcdic.read(from_hex("F0F0F0F1 F0F0F1 E8")), "0001=Y ");
    in_ebcdic.expect_same_bytes(from_hex("F0F0F0F1 F0F0F1 E8 F0F1F5F8 F0F0F2 0001"));

    auto packed = pds;
    packed.tag = TagForm::bcd;
    packed.tag_size = 3;
    packed.length_prefix = PrefixKind::binary;
    packed.length_digits = 1;
    packed.length_inclusive = true;
    Layout const in_bcd{packed, {{0x303132, "LL:n:n9"}}};
    EXPECT_EQ(in_bcd.read(from_hex("0012 03 1234 0999 01")), "012=1234 999=? ");
    in_bcd.expect_same_bytes(from_hex("0012 03 1234 0999 01"));
    EXPECT_EQ(in_bcd.read(from_hex("0012 00")),
              "a length is smaller than the field's minimum at 2");
    EXPECT_EQ(in_bcd.read(from_hex("0A12 01")), "a tag inside of a field is none at 0");
}

TEST(Nested, BitmapsAnnounceFieldsAndEachOther)
{
    NestedSpec spec{NestedKind::bitmap};
    Layout const layout{spec, {{2, "LL:a:a99"}, {25, "LLLL:a:a9999"}}};
    auto const value = from_hex("400000800000000031305357495443485F4B4559303030384943435F44415441");
    EXPECT_EQ(layout.read(value), "2=SWITCH_KEY 25=ICC_DATA ");
    layout.expect_same_bytes(value);
    EXPECT_EQ(layout.read(from_hex("6000000000000000 3030")),
              "2= the bitmap announces a field that the dialect lacks at 0");
    EXPECT_EQ(layout.read(from_hex("40000000000000")), "the message ends too early at 7");
    EXPECT_EQ(layout.read(from_hex("0000000000000000 00")),
              "bytes are left behind the last field at 8");

    spec.bitmap = BitmapForm::hex_lower;
    spec.bitmap_bits = 8;
    spec.bitmap_chained = true;
    Layout const chain{spec, {{2, "a1"}, {10, "a1"}, {18, "a1"}}};
    auto const three = test::from_text(
        "c0"
        "c0"
        "40"
        "ABC");
    EXPECT_EQ(chain.read(three), "2=A 10=B 18=C ");
    chain.expect_same_bytes(three, 3);
    EXPECT_EQ(chain.read(test::from_text("cg")),
              "the bitmap is not hex digits or has no secondary part at 1");
}

TEST(Nested, ChipDataKeepsUnknownTagsAndPadding)
{
    Layout const layout{{NestedKind::ber_tlv}, {{0x9F02, "n12"}}};
    auto const value = from_hex("9F0206000000001000 00FF DF8101021122 9F1A020840 00");
    EXPECT_EQ(layout.read(value), "9F02=000000001000 DF8101=1122? 9F1A=0840? ");
    layout.expect_same_bytes(value);
    EXPECT_EQ(layout.read(from_hex("9F0206")), "the message ends too early at 3");
    EXPECT_EQ(layout.read(from_hex("9FFFFFFFFF01")), "a tag inside of a field is none at 0");
    EXPECT_EQ(layout.read(from_hex("9F0280")), "a length prefix is not a number at 2");
}

TEST(Nested, WriterMakesSubfieldsFromCharacters)
{
    Layout const layout{{NestedKind::ber_tlv}, {{0x9F02, "n12"}, {0x50, "LL:a:a16"}}};
    test::Bytes out(200);
    NestedWriter writer{layout.dialect(), layout.inner(), out};
    writer.text(0x9F02, "1000");
    writer.text(0x50, "VISA");
    writer.bytes(0xDF8101, from_hex("1122"));
    test::Bytes const long_value(130, std::byte{7});
    writer.bytes(0x5A, long_value);
    out.resize(test::value_of(writer.finish()));
    EXPECT_EQ(to_hex(ByteView{out}.first(24)),
              "9F02060000000010005004564953"
              "41DF81010211225A8182");

    NestedWriter refused{layout.dialect(), layout.inner(), out};
    refused.text(0x9F03, "1");
    EXPECT_EQ(refused.finish().error(), Errc::unknown_field);
    test::Bytes small(4);
    NestedWriter cut{layout.dialect(), layout.inner(), small};
    cut.text(0x50, "VISA");
    EXPECT_EQ(cut.finish().error(), Errc::no_room);
}

TEST(Nested, WriterKeepsTheOrderOfPositionsAndBits)
{
    Layout const positions{{NestedKind::positional}, {{1, "a2"}, {2, "LL:a:a9"}}};
    test::Bytes out(64);
    NestedWriter writer{positions.dialect(), positions.inner(), out};
    writer.text(1, "A");
    writer.text(2, "XYZ");
    out.resize(test::value_of(writer.finish()));
    EXPECT_EQ(as_text(out), "A 03XYZ");
    NestedWriter skips{positions.dialect(), positions.inner(), out};
    skips.text(2, "XYZ");
    EXPECT_EQ(skips.finish().error(), Errc::field_order);

    Layout const bits{{NestedKind::bitmap}, {{2, "a1"}, {64, "a1"}}};
    test::Bytes room(64);
    NestedWriter both{bits.dialect(), bits.inner(), room};
    both.text(2, "A");
    both.text(64, "B");
    room.resize(test::value_of(both.finish()));
    EXPECT_EQ(to_hex(room), "40000000000000014142");
}

TEST(Nested, IdsAreReadAndShown)
{
    NestedSpec tlv{NestedKind::tlv};
    tlv.tag_size = 2;
    EXPECT_EQ(subfield_id(tlv, "1"), 0x3031U);
    EXPECT_EQ(subfield_id(tlv, "AB"), 0x4142U);
    EXPECT_EQ(subfield_id(tlv, "A"), std::nullopt);
    EXPECT_EQ(subfield_id(tlv, "123"), std::nullopt);
    EXPECT_EQ(subfield_id({NestedKind::ber_tlv}, "9F26"), 0x9F26U);
    EXPECT_EQ(subfield_id({NestedKind::ber_tlv}, "9F"), std::nullopt);
    EXPECT_EQ(subfield_id({NestedKind::datasets}, "71"), 0x71U);
    EXPECT_EQ(subfield_id({NestedKind::positional}, "12"), 12U);
    EXPECT_EQ(subfield_id({NestedKind::positional}, "x"), std::nullopt);
    tlv.tag = TagForm::binary;
    EXPECT_EQ(subfield_id(tlv, "0a0b"), 0x0A0BU);
    std::array<char, 16> name{};
    EXPECT_EQ(std::string_view(name.data(), subfield_name(tlv, 0x0A0B, name)), "0A0B");
}

std::string found(MessageView const& view, std::string_view path)
{
    auto const subfield = find_path(view, path);
    if (!subfield.has_value()) return std::string{meaning(subfield.error())};
    std::array<char, 512> text{};
    auto const written = subfield_text(*subfield, text);
    return {text.data(), test::value_of(written)};
}

TEST(Nested, PathsLeadIntoChipDataAndTemplates)
{
    std::array<std::byte, 200> out{};
    MessageView view;
    MessageBuilder good{dialect_1987_binary(), out, Mti{100}};
    good.number(3, 0);
    good.text(55, "9F2608112233445566778870055A021234009F1A020840");
    auto const size = test::value_of(good.finish());
    ASSERT_TRUE(view.decode(dialect_1987_binary(), ByteView{out}.first(size)).ok());
    EXPECT_EQ(found(view, "55.9F26"), "1122334455667788");
    EXPECT_EQ(found(view, "55.70.5A"), "1234");
    EXPECT_EQ(found(view, "55.9F1A"), "0840");
    EXPECT_EQ(found(view, "55.9F27"), meaning(Errc::absent));
    EXPECT_EQ(found(view, "54.1"), meaning(Errc::absent));
    EXPECT_EQ(found(view, "3.1"), meaning(Errc::unknown_field));
    EXPECT_EQ(found(view, "55.9F26.1"), meaning(Errc::unknown_field));
    EXPECT_EQ(found(view, "55.xx"), meaning(Errc::unknown_field));
    EXPECT_EQ(found(view, "x"), meaning(Errc::unknown_field));
    EXPECT_EQ(found(view, "999"), meaning(Errc::unknown_field));
}

// The composite fields of the corpus, with the layouts that its notes describe.
TEST(Nested, CorpusCompositesOpen)
{
    for (auto const& line : test::corpus("messages.jsonl")) {
        auto const id = line.at("id").get<std::string>();
        auto source = test::dialect_source(line.at("dialect"));
        auto const add = [&](unsigned de, NestedSpec inner,
                             std::vector<std::pair<std::uint64_t, std::string>> const& fields) {
            inner.subfield_first = static_cast<std::uint16_t>(source.subfields.size());
            inner.subfield_count = static_cast<std::uint16_t>(fields.size());
            for (auto const& [number, notation] : fields)
                source.subfields.push_back({number, field_of_notation(notation).value(), notation});
            source.nested.push_back(inner);
            source.fields[de].nested = static_cast<std::uint16_t>(source.nested.size());
        };
        NestedSpec tags{NestedKind::tlv};
        tags.tag_size = 4;
        tags.length_digits = 3;
        std::vector<std::pair<std::string, std::string>> expected;
        if (id == "jpos-post-127") {
            add(127, {NestedKind::bitmap}, {{2, "LL:a:a99"}, {25, "LLLL:a:a9999"}});
            expected = {{"127.2", "SWITCH_KEY"}, {"127.25", "ICC_DATA"}};
        } else if (id == "cardutil-ipm-1144-ascii-hexbitmap") {
            add(48, tags, {{0x30303031, "LLL:a:a999"}});
            expected = {{"48.0001", "Y"}, {"48.1", "Y"}};
        } else if (id == "cardutil-ipm-1144-cp500-binbitmap") {
            tags.tag = TagForm::ebcdic;
            tags.length_prefix = PrefixKind::ebcdic;
            add(48, tags, {{0x30303031, "LLL:e:e999"}});
            expected = {{"48.0001", "Y"}};
        } else if (id == "moov-0100-tlv-mixed") {
            add(55, {NestedKind::ber_tlv}, {{0x9A, "LL:a:a6"}, {0x9F02, "LL:a:a12"}});
            expected = {{"55.9A", "210720"}, {"55.9F02", "000000000501"}};
        } else if (id == "constructed-2003-2100") {
            add(43, {NestedKind::datasets}, {{0x71, "LLL:a:b999"}});
            source.nested.push_back({NestedKind::ber_tlv});
            source.subfields.back().spec.nested = 2;
            expected = {{"43.71.84", "546573742053686F702031"}, {"43.71.85", "5553"}};
        } else {
            continue;
        }
        SCOPED_TRACE(id);
        DialectBuffer const own{source};
        auto const frame = from_hex(line.at("hex").get<std::string>());
        MessageView view;
        ASSERT_TRUE(view.decode(own.dialect(), frame).ok());
        for (auto const& [path, value] : expected)
            EXPECT_EQ(found(view, path), value) << path;
    }
}

}  // namespace
}  // namespace turnout::iso8583
