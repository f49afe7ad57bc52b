#include "switch/net/answer.hpp"

#include "protocol/iso8583/message_builder.hpp"

#include <cstring>

namespace turnout::net {

namespace {

using iso8583::MessageBuilder;

constexpr std::size_t kBalanceGroupBytes = 20;

// One group of DE 54: account type, amount type, currency, sign, 12 digits.
void put_balance(char* out, unsigned account_type, char amount_type, unsigned currency,
                 std::int64_t amount) noexcept
{
    auto digits =
        amount < 0 ? 0 - static_cast<std::uint64_t>(amount) : static_cast<std::uint64_t>(amount);
    out[0] = static_cast<char>('0' + account_type / 10 % 10);
    out[1] = static_cast<char>('0' + account_type % 10);
    out[2] = '0';
    out[3] = amount_type;
    out[4] = static_cast<char>('0' + currency / 100 % 10);
    out[5] = static_cast<char>('0' + currency / 10 % 10);
    out[6] = static_cast<char>('0' + currency % 10);
    out[7] = amount < 0 ? 'D' : 'C';
    for (auto* digit = out + kBalanceGroupBytes - 1; digit != out + 7; --digit) {
        *digit = static_cast<char>('0' + digits % 10);
        digits /= 10;
    }
}

// Our own fields in ascending order between the echoed ones.
class OwnFields {
public:
    OwnFields(MessageBuilder& builder, EchoFields const& echo, Decision const& decision) noexcept
        : builder_(builder), echo_(echo), decision_(decision)
    {
    }
    void before(unsigned de) noexcept
    {
        if (next_ == 38 && de > 38) {
            if (decision_.approval[0] != 0)
                builder_.text(38, {decision_.approval, sizeof decision_.approval});
            builder_.text(39, {decision_.rc, sizeof decision_.rc});
            next_ = 54;
        }
        if (next_ == 54 && de > 54) {
            if (decision_.has_balance) balance();
            next_ = 0;
        }
    }

private:
    void balance() noexcept
    {
        char groups[2 * kBalanceGroupBytes];
        put_balance(groups, echo_.account_type, '1', decision_.currency, decision_.ledger_balance);
        put_balance(groups + kBalanceGroupBytes, echo_.account_type, '2', decision_.currency,
                    decision_.available);
        builder_.text(54, {groups, sizeof groups});
    }

    MessageBuilder& builder_;
    EchoFields const& echo_;
    Decision const& decision_;
    unsigned next_ = 38;
};

}  // namespace

Decision decision_of(engine::Effect const& effect) noexcept
{
    Decision decision;
    std::memcpy(decision.rc, effect.rc, sizeof decision.rc);
    std::memcpy(decision.approval, effect.approval, sizeof decision.approval);
    decision.amount = effect.amount;
    decision.has_balance = effect.has_balance != 0;
    decision.currency = effect.currency;
    decision.ledger_balance = effect.ledger_balance;
    decision.available = effect.available;
    return decision;
}

std::size_t build_answer(iso8583::Dialect const& dialect, wire::Framing const& framing,
                         EchoFields const& echo, Decision const& decision, ByteSpan out) noexcept
{
    auto const header_bytes = wire::frame_header_bytes(framing);
    if (out.size() <= header_bytes) return 0;
    auto const secondary = echo.count > 0 && echo.fields[echo.count - 1].de > 64;
    MessageBuilder builder(dialect, out.subspan(header_bytes), echo.mti.answer(), secondary);
    OwnFields own(builder, echo, decision);
    ByteView rest(echo.bytes.data(), echo.used_bytes);
    for (unsigned index = 0; index < echo.count; ++index) {
        auto const [de, bytes] = echo.fields[index];
        own.before(de);
        if (de == 4 && decision.amount != 0)
            builder.number(4, static_cast<std::uint64_t>(decision.amount));
        else
            builder.wire(de, rest.first(bytes));
        rest = rest.subspan(bytes);
    }
    own.before(~0U);
    auto const body_bytes = builder.finish();
    if (!body_bytes.has_value()) return 0;
    return wire::write_frame(framing, ByteView(echo.header).first(echo.header_bytes), out,
                             *body_bytes);
}

}  // namespace turnout::net
