#include "protocol/iso8583/translate.hpp"

#include <string>

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

using enum Edition;

constexpr Edition kEditions[] = {iso1987, iso1993, iso2003};

unsigned translated(Edition from, unsigned code, Edition to)
{
    return translate_action(from, code, to).code;
}

TEST(TranslateMti, ChangesTheVersion)
{
    EXPECT_EQ(translate_mti(Mti{100}, iso1993), Mti{1100});
    EXPECT_EQ(translate_mti(Mti{1210}, iso1987), Mti{210});
    EXPECT_EQ(translate_mti(Mti{421}, iso2003), Mti{2421});
    EXPECT_EQ(translate_mti(Mti{2430}, iso1993), Mti{1430});
    EXPECT_EQ(translate_mti(Mti{1100}, iso1993), Mti{1100});
}

TEST(TranslateMti, NetworkManagementHasAnotherOriginIn1993)
{
    struct Row {
        std::uint16_t v1987, v1993, v2003;
    };
    for (auto const& row :
         {Row{800, 1804, 2800}, Row{810, 1814, 2810}, Row{820, 1824, 2820}, Row{801, 1805, 2801}}) {
        EXPECT_EQ(translate_mti(Mti{row.v1987}, iso1993), Mti{row.v1993});
        EXPECT_EQ(translate_mti(Mti{row.v1993}, iso1987), Mti{row.v1987});
        EXPECT_EQ(translate_mti(Mti{row.v1993}, iso2003), Mti{row.v2003});
        EXPECT_EQ(translate_mti(Mti{row.v2003}, iso1993), Mti{row.v1993});
        EXPECT_EQ(translate_mti(Mti{row.v1987}, iso2003), Mti{row.v2003});
    }
}

TEST(TranslateMti, EveryTypeComesBack)
{
    for (std::uint16_t value = 0; value < 3000; ++value)
        for (auto const to : kEditions) {
            auto const there = translate_mti(Mti{value}, to);
            if (!there.has_value()) continue;
            EXPECT_EQ(edition_of(*there), to);
            EXPECT_EQ(there->message_class(), Mti{value}.message_class());
            EXPECT_EQ(there->function(), Mti{value}.function());
            EXPECT_EQ(there->is_repeat(), Mti{value}.is_repeat());
            // 1993 has network management of an acquirer too: that one comes back as other.
            if (value / 1000U == 1 && Mti{value}.message_class() == 8 && Mti{value}.origin() < 2)
                continue;
            if (Mti{value}.message_class() == 8 && Mti{value}.origin() >= 4) continue;
            EXPECT_EQ(translate_mti(*there, *edition_of(Mti{value})), Mti{value}) << value;
        }
}

TEST(TranslateMti, WhatTheOtherEditionDoesNotHaveIsRefused)
{
    EXPECT_EQ(translate_mti(Mti{280}, iso1993), std::nullopt);
    EXPECT_EQ(translate_mti(Mti{2260}, iso1993), std::nullopt);
    EXPECT_EQ(translate_mti(Mti{9100}, iso1993), std::nullopt);
    EXPECT_EQ(edition_of(Mti{8100}), std::nullopt);
}

TEST(TranslateAction, KnownCodesInAllThree)
{
    struct Row {
        unsigned v1987, v1993, v2003;
    };
    for (auto const& row : {Row{0, 0, 0}, Row{5, 100, 1000}, Row{51, 116, 1016}, Row{54, 101, 1001},
                            Row{55, 117, 1017}, Row{41, 208, 2008}, Row{30, 904, 9100},
                            Row{91, 907, 9107}, Row{94, 913, 9113}, Row{96, 909, 9109},
                            Row{68, 911, 9111}, Row{12, 902, 9102}, Row{85, 85, 85}}) {
        for (auto const& [from, code] :
             {std::pair{iso1987, row.v1987}, std::pair{iso1993, row.v1993},
              std::pair{iso2003, row.v2003}}) {
            EXPECT_EQ(translated(from, code, iso1987), row.v1987) << code;
            EXPECT_EQ(translated(from, code, iso1993), row.v1993) << code;
            EXPECT_EQ(translated(from, code, iso2003), row.v2003) << code;
            for (auto const to : kEditions)
                EXPECT_TRUE(translate_action(from, code, to).exact) << code;
        }
    }
}

TEST(TranslateAction, ExactTranslationsComeBack)
{
    unsigned pairs = 0;
    for (auto const& fact : action_codes(iso2003)) {
        auto const there = translate_action(iso2003, fact.code, iso1993);
        if (!there.exact) continue;
        ++pairs;
        auto const back = translate_action(iso1993, there.code, iso2003);
        EXPECT_EQ(back.code, fact.code);
        EXPECT_TRUE(back.exact);
    }
    EXPECT_EQ(pairs, 99U) << "rows of 2003 with an equivalent";
    pairs = 0;
    for (auto const& fact : action_codes(iso1993)) {
        auto const there = translate_action(iso1993, fact.code, iso1987);
        if (!there.exact) continue;
        ++pairs;
        EXPECT_EQ(translated(iso1987, there.code, iso1993), fact.code);
    }
    EXPECT_EQ(pairs, 58U) << "codes of 1993 with one of 1987";
    for (unsigned code = 0; code < 100; ++code) {
        auto const there = translate_action(iso1987, code, iso1993);
        if (!there.exact) continue;
        // Several codes of 1987 may mean one of 1993: the way back is one of those.
        auto const back = translated(iso1993, there.code, iso1987);
        EXPECT_EQ(translated(iso1987, back, iso1993), there.code) << code;
        EXPECT_NE(meaning_of(iso1987, code), "unlisted response code");
    }
}

TEST(TranslateAction, SeveralOf1987AreOneOf1993)
{
    for (unsigned const code : {39U, 42U, 44U, 52U, 53U})
        EXPECT_EQ(translated(iso1987, code, iso1993), 114U);
    EXPECT_EQ(translated(iso1993, 114, iso1987), 39U);
    for (unsigned const code : {6U, 22U, 96U})
        EXPECT_EQ(translated(iso1987, code, iso1993), 909U);
    EXPECT_EQ(translated(iso1993, 909, iso1987), 96U);
    EXPECT_EQ(translated(iso1993, 908, iso1987), 92U);
    EXPECT_EQ(translated(iso1993, 200, iso1987), 4U);
}

// The one thing a switch must never do: make an approval of something else.
TEST(TranslateAction, OnlyApprovalsBecomeApprovals)
{
    constexpr unsigned kLimits[] = {100, 1000, 10000};
    for (auto const from : kEditions)
        for (unsigned code = 0; code < kLimits[static_cast<unsigned>(from)]; ++code)
            for (auto const to : kEditions) {
                auto const there = translate_action(from, code, to);
                auto const was = action_of(from, code);
                auto const is = action_of(to, there.code);
                if (was == ResponseAction::approve || was == ResponseAction::info) continue;
                EXPECT_NE(is, ResponseAction::approve) << code << " became " << there.code;
            }
}

TEST(TranslateAction, WithoutEquivalentTheKindDecides)
{
    struct Row {
        Edition from;
        unsigned code;
        Edition to;
        unsigned expected;
    };
    for (auto const& row : {
             Row{iso1987, 17, iso1993, 100},
             Row{iso1987, 20, iso1993, 909},
             Row{iso1987, 80, iso1993, 907},
             Row{iso1987, 77, iso2003, 1007},
             Row{iso1987, 32, iso1993, 100},
             Row{iso1987, 99, iso1993, 100},
             Row{iso2003, 1030, iso1987, 5},
             Row{iso2003, 8001, iso1987, 96},
             Row{iso2003, 4001, iso1987, 21},
             Row{iso1993, 128, iso1987, 96},
             Row{iso1993, 299, iso1987, 4},
             Row{iso1993, 999, iso1987, 96},
             Row{iso1993, 99, iso1987, 5},
             Row{iso1993, 912, iso1987, 91},
             Row{iso1993, 400, iso1987, 0},
             Row{iso1993, 6, iso1987, 10},
         }) {
        auto const there = translate_action(row.from, row.code, row.to);
        EXPECT_EQ(there.code, row.expected) << row.code;
        EXPECT_FALSE(there.exact) << row.code;
    }
}

TEST(ActionCode, TablesHaveEveryListedCode)
{
    EXPECT_EQ(action_codes(iso1993).size(), 93U);
    EXPECT_EQ(action_codes(iso2003).size(), 213U);
    EXPECT_TRUE(action_codes(iso1987).empty());
    EXPECT_EQ(meaning_of(iso1993, 116), "Not sufficient funds");
    EXPECT_EQ(meaning_of(iso1987, 51), meaning(ResponseCode::insufficient_funds));
    EXPECT_EQ(meaning_of(iso1987, 80), "System not available");
    EXPECT_EQ(meaning_of(iso2003, 9999), "unlisted response code");
    EXPECT_EQ(find_action(iso1993, 999), nullptr);
}

TEST(ActionCode, TextHasTheEditionsDigits)
{
    char out[4];
    EXPECT_EQ(std::string(out, action_text(iso1987, 5, out)), "05");
    EXPECT_EQ(std::string(out, action_text(iso1993, 5, out)), "005");
    EXPECT_EQ(std::string(out, action_text(iso2003, 1016, out)), "1016");
    EXPECT_EQ(action_text(iso1987, 100, out), 0U);
    EXPECT_EQ(action_text(iso2003, 1, {out, 3}), 0U);
    EXPECT_EQ(action_from_text(iso1993, "116"), 116);
    EXPECT_EQ(action_from_text(iso1993, "16"), std::nullopt);
    EXPECT_EQ(action_from_text(iso1987, "D1"), std::nullopt);
}

TEST(NetworkCode, BetweenDe70AndDe24)
{
    for (auto const& [de70, de24] :
         {std::pair{1U, 801U}, {2U, 802U}, {101U, 811U}, {201U, 821U}, {301U, 831U}}) {
        EXPECT_EQ(function_of_network_code(de70), de24);
        EXPECT_EQ(network_code_of_function(de24), de70);
        EXPECT_FALSE(network_function_name(de24).empty());
        EXPECT_FALSE(network_code_name(de70).empty());
    }
    EXPECT_EQ(function_of_network_code(270), 831U);
    EXPECT_EQ(function_of_network_code(162), 811U);
    EXPECT_EQ(function_of_network_code(363), std::nullopt);
    EXPECT_EQ(network_code_of_function(100), std::nullopt);
    EXPECT_TRUE(network_function_name(100).empty());
}

}  // namespace
}  // namespace turnout::iso8583
