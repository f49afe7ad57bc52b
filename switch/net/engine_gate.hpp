// How a loop reaches the engine: on its own thread (InlineGate), or over a pair of rings
// (switch/net/engine_thread.hpp). Called by the loop's thread only.
#pragma once
#include "switch/base/limits.hpp"
#include "switch/net/engine_pump.hpp"

#include <array>

namespace turnout::net {

class EngineGate {
public:
    virtual ~EngineGate() = default;
    // Hands over a batch; always takes all of it (the loop's credit bounds what is in flight).
    virtual void submit(std::span<engine::Command const> commands, Now const& now) noexcept = 0;
    // Effects that are there, whether durable or not; returns how many were written to `out`.
    [[nodiscard]] virtual std::size_t take(std::span<engine::Effect> out) noexcept = 0;
    // True when take() would give something.
    [[nodiscard]] virtual bool ready() noexcept = 0;
    // Every 100 ms.
    virtual void tick(Now const& now) noexcept = 0;
};

// Decides during submit(); take() must be called after each.
class InlineGate final : public EngineGate {
public:
    explicit InlineGate(EnginePump& pump) noexcept
        : pump_(pump), effects_(limits::commands_per_batch_max)
    {
    }
    void submit(std::span<engine::Command const> commands, Now const& now) noexcept override
    {
        pump_.decide(commands, now, effects_);
        pump_.commit();
        count_ = commands.size();
    }
    [[nodiscard]] std::size_t take(std::span<engine::Effect> out) noexcept override
    {
        auto const count = std::min(count_ - taken_, out.size());
        std::copy_n(effects_.begin() + static_cast<std::ptrdiff_t>(taken_), count, out.begin());
        taken_ += count;
        if (taken_ == count_) taken_ = count_ = 0;
        return count;
    }
    [[nodiscard]] bool ready() noexcept override { return taken_ != count_; }
    void tick(Now const& now) noexcept override
    {
        pump_.tick(now);
        pump_.commit();
    }

private:
    EnginePump& pump_;
    std::vector<engine::Effect> effects_;
    std::size_t count_ = 0;
    std::size_t taken_ = 0;
};

}  // namespace turnout::net
