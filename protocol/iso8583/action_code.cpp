#include "protocol/iso8583/action_code.hpp"

#include <algorithm>
#include <iterator>

namespace turnout::iso8583 {

namespace {

constexpr ActionFact k1993[] = {
    {0, ResponseAction::approve, "Approved"},
    {1, ResponseAction::approve, "Honour with identification"},
    {2, ResponseAction::approve, "Approved for partial amount"},
    {3, ResponseAction::approve, "Approved (VIP)"},
    {4, ResponseAction::approve, "Approved, update track 3"},
    {5, ResponseAction::approve, "Approved, account type specified by issuer"},
    {6, ResponseAction::approve, "Approved for partial amount, account type specified by issuer"},
    {7, ResponseAction::approve, "Approved, update ICC"},
    {85, ResponseAction::approve, "Not declined (zero-amount, network use)"},
    {100, ResponseAction::decline, "Do not honour"},
    {101, ResponseAction::decline, "Expired card"},
    {102, ResponseAction::decline, "Suspected fraud"},
    {103, ResponseAction::decline, "Card acceptor contact acquirer"},
    {104, ResponseAction::decline, "Restricted card"},
    {105, ResponseAction::decline, "Card acceptor call acquirer security"},
    {106, ResponseAction::decline, "Allowable PIN tries exceeded"},
    {107, ResponseAction::refer, "Refer to card issuer"},
    {108, ResponseAction::refer, "Refer to card issuer, special conditions"},
    {109, ResponseAction::decline, "Invalid merchant"},
    {110, ResponseAction::decline, "Invalid amount"},
    {111, ResponseAction::decline, "Invalid card number"},
    {112, ResponseAction::decline, "PIN data required"},
    {113, ResponseAction::decline, "Unacceptable fee"},
    {114, ResponseAction::decline, "No account of type requested"},
    {115, ResponseAction::decline, "Requested function not supported"},
    {116, ResponseAction::decline, "Not sufficient funds"},
    {117, ResponseAction::decline, "Incorrect PIN"},
    {118, ResponseAction::decline, "No card record"},
    {119, ResponseAction::decline, "Transaction not permitted to cardholder"},
    {120, ResponseAction::decline, "Transaction not permitted to terminal"},
    {121, ResponseAction::decline, "Exceeds withdrawal amount limit"},
    {122, ResponseAction::decline, "Security violation"},
    {123, ResponseAction::decline, "Exceeds withdrawal frequency limit"},
    {124, ResponseAction::decline, "Violation of law"},
    {125, ResponseAction::decline, "Card not effective"},
    {126, ResponseAction::decline, "Invalid PIN block"},
    {127, ResponseAction::decline, "PIN length error"},
    {128, ResponseAction::error, "PIN key synchronization error"},
    {129, ResponseAction::decline, "Suspected counterfeit card"},
    {200, ResponseAction::pick_up, "Do not honour, pick up"},
    {201, ResponseAction::pick_up, "Expired card, pick up"},
    {202, ResponseAction::pick_up, "Suspected fraud, pick up"},
    {203, ResponseAction::pick_up, "Card acceptor contact acquirer, pick up"},
    {204, ResponseAction::pick_up, "Restricted card, pick up"},
    {205, ResponseAction::pick_up, "Card acceptor call acquirer security, pick up"},
    {206, ResponseAction::pick_up, "Allowable PIN tries exceeded, pick up"},
    {207, ResponseAction::pick_up, "Special conditions, pick up"},
    {208, ResponseAction::pick_up, "Lost card"},
    {209, ResponseAction::pick_up, "Stolen card"},
    {210, ResponseAction::pick_up, "Suspected counterfeit card, pick up"},
    {300, ResponseAction::info, "File action successful"},
    {301, ResponseAction::error, "File action not supported by receiver"},
    {302, ResponseAction::error, "Unable to locate record on file"},
    {303, ResponseAction::info, "Duplicate record, old record replaced"},
    {304, ResponseAction::error, "Field edit error"},
    {305, ResponseAction::retry, "File locked out"},
    {306, ResponseAction::error, "File action not successful"},
    {307, ResponseAction::error, "File action format error"},
    {308, ResponseAction::error, "Duplicate, new record rejected"},
    {309, ResponseAction::error, "Unknown file"},
    {400, ResponseAction::approve, "Reversal accepted"},
    {500, ResponseAction::approve, "Reconciled, in balance"},
    {501, ResponseAction::info, "Reconciled, out of balance"},
    {502, ResponseAction::info, "Amount not reconciled, totals provided"},
    {503, ResponseAction::info, "Totals for reconciliation not available"},
    {504, ResponseAction::info, "Not reconciled, totals provided"},
    {600, ResponseAction::approve, "Administrative message accepted"},
    {700, ResponseAction::approve, "Fee collection accepted"},
    {800, ResponseAction::approve, "Network management message accepted"},
    {900, ResponseAction::info, "Advice acknowledged, no financial liability accepted"},
    {901, ResponseAction::info, "Advice acknowledged, financial liability accepted"},
    {902, ResponseAction::decline, "Invalid transaction"},
    {903, ResponseAction::retry, "Re-enter transaction"},
    {904, ResponseAction::error, "Format error"},
    {905, ResponseAction::decline, "Acquirer not supported by switch"},
    {906, ResponseAction::retry, "Cutover in process"},
    {907, ResponseAction::retry, "Card issuer or switch inoperative"},
    {908, ResponseAction::decline, "Transaction destination cannot be found for routing"},
    {909, ResponseAction::error, "System malfunction"},
    {910, ResponseAction::retry, "Card issuer signed off"},
    {911, ResponseAction::retry, "Card issuer timed out"},
    {912, ResponseAction::retry, "Card issuer unavailable"},
    {913, ResponseAction::error, "Duplicate transmission"},
    {914, ResponseAction::error, "Not able to trace back to original transaction"},
    {915, ResponseAction::error, "Reconciliation cutover or checkpoint error"},
    {916, ResponseAction::error, "MAC incorrect"},
    {917, ResponseAction::error, "MAC key synchronization error"},
    {918, ResponseAction::error, "No communication keys available for use"},
    {919, ResponseAction::error, "Encryption key synchronization error"},
    {920, ResponseAction::error, "Security software/hardware error, try again"},
    {921, ResponseAction::error, "Security software/hardware error, no action"},
    {922, ResponseAction::error, "Message number out of sequence"},
    {923, ResponseAction::retry, "Request in progress"},
};

constexpr ActionFact k2003[] = {
    {0, ResponseAction::approve, "Approved"},
    {1, ResponseAction::approve, "Honor with id"},
    {2, ResponseAction::approve, "Approved partial"},
    {3, ResponseAction::approve, "Approved vip"},
    {4, ResponseAction::approve, "Approved update track3"},
    {5, ResponseAction::approve, "Approved issuer specified account"},
    {6, ResponseAction::approve, "Approved partial issuer specified account"},
    {7, ResponseAction::info, "Name format error"},
    {8, ResponseAction::approve, "Approved fees disputed"},
    {9, ResponseAction::approve, "Approved with overdraft"},
    {10, ResponseAction::approve, "Approved customer reactivated"},
    {11, ResponseAction::approve, "Approved terminal unable to process online"},
    {12, ResponseAction::approve, "Approved offline"},
    {13, ResponseAction::approve, "Approved offline referral"},
    {85, ResponseAction::approve, "No reason to decline"},
    {1000, ResponseAction::decline, "Do not honour"},
    {1001, ResponseAction::decline, "Expired"},
    {1002, ResponseAction::decline, "Suspected fraud"},
    {1003, ResponseAction::decline, "Contact acquirer"},
    {1004, ResponseAction::decline, "Restricted card"},
    {1005, ResponseAction::decline, "Contact acquirer security"},
    {1006, ResponseAction::decline, "Max PIN tries exceeded"},
    {1007, ResponseAction::refer, "Refer to issuer"},
    {1008, ResponseAction::refer, "Refer to issuer special"},
    {1009, ResponseAction::decline, "Invalid card acceptor"},
    {1010, ResponseAction::decline, "Invalid amount"},
    {1011, ResponseAction::decline, "Invalid card number"},
    {1012, ResponseAction::decline, "PIN data required"},
    {1013, ResponseAction::decline, "Unacceptable fee"},
    {1014, ResponseAction::decline, "No account type"},
    {1015, ResponseAction::decline, "Unsupported function"},
    {1016, ResponseAction::decline, "Not sufficient funds"},
    {1017, ResponseAction::decline, "Incorrect pin"},
    {1018, ResponseAction::decline, "No card record"},
    {1019, ResponseAction::decline, "Not permitted to cardholder"},
    {1020, ResponseAction::decline, "Not permitted to terminal"},
    {1021, ResponseAction::decline, "Exceeds withdrawal amount limit"},
    {1022, ResponseAction::decline, "Security violation"},
    {1023, ResponseAction::decline, "Exceeds withdrawal frequency limit"},
    {1024, ResponseAction::decline, "Law violation"},
    {1025, ResponseAction::decline, "Card not effective"},
    {1026, ResponseAction::decline, "Invalid pinblock"},
    {1027, ResponseAction::decline, "PIN length error"},
    {1028, ResponseAction::decline, "PIN key sync error"},
    {1029, ResponseAction::decline, "Suspected counterfeit card dont pickup"},
    {1030, ResponseAction::decline, "Unaccepted currency"},
    {1031, ResponseAction::decline, "Declined fees disputed"},
    {1032, ResponseAction::decline, "Lost or stolen card"},
    {1033, ResponseAction::decline, "Authorization lifecycle unacceptable"},
    {1034, ResponseAction::decline, "Authorization lifecycle expired"},
    {1035, ResponseAction::decline, "Closed account"},
    {1036, ResponseAction::decline, "Closed savings account"},
    {1037, ResponseAction::decline, "Closed credit account"},
    {1038, ResponseAction::decline, "Closed account type"},
    {1039, ResponseAction::decline, "Closed cheque account"},
    {1040, ResponseAction::decline, "Bad debt"},
    {1041, ResponseAction::decline, "From account bad status"},
    {1042, ResponseAction::decline, "To account bad status"},
    {1043, ResponseAction::decline, "Cheque already posted"},
    {1044, ResponseAction::decline, "Information not on file"},
    {1045, ResponseAction::decline, "Card verification data failed"},
    {1046, ResponseAction::decline, "Amount not found"},
    {1047, ResponseAction::decline, "PIN change required"},
    {1048, ResponseAction::decline, "New PIN invalid"},
    {1049, ResponseAction::decline, "Bank not found"},
    {1050, ResponseAction::decline, "Bank not effective"},
    {1051, ResponseAction::decline, "Customer vendor not found"},
    {1052, ResponseAction::decline, "Customer vendor not effective"},
    {1053, ResponseAction::decline, "Customer vendor account invalid"},
    {1054, ResponseAction::decline, "Vendor not found"},
    {1055, ResponseAction::decline, "Vendor not effective"},
    {1056, ResponseAction::decline, "Vendor data invalid"},
    {1057, ResponseAction::decline, "Payment date invalid"},
    {1058, ResponseAction::decline, "Personal id not found"},
    {1059, ResponseAction::decline, "Scheduled transaction exists"},
    {1060, ResponseAction::decline, "Aborted at terminal"},
    {1061, ResponseAction::decline, "Unsupported transaction"},
    {1062, ResponseAction::decline, "Cashback not allowed"},
    {1063, ResponseAction::decline, "Cashback amount exceeded"},
    {1064, ResponseAction::decline, "Declined processed offline"},
    {1065, ResponseAction::decline, "Declined unable to process"},
    {1066, ResponseAction::decline, "Declined processed offline referral"},
    {1067, ResponseAction::decline, "Additional auth required"},
    {1068, ResponseAction::decline, "ID number invalid"},
    {1069, ResponseAction::decline, "Driver number invalid"},
    {1070, ResponseAction::decline, "VID invalid"},
    {1071, ResponseAction::decline, "Certificate expired"},
    {1072, ResponseAction::decline, "Surcharge not permitted for card"},
    {1073, ResponseAction::decline, "Surcharge not permitted by network"},
    {1074, ResponseAction::decline, "Exceeds pre authorized amount"},
    {1075, ResponseAction::decline, "Stop payment specific"},
    {1076, ResponseAction::decline, "Stop payment all merchant"},
    {1077, ResponseAction::decline, "Stop payment account"},
    {1078, ResponseAction::decline, "AML requirements not met"},
    {1079, ResponseAction::decline, "Exceeds withdrawal limit"},
    {1080, ResponseAction::decline, "PIN not allowed"},
    {1081, ResponseAction::decline, "Message number out of sequence"},
    {1082, ResponseAction::decline, "Original transaction declined"},
    {1500, ResponseAction::decline, "ICC application unable to process"},
    {1502, ResponseAction::decline, "ICC random selection"},
    {1503, ResponseAction::decline, "Terminal random selection"},
    {1504, ResponseAction::decline, "Terminal not able to process ICC"},
    {1505, ResponseAction::decline, "Online forced by ICC"},
    {1506, ResponseAction::decline, "Online forced by card acceptor"},
    {1507, ResponseAction::decline, "Online forced by terminal device"},
    {1508, ResponseAction::decline, "Online forced by terminal"},
    {1509, ResponseAction::decline, "Online forced by card issuer"},
    {1510, ResponseAction::decline, "Over floor limit"},
    {1511, ResponseAction::decline, "Card acceptor suspicious"},
    {2000, ResponseAction::pick_up, "Financial do not honour"},
    {2001, ResponseAction::pick_up, "Financial expired"},
    {2002, ResponseAction::pick_up, "Financial suspected fraud"},
    {2003, ResponseAction::pick_up, "Financial contact acquirer"},
    {2004, ResponseAction::pick_up, "Financial restricted card"},
    {2005, ResponseAction::pick_up, "Financial contact acquirer security"},
    {2006, ResponseAction::pick_up, "Financial max PIN tries exceeded"},
    {2007, ResponseAction::pick_up, "Special conditions"},
    {2008, ResponseAction::pick_up, "Lost card"},
    {2009, ResponseAction::pick_up, "Stolen card"},
    {2010, ResponseAction::pick_up, "Suspected counterfeit card pickup"},
    {2011, ResponseAction::info, "Max daily withdrawal"},
    {2012, ResponseAction::info, "Max daily amount"},
    {2013, ResponseAction::info, "Chargeback remedied"},
    {2014, ResponseAction::info, "Duplicate chargeback"},
    {2015, ResponseAction::info, "Past chargeback time limit"},
    {2016, ResponseAction::info, "Chargeback docs provided hardship"},
    {2017, ResponseAction::info, "Invalid member message text"},
    {2018, ResponseAction::info, "Correct card acceptor category provided"},
    {2019, ResponseAction::info, "Authorization advised suspicious"},
    {2020, ResponseAction::info, "No authorization required"},
    {2021, ResponseAction::info, "Account not on warning bulletin"},
    {2022, ResponseAction::info, "Chargeback docs illegible"},
    {2023, ResponseAction::info, "Chargeback docs invalid"},
    {3000, ResponseAction::info, "Successful"},
    {3001, ResponseAction::error, "Not supported by receiver"},
    {3002, ResponseAction::error, "Unable to locate record"},
    {3003, ResponseAction::error, "Updated record"},
    {3004, ResponseAction::error, "Field edit error"},
    {3005, ResponseAction::error, "File locked out"},
    {3006, ResponseAction::error, "Not successful"},
    {3007, ResponseAction::error, "Format error"},
    {3008, ResponseAction::error, "Duplicate"},
    {3009, ResponseAction::error, "Unknown file"},
    {3010, ResponseAction::error, "Invalid card or cardholder number"},
    {4000, ResponseAction::approve, "Reversal accepted"},
    {4001, ResponseAction::info, "Reversal unspecified"},
    {4002, ResponseAction::info, "Reversal suspected malfunction"},
    {4003, ResponseAction::info, "Reversal format error"},
    {4004, ResponseAction::info, "Reversal completed partially"},
    {4005, ResponseAction::info, "Reversal original amount incorrect"},
    {4006, ResponseAction::info, "Reversal response too late"},
    {4007, ResponseAction::info, "Reversal device unable to complete"},
    {4008, ResponseAction::info, "Reversal deposit out of balance"},
    {4009, ResponseAction::info, "Reversal no check in envelope"},
    {4010, ResponseAction::info, "Reversal payment out of balance"},
    {4011, ResponseAction::info, "Reversal deposit out of balance applied"},
    {4012, ResponseAction::info, "Reversal payment out of balance applied"},
    {4013, ResponseAction::info, "Reversal unable to deliver"},
    {4014, ResponseAction::info, "Reversal suspected malfunction card retained"},
    {4015, ResponseAction::info, "Reversal suspected malfunction card returned"},
    {4016, ResponseAction::info, "Reversal suspected malfunction track3 not updated"},
    {4017, ResponseAction::info, "Reversal suspected malfunction no cash"},
    {4018, ResponseAction::info, "Reversal timeout no cash"},
    {4019, ResponseAction::info, "Reversal timeout card retained no cash"},
    {4020, ResponseAction::info, "Reversal invalid response"},
    {4021, ResponseAction::info, "Reversal timeout waiting response"},
    {5000, ResponseAction::approve, "Reconciled in balance"},
    {5001, ResponseAction::info, "Reconciled out of balance"},
    {5002, ResponseAction::info, "Amount not reconciled totals provided"},
    {5003, ResponseAction::info, "Totals not available"},
    {5004, ResponseAction::info, "Not reconciled totals provided"},
    {6000, ResponseAction::approve, "Admin message accepted"},
    {7000, ResponseAction::approve, "Fee collection accepted"},
    {8000, ResponseAction::approve, "Network accepted"},
    {8001, ResponseAction::error, "Network retry"},
    {8002, ResponseAction::error, "Key verification failed"},
    {8100, ResponseAction::error, "Key exchange activation lifecycle"},
    {8101, ResponseAction::error, "Key exchange activation out of sync"},
    {8102, ResponseAction::error, "Key exchange activation security"},
    {8103, ResponseAction::error, "Key exchange deactivation"},
    {8104, ResponseAction::error, "Key exchange verification lifecycle"},
    {8105, ResponseAction::error, "Key exchange verification out of sync"},
    {9000, ResponseAction::info, "Advice ack no financial"},
    {9001, ResponseAction::info, "Advice accepted"},
    {9100, ResponseAction::error, "Message error"},
    {9102, ResponseAction::decline, "Invalid transaction"},
    {9103, ResponseAction::retry, "Retry transaction"},
    {9105, ResponseAction::decline, "Acquirer not supported"},
    {9106, ResponseAction::retry, "Cutover in process"},
    {9107, ResponseAction::retry, "Issuer not available"},
    {9108, ResponseAction::decline, "Routing error"},
    {9109, ResponseAction::error, "System error"},
    {9110, ResponseAction::retry, "Issuer signed off"},
    {9111, ResponseAction::retry, "Issuer timeout"},
    {9112, ResponseAction::retry, "Issuer unavailable"},
    {9113, ResponseAction::error, "Duplicate transmission"},
    {9114, ResponseAction::error, "Original not found"},
    {9115, ResponseAction::error, "Reconciliation error"},
    {9116, ResponseAction::error, "Mac incorrect"},
    {9117, ResponseAction::error, "Mac key sync error"},
    {9118, ResponseAction::error, "Zmk not available"},
    {9119, ResponseAction::error, "Crypto error"},
    {9120, ResponseAction::error, "Hsm error retry"},
    {9121, ResponseAction::error, "Hsm error"},
    {9122, ResponseAction::error, "Out of sequence"},
    {9123, ResponseAction::retry, "Request in progress"},
    {9124, ResponseAction::error, "Invalid security code"},
    {9125, ResponseAction::error, "Database error"},
    {9126, ResponseAction::error, "Invalid IIN"},
    {9128, ResponseAction::error, "Customer vendor format error"},
    {9132, ResponseAction::error, "Recurring data error"},
    {9133, ResponseAction::error, "Update not allowed"},
    {9350, ResponseAction::error, "Agreement violation"},
};

// Codes of 1987 that networks added; the standard's own are in response_code.cpp.
constexpr ActionFact k1987Network[] = {
    {45, ResponseAction::decline, "Account closed"},
    {46, ResponseAction::decline, "Identification required"},
    {69, ResponseAction::error, "Advice received too late"},
    {71, ResponseAction::error, "Message out of exception-cycle sequence"},
    {72, ResponseAction::error, "Exception cycle time expired"},
    {76, ResponseAction::decline, "Invalid or nonexistent account"},
    {77, ResponseAction::refer, "Intervene, bank approval required"},
    {80, ResponseAction::retry, "System not available"},
    {86, ResponseAction::decline, "PIN validation not possible"},
    {88, ResponseAction::error, "Cryptographic failure"},
    {89, ResponseAction::error, "Authentication failure"},
    {98, ResponseAction::decline, "Exceeds cash limit"},
};

constexpr bool is_ascending(std::span<ActionFact const> facts) noexcept
{
    for (std::size_t i = 1; i < facts.size(); ++i)
        if (facts[i - 1].code >= facts[i].code) return false;
    return true;
}
static_assert(is_ascending(k1993) && is_ascending(k2003) && is_ascending(k1987Network),
              "found by binary search");

ActionFact const* find(std::span<ActionFact const> facts, unsigned code) noexcept
{
    auto const found = std::lower_bound(
        facts.begin(), facts.end(), code,
        [](ActionFact const& fact, unsigned wanted) { return fact.code < wanted; });
    return found != facts.end() && found->code == code ? &*found : nullptr;
}

ResponseFact const* find_1987(unsigned code) noexcept
{
    return code < 100 ? find_response(static_cast<ResponseCode>(code)) : nullptr;
}

}  // namespace

std::span<ActionFact const> action_codes(Edition edition) noexcept
{
    if (edition == Edition::iso1993) return k1993;
    if (edition == Edition::iso2003) return k2003;
    return {};
}

ActionFact const* find_action(Edition edition, unsigned code) noexcept
{
    return find(action_codes(edition), code);
}

ResponseAction action_of(Edition edition, unsigned code) noexcept
{
    if (edition == Edition::iso1987) {
        if (auto const* const fact = find_1987(code); fact != nullptr) return fact->action;
        auto const* const network = find(k1987Network, code);
        return network != nullptr ? network->action : ResponseAction::decline;
    }
    if (auto const* const fact = find_action(edition, code); fact != nullptr) return fact->action;
    // 2003 lists more of the approvals 0xx; networks of 1993 use them with three digits.
    if (edition == Edition::iso1993 && code < 100)
        if (auto const* const fact = find(k2003, code); fact != nullptr) return fact->action;
    auto const first = edition == Edition::iso1993 ? code / 100 : code / 1000;
    if (first == 2) return ResponseAction::pick_up;
    return first == 9 ? ResponseAction::error : ResponseAction::decline;
}

std::string_view meaning_of(Edition edition, unsigned code) noexcept
{
    if (edition == Edition::iso1987) {
        if (auto const* const fact = find_1987(code); fact != nullptr) return fact->meaning;
        auto const* const network = find(k1987Network, code);
        return network != nullptr ? network->meaning : "unlisted response code";
    }
    auto const* const fact = find_action(edition, code);
    return fact != nullptr ? fact->meaning : "unlisted response code";
}

}  // namespace turnout::iso8583
