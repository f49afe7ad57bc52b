#include "tools/cli/record_text.hpp"

#include "protocol/core/money.hpp"
#include "protocol/core/secret.hpp"
#include "switch/base/calendar.hpp"
#include "tools/cli/data_source.hpp"

#include <array>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

using Json = nlohmann::ordered_json;

// Index = record::Type.
constexpr std::array<std::string_view, 38> kTypeNames{"",
                                                      "post",
                                                      "hold",
                                                      "capture",
                                                      "void",
                                                      "expire",
                                                      "reversal",
                                                      "tombstone",
                                                      "decline",
                                                      "xfer-out",
                                                      "xfer-in",
                                                      "xfer-rej",
                                                      "xfer-done",
                                                      "xfer-return",
                                                      "account-create",
                                                      "account-update",
                                                      "epoch-start",
                                                      "checkpoint",
                                                      "cutover",
                                                      "slot-freeze",
                                                      "slot-import",
                                                      "slot-drop",
                                                      "recovery",
                                                      "key-change",
                                                      "forward",
                                                      "issuer-answer",
                                                      "timeout",
                                                      "saf-add",
                                                      "saf-sent",
                                                      "saf-done",
                                                      "saf-park",
                                                      "late-answer",
                                                      "link-state",
                                                      "config",
                                                      "card",
                                                      "window",
                                                      "participant",
                                                      "product"};
constexpr std::array<std::string_view, 7> kEffectNames{
    "?",           "debit-post",    "credit-post",   "debit-pend",
    "credit-pend", "debit-release", "credit-release"};
constexpr std::array<std::string_view, 6> kRoleNames{"?",   "payer",    "payee",
                                                     "fee", "suspense", "opening"};
struct FlagName {
    record::Flag flag;
    std::string_view name;
};
constexpr std::array<FlagName, 6> kFlagNames{{{record::forced, "forced"},
                                              {record::declined, "declined"},
                                              {record::final_capture, "final"},
                                              {record::partial, "partial"},
                                              {record::late, "late"},
                                              {record::linked_next, "linked-next"}}};

bool has_context(std::uint16_t type) noexcept
{
    return (type >= 1 && type <= 8) || (type >= 24 && type <= 31);
}

template <class Names>
std::string_view name_in(Names const& names, std::size_t index) noexcept
{
    return index < names.size() ? names[index] : "?";
}

// Characters up to the first zero byte.
template <std::size_t N>
std::string chars(char const (&value)[N])
{
    std::string_view const all(value, N);
    return std::string(all.substr(0, all.find('\0')));
}

std::string digits(std::uint64_t value, std::size_t width)
{
    auto text = std::to_string(value);
    if (text.size() < width) text.insert(0, width - text.size(), '0');
    return text;
}

// BCD, F-padded; empty when there is none.
std::string masked_pan(std::uint8_t const (&bcd)[10])
{
    std::string pan;
    for (auto const byte : bcd) {
        for (auto const nibble : {byte >> 4, byte & 15})
            if (nibble < 10) pan += static_cast<char>('0' + nibble);
    }
    if (pan.find_first_not_of('0') == std::string::npos) return {};
    auto masked = mask_pan(pan);
    wipe(std::as_writable_bytes(std::span(pan)));
    return masked;
}

Json legs_json(RecordParts const& parts)
{
    auto out = Json::array();
    for (std::size_t i = 0; i < parts.context->legs; ++i) {
        auto const leg = leg_at(parts, i);
        out.push_back({{"account", id_text(leg.account_lo, leg.account_hi)},
                       {"effect", name_in(kEffectNames, leg.effect)},
                       {"role", name_in(kRoleNames, leg.role)},
                       {"amount", leg.amount},
                       {"currency", leg.currency},
                       {"after", leg.after},
                       {"version", leg.version}});
    }
    return out;
}

Json flags_json(std::uint16_t flags)
{
    auto out = Json::array();
    for (auto const& entry : kFlagNames)
        if ((flags & entry.flag) != 0) out.push_back(entry.name);
    return out;
}

}  // namespace

std::optional<RecordParts> split_record(ByteView bytes) noexcept
{
    RecordParts parts{};
    if (bytes.size() < sizeof(record::Header)) return std::nullopt;
    parts.header = load<record::Header>(bytes.data());
    if (parts.header.record_bytes != bytes.size()) return std::nullopt;
    if (!has_context(parts.header.type)) return parts;
    auto const body = bytes.subspan(sizeof(record::Header));
    if (body.size() < sizeof(record::Context)) return std::nullopt;
    parts.context = load<record::Context>(body.data());
    auto const legs = body.subspan(sizeof(record::Context));
    auto const wanted = std::size_t{parts.context->legs} * sizeof(record::Leg);
    if (parts.context->legs > limits::legs_per_record_max || legs.size() < wanted)
        return std::nullopt;
    parts.legs = legs.first(wanted);
    return parts;
}

record::Leg leg_at(RecordParts const& parts, std::size_t index) noexcept
{
    return load<record::Leg>(parts.legs.data() + index * sizeof(record::Leg));
}

std::string type_name(std::uint16_t type)
{
    if (type == 0 || type >= kTypeNames.size()) return "type-" + std::to_string(type);
    return std::string(kTypeNames[type]);
}

std::optional<std::uint16_t> type_by_name(std::string_view name)
{
    for (std::size_t i = 1; i < kTypeNames.size(); ++i)
        if (kTypeNames[i] == name) return static_cast<std::uint16_t>(i);
    return std::nullopt;
}

std::string id_text(std::uint64_t lo, std::uint64_t hi)
{
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(hi),
                  static_cast<unsigned long long>(lo));
    return text.data();
}

Json record_json(RecordParts const& parts)
{
    auto const& header = parts.header;
    Json out = {{"seq", header.seq},
                {"ts", time_text(header.ts_ns)},
                {"ts_ns", header.ts_ns},
                {"type", type_name(header.type)},
                {"flags", flags_json(header.flags)},
                {"bytes", header.record_bytes}};
    if (!parts.context) return out;
    auto const& context = *parts.context;
    auto const approval = chars(context.approval);
    auto const pan = masked_pan(context.pan);
    out["mti"] = digits(context.mti, 4);
    out["stan"] = digits(context.stan, 6);
    out["de7"] = digits(context.de7_ts == 0 ? 0 : ns_to_de7(context.de7_ts), 10);
    out["rrn"] = chars(context.rrn);
    out["terminal"] = chars(context.terminal);
    out["merchant"] = chars(context.merchant);
    out["acquirer"] = context.acquirer;
    out["proc_code"] = digits(context.proc_code, 6);
    out["amount"] = context.decided;
    out["requested"] = context.requested;
    out["currency"] = context.currency;
    out["rc"] = chars(context.rc);
    out["approval"] = approval.empty() ? Json(nullptr) : Json(approval);
    out["pan"] = pan.empty() ? Json(nullptr) : Json(pan);
    out["ref_seq"] = context.ref_seq;
    out["expires"] = context.expires_ts == 0 ? Json(nullptr) : Json(time_text(context.expires_ts));
    out["legs"] = legs_json(parts);
    return out;
}

std::string record_line(RecordParts const& parts)
{
    auto const& header = parts.header;
    auto line =
        std::to_string(header.seq) + "  " + time_text(header.ts_ns) + "  " + type_name(header.type);
    if (!parts.context) return line;
    auto const& context = *parts.context;
    line += "  " + digits(context.mti, 4) + "  STAN " + digits(context.stan, 6) + "  RRN " +
            chars(context.rrn) + "  " + chars(context.terminal) + "  " +
            format_amount({context.decided, Currency{context.currency}}) + "  " + chars(context.rc);
    if (auto const approval = chars(context.approval); !approval.empty())
        line += "  approval " + approval;
    if (auto const pan = masked_pan(context.pan); !pan.empty()) line += "  " + pan;
    if (context.ref_seq != 0) line += "  refers to " + std::to_string(context.ref_seq);
    for (auto const& entry : kFlagNames)
        if ((header.flags & entry.flag) != 0) line += "  " + std::string(entry.name);
    return line;
}

}  // namespace turnout::cli
