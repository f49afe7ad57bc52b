#include "switch/engine/master_data.hpp"

#include "protocol/iso8583/test_cards.hpp"
#include "switch/engine/pan_bcd.hpp"

#include <cstring>

namespace turnout::engine {

MasterData::~MasterData()
{
    for (auto& card : cards)
        explicit_bzero(card.pan, sizeof card.pan);
}

namespace {

constexpr std::int64_t kRichBalance = 10'000'000;  // 100,000.00 EUR
constexpr std::int64_t kPoorBalance = 5;           // 0.05 EUR
constexpr std::uint64_t kPoorEvery = 100;
constexpr std::uint16_t kPastYymm = 2001;

// The last four cards of the range cannot pay; a range of fewer has none of them.
constexpr std::uint64_t kSpecialCards = 4;
void make_special(CardData& card, std::uint64_t from_the_end) noexcept
{
    switch (from_the_end) {
        case 0:
            card.expiry_yymm = kPastYymm;
            return;
        case 1:
            card.status = 3;
            return;  // stolen
        case 2:
            card.status = 2;
            return;  // lost
        default:
            card.status = 1;
            return;  // blocked
    }
}

}  // namespace

MasterData demo_master_data(std::uint64_t cards)
{
    MasterData data;
    data.participants.push_back(
        {1, "demo-acquirer", iso8583::kDemoAcquirerId, {iso8583::kDemoCurrency}});
    data.participants.push_back(
        {2, "demo-acquirer-2", iso8583::kDemoAcquirerId + 1, {iso8583::kDemoCurrency}});
    data.products.push_back({1, "demo", 0, 7 * 86'400});
    data.accounts.reserve(cards);
    data.cards.reserve(cards);
    for (std::uint64_t index = 0; index < cards; ++index) {
        auto const is_poor = index % kPoorEvery == kPoorEvery - 1;
        AccountData account;
        account.name = "demo-" + std::to_string(index);
        account.currency = iso8583::kDemoCurrency;
        account.product = 1;
        account.opening_balance = is_poor ? kPoorBalance : kRichBalance;
        data.accounts.push_back(std::move(account));

        CardData card{};
        auto const pan = iso8583::test_pan(iso8583::kDemoBin, iso8583::kDemoSeed, index);
        pan_to_bcd(pan.text(), card.pan);
        card.account = static_cast<std::uint32_t>(index);
        card.expiry_yymm = iso8583::kDemoExpiryYymm;
        if (cards > kSpecialCards && index + kSpecialCards >= cards)
            make_special(card, cards - 1 - index);
        data.cards.push_back(card);
    }
    return data;
}

}  // namespace turnout::engine
