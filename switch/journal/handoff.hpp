// A small blocking queue between two threads of recovery, moved a chunk of megabytes at a time, so
// that a mutex costs nothing. Not for the hot path.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace turnout::journal {

// Unbounded by itself: the chunks that go round are few and made once, they are the bound.
template <class T>
class Handoff {
public:
    void put(T item)
    {
        {
            std::lock_guard const lock(mutex_);
            items_.push_back(std::move(item));
        }
        changed_.notify_one();
    }

    // Waits for an item; nullopt once the queue is closed and empty, or was aborted.
    [[nodiscard]] std::optional<T> take()
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !items_.empty() || closed_; });
        if (items_.empty() || aborted_) return {};
        std::optional<T> item(std::move(items_.front()));
        items_.pop_front();
        return item;
    }

    // No more items will come; what is in it can still be taken.
    void close() { finish(false); }
    // Nobody wants the items any more.
    void abort() { finish(true); }

private:
    void finish(bool aborted)
    {
        {
            std::lock_guard const lock(mutex_);
            closed_ = true;
            aborted_ = aborted_ || aborted;
        }
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<T> items_;
    bool closed_ = false;
    bool aborted_ = false;
};

}  // namespace turnout::journal
