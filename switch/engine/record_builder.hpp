// Builds one record in place in the outbox, with the balances and versions that applying it must
// produce. Nothing counts until commit(): an abandoned builder leaves the outbox as it was.
#pragma once
#include "switch/engine/apply.hpp"

namespace turnout::engine {

class RecordBuilder {
public:
    // `out` has room for a record of the largest size (checked). The record is stamped `ts`.
    RecordBuilder(Engine::State& state, Outbox& out, record::Type type, UnixNanos ts,
                  std::uint32_t origin) noexcept;
    RecordBuilder(RecordBuilder const&) = delete;

    [[nodiscard]] Sequence seq() const noexcept { return header_->seq; }
    void set_flags(unsigned flags) noexcept
    {
        header_->flags = static_cast<std::uint16_t>(header_->flags | flags);
    }
    // Transfers only: the context, zeroed, to be filled in.
    [[nodiscard]] record::Context& context() noexcept { return *context_; }
    // Transfers only. False when a sum of the account would overflow; then abandon the record.
    [[nodiscard]] bool add_leg(std::uint32_t account, record::Effect effect, record::Role role,
                               std::int64_t amount) noexcept;
    // Payload or tail, copied; behind the legs.
    template <class Payload>
    requires std::is_trivially_copyable_v<Payload>
    void append(Payload const& payload) noexcept { append(&payload, sizeof payload); }
    [[nodiscard]] Hints& hints() noexcept { return hints_; }

    // Seals the record, applies it, and makes it part of the outbox. An apply that fails here is a
    // broken invariant: the process stops.
    Sequence commit() noexcept;
    // As commit(), for records from a file at start: reports instead of stopping.
    [[nodiscard]] ApplyErrc try_commit() noexcept;

private:
    struct Touched {
        std::uint32_t account = ledger::kNone;
        ledger::AccountFields fields;
    };

    [[nodiscard]] Touched& touch(std::uint32_t account) noexcept;
    void append(void const* bytes, std::size_t count) noexcept;

    static constexpr std::size_t kTouchedMax = 2;  // payer and payee; more legs come with fees

    Engine::State& state_;
    Outbox& out_;
    record::Header* header_;
    record::Context* context_;
    std::size_t bytes_;
    std::size_t touched_count_ = 0;
    std::array<Touched, kTouchedMax> touched_;
    Hints hints_;
};

}  // namespace turnout::engine
