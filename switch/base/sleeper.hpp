// The sleep protocol between a ring's producer and its consumer: the consumer announces that it
// sleeps, looks once more, then blocks on an eventfd; the producer pushes, then wakes at most once
// a batch. Without the second look a push between look and sleep would be lost.
#pragma once
#include <atomic>

namespace turnout {

class Sleeper {
public:
    Sleeper();  // throws std::system_error when no eventfd can be had (start-up only)
    ~Sleeper();
    Sleeper(Sleeper const&) = delete;
    Sleeper& operator=(Sleeper const&) = delete;

    // Consumer: announce, then look at the rings again, then either block or call stay_awake().
    void announce() noexcept { sleeping_.exchange(true, std::memory_order_seq_cst); }
    void stay_awake() noexcept { sleeping_.store(false, std::memory_order_relaxed); }
    // Consumer: blocks until woken (never call on an event loop: poll descriptor() there).
    void block() noexcept;
    // Consumer on an event loop: drains the counter after descriptor() became readable.
    void drain() noexcept;
    [[nodiscard]] int descriptor() const noexcept { return fd_; }

    // Producer: after pushing. One system call only if the consumer said it sleeps. The fence of
    // the exchange orders the push before the look at `sleeping_`.
    void wake() noexcept
    {
        if (sleeping_.exchange(false, std::memory_order_seq_cst)) signal();
    }
    // Any thread: wakes unconditionally (shutdown).
    void signal() noexcept;

private:
    alignas(64) std::atomic<bool> sleeping_{false};
    int fd_ = -1;
};

}  // namespace turnout
