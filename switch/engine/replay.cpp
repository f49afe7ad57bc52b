#include "switch/engine/replay.hpp"

#include <algorithm>

namespace turnout::engine {

namespace {

// Context and legs, when the record has them; what it says is checked when it is applied.
record::Context const* context_of(RecordView const& view) noexcept
{
    auto const type = static_cast<record::Type>(view.header->type);
    if (type < record::Type::post || type > record::Type::decline) return nullptr;
    if (view.body.size() < sizeof(record::Context)) return nullptr;
    return reinterpret_cast<record::Context const*>(view.body.data());
}

std::span<record::Leg const> legs_of(RecordView const& view) noexcept
{
    auto const* const context = context_of(view);
    if (context == nullptr) return {};
    auto const room = (view.body.size() - sizeof(record::Context)) / sizeof(record::Leg);
    auto const* const legs =
        reinterpret_cast<record::Leg const*>(view.body.data() + sizeof(record::Context));
    return {legs, std::min<std::size_t>({context->legs, room, limits::legs_per_record_max})};
}

}  // namespace

void Replayer::prefetch_slots(Slot& slot) const noexcept
{
    auto const* const context = context_of(slot.view);
    if (context == nullptr) return;
    if (context->rrn[0] != 0)
        slot.hints.second_k0 =
            state_.hash.second_key(context->acquirer, context->terminal, context->rrn).k0;
    state_.transactions.prefetch(context->dup_k0, slot.hints.second_k0);
    for (auto const& leg : legs_of(slot.view))
        state_.ledger.prefetch_id({leg.account_lo, leg.account_hi});
}

void Replayer::prefetch_accounts(Slot& slot) const noexcept
{
    std::size_t at = 0;
    for (auto const& leg : legs_of(slot.view)) {
        auto const position = state_.ledger.guess({leg.account_lo, leg.account_hi});
        if (position != ledger::kNone) state_.ledger.prefetch(position);
        slot.hints.accounts[at++] = position;
    }
}

ApplyErrc Replayer::apply_oldest() noexcept
{
    auto& oldest = slot(applied_++);
    result_ = apply_record(state_, oldest.view, oldest.hints);
    if (result_ != ApplyErrc::ok) failed_seq_ = state_.last_seq + 1;
    return result_;
}

ApplyErrc Replayer::push(ByteView record) noexcept
{
    if (result_ != ApplyErrc::ok) return result_;
    if (pushed_ - applied_ == kAhead && apply_oldest() != ApplyErrc::ok) return result_;
    auto& fresh = slot(pushed_);
    auto const bytes = std::min(record.size(), fresh.bytes.size());
    std::memcpy(fresh.bytes.data(), record.data(), bytes);
    if (bytes != record.size() || !view_record({fresh.bytes.data(), bytes}, fresh.view)) {
        if (finish() != ApplyErrc::ok) return result_;
        failed_seq_ = state_.last_seq + 1;
        return result_ = ApplyErrc::bad_layout;
    }
    fresh.hints = Hints{};
    prefetch_slots(fresh);
    if (pushed_ - applied_ >= kAhead / 2) prefetch_accounts(slot(pushed_ - kAhead / 2));
    ++pushed_;
    return ApplyErrc::ok;
}

ApplyErrc Replayer::finish() noexcept
{
    while (result_ == ApplyErrc::ok && applied_ != pushed_)
        (void)apply_oldest();
    return result_;
}

}  // namespace turnout::engine
