// Response codes (DE 39) of the 1987 edition as data, and the names of processing codes (DE 3) and
// network management codes (DE 70) for people. Constant tables, any thread.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace turnout::iso8583 {

// The two digits as a number: approved is 0, insufficient_funds is 51.
enum class ResponseCode : std::uint8_t {
    approved = 0,
    refer_to_issuer = 1,
    refer_to_issuer_special = 2,
    invalid_merchant = 3,
    pick_up = 4,
    do_not_honour = 5,
    error = 6,
    pick_up_special = 7,
    honour_with_identification = 8,
    in_progress = 9,
    approved_partial = 10,
    approved_vip = 11,
    invalid_transaction = 12,
    invalid_amount = 13,
    invalid_card = 14,
    no_such_issuer = 15,
    approved_update_track3 = 16,
    customer_cancellation = 17,
    customer_dispute = 18,
    re_enter = 19,
    invalid_response = 20,
    no_action_taken = 21,
    suspected_malfunction = 22,
    unacceptable_fee = 23,
    file_update_unsupported = 24,
    record_not_found = 25,
    duplicate_record_replaced = 26,
    file_update_edit_error = 27,
    file_locked = 28,
    file_update_failed = 29,
    format_error = 30,
    bank_not_supported = 31,
    completed_partially = 32,
    expired_card_pick_up = 33,
    suspected_fraud_pick_up = 34,
    contact_acquirer_pick_up = 35,
    restricted_card_pick_up = 36,
    call_security_pick_up = 37,
    pin_tries_exceeded_pick_up = 38,
    no_credit_account = 39,
    function_not_supported = 40,
    lost_card = 41,
    no_universal_account = 42,
    stolen_card = 43,
    no_investment_account = 44,
    insufficient_funds = 51,
    no_cheque_account = 52,
    no_savings_account = 53,
    expired_card = 54,
    incorrect_pin = 55,
    no_card_record = 56,
    not_permitted_to_cardholder = 57,
    not_permitted_to_terminal = 58,
    suspected_fraud = 59,
    contact_acquirer = 60,
    exceeds_amount_limit = 61,
    restricted_card = 62,
    security_violation = 63,
    original_amount_incorrect = 64,
    exceeds_frequency_limit = 65,
    call_acquirer_security = 66,
    hard_capture = 67,
    response_too_late = 68,
    pin_tries_exceeded = 75,
    no_reason_to_decline = 85,
    cut_off_in_progress = 90,
    issuer_inoperative = 91,
    no_route = 92,
    violation_of_law = 93,
    duplicate = 94,
    reconcile_error = 95,
    system_malfunction = 96,
};

// What the answered party has to do.
enum class ResponseAction : std::uint8_t {
    approve,  // done as asked (or in part, or with a condition)
    decline,  // not done; asking again brings the same
    refer,    // not done; ask the issuer by other means
    pick_up,  // not done; keep the card
    retry,    // not done; may work later
    error,    // not done; the message or a system is at fault
    info,     // file and reconciliation results
};

struct ResponseFact {
    ResponseCode code;
    ResponseAction action;
    std::string_view meaning;
};

// The table's entry, nullptr for a code that the edition does not list.
[[nodiscard]] ResponseFact const* find_response(ResponseCode code) noexcept;

// From the two characters of DE 39; nothing unless they are digits (listed or not).
[[nodiscard]] std::optional<ResponseCode> response_from_text(std::string_view two_digits) noexcept;
// The two characters.
[[nodiscard]] std::array<char, 2> response_text(ResponseCode code) noexcept;

// A code that moves (or confirms) money or permission: 00, 08, 10, 11, 16, 85.
[[nodiscard]] bool is_approval(ResponseCode code) noexcept;
// "Not sufficient funds"; "unlisted response code" for others. Static storage.
[[nodiscard]] std::string_view meaning(ResponseCode code) noexcept;
[[nodiscard]] std::string_view name_of(ResponseAction action) noexcept;

// First two digits of DE 3: "Purchase (goods and services)" for 0; empty when unlisted.
[[nodiscard]] std::string_view transaction_type_name(unsigned first_two_digits) noexcept;
// Two digits of an account type in DE 3: "Savings" for 10; empty when unlisted.
[[nodiscard]] std::string_view account_type_name(unsigned two_digits) noexcept;
// DE 70: "sign-on" for 1; empty when unlisted.
[[nodiscard]] std::string_view network_code_name(unsigned code) noexcept;

}  // namespace turnout::iso8583
