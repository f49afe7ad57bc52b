// Messages of real networks and other implementations, each with its own dialect made at run time:
// they decode to the fields that their authors state and encode back to the same bytes. Malformed
// ones are refused for the stated reason, at the byte that a second decoder found.
#include "tests/support/corpus.hpp"

#include "protocol/iso8583/header.hpp"
#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "protocol/wire/framing.hpp"
#include "protocol/wire/tlv.hpp"

#include <map>

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

using nlohmann::json;

std::string text_of(MessageView const& view, unsigned de)
{
    std::string text(4096, ' ');
    auto const written = view.text(de, text);
    text.resize(written.has_value() ? *written : 0);
    return text;
}

std::string digits_of(Mti mti)
{
    auto const digits = std::to_string(mti.value);
    return std::string(4 - digits.size(), '0') + digits;
}

void expect_fields(MessageView const& view, json const& fields)
{
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        auto const expected = fields.find(std::to_string(de));
        ASSERT_EQ(view.has(de), expected != fields.end()) << de;
        if (view.has(de)) {
            EXPECT_EQ(text_of(view, de), expected->get<std::string>()) << de;
        }
    }
}

void expect_header(MessageView const& view, json const& pieces)
{
    auto const& header = view.dialect().header;
    ASSERT_EQ(header.size(), pieces.size());
    for (std::size_t i = 0; i < header.size(); ++i) {
        auto const bytes = header_piece(view.dialect(), view.header(), i);
        auto const& expected = pieces.at(std::string{header[i].name}).get<std::string>();
        auto const is_text = header[i].kind == HeaderKind::text;
        EXPECT_EQ(is_text ? std::string{as_text(bytes)} : test::to_hex(bytes), expected);
    }
}

// By the bytes of each field, in runs, and from text.
void expect_same_bytes(MessageView const& view, ByteView frame)
{
    test::Bytes by_wire(frame.size());
    test::Bytes by_run(frame.size());
    test::Bytes by_text(frame.size());
    auto const& dialect = view.dialect();
    MessageBuilder wire{dialect, by_wire, view.mti(), view.bitmaps(), view.header()};
    MessageBuilder run{dialect, by_run, view.mti(), view.bitmaps(), view.header()};
    MessageBuilder text{dialect, by_text, view.mti(), view.bitmaps(), view.header()};
    FieldSet all;
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        wire.wire(de, view.wire(de));
        if (view.has(de)) text.text(de, text_of(view, de));
        all.add(de);
    }
    run.copy(view, all);
    for (auto* const builder : {&wire, &run, &text}) {
        auto const built = builder->finish();
        ASSERT_TRUE(built.has_value()) << meaning(built.error().code) << " DE " << built.error().de;
        EXPECT_EQ(*built, frame.size());
    }
    EXPECT_EQ(test::to_hex(by_wire), test::to_hex(frame));
    EXPECT_EQ(test::to_hex(by_run), test::to_hex(frame));
    EXPECT_EQ(test::to_hex(by_text), test::to_hex(frame));
}

TEST(Corpus, MessagesDecodeToTheirFieldsAndEncodeToTheirBytes)
{
    auto const lines = test::corpus("messages.jsonl");
    ASSERT_EQ(lines.size(), 121U);
    for (auto const& line : lines) {
        SCOPED_TRACE(line.at("id"));
        auto const own = test::dialect_of(line.at("dialect"));
        auto const frame = test::from_hex(line.at("hex").get<std::string>());
        MessageView view;
        auto const error = view.decode(own.dialect(), frame);
        ASSERT_TRUE(error.ok()) << meaning(error.code) << " DE " << error.de << " byte "
                                << error.offset_bytes;
        EXPECT_EQ(digits_of(view.mti()), line.at("mti").get<std::string>());
        expect_fields(view, line.at("fields"));
        expect_header(view, line.at("header"));
        expect_same_bytes(view, frame);
    }
}

// The corpus' names of what is wrong.
Errc code_of(std::string const& name)
{
    static std::map<std::string, Errc> const codes{
        {"truncated", Errc::truncated},          {"trailing-data", Errc::trailing_bytes},
        {"bad-length-digits", Errc::bad_length}, {"length-exceeds-max", Errc::length_over_max},
        {"bad-bitmap", Errc::bad_bitmap},        {"bad-mti", Errc::bad_mti},
        {"bad-bcd", Errc::bad_digits},           {"bad-length", Errc::length_under_min},
        {"unknown-field", Errc::unknown_field}};
    return codes.at(name);
}

// What lies in front of the failing field is all there, and nothing behind it.
void expect_partly_readable(MessageView const& view, DecodeError const& error, ByteView frame)
{
    // The same message without what fails decodes to the same fields.
    std::size_t end = 0;
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        if (!view.has(de)) continue;
        if (error.code != Errc::trailing_bytes) {
            EXPECT_LT(de, error.de);
        }
        auto const wire = view.wire(de);
        auto const at = static_cast<std::size_t>(wire.data() - frame.data());
        if (end != 0) {
            EXPECT_EQ(at, end) << de;  // no field is missing in between
        }
        end = at + wire.size();
        EXPECT_LE(end, frame.size());
        if (error.code != Errc::unknown_field) {  // that is found in the bitmap
            EXPECT_LE(end, error.offset_bytes);
        }
        std::string text(4096, ' ');
        EXPECT_TRUE(view.text(de, text).has_value()) << de;
    }
    if (error.code == Errc::trailing_bytes) {
        EXPECT_EQ(end == 0 ? error.offset_bytes : end, error.offset_bytes);
    }
}

TEST(Corpus, MalformedMessagesAreRefusedAtTheirByte)
{
    auto const lines = test::corpus("malformed.jsonl");
    ASSERT_EQ(lines.size(), 71U);
    std::size_t seen = 0;
    for (auto const& line : lines) {
        if (line.at("layer") != "message" && line.at("layer") != "semantic") continue;
        SCOPED_TRACE(line.at("id"));
        ++seen;
        auto const own = test::dialect_of(line.at("dialect"));
        auto const frame = test::from_hex(line.at("hex").get<std::string>());
        MessageView view;
        auto const error = view.decode(own.dialect(), frame);
        if (line.at("accepted").get<bool>()) {
            EXPECT_TRUE(error.ok()) << meaning(error.code);
            expect_same_bytes(view, frame);
            continue;
        }
        EXPECT_EQ(meaning(error.code), meaning(code_of(line.at("error").get<std::string>())));
        EXPECT_EQ(error.de, line.at("de").get<unsigned>());
        EXPECT_EQ(error.offset_bytes, line.at("offset").get<unsigned>());
        expect_partly_readable(view, error, frame);
    }
    EXPECT_EQ(seen, 57U);
}

TEST(Corpus, MalformedChipDataIsRefused)
{
    std::map<std::string, wire::TlvErrc> const codes{
        {"tlv-truncated", wire::TlvErrc::truncated},
        {"tlv-bad-tag", wire::TlvErrc::bad_tag},
        {"tlv-indefinite-length", wire::TlvErrc::indefinite_length},
        {"tlv-length-overflow", wire::TlvErrc::length_overflow},
        {"ok-with-padding", wire::TlvErrc::ok}};
    std::size_t seen = 0;
    for (auto const& line : test::corpus("malformed.jsonl")) {
        if (line.at("layer") != "tlv") continue;
        SCOPED_TRACE(line.at("id"));
        ++seen;
        auto const bytes = test::from_hex(line.at("hex").get<std::string>());
        auto const error = wire::check_tlv(bytes);
        EXPECT_EQ(meaning(error.code), meaning(codes.at(line.at("error").get<std::string>())));
        EXPECT_LE(error.offset_bytes, bytes.size());
    }
    EXPECT_EQ(seen, 11U);
}

// A cut frame is one that has not all arrived; nothing in it is looked at before it has.
TEST(Corpus, BadFramesAreNoMessages)
{
    std::map<std::string, wire::FrameStatus> const statuses{
        {"frame-truncated", wire::FrameStatus::need_more},
        {"frame-empty", wire::FrameStatus::keep_alive}};
    std::size_t seen = 0;
    for (auto const& line : test::corpus("malformed.jsonl")) {
        if (line.at("layer") != "frame") continue;
        SCOPED_TRACE(line.at("id"));
        ++seen;
        auto const bytes = test::from_hex(line.at("hex").get<std::string>());
        auto const peek = wire::peek_frame(wire::Framing::binary2, bytes, kMessageBytesMax);
        EXPECT_EQ(peek.status, statuses.at(line.at("error").get<std::string>()));
    }
    EXPECT_EQ(seen, 3U);
}

}  // namespace
}  // namespace turnout::iso8583
