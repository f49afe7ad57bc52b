// Replays a journal at the speed of the disk: records are taken a few ahead, so that the memory
// that each will touch is on its way when its turn comes. Start-up and tools; one thread.
#pragma once
#include "switch/engine/apply.hpp"

namespace turnout::engine {

class Replayer {
public:
    explicit Replayer(Engine& engine) noexcept : state_(engine.state()) {}

    // Copies the record and applies an earlier one. An error, also of an earlier record, is final:
    // failed_seq() says whose. The last kAhead records are applied by finish() only.
    [[nodiscard]] ApplyErrc push(ByteView record) noexcept;
    [[nodiscard]] ApplyErrc finish() noexcept;
    [[nodiscard]] Sequence failed_seq() const noexcept { return failed_seq_; }

    static constexpr std::size_t kAhead = 16;

private:
    struct Slot {
        alignas(8) std::array<std::byte, limits::record_bytes_max> bytes;
        RecordView view;
        Hints hints;
    };

    void prefetch_slots(Slot& slot) const noexcept;
    void prefetch_accounts(Slot& slot) const noexcept;
    ApplyErrc apply_oldest() noexcept;
    [[nodiscard]] Slot& slot(std::size_t number) noexcept { return slots_[number % kAhead]; }

    Engine::State& state_;
    std::array<Slot, kAhead> slots_;
    std::size_t pushed_ = 0, applied_ = 0;
    ApplyErrc result_ = ApplyErrc::ok;
    Sequence failed_seq_ = 0;
};

}  // namespace turnout::engine
