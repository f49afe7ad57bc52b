#include "protocol/core/money.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace turnout {
namespace {

constexpr Currency kEur{978};
constexpr Currency kUsd{840};
constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();

TEST(Money, KnowsMinorUnitsOfCurrencies)
{
    EXPECT_EQ(currency_exponent(978), 2U);  // EUR
    EXPECT_EQ(currency_exponent(392), 0U);  // JPY
    EXPECT_EQ(currency_exponent(48), 3U);   // BHD
    EXPECT_EQ(currency_exponent(990), 4U);  // CLF
    EXPECT_EQ(currency_code(978), "EUR");
    EXPECT_EQ(currency_code(8), "ALL");
}

TEST(Money, RefusesCurrenciesThatNoPaymentCanBeIn)
{
    EXPECT_EQ(currency_exponent(0), std::nullopt);
    EXPECT_EQ(currency_exponent(998), std::nullopt);   // withdrawn
    EXPECT_EQ(currency_exponent(1000), std::nullopt);  // not a code
    EXPECT_EQ(currency_exponent(65535), std::nullopt);
    EXPECT_EQ(currency_exponent(959), std::nullopt);  // gold has no minor unit
    EXPECT_EQ(currency_code(959), "XAU");
    EXPECT_EQ(currency_code(998), "");
}

TEST(Money, EveryCodeIsFoundByItsName)
{
    unsigned found = 0;
    for (unsigned numeric = 0; numeric < 1000; ++numeric) {
        auto const code = currency_code(static_cast<std::uint16_t>(numeric));
        if (code.empty()) continue;
        ++found;
        EXPECT_EQ(currency_by_code(code), Currency{static_cast<std::uint16_t>(numeric)}) << code;
    }
    EXPECT_EQ(found, 178U);
    EXPECT_EQ(currency_by_code("DEM"), std::nullopt);
    EXPECT_EQ(currency_by_code("eur"), std::nullopt);
    EXPECT_EQ(currency_by_code(""), std::nullopt);
}

TEST(Money, AddsAndSubtractsChecked)
{
    EXPECT_EQ(add({100, kEur}, {-30, kEur}), (Amount{70, kEur}));
    EXPECT_EQ(subtract({100, kEur}, {130, kEur}), (Amount{-30, kEur}));
    EXPECT_EQ(add({100, kEur}, {1, kUsd}), std::nullopt);
    EXPECT_EQ(subtract({100, kEur}, {1, kUsd}), std::nullopt);
    EXPECT_EQ(add({kMost, kEur}, {1, kEur}), std::nullopt);
    EXPECT_EQ(subtract({kLeast, kEur}, {1, kEur}), std::nullopt);
    EXPECT_EQ(add({kMost, kEur}, {0, kEur}), (Amount{kMost, kEur}));
}

TEST(Money, IsShownWithItsPointAndItsCurrency)
{
    EXPECT_EQ(format_amount({12345, kEur}), "123.45 EUR");
    EXPECT_EQ(format_amount({-5, kEur}), "-0.05 EUR");
    EXPECT_EQ(format_amount({0, kEur}), "0.00 EUR");
    EXPECT_EQ(format_amount({500, Currency{392}}), "500 JPY");
    EXPECT_EQ(format_amount({1, Currency{48}}), "0.001 BHD");
    EXPECT_EQ(format_amount({12345, Currency{998}}), "12345 (currency 998)");
    EXPECT_EQ(format_amount({kLeast, kEur}), "-92233720368547758.08 EUR");
}

}  // namespace
}  // namespace turnout
