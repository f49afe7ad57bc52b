// Ctrl-C for long commands: the first one asks them to stop and report, the second ends the process
// at once. Process-wide; one guard at a time.
#pragma once
#include <atomic>

namespace turnout::cli {

class InterruptGuard {
public:
    InterruptGuard();   // catches SIGINT and SIGTERM
    ~InterruptGuard();  // restores what was there
    InterruptGuard(InterruptGuard const&) = delete;
    InterruptGuard& operator=(InterruptGuard const&) = delete;

    // Non-zero once a signal came.
    [[nodiscard]] static std::atomic<int> const& requested() noexcept;
};

}  // namespace turnout::cli
