#include "switch/engine/apply.hpp"

#include <algorithm>
#include <cstring>

namespace turnout::engine::detail {

namespace {

using record::Type;

// The payload when the body is exactly that long.
template <class Payload>
bool read(ByteView body, Payload& payload) noexcept
{
    if (body.size() != sizeof payload) return false;
    std::memcpy(&payload, body.data(), sizeof payload);
    return true;
}

bool is_zero(std::uint8_t const (&bytes)[3]) noexcept
{
    return (bytes[0] | bytes[1] | bytes[2]) == 0;
}

ApplyErrc create_account(Engine::State& state, RecordView const& record) noexcept
{
    AccountPayload payload;
    if (!read(record.body, payload)) return ApplyErrc::bad_layout;
    ledger::AccountFields account{};
    account.id_lo = payload.id_lo;
    account.id_hi = payload.id_hi;
    account.credit_limit = payload.credit_limit;
    account.currency = payload.currency;
    account.kind = payload.kind;
    account.flags = payload.flags;
    account.product = payload.product;
    account.zero = payload.zero;
    switch (state.ledger.create(account, record.header->seq)) {
        case ledger::Errc::ok:
            return ApplyErrc::ok;
        case ledger::Errc::full:
            return ApplyErrc::table_full;
        case ledger::Errc::exists:
            return ApplyErrc::differs;
        default:
            return ApplyErrc::bad_layout;
    }
}

ApplyErrc add_card(Engine::State& state, RecordView const& record) noexcept
{
    CardPayload payload;
    if (!read(record.body, payload) || !is_zero(payload.zero) ||
        payload.status > static_cast<std::uint8_t>(CardStatus::stolen))
        return ApplyErrc::bad_layout;
    auto const account = state.ledger.find({payload.account_lo, payload.account_hi});
    if (account == ledger::kNone) return ApplyErrc::unknown_account;
    if (state.cards.is_full()) return ApplyErrc::table_full;
    auto const hash = state.hash.pan(payload.pan);
    return state.cards.add(payload, account, hash.k0) ? ApplyErrc::ok : ApplyErrc::differs;
}

ApplyErrc add_product(Engine::State& state, RecordView const& record) noexcept
{
    ProductPayload payload;
    if (!read(record.body, payload) || payload.zero != 0) return ApplyErrc::bad_layout;
    if (state.products.count() == limits::products_max) return ApplyErrc::table_full;
    return state.products.add(payload) ? ApplyErrc::ok : ApplyErrc::differs;
}

ApplyErrc add_participant(Engine::State& state, RecordView const& record) noexcept
{
    ParticipantPayload payload;
    if (record.body.size() < sizeof payload) return ApplyErrc::bad_layout;
    std::memcpy(&payload, record.body.data(), sizeof payload);
    if (payload.positions > limits::currencies_max ||
        record.body.size() != sizeof payload + payload.positions * sizeof(PositionPayload))
        return ApplyErrc::bad_layout;
    if (state.participants.count() == limits::participants_max) return ApplyErrc::table_full;
    auto const* const positions =
        reinterpret_cast<PositionPayload const*>(record.body.data() + sizeof payload);
    return state.participants.add(payload, {positions, payload.positions}, state.ledger)
               ? ApplyErrc::ok
               : ApplyErrc::differs;
}

ApplyErrc set_link(Engine::State& state, RecordView const& record) noexcept
{
    LinkStatePayload payload;
    if (!read(record.body, payload) ||
        payload.state > static_cast<std::uint32_t>(LinkState::signed_on))
        return ApplyErrc::bad_layout;
    auto const at = state.participants.find(payload.participant);
    if (at == ledger::kNone) return ApplyErrc::unknown_reference;
    state.participants.set_link(at, static_cast<LinkState>(payload.state), record.header->seq,
                                record.header->ts_ns);
    return ApplyErrc::ok;
}

ApplyErrc start_epoch(Engine::State& state, RecordView const& record) noexcept
{
    EpochStartPayload payload;
    if (!read(record.body, payload) || payload.zero != 0) return ApplyErrc::bad_layout;
    if (payload.epoch <= state.settings.epoch) return ApplyErrc::differs;
    state.settings.epoch = payload.epoch;
    return ApplyErrc::ok;
}

ApplyErrc note_recovery(Engine::State const& state, RecordView const& record) noexcept
{
    RecoveryPayload payload;
    if (!read(record.body, payload)) return ApplyErrc::bad_layout;
    return payload.last_good_seq == state.last_seq ? ApplyErrc::ok : ApplyErrc::differs;
}

ApplyErrc change_settings(Engine::State& state, RecordView const& record) noexcept
{
    ConfigPayload payload;
    if (!read(record.body, payload) || payload.zero != 0 || payload.generation_ns == 0)
        return ApplyErrc::bad_layout;
    auto& settings = state.settings;
    auto const ts = record.header->ts_ns;
    // Slots from before the old window may be gone: a longer one reaches back no further than that.
    if (settings.reversal_window_ns != 0 &&
        (payload.reversal_window_ns > settings.reversal_window_ns ||
         payload.generation_ns > settings.generation_ns))
        settings.accepts_from =
            std::max(settings.accepts_from,
                     ts > settings.reversal_window_ns ? ts - settings.reversal_window_ns : 0);
    settings.config_version = payload.config_version;
    settings.generation_ns = payload.generation_ns;
    settings.reversal_window_ns = payload.reversal_window_ns;
    if (payload.generation_ns != state.transactions.generation_ns())
        state.transactions.set_generation_ns(payload.generation_ns, ts);
    return ApplyErrc::ok;
}

bool same_totals(Engine::State const& state, std::span<TotalsPayload const> totals) noexcept
{
    auto const books = state.ledger.books();
    if (books.size() != totals.size()) return false;
    for (std::size_t at = 0; at < books.size(); ++at) {
        auto const expected = totals_payload(books[at]);
        if (std::memcmp(&totals[at], &expected, sizeof expected) != 0 ||
            books[at].credits_posted != books[at].debits_posted ||
            books[at].credits_pending != books[at].debits_pending)
            return false;
    }
    return true;
}

ApplyErrc check_against(Engine::State& state, RecordView const& record) noexcept
{
    CheckpointPayload payload;
    if (record.body.size() < sizeof payload) return ApplyErrc::bad_layout;
    std::memcpy(&payload, record.body.data(), sizeof payload);
    if (payload.currencies > limits::currencies_max ||
        record.body.size() != sizeof payload + payload.currencies * sizeof(TotalsPayload))
        return ApplyErrc::bad_layout;
    auto const* const totals =
        reinterpret_cast<TotalsPayload const*>(record.body.data() + sizeof payload);
    auto const agrees = Digest{payload.digest_lo, payload.digest_hi} == state.digest() &&
                        payload.accounts == state.ledger.count() &&
                        payload.cards == state.cards.count() &&
                        payload.participants == state.participants.count() &&
                        payload.holds_open == state.holds.count() &&
                        payload.transactions == state.transactions.count() &&
                        same_totals(state, {totals, payload.currencies});
    if (!agrees) return ApplyErrc::digest_differs;
    state.transactions.roll(record.header->ts_ns);
    return ApplyErrc::ok;
}

}  // namespace

ApplyErrc apply_other(Engine::State& state, RecordView const& record) noexcept
{
    switch (static_cast<Type>(record.header->type)) {
        case Type::account_create:
            return create_account(state, record);
        case Type::card:
            return add_card(state, record);
        case Type::product:
            return add_product(state, record);
        case Type::participant:
            return add_participant(state, record);
        case Type::link_state:
            return set_link(state, record);
        case Type::epoch_start:
            return start_epoch(state, record);
        case Type::recovery:
            return note_recovery(state, record);
        case Type::config:
            return change_settings(state, record);
        case Type::checkpoint:
            return check_against(state, record);
        default:
            return ApplyErrc::bad_layout;  // reserved for later
    }
}

}  // namespace turnout::engine::detail
