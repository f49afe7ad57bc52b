// One command on its way to its effect: what the steps of deciding hand to each other. A step
// either answers (the effect is complete) or leaves the turn to the next one. Lives for one
// command.
#pragma once
#include "switch/engine/answer_codes.hpp"
#include "switch/engine/record_builder.hpp"

namespace turnout::engine {

// What a message asks for, by MTI and processing code.
enum class Operation : std::uint8_t {
    none,           // we do not do that: 12
    hold,           // 0100: CUSTOMER -> position, pending
    purchase,       // 0200: CUSTOMER -> position
    refund,         // 0200: position -> CUSTOMER
    inquiry,        // balances, no record
    forced_hold,    // 0120
    completion,     // 0220: captures its hold, or a forced debit
    forced_refund,  // 0220
    reversal,       // 0400, 0420
};

struct Turn {
    Engine::State& state;
    Command const& command;
    UnixNanos wall_ns;
    UnixNanos ts;  // of the next record
    Outbox& out;
    Effect& effect;
    Operation operation = Operation::none;
    Participant const* participant = nullptr;
    std::uint32_t participant_at = ledger::kNone;  // its place in the table
    std::uint32_t position = ledger::kNone;        // its account in the command's currency
    std::uint32_t card = ledger::kNone;            // in the card table
    std::uint32_t account = ledger::kNone;         // CUSTOMER account, or SUSPENSE for forced ones

    [[nodiscard]] bool has(Has bit) const noexcept { return (command.has & bit) != 0; }
    [[nodiscard]] Owner owner() const noexcept { return static_cast<Owner>(participant_at + 1); }
    // Reversals, advices and completions are about money that has moved already.
    [[nodiscard]] Claim claim() const noexcept
    {
        return command.mti / 100 == 4 || command.mti / 10 % 10 == 2 ? Claim::settled
                                                                    : Claim::request;
    }
    // The peer asks once and takes no for an answer.
    [[nodiscard]] bool is_refusable() const noexcept
    {
        return claim() == Claim::request && command.mti % 10 == 0;
    }
    // The second key counts only when the message has DE 37.
    [[nodiscard]] std::uint64_t second_k0() const noexcept
    {
        return has(has_rrn) && command.rrn[0] != 0 ? command.key2_k0 : 0;
    }
};

// --- answers: each completes the effect ---

// Without a record; released once `seq` is durable, 0 = at once.
void answer(Turn& turn, AnswerCode code, Sequence seq = 0) noexcept;
// Says nothing to the peer.
void drop(Turn& turn) noexcept;
// A DECLINE record under the request's key, so that a repeat gets the same answer.
// `tombstone_seq`: of the tombstone that declines it.
void decline(Turn& turn, AnswerCode code, Sequence tombstone_seq = 0) noexcept;
// Commits an approved record and answers 00, with DE 38 when the context has one.
void approve(Turn& turn, RecordBuilder& builder) noexcept;
// There is no room for a record. An original gets 96; what the peer repeats until it is answered (a
// repeat, an advice, a reversal) gets nothing, since an answer would end that.
void refuse_full(Turn& turn) noexcept;
// 96 with a record: a sum would overflow.
void decline_overflow(Turn& turn) noexcept;

// --- records ---

// What every record takes over from its request.
void fill_context(Turn const& turn, record::Context& context, std::int64_t decided) noexcept;
// An advice's own DE 38, or six digits of the sequence.
void set_approval(Turn const& turn, RecordBuilder& builder) noexcept;
void set_rc(record::Context& context, AnswerCode code) noexcept;

// --- steps ---

[[nodiscard]] MessageKey own_key(Command const& command) noexcept;
[[nodiscard]] MessageKey original_key(Command const& command) noexcept;
// What find_second() compares: acquirer, terminal and RRN.
[[nodiscard]] Transaction like_second(Command const& command) noexcept;
[[nodiscard]] bool same_pan(std::uint8_t const (&pan)[10], Command const& command) noexcept;

// Who asks, for what, when, and whether it was asked before. False: answered.
[[nodiscard]] bool admit(Turn& turn) noexcept;
// Whether DE 7, and the time in its key, are inside the message's window. False: answered, or
// dropped when it is an old repeat.
[[nodiscard]] bool check_window(Turn& turn) noexcept;
// Finds card and account of a request; approved, or the code to decline with.
[[nodiscard]] AnswerCode check_card(Turn& turn) noexcept;
// The same for an advice, which is never refused for its card: SUSPENSE then.
[[nodiscard]] AnswerCode check_forced(Turn& turn) noexcept;

void decide_authorization(Turn& turn) noexcept;  // 0100, 0120
void decide_financial(Turn& turn) noexcept;      // 0200, 0220
void decide_inquiry(Turn& turn) noexcept;
void decide_completion(Turn& turn) noexcept;
void decide_reversal(Turn& turn) noexcept;
void decide_network(Turn& turn) noexcept;

// Journals the end of a hold. `at` is its place in the pool.
void expire_hold(Engine::State& state, std::uint32_t at, UnixNanos ts, Outbox& out) noexcept;

}  // namespace turnout::engine
