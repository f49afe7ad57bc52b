// The engine as the loops see it; the adapter below is the real one, tests put their own here. One
// virtual call per batch. Owned by the thread that runs the engine.
#pragma once
#include "switch/engine/engine.hpp"

namespace turnout::net {

class EnginePort {
public:
    virtual ~EnginePort() = default;
    // As engine::Engine says.
    virtual void process(std::span<engine::Command const> commands, UnixNanos wall_ns,
                         engine::Outbox& out) noexcept = 0;
    virtual void tick(UnixNanos wall_ns, engine::Outbox& out) noexcept = 0;
    virtual void checkpoint(UnixNanos wall_ns, engine::Outbox& out) noexcept = 0;
    [[nodiscard]] virtual engine::Fills fills(UnixNanos wall_ns) const noexcept = 0;
};

class EngineAdapter final : public EnginePort {
public:
    // Borrows the engine for its life.
    explicit EngineAdapter(engine::Engine& engine) noexcept : engine_(engine) {}
    void process(std::span<engine::Command const> commands, UnixNanos wall_ns,
                 engine::Outbox& out) noexcept override
    {
        engine_.process(commands, wall_ns, out);
    }
    void tick(UnixNanos wall_ns, engine::Outbox& out) noexcept override
    {
        engine_.tick(wall_ns, out);
    }
    void checkpoint(UnixNanos wall_ns, engine::Outbox& out) noexcept override
    {
        engine_.checkpoint(wall_ns, out);
    }
    [[nodiscard]] engine::Fills fills(UnixNanos wall_ns) const noexcept override
    {
        return engine_.fills(wall_ns);
    }

private:
    engine::Engine& engine_;
};

}  // namespace turnout::net
