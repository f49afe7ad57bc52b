// The least a durable server must do: gather records of a fixed size, write all at hand as one
// frame of at most 64 KiB at the next page of a zero-filled file, sync, publish. One frame
// outstanding, no timer, no spinning. Two threads: the owner appends, the journal thread writes.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace turnout::bench {

inline constexpr std::size_t kPageBytes = 4096;
inline constexpr std::size_t kFrameBytesMax = 64 * 1024;  // records of one frame
inline constexpr std::size_t kFrameOverheadBytes = 128;   // room of the product's frame header
inline constexpr std::uint64_t kRingRecords = 32 * 1024;

struct FloorJournalConfig {
    std::string file;
    std::size_t file_bytes;    // zero-filled before the server listens; reused from its start
    std::size_t record_bytes;  // per message, what the product writes for one authorization
    bool dsync = false;        // O_DSYNC writes instead of write + fdatasync
};

class FloorJournal {
public:
    // Creates, zero-fills and syncs the file, then starts the thread; throws std::system_error.
    // `wake_fd` is an eventfd of the owner's loop; it outlives the journal.
    FloorJournal(FloorJournalConfig const& config, int wake_fd);
    ~FloorJournal();
    FloorJournal(FloorJournal const&) = delete;
    FloorJournal& operator=(FloorJournal const&) = delete;

    // Owner: false when the ring is full (nothing appended). Copies the front of `message`, filled
    // up with zeros to the record size. Visible to the journal thread after publish().
    [[nodiscard]] bool append(std::span<std::byte const> message) noexcept;
    void publish() noexcept;
    [[nodiscard]] std::uint64_t appended() const noexcept { return appended_; }

    // Owner: number of records on stable storage.
    [[nodiscard]] std::uint64_t durable() const noexcept
    {
        return durable_.load(std::memory_order_acquire);
    }
    // Owner: announces that it is about to sleep, so that the next sync signals `wake_fd`.
    void announce_sleep() noexcept { owner_sleeps_.exchange(true); }
    void stay_awake() noexcept { owner_sleeps_.store(false); }

    [[nodiscard]] std::uint64_t frames() const noexcept { return frames_.load(); }

private:
    void open_file(FloorJournalConfig const& config);
    void run() noexcept;
    void wait_for_records(std::uint64_t taken) noexcept;
    void write_frame(std::uint64_t first, std::uint64_t count) noexcept;

    std::size_t record_bytes_;
    std::size_t file_bytes_;
    bool dsync_;
    int file_ = -1;
    int work_fd_ = -1;
    int wake_fd_;
    std::size_t write_at_ = 0;
    std::byte* frame_ = nullptr;  // page-aligned
    std::vector<std::byte> ring_;
    std::uint64_t appended_ = 0;
    alignas(64) std::atomic<std::uint64_t> published_{0};
    alignas(64) std::atomic<std::uint64_t> durable_{0};
    alignas(64) std::atomic<bool> owner_sleeps_{false};
    alignas(64) std::atomic<bool> journal_sleeps_{false};
    std::atomic<std::uint64_t> frames_{0};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace turnout::bench
