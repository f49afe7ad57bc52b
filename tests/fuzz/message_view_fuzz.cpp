// Any bytes as a message: the first byte chooses a built-in dialect, or that the second one chooses
// a random one; the rest is the frame. A message
// that decodes must encode to the same bytes; one that does not must be refused within its bytes.
#include "protocol/core/check.hpp"
#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "protocol/iso8583/nested.hpp"
#include "tests/support/naive_encoder.hpp"

#include <vector>

namespace turnout::iso8583 {
namespace {

// An exact copy on the heap, so that a read behind the frame is seen.
using Frame = std::vector<std::byte>;

// Dialects beyond the built-in ones: every knob, chosen by the seed.
Dialect const& random_dialect(std::size_t seed)
{
    static auto const all = [] {
        std::vector<DialectBuffer> made;
        for (std::size_t i = 0; i < 256; ++i) {
            test::Random random{i};
            made.emplace_back(test::any_dialect(random));
        }
        return made;
    }();
    return all[seed].dialect();
}

// The digits of bitmaps may arrive in either case and are written in one.
bool same_but_for_case(Dialect const& dialect, std::byte one, std::byte other)
{
    if (one == other) return true;
    auto const form = dialect.form.bitmap;
    auto const letter_bit = form == BitmapForm::hex_ebcdic ? std::byte{0x40} : std::byte{0x20};
    return form != BitmapForm::binary && (one ^ other) == letter_bit;
}

void check_refused(MessageView const& view, DecodeError const& error, ByteView frame)
{
    TURNOUT_CHECK(error.offset_bytes <= frame.size(), "fuzz.offset");
    TURNOUT_CHECK(error.de <= kFieldsMax, "fuzz.de");
    if (error.code == Errc::truncated)
        TURNOUT_CHECK(error.offset_bytes == frame.size(), "fuzz.truncated_at_end");
    else
        TURNOUT_CHECK(error.offset_bytes < frame.size(), "fuzz.wrong_byte_exists");
    // A third bitmap in the place of DE 65 comes behind fields.
    if (error.code == Errc::trailing_bytes || error.de == 1) return;
    for (unsigned de = error.de; de <= kFieldsMax; ++de)
        TURNOUT_CHECK(!view.has(de), "fuzz.nothing_behind_the_error");
}

// Every kind of inner layout, with sub-fields of random form.
DialectSource layouts()
{
    test::Random random{7};
    DialectSource source;
    auto const fields = test::any_dialect(random).fields;
    for (unsigned de = 2; de <= 33; ++de)
        source.subfields.push_back({de - 1U, fields[de].defined() ? fields[de] : FieldSpec{}, ""});
    for (auto const kind : {NestedKind::positional, NestedKind::tlv, NestedKind::bitmap,
                            NestedKind::ber_tlv, NestedKind::datasets}) {
        NestedSpec inner{kind};
        inner.tag_size = 2;
        inner.length_digits = 2;
        inner.bitmap_bits = 16;
        inner.bitmap_chained = true;
        inner.subfield_count = static_cast<std::uint16_t>(source.subfields.size());
        source.nested.push_back(inner);
        inner.tag = TagForm::bcd;
        inner.length_prefix = PrefixKind::binary;
        inner.length_unit = LengthUnit::units;
        inner.length_inclusive = true;
        inner.bitmap = BitmapForm::hex_ebcdic;
        source.nested.push_back(inner);
    }
    return source;
}

// What is read lies in the value, one part behind the other; nothing is lost.
void read_inside(ByteView value)
{
    static DialectBuffer const own{layouts()};
    for (auto const& inner : own.dialect().nested) {
        NestedReader reader{own.dialect(), inner, value};
        auto const* at = reader.bitmaps().data() + reader.bitmaps().size();
        Subfield subfield;
        while (reader.next(subfield)) {
            TURNOUT_CHECK(subfield.wire.data() == at, "fuzz.subfields_follow");
            at += subfield.wire.size();
            TURNOUT_CHECK(subfield.value.data() + subfield.value.size() == at, "fuzz.value_inside");
        }
        TURNOUT_CHECK(reader.error().at <= value.size(), "fuzz.subfield_offset");
        TURNOUT_CHECK(reader.trailing().data() == at, "fuzz.trailing");
        TURNOUT_CHECK(at + reader.trailing().size() == value.data() + value.size(), "fuzz.all");
    }
}

// Whatever is present can be read, decoded in whole or in part.
void read_all(MessageView const& view, ByteView frame)
{
    static std::vector<char> text(std::size_t{4} * kMessageBytesMax);
    for (unsigned de = 0; de <= kFieldsMax + 1; ++de) {
        auto const wire = view.wire(de);
        auto const value = view.value(de);
        auto const number = view.number(de);
        auto const written = view.text(de, text);
        TURNOUT_CHECK(written.has_value() == view.has(de), "fuzz.text_of_every_field");
        if (!view.has(de)) {
            TURNOUT_CHECK(wire.empty() && value.empty() && !number.has_value(), "fuzz.absent");
            continue;
        }
        TURNOUT_CHECK(
            wire.data() >= frame.data() && wire.data() + wire.size() <= frame.data() + frame.size(),
            "fuzz.inside");
        read_inside(value);
        TURNOUT_CHECK(value.data() + value.size() == wire.data() + wire.size(), "fuzz.value_last");
    }
}

void check_same_bytes(MessageView const& view, Frame const& frame)
{
    auto const& dialect = view.dialect();
    Frame out(frame.size());
    Frame copied(frame.size());
    MessageBuilder builder{dialect, out, view.mti(), view.bitmaps(), view.header()};
    MessageBuilder copy{dialect, copied, view.mti(), view.bitmaps(), view.header()};
    FieldSet all;
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        builder.wire(de, view.wire(de));
        all.add(de);
    }
    copy.copy(view, all);
    auto const built = builder.finish();
    TURNOUT_CHECK(built.has_value() && *built == frame.size(), "fuzz.encodes");
    TURNOUT_CHECK(copy.finish().has_value() && copied == out, "fuzz.copies");
    for (std::size_t i = 0; i < frame.size(); ++i)
        TURNOUT_CHECK(same_but_for_case(dialect, out[i], frame[i]), "fuzz.same_bytes");
}

void run(ByteView input)
{
    if (input.size() < 2) return;
    auto const choice = static_cast<std::size_t>(input[0]);
    auto const built_in = choice < dialects().size();
    auto const& dialect =
        built_in ? *dialects()[choice] : random_dialect(static_cast<std::size_t>(input[1]));
    Frame const frame(input.begin() + (built_in ? 1 : 2), input.end());
    MessageView view;
    auto const error = view.decode(dialect, frame);
    read_all(view, frame);
    if (error.ok())
        check_same_bytes(view, frame);
    else
        check_refused(view, error, frame);
}

}  // namespace
}  // namespace turnout::iso8583

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t bytes)
{
    turnout::iso8583::run({reinterpret_cast<std::byte const*>(data), bytes});
    return 0;
}
