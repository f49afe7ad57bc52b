#include "switch/net/answer.hpp"

#include "net_fixture.hpp"

#include <cstring>
#include <fstream>

#include <gtest/gtest.h>

namespace turnout::net {
namespace {

using testing::Fields;
using testing::purchase;
using testing::text_of;
using testing::with;

std::vector<std::byte> golden(char const* path)
{
    std::ifstream file(path);
    std::string hex;
    file >> hex;
    std::vector<std::byte> bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
        bytes.push_back(static_cast<std::byte>(std::stoul(hex.substr(at, 2), nullptr, 16)));
    return bytes;
}

Decision approved()
{
    Decision decision;
    std::memcpy(decision.rc, "00", 2);
    std::memcpy(decision.approval, "654321", 6);
    return decision;
}

class Answer : public ::testing::Test {
protected:
    // Decodes `body`, builds its answer, decodes that into `view`.
    void answer(ByteView body, Decision const& decision,
                iso8583::Dialect const& dialect = iso8583::dialect_1987_binary())
    {
        static_cast<void>(view.decode(dialect, body));
        EchoFields echo;
        echo.copy(view);
        bytes = build_answer(dialect, wire::Framing::binary2, echo, decision, out);
        ASSERT_GT(bytes, 2U);
        EXPECT_EQ(load_be16(out.data()), bytes - 2);
        auto const error = view.decode(dialect, ByteView(out).subspan(2, bytes - 2));
        ASSERT_TRUE(error.ok()) << iso8583::meaning(error.code) << " DE " << error.de;
    }
    std::vector<unsigned> present() const
    {
        std::vector<unsigned> list;
        for (unsigned de = 2; de <= iso8583::kFieldsMax; ++de)
            if (view.has(de)) list.push_back(de);
        return list;
    }

    iso8583::MessageView view;
    std::vector<std::byte> out = std::vector<std::byte>(limits::answer_bytes_max);
    std::size_t bytes = 0;
};

TEST_F(Answer, to_the_bench_request_has_its_fields_and_size)
{
    answer(golden("tests/golden/bench-0100-bcd.hex"), approved());
    EXPECT_EQ(bytes, 2U + 87U);
    EXPECT_EQ(view.mti().value, 110);
    EXPECT_EQ(present(), (std::vector<unsigned>{2, 3, 4, 7, 11, 12, 13, 37, 38, 39, 41, 42, 49}));
    EXPECT_EQ(text_of(view, 38), "654321");
    EXPECT_EQ(text_of(view, 39), "00");
    EXPECT_EQ(text_of(view, 11), "123456");
}

TEST_F(Answer, to_the_bench_request_in_ascii_has_its_size)
{
    answer(golden("tests/golden/bench-0100-ascii.hex"), approved(), iso8583::dialect_1987_ascii());
    EXPECT_EQ(bytes, 2U + 128U);
}

TEST_F(Answer, decline_has_no_approval_code)
{
    Decision decision;
    std::memcpy(decision.rc, "51", 2);
    answer(testing::encode(201, purchase()), decision);
    EXPECT_EQ(view.mti().value, 210);
    EXPECT_FALSE(view.has(38));
    EXPECT_EQ(text_of(view, 39), "51");
}

TEST_F(Answer, decided_amount_replaces_the_requested_one)
{
    auto decision = approved();
    decision.amount = 777;
    answer(testing::encode(200, purchase()), decision);
    EXPECT_EQ(text_of(view, 4), "000000000777");
}

TEST_F(Answer, balances_are_two_groups_of_twenty)
{
    auto decision = approved();
    decision.has_balance = true;
    decision.currency = 978;
    decision.ledger_balance = -5;
    decision.available = 1'234'567;
    answer(testing::encode(200, with(purchase(), {{3, "302000"}, {4, ""}})), decision);
    EXPECT_EQ(text_of(view, 54),
              "2001978D000000000005"
              "2002978C000001234567");
    EXPECT_FALSE(view.has(4));
}

TEST_F(Answer, reversal_echoes_the_original_data_elements)
{
    auto const de90 = std::string("020000009901010000000000010000200000000000");
    answer(testing::encode(421, with(purchase(), {{32, "100002"}, {90, de90}})), approved());
    EXPECT_EQ(view.mti().value, 430);
    EXPECT_EQ(text_of(view, 90), de90);
    EXPECT_EQ(text_of(view, 32), "100002");
}

TEST_F(Answer, network_answer_echoes_its_code)
{
    Decision decision;
    std::memcpy(decision.rc, "00", 2);
    answer(testing::encode(800, {{7, testing::kNowDe7}, {11, "000001"}, {70, "301"}}), decision);
    EXPECT_EQ(view.mti().value, 810);
    EXPECT_EQ(present(), (std::vector<unsigned>{7, 11, 39, 70}));
}

TEST_F(Answer, format_error_echoes_what_was_decoded)
{
    auto body = testing::encode(200, purchase(42));
    body.back() = std::byte{0x07};  // in DE 49
    Decision decision;
    std::memcpy(decision.rc, "30", 2);
    answer(body, decision);
    EXPECT_EQ(text_of(view, 11), "000042");
    EXPECT_EQ(text_of(view, 39), "30");
    EXPECT_FALSE(view.has(49));
}

// The reserve that a session keeps per request, over the largest echo and every own field.
TEST_F(Answer, largest_answer_fits_what_is_reserved_for_it)
{
    Fields const all{{2, "9999010000000000123"},
                     {3, "000000"},
                     {4, "000000001000"},
                     {7, testing::kNowDe7},
                     {11, "000001"},
                     {12, "000000"},
                     {13, "0101"},
                     {32, "12345678901"},
                     {33, "12345678901"},
                     {37, "000000000001"},
                     {41, "TERM0001"},
                     {42, "MERCHANT0000001"},
                     {49, "978"},
                     {90, std::string(42, '1')}};
    auto decision = approved();
    decision.has_balance = true;
    decision.currency = 978;
    for (auto const* dialect : {&iso8583::dialect_1987_binary(), &iso8583::dialect_1987_ascii()}) {
        auto const body = testing::encode(420, all, *dialect);
        ASSERT_TRUE(view.decode(*dialect, body).ok());
        EchoSlot slot;
        slot.echo.copy(view);
        EXPECT_EQ(slot.echo.count, all.size());
        auto const room = ByteSpan(out).first(slot.answer_bytes_max());
        EXPECT_GT(build_answer(*dialect, wire::Framing::ascii4, slot.echo, decision, room), 0U);
    }
}

TEST_F(Answer, reports_a_buffer_that_is_too_small)
{
    auto const body = testing::encode(200, purchase());
    ASSERT_TRUE(view.decode(iso8583::dialect_1987_binary(), body).ok());
    EchoFields echo;
    echo.copy(view);
    for (std::size_t room = 0; room < 80; ++room)
        EXPECT_EQ(build_answer(iso8583::dialect_1987_binary(), wire::Framing::binary2, echo,
                               approved(), ByteSpan(out).first(room)),
                  0U)
            << room;
}

TEST(EchoSlots, are_wiped_when_given_back)
{
    EchoSlots slots(2);
    auto const index = slots.claim();
    ASSERT_TRUE(index.has_value());
    iso8583::MessageView view;
    auto const body = testing::encode(200, purchase());
    ASSERT_TRUE(view.decode(iso8583::dialect_1987_binary(), body).ok());
    auto& slot = slots.at(*index);
    slot.echo.copy(view);
    auto const used = slot.echo.used_bytes;
    ASSERT_GT(used, 50U);
    slots.release(*index);
    for (std::size_t at = 0; at < used; ++at)
        EXPECT_EQ(slot.echo.bytes[at], std::byte{0});
}

TEST(EchoSlots, are_bounded_and_know_their_generation)
{
    EchoSlots slots(2);
    auto const first = slots.claim();
    auto const generation = slots.at(*first).generation;
    EXPECT_TRUE(slots.claim().has_value());
    EXPECT_FALSE(slots.claim().has_value());
    EXPECT_EQ(slots.in_use_count(), 2U);
    EXPECT_NE(slots.find(*first, generation), nullptr);
    slots.release(*first);
    EXPECT_EQ(slots.find(*first, generation), nullptr);
    EXPECT_EQ(slots.claim(), first);
    EXPECT_EQ(slots.find(*first, generation), nullptr);
    EXPECT_EQ(slots.find(99, 0), nullptr);
}

TEST(FindLink, takes_the_longest_prefix_of_its_own_listener)
{
    auto const link = [](char const* name, std::uint32_t listener, char const* block) {
        auto made = testing::test_link();
        made.name = name;
        made.listener = listener;
        made.blocks = {*parse_address_block(block)};
        return made;
    };
    std::vector<Link> const links{link("wide", 0, "10.0.0.0/8"), link("narrow", 0, "10.1.0.0/16"),
                                  link("other", 1, "10.1.2.0/24"), link("any", 2, "0.0.0.0/0")};
    auto const find = [&](std::uint32_t listener, char const* address) -> std::string {
        auto const* found = find_link(links, listener, parse_address_block(address)->address);
        return found != nullptr ? found->name : "none";
    };
    EXPECT_EQ(find(0, "10.1.2.3"), "narrow");
    EXPECT_EQ(find(0, "10.2.2.3"), "wide");
    EXPECT_EQ(find(0, "11.0.0.1"), "none");
    EXPECT_EQ(find(1, "10.1.2.3"), "other");
    EXPECT_EQ(find(2, "11.0.0.1"), "any");
    EXPECT_EQ(find(2, "::1"), "none");
}

}  // namespace
}  // namespace turnout::net
