#include "protocol/iso8583/response_code.hpp"

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

TEST(ResponseCode, TableSaysWhatToDo)
{
    auto const* const fact = find_response(ResponseCode::insufficient_funds);
    ASSERT_NE(fact, nullptr);
    EXPECT_EQ(fact->meaning, "Not sufficient funds");
    EXPECT_EQ(fact->action, ResponseAction::decline);
    EXPECT_EQ(find_response(ResponseCode::lost_card)->action, ResponseAction::pick_up);
    EXPECT_EQ(find_response(ResponseCode::issuer_inoperative)->action, ResponseAction::retry);
    EXPECT_EQ(find_response(ResponseCode::format_error)->action, ResponseAction::error);
    EXPECT_EQ(name_of(ResponseAction::pick_up), "pick up");
}

TEST(ResponseCode, ApprovalsAreExactlyThese)
{
    std::string approvals;
    for (unsigned code = 0; code < 256; ++code) {
        auto const value = static_cast<ResponseCode>(code);
        if (is_approval(value)) approvals += std::to_string(code) + " ";
    }
    EXPECT_EQ(approvals, "0 8 10 11 16 85 ");
}

TEST(ResponseCode, UnlistedCodesAreKnownAsSuch)
{
    EXPECT_EQ(find_response(static_cast<ResponseCode>(45)), nullptr);
    EXPECT_EQ(find_response(static_cast<ResponseCode>(255)), nullptr);
    EXPECT_EQ(meaning(static_cast<ResponseCode>(45)), "unlisted response code");
}

TEST(ResponseCode, TextBothWays)
{
    for (unsigned code = 0; code < 100; ++code) {
        auto const value = static_cast<ResponseCode>(code);
        auto const text = response_text(value);
        EXPECT_EQ(response_from_text({text.data(), 2}), value);
    }
    EXPECT_EQ(response_from_text("5"), std::nullopt);
    EXPECT_EQ(response_from_text("5x"), std::nullopt);
    EXPECT_EQ(response_from_text("/0"), std::nullopt);
    EXPECT_EQ(response_from_text("000"), std::nullopt);
}

TEST(Names, OfProcessingAndNetworkCodes)
{
    EXPECT_EQ(transaction_type_name(0), "Purchase (goods and services)");
    EXPECT_EQ(transaction_type_name(77), "");
    EXPECT_EQ(account_type_name(10), "Savings");
    EXPECT_EQ(account_type_name(99), "");
    EXPECT_EQ(network_code_name(301), "echo test");
    EXPECT_EQ(network_code_name(1), "sign-on");
    EXPECT_EQ(network_code_name(999), "");
}

}  // namespace
}  // namespace turnout::iso8583
