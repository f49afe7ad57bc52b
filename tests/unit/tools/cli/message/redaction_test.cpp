#include "tools/cli/message/redaction.hpp"

#include "protocol/iso8583/pan_scan.hpp"
#include "protocol/iso8583/test_cards.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace turnout::cli::message {
namespace {

RedactionKey key(unsigned char first)
{
    RedactionKey out{};
    out[0] = std::byte{first};
    return out;
}

TEST(Redaction, ACardNumberGetsTheSameTestCardWithinAKey)
{
    Redactor const one(key(1)), other(key(2));
    for (std::string const pan : {"4761739001010010", "5413330089010483", "370000000000002",
                                  "6759649826438453123", "4000000000006"}) {
        auto const replaced = one.replace_pan(pan);
        EXPECT_EQ(replaced.size(), pan.size());
        EXPECT_TRUE(replaced.starts_with(iso8583::kDemoBin)) << replaced;
        EXPECT_TRUE(iso8583::is_luhn_valid(replaced)) << replaced;
        EXPECT_NE(replaced, pan);
        EXPECT_EQ(one.replace_pan(pan), replaced);
        EXPECT_NE(other.replace_pan(pan), replaced);
        EXPECT_EQ(one.replace_pan(replaced), replaced);  // a test card already
    }
}

TEST(Redaction, ATrackKeepsItsShape)
{
    Redactor const redactor(key(1));
    auto const pan = redactor.replace_pan("4761739001010010");
    EXPECT_EQ(redactor.replace_track("4761739001010010=28122011234567"), pan + "=00000000000000");
    EXPECT_EQ(redactor.replace_track("B4761739001010010^DOES/JANE^2812201"),
              "B" + pan + "^XXXX/XXXX^0000000");
}

TEST(Redaction, OnlySecretsOfAMessageChangeAndItStillDecodes)
{
    for (auto const* name : {"bench-0100-bcd.hex", "bench-0100-ascii.hex"}) {
        auto const& dialect = std::string_view(name).find("bcd") != std::string_view::npos
                                  ? iso8583::dialect_1987_binary()
                                  : iso8583::dialect_1987_ascii();
        auto const original = test::golden(name);
        auto frame = original;
        iso8583::MessageView view, before;
        ASSERT_TRUE(view.decode(dialect, frame).ok());
        ASSERT_TRUE(before.decode(dialect, original).ok());
        Redactor redactor(key(1));
        std::string problem;
        ASSERT_TRUE(redactor.redact(view, frame, problem)) << problem;
        ASSERT_TRUE(view.decode(dialect, frame).ok());
        for (unsigned de = 2; de <= iso8583::kFieldsMax; ++de) {
            auto const same = as_text(view.wire(de)) == as_text(before.wire(de));
            auto const is_secret = before.has(de) && dialect.fields[de].secret;
            EXPECT_EQ(view.wire(de).size(), before.wire(de).size()) << de;
            EXPECT_TRUE(same || is_secret) << de;
        }
        for (auto const de : {2U, 35U, 52U})
            EXPECT_NE(as_text(view.value(de)), as_text(before.value(de))) << de;
        EXPECT_EQ(redactor.report().tracks, 1U);
    }
}

}  // namespace
}  // namespace turnout::cli::message
