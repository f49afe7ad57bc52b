#include "protocol/iso8583/response_code.hpp"

#include <span>

namespace turnout::iso8583 {
namespace {

// clang-format off
constexpr ResponseFact kResponses[] = {
    {ResponseCode::approved, ResponseAction::approve, "Approved or completed successfully"},
    {ResponseCode::refer_to_issuer, ResponseAction::refer, "Refer to card issuer"},
    {ResponseCode::refer_to_issuer_special, ResponseAction::refer,
     "Refer to card issuer, special conditions"},
    {ResponseCode::invalid_merchant, ResponseAction::decline, "Invalid merchant / card acceptor"},
    {ResponseCode::pick_up, ResponseAction::pick_up, "Pick up card"},
    {ResponseCode::do_not_honour, ResponseAction::decline, "Do not honour"},
    {ResponseCode::error, ResponseAction::error, "Error (unspecified)"},
    {ResponseCode::pick_up_special, ResponseAction::pick_up, "Pick up card, special conditions"},
    {ResponseCode::honour_with_identification, ResponseAction::approve,
     "Honour with identification"},
    {ResponseCode::in_progress, ResponseAction::retry, "Request in progress"},
    {ResponseCode::approved_partial, ResponseAction::approve, "Approved for partial amount"},
    {ResponseCode::approved_vip, ResponseAction::approve, "Approved (VIP)"},
    {ResponseCode::invalid_transaction, ResponseAction::decline, "Invalid transaction"},
    {ResponseCode::invalid_amount, ResponseAction::decline, "Invalid amount"},
    {ResponseCode::invalid_card, ResponseAction::decline, "Invalid card number (no such number)"},
    {ResponseCode::no_such_issuer, ResponseAction::decline, "No such issuer"},
    {ResponseCode::approved_update_track3, ResponseAction::approve, "Approved, update track 3"},
    {ResponseCode::customer_cancellation, ResponseAction::decline, "Customer cancellation"},
    {ResponseCode::customer_dispute, ResponseAction::decline, "Customer dispute"},
    {ResponseCode::re_enter, ResponseAction::retry, "Re-enter transaction"},
    {ResponseCode::invalid_response, ResponseAction::error, "Invalid response"},
    {ResponseCode::no_action_taken, ResponseAction::decline, "No action taken"},
    {ResponseCode::suspected_malfunction, ResponseAction::error, "Suspected malfunction"},
    {ResponseCode::unacceptable_fee, ResponseAction::decline, "Unacceptable transaction fee"},
    {ResponseCode::file_update_unsupported, ResponseAction::error,
     "File update not supported by receiver"},
    {ResponseCode::record_not_found, ResponseAction::error, "Unable to locate record on file"},
    {ResponseCode::duplicate_record_replaced, ResponseAction::info,
     "Duplicate file update record, old record replaced"},
    {ResponseCode::file_update_edit_error, ResponseAction::error, "File update field edit error"},
    {ResponseCode::file_locked, ResponseAction::retry, "File update file locked out"},
    {ResponseCode::file_update_failed, ResponseAction::error, "File update not successful"},
    {ResponseCode::format_error, ResponseAction::error, "Format error"},
    {ResponseCode::bank_not_supported, ResponseAction::decline, "Bank not supported by switch"},
    {ResponseCode::completed_partially, ResponseAction::info, "Completed partially"},
    {ResponseCode::expired_card_pick_up, ResponseAction::pick_up, "Expired card, pick up"},
    {ResponseCode::suspected_fraud_pick_up, ResponseAction::pick_up, "Suspected fraud, pick up"},
    {ResponseCode::contact_acquirer_pick_up, ResponseAction::pick_up,
     "Card acceptor contact acquirer, pick up"},
    {ResponseCode::restricted_card_pick_up, ResponseAction::pick_up, "Restricted card, pick up"},
    {ResponseCode::call_security_pick_up, ResponseAction::pick_up,
     "Card acceptor call acquirer security, pick up"},
    {ResponseCode::pin_tries_exceeded_pick_up, ResponseAction::pick_up,
     "Allowable PIN tries exceeded, pick up"},
    {ResponseCode::no_credit_account, ResponseAction::decline, "No credit account"},
    {ResponseCode::function_not_supported, ResponseAction::decline,
     "Requested function not supported"},
    {ResponseCode::lost_card, ResponseAction::pick_up, "Lost card"},
    {ResponseCode::no_universal_account, ResponseAction::decline, "No universal account"},
    {ResponseCode::stolen_card, ResponseAction::pick_up, "Stolen card"},
    {ResponseCode::no_investment_account, ResponseAction::decline, "No investment account"},
    {ResponseCode::insufficient_funds, ResponseAction::decline, "Not sufficient funds"},
    {ResponseCode::no_cheque_account, ResponseAction::decline, "No chequing account"},
    {ResponseCode::no_savings_account, ResponseAction::decline, "No savings account"},
    {ResponseCode::expired_card, ResponseAction::decline, "Expired card"},
    {ResponseCode::incorrect_pin, ResponseAction::decline, "Incorrect PIN"},
    {ResponseCode::no_card_record, ResponseAction::decline, "No card record"},
    {ResponseCode::not_permitted_to_cardholder, ResponseAction::decline,
     "Transaction not permitted to cardholder"},
    {ResponseCode::not_permitted_to_terminal, ResponseAction::decline,
     "Transaction not permitted to terminal"},
    {ResponseCode::suspected_fraud, ResponseAction::decline, "Suspected fraud"},
    {ResponseCode::contact_acquirer, ResponseAction::decline, "Card acceptor contact acquirer"},
    {ResponseCode::exceeds_amount_limit, ResponseAction::decline,
     "Exceeds withdrawal amount limit"},
    {ResponseCode::restricted_card, ResponseAction::decline, "Restricted card"},
    {ResponseCode::security_violation, ResponseAction::decline, "Security violation"},
    {ResponseCode::original_amount_incorrect, ResponseAction::decline, "Original amount incorrect"},
    {ResponseCode::exceeds_frequency_limit, ResponseAction::decline,
     "Exceeds withdrawal frequency limit"},
    {ResponseCode::call_acquirer_security, ResponseAction::decline,
     "Card acceptor call acquirer security"},
    {ResponseCode::hard_capture, ResponseAction::pick_up, "Hard capture (pick up at ATM)"},
    {ResponseCode::response_too_late, ResponseAction::retry, "Response received too late"},
    {ResponseCode::pin_tries_exceeded, ResponseAction::decline, "Allowable PIN tries exceeded"},
    {ResponseCode::no_reason_to_decline, ResponseAction::approve,
     "No reason to decline (account verification, zero amount; network use)"},
    {ResponseCode::cut_off_in_progress, ResponseAction::retry, "Cut-off in progress"},
    {ResponseCode::issuer_inoperative, ResponseAction::retry, "Issuer or switch inoperative"},
    {ResponseCode::no_route, ResponseAction::decline,
     "Financial institution or network not found for routing"},
    {ResponseCode::violation_of_law, ResponseAction::decline,
     "Transaction cannot be completed, violation of law"},
    {ResponseCode::duplicate, ResponseAction::error, "Duplicate transmission"},
    {ResponseCode::reconcile_error, ResponseAction::error, "Reconcile error"},
    {ResponseCode::system_malfunction, ResponseAction::error, "System malfunction"},
};

struct Named {
    unsigned code;
    std::string_view name;
};

constexpr Named kTransactionTypes[] = {
    {0, "Purchase (goods and services)"},
    {1, "Cash withdrawal (ATM)"},
    {2, "Debit adjustment"},
    {9, "Purchase with cashback"},
    {10, "Non-cash / account funding"},
    {11, "Quasi-cash"},
    {17, "Cash disbursement (some hosts: sale with tip)"},
    {20, "Refund / return"},
    {21, "Deposit"},
    {22, "Credit adjustment"},
    {23, "Credit adjustment"},
    {26, "Cardholder funds transfer / original credit"},
    {28, "Payment"},
    {30, "Available funds / balance inquiry"},
    {31, "Balance inquiry"},
    {38, "Mini statement"},
    {40, "Account to account transfer"},
    {47, "Money transfer"},
    {50, "Bill payment"},
    {90, "PIN change"},
    {94, "PIN unblock"},
    {96, "Address verification only"},
};

constexpr Named kAccountTypes[] = {
    {0, "Default / unspecified"},
    {10, "Savings"},
    {20, "Cheque / checking"},
    {30, "Credit card"},
    {40, "Universal"},
    {50, "Investment"},
};

constexpr Named kNetworkCodes[] = {
    {1, "sign-on"},
    {2, "sign-off"},
    {101, "key change / key exchange (session keys in DE48, DE53)"},
    {161, "session key change"},
    {162, "new key"},
    {201, "cutover (business date change)"},
    {301, "echo test"},
};
// clang-format on

constexpr std::uint8_t kUnlisted = 255;

// Code to position in kResponses.
constexpr auto kIndex = [] {
    std::array<std::uint8_t, 100> index{};
    index.fill(kUnlisted);
    for (std::size_t i = 0; i < std::size(kResponses); ++i)
        index[static_cast<std::size_t>(kResponses[i].code)] = static_cast<std::uint8_t>(i);
    return index;
}();

std::string_view find_name(std::span<Named const> table, unsigned code) noexcept
{
    for (auto const& entry : table)
        if (entry.code == code) return entry.name;
    return {};
}

}  // namespace

ResponseFact const* find_response(ResponseCode code) noexcept
{
    auto const value = static_cast<std::size_t>(code);
    if (value >= kIndex.size() || kIndex[value] == kUnlisted) return nullptr;
    return &kResponses[kIndex[value]];
}

std::optional<ResponseCode> response_from_text(std::string_view two_digits) noexcept
{
    if (two_digits.size() != 2) return std::nullopt;
    auto const tens = static_cast<unsigned>(two_digits[0]) - '0';
    auto const ones = static_cast<unsigned>(two_digits[1]) - '0';
    if (tens > 9 || ones > 9) return std::nullopt;
    return static_cast<ResponseCode>(tens * 10U + ones);
}

std::array<char, 2> response_text(ResponseCode code) noexcept
{
    auto const value = static_cast<unsigned>(code) % 100U;
    return {static_cast<char>('0' + value / 10U), static_cast<char>('0' + value % 10U)};
}

bool is_approval(ResponseCode code) noexcept
{
    auto const* const fact = find_response(code);
    return fact != nullptr && fact->action == ResponseAction::approve;
}

std::string_view meaning(ResponseCode code) noexcept
{
    auto const* const fact = find_response(code);
    return fact == nullptr ? "unlisted response code" : fact->meaning;
}

std::string_view name_of(ResponseAction action) noexcept
{
    switch (action) {
        case ResponseAction::approve:
            return "approve";
        case ResponseAction::decline:
            return "decline";
        case ResponseAction::refer:
            return "refer";
        case ResponseAction::pick_up:
            return "pick up";
        case ResponseAction::retry:
            return "retry";
        case ResponseAction::error:
            return "error";
        case ResponseAction::info:
            return "info";
    }
    return "unknown";
}

std::string_view transaction_type_name(unsigned first_two_digits) noexcept
{
    return find_name(kTransactionTypes, first_two_digits);
}

std::string_view account_type_name(unsigned two_digits) noexcept
{
    return find_name(kAccountTypes, two_digits);
}

std::string_view network_code_name(unsigned code) noexcept
{
    return find_name(kNetworkCodes, code);
}

}  // namespace turnout::iso8583
