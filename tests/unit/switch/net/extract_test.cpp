#include "switch/net/extract.hpp"

#include "net_fixture.hpp"
#include "switch/base/calendar.hpp"

#include <cstring>

#include <gtest/gtest.h>

namespace turnout::net {
namespace {

using engine::Command;
using engine::CommandKind;
using testing::Fields;
using testing::kNow;
using testing::kNowDe7;
using testing::purchase;
using testing::with;

constexpr auto kDe90 = "020000009901010000000000010000200000000000";  // STAN 99, acquirer 100002

struct Extraction {
    Extracted extracted;
    Command command;
};

class Extract : public ::testing::Test {
protected:
    Extraction run(unsigned mti, Fields const& fields,
                   iso8583::Dialect const& dialect = iso8583::dialect_1987_binary())
    {
        body_ = testing::encode(mti, fields, dialect);
        auto const error = view_.decode(dialect, body_);
        EXPECT_TRUE(error.ok()) << iso8583::meaning(error.code) << " DE " << error.de;
        Extraction result;
        result.extracted = extract({view_, link, hash_, kNow, 5, 1, de7_}, result.command);
        return result;
    }
    Command accepted(unsigned mti, Fields const& fields)
    {
        auto const result = run(mti, fields);
        EXPECT_EQ(result.extracted.outcome, Outcome::command)
            << result.extracted.reason << " DE " << result.extracted.de;
        return result.command;
    }

    Link link = testing::test_link();

private:
    KeyedHash hash_ = testing::test_hash();
    iso8583::MessageView view_;
    De7Memo de7_;
    std::vector<std::byte> body_;
};

TEST_F(Extract, fills_a_command_from_a_purchase)
{
    auto const c = accepted(
        200, with(purchase(123), {{14, "3012"}, {18, "5411"}, {22, "051"}, {38, "AB12CD"}}));
    EXPECT_EQ(c.kind, CommandKind::financial);
    EXPECT_EQ(c.mti, 200);
    EXPECT_EQ(c.dialect, 1);
    EXPECT_EQ(c.origin, 5U);
    EXPECT_EQ(c.participant, 7U);
    EXPECT_EQ(c.amount, 1000);
    EXPECT_EQ(c.currency, 978);
    EXPECT_EQ(c.stan, 123U);
    EXPECT_EQ(c.proc_code, 0U);
    EXPECT_EQ(c.de7_ts, kNow);
    EXPECT_EQ(c.key_ts, kNow);
    EXPECT_EQ(c.acquirer, 100'001U);
    EXPECT_EQ(c.mcc, 5411);
    EXPECT_EQ(c.pos_mode, 51);
    EXPECT_EQ(c.expiry_yymm, 3012);
    std::uint8_t const pan[10] = {0x99, 0x99, 0x01, 0x00, 0x00, 0x00, 0x00, 0x17, 0xFF, 0xFF};
    EXPECT_EQ(std::memcmp(c.pan, pan, sizeof pan), 0);
    EXPECT_EQ(std::memcmp(c.terminal, "TERM0001", 8), 0);
    EXPECT_EQ(std::memcmp(c.rrn, "000000000123", 12), 0);
    EXPECT_EQ(std::memcmp(c.merchant, "MERCHANT0000001", 15), 0);
    EXPECT_EQ(std::memcmp(c.approval, "AB12CD", 6), 0);
    EXPECT_EQ(c.has, engine::has_pan | engine::has_amount | engine::has_currency |
                         engine::has_terminal | engine::has_rrn | engine::has_expiry |
                         engine::has_approval);
    auto const hash = testing::test_hash();
    EXPECT_EQ((Hash128{c.dup_k0, c.dup_k1}), hash.dup_key(100'001, "TERM0001", 2, 123, kNow));
    EXPECT_EQ((Hash128{c.key2_k0, c.key2_k1}),
              hash.second_key(100'001, "TERM0001", "000000000123"));
    EXPECT_EQ(c.fingerprint, hash.fingerprint(pan, 1000, 978, 0));
    EXPECT_EQ((Hash128{c.pan_h0, c.pan_h1}), hash.pan(pan));
}

TEST_F(Extract, packs_odd_and_long_pans)
{
    auto const odd = accepted(100, with(purchase(), {{2, "999901000000001"}}));
    std::uint8_t const fifteen[10] = {0x99, 0x99, 0x01, 0x00, 0x00, 0x00, 0x00, 0x1F, 0xFF, 0xFF};
    EXPECT_EQ(std::memcmp(odd.pan, fifteen, 10), 0);
    auto const max = accepted(100, with(purchase(), {{2, "9999010000000000123"}}));
    std::uint8_t const nineteen[10] = {0x99, 0x99, 0x01, 0, 0, 0, 0, 0, 0x12, 0x3F};
    EXPECT_EQ(std::memcmp(max.pan, nineteen, 10), 0);
}

TEST_F(Extract, gives_the_same_command_in_both_dialects)
{
    auto const bcd = run(200, purchase(9)).command;
    auto const ascii = run(200, purchase(9), iso8583::dialect_1987_ascii()).command;
    EXPECT_EQ(std::memcmp(&bcd, &ascii, sizeof bcd), 0);
}

TEST_F(Extract, knows_the_kind_of_each_supported_message)
{
    Fields const network{{7, kNowDe7}, {11, "000001"}, {70, "001"}};
    struct Case {
        unsigned mti;
        CommandKind kind;
    };
    for (auto const& [mti, kind] : {Case{100, CommandKind::authorization},
                                    {101, CommandKind::authorization},
                                    {120, CommandKind::authorization},
                                    {121, CommandKind::authorization},
                                    {200, CommandKind::financial},
                                    {201, CommandKind::financial},
                                    {220, CommandKind::financial},
                                    {221, CommandKind::financial},
                                    {400, CommandKind::reversal},
                                    {401, CommandKind::reversal},
                                    {420, CommandKind::reversal},
                                    {421, CommandKind::reversal}})
        EXPECT_EQ(accepted(mti, purchase()).kind, kind) << mti;
    EXPECT_EQ(accepted(800, network).kind, CommandKind::network);
    EXPECT_EQ(accepted(801, network).network_code, 1);
}

struct Reject {
    char const* what;
    unsigned mti;
    Fields changes;
    char const* rc;
    unsigned de;
    CounterId counter;
};

TEST_F(Extract, refuses_with_code_and_data_element)
{
    auto const format = CounterId::format_errors;
    Reject const cases[] = {
        {"no PAN", 200, {{2, ""}}, "30", 2, format},
        {"no processing code", 100, {{3, ""}}, "30", 3, format},
        {"no amount", 200, {{4, ""}}, "30", 4, format},
        {"no DE 7", 200, {{7, ""}}, "30", 7, format},
        {"no STAN", 200, {{11, ""}}, "30", 11, format},
        {"blank outcome", 220, {{39, "  "}}, "30", 39, format},
        {"blank reference", 420, {{37, "            "}}, "30", 90, format},
        {"no terminal", 200, {{41, ""}}, "30", 41, format},
        {"no currency", 200, {{49, ""}}, "30", 49, format},
        {"month 13", 200, {{7, "1301000000"}}, "30", 7, format},
        {"expiry month 13", 200, {{14, "3013"}}, "30", 14, format},
        {"alphabetic currency", 200, {{49, "EUR"}}, "30", 49, format},
        {"amount zero", 200, {{4, "000000000000"}}, "13", 4, CounterId::invalid_amounts},
        {"advice of zero", 220, {{4, "000000000000"}}, "13", 4, CounterId::invalid_amounts},
        {"unassigned currency", 200, {{49, "000"}}, "12", 49, CounterId::unknown_currencies},
        {"gold", 200, {{49, "959"}}, "12", 49, CounterId::unknown_currencies},
        {"somebody else's DE 32", 200, {{32, "100003"}}, "58", 32, CounterId::foreign_acquirers},
        {"somebody else's original",
         420,
         {{90, "020000009901010000000000010000300000000000"}},
         "58",
         90,
         CounterId::foreign_acquirers},
        {"reversal without reference", 400, {{37, ""}}, "30", 90, format},
        {"reversal of a bad date",
         400,
         {{90, "020000009913010000000000000000000000000000"}},
         "30",
         90,
         format},
        {"replacement not numeric",
         420,
         {{95, "00000000A500000000000000000000000000000000"}},
         "30",
         95,
         format},
        {"file update", 302, {}, "12", 0, CounterId::unsupported_messages},
        {"network advice", 820, {{70, "001"}}, "12", 0, CounterId::unsupported_messages},
        {"issuer's request", 202, {}, "12", 0, CounterId::unsupported_messages},
        {"network without DE 70", 800, {}, "30", 70, format},
    };
    for (auto const& each : cases) {
        auto const result = run(each.mti, with(purchase(), each.changes)).extracted;
        EXPECT_EQ(result.outcome, Outcome::answer) << each.what;
        EXPECT_EQ(std::string(result.rc, 2), each.rc) << each.what;
        EXPECT_EQ(result.de, each.de) << each.what;
        EXPECT_EQ(result.counter, each.counter) << each.what;
    }
}

TEST_F(Extract, drops_answers_and_notifications)
{
    for (unsigned const mti : {110U, 210U, 230U, 430U, 810U, 140U, 250U}) {
        auto const result = run(mti, purchase()).extracted;
        EXPECT_EQ(result.outcome, Outcome::drop) << mti;
        EXPECT_EQ(result.counter, CounterId::unexpected_answers) << mti;
    }
}

TEST_F(Extract, needs_no_amount_or_currency_for_a_balance_inquiry)
{
    auto const c = accepted(200, with(purchase(), {{3, "300000"}, {4, ""}, {49, ""}}));
    EXPECT_EQ(c.has & (engine::has_amount | engine::has_currency), 0);
    EXPECT_EQ(c.proc_code, 300'000U);
    EXPECT_EQ(accepted(100, with(purchase(), {{3, "310000"}, {4, "000000000000"}})).amount, 0);
}

TEST_F(Extract, takes_the_links_acquirer_when_de32_is_absent_or_zero)
{
    EXPECT_EQ(accepted(200, purchase()).acquirer, 100'001U);
    EXPECT_EQ(accepted(200, with(purchase(), {{32, "000000"}})).acquirer, 100'001U);
    EXPECT_EQ(accepted(200, with(purchase(), {{32, "00000100002"}})).acquirer, 100'002U);
}

TEST_F(Extract, leading_zeros_of_de32_do_not_change_the_key)
{
    auto const short_form = accepted(200, with(purchase(), {{32, "100002"}}));
    auto const long_form = accepted(200, with(purchase(), {{32, "00000100002"}}));
    EXPECT_EQ(short_form.dup_k0, long_form.dup_k0);
}

TEST_F(Extract, repeat_has_the_key_of_its_original)
{
    auto const original = accepted(200, purchase(5));
    auto const repeat = accepted(201, purchase(5));
    EXPECT_EQ(original.dup_k0, repeat.dup_k0);
    EXPECT_EQ(original.dup_k1, repeat.dup_k1);
    EXPECT_EQ(original.fingerprint, repeat.fingerprint);
}

TEST_F(Extract, de90_gives_the_key_of_the_original)
{
    auto const original = accepted(200, with(purchase(99), {{32, "100002"}}));
    auto const reversal = accepted(400, with(purchase(100), {{90, kDe90}}));
    EXPECT_NE(reversal.has & engine::has_de90, 0);
    EXPECT_EQ(reversal.orig_k0, original.dup_k0);
    EXPECT_EQ(reversal.orig_k1, original.dup_k1);
    EXPECT_EQ(reversal.orig_stan, 99U);
    EXPECT_EQ(reversal.orig_mti, 200);
    EXPECT_EQ(reversal.orig_acquirer, 100'002U);
    EXPECT_EQ(reversal.orig_de7_ts, kNow);
}

TEST_F(Extract, completion_may_name_its_hold_by_de90)
{
    auto const hold = accepted(100, with(purchase(99), {{32, "100002"}}));
    auto const de90 = std::string("010000009901010000000000010000200000000000");
    auto const completion = accepted(220, with(purchase(100), {{90, de90}, {37, ""}}));
    EXPECT_NE(completion.has & engine::has_de90, 0);
    EXPECT_EQ(completion.orig_k0, hold.dup_k0);
    EXPECT_EQ(completion.orig_k1, hold.dup_k1);
    EXPECT_EQ(accepted(200, with(purchase(101), {{90, de90}})).has & engine::has_de90, 0);
}

TEST_F(Extract, zero_acquirer_in_de90_is_the_messages_own)
{
    auto const original = accepted(200, purchase(99));
    auto const reversal =
        accepted(420, with(purchase(100), {{90, "020000009901010000000000000000000000000000"}}));
    EXPECT_EQ(reversal.orig_k0, original.dup_k0);
    EXPECT_EQ(reversal.orig_acquirer, 100'001U);
}

TEST_F(Extract, empty_de90_falls_back_to_the_rrn)
{
    auto const c = accepted(400, with(purchase(), {{90, std::string(42, '0')}}));
    EXPECT_EQ(c.has & engine::has_de90, 0);
    EXPECT_NE(c.has & engine::has_rrn, 0);
}

TEST_F(Extract, what_is_filled_up_with_nothing_counts_as_absent)
{
    auto const c = accepted(220, with(purchase(), {{37, "000000000000"}, {38, "      "}}));
    EXPECT_EQ(c.has & (engine::has_rrn | engine::has_approval), 0);
    EXPECT_EQ(c.key2_k0, 0U);
}

TEST_F(Extract, another_original_is_other_content)
{
    auto const base = accepted(400, with(purchase(100), {{90, kDe90}}));
    auto const again = accepted(401, with(purchase(100), {{90, kDe90}}));
    EXPECT_EQ(base.fingerprint, again.fingerprint);
    auto other = std::string(kDe90);
    other[9] = '8';
    EXPECT_NE(base.fingerprint, accepted(400, with(purchase(100), {{90, other}})).fingerprint);
    auto const partial =
        with(purchase(100), {{90, kDe90}, {95, "000000000250" + std::string(30, '0')}});
    EXPECT_NE(base.fingerprint, accepted(400, partial).fingerprint);
}

TEST_F(Extract, reads_the_replacement_amount)
{
    auto const c =
        accepted(420, with(purchase(), {{95, "000000000250000000000000C00000000C00000000"}}));
    EXPECT_EQ(c.replacement, 250);
    EXPECT_NE(c.has & engine::has_replacement, 0);
    auto const none = accepted(420, with(purchase(), {{95, std::string(42, '0')}}));
    EXPECT_EQ(none.has & engine::has_replacement, 0);
}

TEST_F(Extract, link_that_restamps_de7_is_keyed_by_local_time)
{
    link.duplicate_time = DuplicateTime::de12_13;
    Fields const local{{12, "235900"}, {13, "1231"}};
    auto const original = accepted(200, with(purchase(5), local));
    auto const repeat = accepted(201, with(with(purchase(5), local), {{7, "0101000005"}}));
    EXPECT_EQ(original.dup_k0, repeat.dup_k0);
    EXPECT_NE(original.de7_ts, repeat.de7_ts);
    EXPECT_EQ(original.key_ts, kNow - 60 * kNanosPerSecond) << "23:59 of the last year";
    EXPECT_EQ(repeat.key_ts, original.key_ts);
    EXPECT_NE(original.has & engine::has_local_time, 0);
    auto const reversal = accepted(
        400, with(with(purchase(6), local), {{90, "020000000501010000000000000000000000000000"}}));
    EXPECT_EQ(reversal.orig_k0, original.dup_k0);
    EXPECT_EQ(run(200, purchase(5)).extracted.de, 12);
}

TEST(ExtractBroken, answers_when_the_trace_number_was_readable)
{
    auto body = testing::encode(200, purchase());
    body.back() = std::byte{0x07};  // last character of DE 49
    iso8583::MessageView view;
    auto const error = view.decode(iso8583::dialect_1987_binary(), body);
    ASSERT_FALSE(error.ok());
    auto const extracted = extract_broken(view, error);
    EXPECT_EQ(extracted.outcome, Outcome::answer);
    EXPECT_EQ(std::string(extracted.rc, 2), "30");
    EXPECT_EQ(extracted.de, 49);
}

TEST(ExtractBroken, drops_what_cannot_be_answered)
{
    iso8583::MessageView view;
    auto const& dialect = iso8583::dialect_1987_binary();
    auto const early = testing::encode(200, purchase());
    auto error = view.decode(dialect, ByteView(early).first(14));  // ends inside DE 2
    EXPECT_EQ(extract_broken(view, error).counter, CounterId::format_errors_dropped);
    error = view.decode(dialect, ByteView(early).first(1));  // not even an MTI
    EXPECT_EQ(extract_broken(view, error).outcome, Outcome::drop);
    auto answer = testing::encode(210, purchase());
    answer.back() = std::byte{0x07};
    error = view.decode(dialect, answer);
    EXPECT_EQ(extract_broken(view, error).counter, CounterId::unexpected_answers);
}

}  // namespace
}  // namespace turnout::net
