// The 1987 edition as one table of attributes, and the three ways of putting it on a wire.
#include "protocol/iso8583/dialect_rows.hpp"

namespace turnout::iso8583 {
namespace {

// clang-format off
constexpr Row kRows[] = {
    {2, Attribute::n, Length::ll, 19, true, "Primary account number (PAN)"},
    {3, Attribute::n, Length::fixed, 6, false, "Processing code"},
    {4, Attribute::n, Length::fixed, 12, false, "Amount, transaction"},
    {5, Attribute::n, Length::fixed, 12, false, "Amount, settlement"},
    {6, Attribute::n, Length::fixed, 12, false, "Amount, cardholder billing"},
    {7, Attribute::n, Length::fixed, 10, false, "Transmission date and time"},
    {8, Attribute::n, Length::fixed, 8, false, "Amount, cardholder billing fee"},
    {9, Attribute::n, Length::fixed, 8, false, "Conversion rate, settlement"},
    {10, Attribute::n, Length::fixed, 8, false, "Conversion rate, cardholder billing"},
    {11, Attribute::n, Length::fixed, 6, false, "Systems trace audit number (STAN)"},
    {12, Attribute::n, Length::fixed, 6, false, "Time, local transaction"},
    {13, Attribute::n, Length::fixed, 4, false, "Date, local transaction"},
    {14, Attribute::n, Length::fixed, 4, true, "Date, expiration"},
    {15, Attribute::n, Length::fixed, 4, false, "Date, settlement"},
    {16, Attribute::n, Length::fixed, 4, false, "Date, conversion"},
    {17, Attribute::n, Length::fixed, 4, false, "Date, capture"},
    {18, Attribute::n, Length::fixed, 4, false, "Merchant type"},
    {19, Attribute::n, Length::fixed, 3, false, "Acquiring institution country code"},
    {20, Attribute::n, Length::fixed, 3, false, "PAN extended, country code"},
    {21, Attribute::n, Length::fixed, 3, false, "Forwarding institution country code"},
    {22, Attribute::n, Length::fixed, 3, false, "Point of service entry mode"},
    {23, Attribute::n, Length::fixed, 3, false, "Card sequence number"},
    {24, Attribute::n, Length::fixed, 3, false, "Network international identifier"},
    {25, Attribute::n, Length::fixed, 2, false, "Point of service condition code"},
    {26, Attribute::n, Length::fixed, 2, false, "Point of service PIN capture code"},
    {27, Attribute::n, Length::fixed, 1, false, "Authorization identification response length"},
    {28, Attribute::xn, Length::fixed, 9, false, "Amount, transaction fee"},
    {29, Attribute::xn, Length::fixed, 9, false, "Amount, settlement fee"},
    {30, Attribute::xn, Length::fixed, 9, false, "Amount, transaction processing fee"},
    {31, Attribute::xn, Length::fixed, 9, false, "Amount, settlement processing fee"},
    {32, Attribute::n, Length::ll, 11, false, "Acquiring institution identification code"},
    {33, Attribute::n, Length::ll, 11, false, "Forwarding institution identification code"},
    {34, Attribute::ns, Length::ll, 28, true, "Primary account number, extended"},
    {35, Attribute::z, Length::ll, 37, true, "Track 2 data"},
    {36, Attribute::z, Length::lll, 104, true, "Track 3 data"},
    {37, Attribute::an, Length::fixed, 12, false, "Retrieval reference number (RRN)"},
    {38, Attribute::an, Length::fixed, 6, false, "Authorization identification response"},
    {39, Attribute::an, Length::fixed, 2, false, "Response code"},
    {40, Attribute::an, Length::fixed, 3, false, "Service restriction code"},
    {41, Attribute::ans, Length::fixed, 8, false, "Card acceptor terminal identification (TID)"},
    {42, Attribute::ans, Length::fixed, 15, false, "Card acceptor identification code (MID)"},
    {43, Attribute::ans, Length::fixed, 40, false, "Card acceptor name/location"},
    {44, Attribute::an, Length::ll, 25, false, "Additional response data"},
    {45, Attribute::an, Length::ll, 76, true, "Track 1 data"},
    {46, Attribute::an, Length::lll, 999, false, "Additional data - ISO"},
    {47, Attribute::an, Length::lll, 999, false, "Additional data - national"},
    {48, Attribute::an, Length::lll, 999, true, "Additional data - private"},
    {49, Attribute::an, Length::fixed, 3, false, "Currency code, transaction"},
    {50, Attribute::an, Length::fixed, 3, false, "Currency code, settlement"},
    {51, Attribute::an, Length::fixed, 3, false, "Currency code, cardholder billing"},
    {52, Attribute::b, Length::fixed, 8, true, "PIN data"},
    {53, Attribute::n, Length::fixed, 16, true, "Security related control information"},
    {54, Attribute::an, Length::lll, 120, false, "Additional amounts"},
    {55, Attribute::ans, Length::lll, 999, true, "Reserved ISO (in use: ICC / EMV data, BER-TLV)"},
    {56, Attribute::ans, Length::lll, 999, false, "Reserved ISO"},
    {57, Attribute::ans, Length::lll, 999, false, "Reserved national"},
    {58, Attribute::ans, Length::lll, 999, false, "Reserved national"},
    {59, Attribute::ans, Length::lll, 999, false, "Reserved national"},
    {60, Attribute::ans, Length::lll, 999, false, "Reserved private"},
    {61, Attribute::ans, Length::lll, 999, false, "Reserved private"},
    {62, Attribute::ans, Length::lll, 999, false, "Reserved private"},
    {63, Attribute::ans, Length::lll, 999, false, "Reserved private"},
    {64, Attribute::b, Length::fixed, 8, true, "Message authentication code"},
    {65, Attribute::b, Length::fixed, 8, false, "Bit map, extended"},
    {66, Attribute::n, Length::fixed, 1, false, "Settlement code"},
    {67, Attribute::n, Length::fixed, 2, false, "Extended payment code"},
    {68, Attribute::n, Length::fixed, 3, false, "Receiving institution country code"},
    {69, Attribute::n, Length::fixed, 3, false, "Settlement institution country code"},
    {70, Attribute::n, Length::fixed, 3, false, "Network management information code"},
    {71, Attribute::n, Length::fixed, 4, false, "Message number"},
    {72, Attribute::n, Length::fixed, 4, false, "Message number, last"},
    {73, Attribute::n, Length::fixed, 6, false, "Date, action"},
    {74, Attribute::n, Length::fixed, 10, false, "Credits, number"},
    {75, Attribute::n, Length::fixed, 10, false, "Credits, reversal number"},
    {76, Attribute::n, Length::fixed, 10, false, "Debits, number"},
    {77, Attribute::n, Length::fixed, 10, false, "Debits, reversal number"},
    {78, Attribute::n, Length::fixed, 10, false, "Transfer, number"},
    {79, Attribute::n, Length::fixed, 10, false, "Transfer, reversal number"},
    {80, Attribute::n, Length::fixed, 10, false, "Inquiries, number"},
    {81, Attribute::n, Length::fixed, 10, false, "Authorizations, number"},
    {82, Attribute::n, Length::fixed, 12, false, "Credits, processing fee amount"},
    {83, Attribute::n, Length::fixed, 12, false, "Credits, transaction fee amount"},
    {84, Attribute::n, Length::fixed, 12, false, "Debits, processing fee amount"},
    {85, Attribute::n, Length::fixed, 12, false, "Debits, transaction fee amount"},
    {86, Attribute::n, Length::fixed, 16, false, "Credits, amount"},
    {87, Attribute::n, Length::fixed, 16, false, "Credits, reversal amount"},
    {88, Attribute::n, Length::fixed, 16, false, "Debits, amount"},
    {89, Attribute::n, Length::fixed, 16, false, "Debits, reversal amount"},
    {90, Attribute::n, Length::fixed, 42, false, "Original data elements"},
    {91, Attribute::an, Length::fixed, 1, false, "File update code"},
    {92, Attribute::an, Length::fixed, 2, false, "File security code"},
    {93, Attribute::an, Length::fixed, 5, false, "Response indicator"},
    {94, Attribute::an, Length::fixed, 7, false, "Service indicator"},
    {95, Attribute::an, Length::fixed, 42, false, "Replacement amounts"},
    {96, Attribute::b, Length::fixed, 8, true, "Message security code"},
    {97, Attribute::xn, Length::fixed, 17, false, "Amount, net settlement"},
    {98, Attribute::ans, Length::fixed, 25, false, "Payee"},
    {99, Attribute::n, Length::ll, 11, false, "Settlement institution identification code"},
    {100, Attribute::n, Length::ll, 11, false, "Receiving institution identification code"},
    {101, Attribute::ans, Length::ll, 17, false, "File name"},
    {102, Attribute::ans, Length::ll, 28, true, "Account identification 1"},
    {103, Attribute::ans, Length::ll, 28, true, "Account identification 2"},
    {104, Attribute::ans, Length::lll, 100, false, "Transaction description"},
    {105, Attribute::ans, Length::lll, 999, false, "Reserved for ISO use"},
    {106, Attribute::ans, Length::lll, 999, false, "Reserved for ISO use"},
    {107, Attribute::ans, Length::lll, 999, false, "Reserved for ISO use"},
    {108, Attribute::ans, Length::lll, 999, false, "Reserved for ISO use"},
    {109, Attribute::ans, Length::lll, 999, false, "Reserved for ISO use"},
    {110, Attribute::ans, Length::lll, 999, false, "Reserved for ISO use"},
    {111, Attribute::ans, Length::lll, 999, false, "Reserved for ISO use"},
    {112, Attribute::ans, Length::lll, 999, false, "Reserved for national use"},
    {113, Attribute::ans, Length::lll, 999, false, "Reserved for national use"},
    {114, Attribute::ans, Length::lll, 999, false, "Reserved for national use"},
    {115, Attribute::ans, Length::lll, 999, false, "Reserved for national use"},
    {116, Attribute::ans, Length::lll, 999, false, "Reserved for national use"},
    {117, Attribute::ans, Length::lll, 999, false, "Reserved for national use"},
    {118, Attribute::ans, Length::lll, 999, false, "Reserved for national use"},
    {119, Attribute::ans, Length::lll, 999, false, "Reserved for national use"},
    {120, Attribute::ans, Length::lll, 999, false, "Reserved for private use"},
    {121, Attribute::ans, Length::lll, 999, false, "Reserved for private use"},
    {122, Attribute::ans, Length::lll, 999, false, "Reserved for private use"},
    {123, Attribute::ans, Length::lll, 999, false, "Reserved for private use"},
    {124, Attribute::ans, Length::lll, 999, false, "Reserved for private use"},
    {125, Attribute::ans, Length::lll, 999, false, "Reserved for private use"},
    {126, Attribute::ans, Length::lll, 999, false, "Reserved for private use"},
    {127, Attribute::ans, Length::lll, 999, false, "Reserved for private use"},
    {128, Attribute::b, Length::fixed, 8, true, "Message authentication code"},
};
// clang-format on

// Reserved as ans, but every network puts chip data there, byte for byte. As ASCII it travels as
// hex characters.
constexpr FieldTable with_chip_data(FieldTable fields) noexcept
{
    fields[55].attribute = Attribute::b;
    fields[55].encoding = Encoding::binary;
    fields[55].nested = kInnerBerTlv;
    return fields;
}

constexpr auto kNames = names_of(kRows);
constexpr auto kBinary =
    make_dialect("87binary", {Charset::bcd, BitmapForm::binary},
                 with_chip_data(fields_of(kRows, kPackedForm)), &kNames, {}, kInner);
constexpr auto kAscii = make_dialect("87ascii", {Charset::ascii, BitmapForm::hex},
                                     fields_of(kRows, kAsciiForm), &kNames);
constexpr auto kEbcdic =
    make_dialect("87ebcdic", {Charset::ebcdic, BitmapForm::binary},
                 with_chip_data(fields_of(kRows, kEbcdicForm)), &kNames, {}, kInner);
static_assert(std::size(kRows) == 127 && complete(kBinary) && complete(kAscii) &&
              complete(kEbcdic));

}  // namespace

Dialect const& dialect_1987_binary() noexcept
{
    return kBinary;
}
Dialect const& dialect_1987_ascii() noexcept
{
    return kAscii;
}
Dialect const& dialect_1987_ebcdic() noexcept
{
    return kEbcdic;
}

}  // namespace turnout::iso8583
