// Any bytes as a message: the first byte chooses the dialect, the rest is the frame. A message
// that decodes must encode to the same bytes; one that does not must be refused within its bytes.
#include "protocol/core/check.hpp"
#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"

#include <array>
#include <cctype>
#include <vector>

namespace turnout::iso8583 {
namespace {

// An exact copy on the heap, so that a read behind the frame is seen.
using Frame = std::vector<std::byte>;

bool has_secondary(Dialect const& dialect, ByteView frame)
{
    auto const first = frame[dialect.form.mti == Charset::bcd ? 2 : 4];
    if (dialect.form.bitmap == BitmapForm::binary) return (first & std::byte{0x80}) != std::byte{0};
    return wire::hex_digit_of(static_cast<char>(first)) >= 8;
}

// Hex bitmaps may arrive in lower case and are written in upper case.
void upper_bitmap(Dialect const& dialect, Frame& frame, bool secondary)
{
    if (dialect.form.bitmap != BitmapForm::hex) return;
    for (std::size_t i = 4; i < (secondary ? 36U : 20U); ++i)
        frame[i] = static_cast<std::byte>(std::toupper(static_cast<int>(frame[i])));
}

void check_refused(MessageView const& view, DecodeError const& error, ByteView frame)
{
    TURNOUT_CHECK(error.offset_bytes <= frame.size(), "fuzz.offset");
    TURNOUT_CHECK(error.de <= kFieldsMax, "fuzz.de");
    if (error.code == Errc::truncated)
        TURNOUT_CHECK(error.offset_bytes == frame.size(), "fuzz.truncated_at_end");
    else
        TURNOUT_CHECK(error.offset_bytes < frame.size(), "fuzz.wrong_byte_exists");
    if (error.code == Errc::trailing_bytes) return;
    for (unsigned de = error.de; de <= kFieldsMax; ++de)
        TURNOUT_CHECK(!view.has(de), "fuzz.nothing_behind_the_error");
}

// Whatever is present can be read, decoded in whole or in part.
void read_all(MessageView const& view, ByteView frame)
{
    std::array<char, 2048> text{};
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
        TURNOUT_CHECK(value.data() + value.size() == wire.data() + wire.size(), "fuzz.value_last");
    }
}

void check_same_bytes(MessageView const& view, Frame frame)
{
    auto const& dialect = view.dialect();
    auto const secondary = has_secondary(dialect, frame);
    Frame out(frame.size());
    MessageBuilder builder{dialect, out, view.mti(), secondary};
    for (unsigned de = 2; de <= kFieldsMax; ++de)
        builder.wire(de, view.wire(de));
    auto const built = builder.finish();
    TURNOUT_CHECK(built.has_value() && *built == frame.size(), "fuzz.encodes");
    upper_bitmap(dialect, frame, secondary);
    TURNOUT_CHECK(out == frame, "fuzz.same_bytes");
}

void run(ByteView input)
{
    if (input.empty()) return;
    auto const& dialect = *dialects()[static_cast<std::size_t>(input[0]) % dialects().size()];
    Frame const frame(input.begin() + 1, input.end());
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
