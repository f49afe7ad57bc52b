#include "switch/net/extract.hpp"

#include "protocol/core/money.hpp"

#include <algorithm>
#include <bitset>
#include <cstring>

namespace turnout::net {

using engine::Command;
using engine::CommandKind;
using iso8583::MessageView;

namespace {

enum class Step : std::uint8_t { go_on, rejected };

Extracted answered(char const (&rc)[3], CounterId counter, std::uint16_t de,
                   char const* reason) noexcept
{
    return {Outcome::answer, counter, {rc[0], rc[1]}, de, reason};
}

Extracted format_error(std::uint16_t de, char const* reason) noexcept
{
    return answered("30", CounterId::format_errors, de, reason);
}

// One bit per code: the table behind it is searched once, not per message.
bool is_currency(std::uint16_t code) noexcept
{
    static auto const known = [] {
        std::bitset<1000> bits;
        for (std::size_t each = 0; each < bits.size(); ++each)
            bits[each] = currency_exponent(static_cast<std::uint16_t>(each)).has_value();
        return bits;
    }();
    return code < known.size() && known[code];
}

bool is_inquiry(std::uint32_t proc_code) noexcept
{
    auto const kind = proc_code / 10'000;
    return kind == 30 || kind == 31;
}

// Fields that peers fill up when they have nothing to say: as good as absent.
template <std::size_t N>
bool is_filler(char const (&value)[N], std::string_view fillers) noexcept
{
    return std::string_view(value, N).find_first_not_of(fillers) == std::string_view::npos;
}

// One pass over a message; `result` is set by the step that ends it.
class Extractor {
public:
    Extractor(ExtractInput const& input, Command& command) noexcept
        : in_(input), view_(input.view), command_(command)
    {
    }

    [[nodiscard]] Extracted run() noexcept
    {
        command_ = Command{};
        if (kind() != Step::go_on) return result_;
        auto const network = command_.kind == CommandKind::network;
        bool const ok = trace() && (network ? network_fields() : money_fields()) && acquirer();
        if (!ok) return result_;
        keys();
        command_.participant = in_.link.participant;
        command_.origin = in_.origin;
        command_.dialect = in_.dialect;
        result_ = {Outcome::command, CounterId::commands, {}, 0, ""};
        return result_;
    }

private:
    bool fail(Extracted const& with) noexcept
    {
        result_ = with;
        return false;
    }
    bool require(std::uint16_t de) noexcept
    {
        return view_.has(de) || fail(format_error(de, "a required field is missing"));
    }
    std::uint64_t number(unsigned de) const noexcept
    {
        auto const value = view_.number(de);
        return value.has_value() ? *value : 0;
    }
    // Left-justified characters of a fixed text field, padded with spaces.
    template <std::size_t N>
    void characters(unsigned de, char (&out)[N]) const noexcept
    {
        auto const plain = view_.characters(de);
        std::memset(out, ' ', N);
        if (!plain.empty()) [[likely]] {
            std::memcpy(out, plain.data(), std::min(plain.size(), N));
            return;
        }
        char text[N];  // EBCDIC
        if (auto const count = view_.text(de, text); count.has_value() && *count != 0)
            std::memcpy(out, text, *count);
    }

    Step kind() noexcept;
    bool trace() noexcept;
    bool network_fields() noexcept;
    bool money_fields() noexcept;
    bool pan() noexcept;
    bool amount() noexcept;
    bool currency() noexcept;
    bool reference_fields() noexcept;
    bool optional_fields() noexcept;
    bool original() noexcept;
    bool acquirer() noexcept;
    bool key_time() noexcept;
    void keys() noexcept;

    ExtractInput const& in_;
    MessageView const& view_;
    Command& command_;
    UnixNanos original_time_ns_ = 0;  // of the original's key
    Extracted result_{};
};

Step Extractor::kind() noexcept
{
    auto const mti = view_.mti();
    if (!mti.expects_answer()) {
        result_ = {Outcome::drop, CounterId::unexpected_answers, {}, 0, "no request or advice"};
        return Step::rejected;
    }
    command_.mti = mti.value;
    // 0xx0 and 0xx1 of the four classes; origins above 1 (issuer, other) are not ours to answer.
    switch (mti.origin() <= 1 ? mti.value / 10 : 0U) {
        case 10:
        case 12:
            command_.kind = CommandKind::authorization;
            return Step::go_on;
        case 20:
        case 22:
            command_.kind = CommandKind::financial;
            return Step::go_on;
        case 40:
        case 42:
            command_.kind = CommandKind::reversal;
            return Step::go_on;
        case 80:
            command_.kind = CommandKind::network;
            return Step::go_on;
        default:
            break;
    }
    result_ = answered("12", CounterId::unsupported_messages, 0, "message type is not supported");
    return Step::rejected;
}

// DE 7 and 11: in every message, they are what makes a repeat recognisable.
bool Extractor::trace() noexcept
{
    if (!require(7) || !require(11)) return false;
    auto const at = in_.de7.read(number(7), in_.wall_ns);
    if (!at) return fail(format_error(7, "no such date and time"));
    command_.de7_ts = *at;
    command_.stan = static_cast<std::uint32_t>(number(11));
    return true;
}

bool Extractor::network_fields() noexcept
{
    if (!require(70)) return false;
    command_.network_code = static_cast<std::uint16_t>(number(70));
    if (view_.has(41)) command_.has |= engine::has_terminal;
    characters(41, command_.terminal);
    command_.key_ts = command_.de7_ts;
    return true;
}

bool Extractor::money_fields() noexcept
{
    auto const reversal = command_.kind == CommandKind::reversal;
    if (!reversal && (!require(2) || !require(3))) return false;
    if (!require(41)) return false;
    command_.proc_code = static_cast<std::uint32_t>(number(3));
    // A completion may name its hold the way a reversal names its original.
    auto const names_original = reversal || (command_.mti / 10 == 22 && view_.has(90));
    return pan() && amount() && currency() && reference_fields() && optional_fields() &&
           key_time() && (!names_original || original());
}

bool Extractor::pan() noexcept
{
    if (!view_.has(2)) return true;
    char digits[20];
    auto const count = view_.text(2, digits);
    if (!count.has_value() || *count == 0) return fail(format_error(2, "no digits"));
    std::memset(command_.pan, 0xFF, sizeof command_.pan);
    for (std::size_t index = 0; index < *count; ++index) {
        auto const digit = static_cast<unsigned>(digits[index] - '0');
        auto& pair = command_.pan[index / 2];
        pair = static_cast<std::uint8_t>(index % 2 == 0 ? (digit << 4U | 0x0FU)
                                                        : ((pair & 0xF0U) | digit));
    }
    command_.has |= engine::has_pan;
    return true;
}

bool Extractor::amount() noexcept
{
    auto const reversal = command_.kind == CommandKind::reversal;
    auto const needed = !reversal && !is_inquiry(command_.proc_code);
    if (needed && !require(4)) return false;
    if (!view_.has(4)) return true;
    command_.amount = static_cast<std::int64_t>(number(4));
    if (command_.amount != 0)
        command_.has |= engine::has_amount;
    else if (needed)
        return fail(answered("13", CounterId::invalid_amounts, 4, "amount is zero"));
    return true;
}

bool Extractor::currency() noexcept
{
    auto const needed = command_.kind != CommandKind::reversal && !is_inquiry(command_.proc_code);
    if (needed && !require(49)) return false;
    if (!view_.has(49)) return true;
    auto const code = view_.number(49);
    if (!code.has_value()) return fail(format_error(49, "currency is not numeric"));
    command_.currency = static_cast<std::uint16_t>(*code);
    if (!is_currency(command_.currency))
        return fail(
            answered("12", CounterId::unknown_currencies, 49, "currency is not in ISO 4217"));
    command_.has |= engine::has_currency;
    return true;
}

bool Extractor::reference_fields() noexcept
{
    characters(41, command_.terminal);
    command_.has |= engine::has_terminal;
    if (view_.has(37)) {
        characters(37, command_.rrn);
        if (!is_filler(command_.rrn, " 0")) command_.has |= engine::has_rrn;
    }
    if (view_.has(38)) {
        characters(38, command_.approval);
        if (!is_filler(command_.approval, " ")) command_.has |= engine::has_approval;
    }
    if (view_.has(39)) {
        characters(39, command_.response_code);
        // Whoever sends an advice knows its outcome: a blank one is neither yes nor no.
        if (is_filler(command_.response_code, " "))
            return fail(format_error(39, "response code is blank"));
        command_.has |= engine::has_response_code;
    }
    if (view_.has(42)) characters(42, command_.merchant);
    return true;
}

bool Extractor::optional_fields() noexcept
{
    if (view_.has(14)) {
        command_.expiry_yymm = static_cast<std::uint16_t>(number(14));
        auto const month = command_.expiry_yymm % 100;
        if (month < 1 || month > 12) return fail(format_error(14, "no such month"));
        command_.has |= engine::has_expiry;
    }
    command_.mcc = static_cast<std::uint16_t>(number(18));
    command_.pos_mode = static_cast<std::uint16_t>(number(22));
    if (command_.kind == CommandKind::reversal && view_.has(95)) {
        char amounts[42];
        characters(95, amounts);
        std::int64_t actual = 0;
        for (char const c : std::string_view(amounts, 12)) {
            if (c < '0' || c > '9') return fail(format_error(95, "amount is not numeric"));
            actual = actual * 10 + (c - '0');
        }
        command_.replacement = actual;
        if (actual != 0) command_.has |= engine::has_replacement;
    }
    return true;
}

// The time of the duplicate key: DE 7, or DE 12 and 13 for peers that re-stamp DE 7 in repeats.
bool Extractor::key_time() noexcept
{
    command_.key_ts = command_.de7_ts;
    if (in_.link.duplicate_time == DuplicateTime::de7) return true;
    if (!require(12) || !require(13)) return false;
    auto const local = de7_to_ns(number(13) * 1'000'000 + number(12), in_.wall_ns);
    if (!local) return fail(format_error(12, "no such date and time"));
    command_.key_ts = *local;
    command_.has |= engine::has_local_time;
    return true;
}

// DE 90: original MTI (4), STAN (6), DE 7 (10), acquirer (11), forwarding institution (11). A zero
// STAN or time means that the peer does not know; then DE 37 must name the original.
bool Extractor::original() noexcept
{
    char digits[42];
    auto const count = view_.text(90, digits);
    if (count.has_value() && *count == sizeof digits) {
        auto const part = [&](std::size_t at, std::size_t length) noexcept {
            std::uint64_t value = 0;
            for (auto index = at; index < at + length; ++index)
                value = value * 10 + static_cast<std::uint64_t>(digits[index] - '0');
            return value;
        };
        auto const time = part(10, 10);
        command_.orig_mti = static_cast<std::uint16_t>(part(0, 4));
        command_.orig_stan = static_cast<std::uint32_t>(part(4, 6));
        command_.orig_acquirer = part(20, 11);
        if (command_.orig_stan != 0 && time != 0) {
            auto const at = de7_to_ns(time, in_.wall_ns);
            if (!at) return fail(format_error(90, "no such date and time"));
            command_.orig_de7_ts = *at;
            // A reversal repeats DE 12 and 13 of its original, so such a link's key has them.
            original_time_ns_ =
                in_.link.duplicate_time == DuplicateTime::de7 ? *at : command_.key_ts;
            command_.has |= engine::has_de90;
        }
    }
    if (command_.kind == CommandKind::reversal &&
        (command_.has & (engine::has_de90 | engine::has_rrn)) == 0)
        return fail(format_error(90, "neither DE 90 nor DE 37 names the original"));
    return true;
}

bool Extractor::acquirer() noexcept
{
    command_.acquirer = number(32);
    if (command_.acquirer == 0) command_.acquirer = in_.link.acquirer_id;
    if (!in_.link.allows(command_.acquirer))
        return fail(
            answered("58", CounterId::foreign_acquirers, 32, "acquirer is not this link's"));
    // Or one participant could take back what another one has done.
    if (command_.orig_acquirer != 0 && !in_.link.allows(command_.orig_acquirer))
        return fail(answered("58", CounterId::foreign_acquirers, 90,
                             "acquirer of the original is not this link's"));
    return true;
}

void Extractor::keys() noexcept
{
    auto& c = command_;
    auto const key = in_.hash.dup_key(c.acquirer, c.terminal, iso8583::Mti{c.mti}.message_class(),
                                      c.stan, c.key_ts);
    c.dup_k0 = key.k0;
    c.dup_k1 = key.k1;
    if ((c.has & engine::has_rrn) != 0) {
        auto const second = in_.hash.second_key(c.acquirer, c.terminal, c.rrn);
        c.key2_k0 = second.k0;
        c.key2_k1 = second.k1;
    }
    if ((c.has & engine::has_de90) != 0) {
        if (c.orig_acquirer == 0) c.orig_acquirer = c.acquirer;
        auto const first =
            in_.hash.dup_key(c.orig_acquirer, c.terminal, iso8583::Mti{c.orig_mti}.message_class(),
                             c.orig_stan, original_time_ns_);
        c.orig_k0 = first.k0;
        c.orig_k1 = first.k1;
    }
    // A network message has no DE 3: its code is what a repeat must agree in.
    auto const content = c.kind == CommandKind::network ? c.network_code : c.proc_code;
    c.fingerprint = in_.hash.fingerprint(c.pan, c.amount, c.currency, content);
    // What a message refers to is content as well: the same key with another original gets 94.
    if (c.kind == CommandKind::reversal || (c.has & engine::has_de90) != 0)
        c.fingerprint = in_.hash.reference(c.fingerprint, c.orig_k0, c.key2_k0, c.replacement);
    if ((c.has & engine::has_pan) != 0) {
        auto const pan_hash = in_.hash.pan(c.pan);
        c.pan_h0 = pan_hash.k0;
        c.pan_h1 = pan_hash.k1;
    }
}

}  // namespace

Extracted extract(ExtractInput const& input, Command& command) noexcept
{
    return Extractor(input, command).run();
}

Extracted extract_broken(MessageView const& view, iso8583::DecodeError const& error) noexcept
{
    if (view.has_mti() && !view.mti().expects_answer())
        return {Outcome::drop, CounterId::unexpected_answers, {}, error.de, "no request or advice"};
    if (!view.has_mti() || !view.has(11))
        return {Outcome::drop,
                CounterId::format_errors_dropped,
                {},
                error.de,
                "not decodable and without DE 11"};
    return format_error(error.de, "not decodable");
}

}  // namespace turnout::net
