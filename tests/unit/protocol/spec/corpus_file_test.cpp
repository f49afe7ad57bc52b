// The corpus of real messages through dialect files: each of its dialects written as a file and
// loaded again reads its message to the same fields; the AS2805 example reads all that are of it.
#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "protocol/spec/dialect_file.hpp"
#include "tests/support/corpus.hpp"

#include <gtest/gtest.h>

namespace turnout::spec {
namespace {

using nlohmann::json;

std::string text_of(iso8583::MessageView const& view, unsigned de)
{
    std::string text(8192, ' ');
    auto const written = view.text(de, text);
    text.resize(written.has_value() ? *written : 0);
    return text;
}

// Decodes to the stated fields, and back to the same bytes.
void expect_reads(iso8583::Dialect const& dialect, json const& line)
{
    auto const frame = test::from_hex(line.at("hex").get<std::string>());
    iso8583::MessageView view;
    auto const error = view.decode(dialect, frame);
    ASSERT_TRUE(error.ok()) << meaning(error.code) << " DE " << error.de;
    auto const& fields = line.at("fields");
    for (unsigned de = 2; de <= iso8583::kFieldsMax; ++de) {
        auto const expected = fields.find(std::to_string(de));
        ASSERT_EQ(view.has(de), expected != fields.end()) << "DE " << de;
        if (view.has(de)) {
            EXPECT_EQ(text_of(view, de), expected->get<std::string>()) << "DE " << de;
        }
    }
    test::Bytes out(frame.size());
    iso8583::MessageBuilder builder{dialect, out, view.mti(), view.bitmaps(), view.header()};
    for (unsigned de = 2; de <= iso8583::kFieldsMax; ++de)
        builder.wire(de, view.wire(de));
    auto const size = builder.finish();
    ASSERT_TRUE(size.has_value());
    EXPECT_EQ(out, frame);
}

TEST(CorpusFiles, EveryDialectOfTheCorpusCanBeAFile)
{
    unsigned count = 0;
    for (auto const& line : test::corpus("messages.jsonl")) {
        SCOPED_TRACE(line.at("id").get<std::string>());
        DialectFile file;
        file.source = test::dialect_source(line.at("dialect"));
        auto const loaded = load_dialect_text(write_dialect(file), "corpus.json");
        ASSERT_TRUE(loaded.has_value()) << describe(loaded.error());
        EXPECT_TRUE(same_dialect(file, *loaded));
        auto const buffer = loaded->buffer();
        expect_reads(buffer.dialect(), line);
        ++count;
    }
    EXPECT_GE(count, 121U);
}

TEST(CorpusFiles, TheExampleReadsEveryAs2805Message)
{
    auto const file = load_dialect("docs/formats/examples/as2805.json");
    ASSERT_TRUE(file.has_value()) << describe(file.error());
    auto const buffer = file->buffer();
    unsigned count = 0;
    for (auto const& line : test::corpus("messages.jsonl")) {
        auto const id = line.at("id").get<std::string>();
        if (!id.starts_with("as2805-")) continue;
        SCOPED_TRACE(id);
        expect_reads(buffer.dialect(), line);
        ++count;
    }
    EXPECT_EQ(count, 9U);
}

}  // namespace
}  // namespace turnout::spec
