// What the journal's tests share: keys, records with a known content, a journal on a disk in
// memory, and waiting for durability.
#pragma once
#include "switch/base/record.hpp"
#include "switch/base/sleeper.hpp"
#include "switch/journal/ports.hpp"
#include "switch/security/key_store.hpp"
#include "tests/unit/switch/journal/memory_disk.hpp"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#if defined(__SANITIZE_THREAD__)
#define TURNOUT_TEST_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TURNOUT_TEST_TSAN 1
#endif
#endif

namespace turnout::journal::test {

// Exhaustive loops take every n-th step where each step costs twenty times as much: the thread
// sanitizer is after races, and those do not depend on which byte is wrong.
#ifdef TURNOUT_TEST_TSAN
inline constexpr std::size_t kExhaustiveStep = 61;
#else
inline constexpr std::size_t kExhaustiveStep = 1;
#endif

// A directory that vanishes with the object.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(TemporaryDirectory const&) = delete;
    TemporaryDirectory& operator=(TemporaryDirectory const&) = delete;
    [[nodiscard]] std::string path(std::string const& name = {}) const
    {
        return name.empty() ? path_.string() : (path_ / name).string();
    }

private:
    std::filesystem::path path_;
};

// Keys of their own, the same for the whole test program; and others.
[[nodiscard]] security::KeyStore const& test_keys();
[[nodiscard]] security::KeyStore const& other_keys();

using Bytes = std::vector<std::byte>;

// A valid record; its payload is a function of the sequence, so that wrong content shows.
[[nodiscard]] Bytes make_record(Sequence seq, std::size_t bytes = 320,
                                record::Type type = record::Type::post, std::uint16_t flags = 0);
[[nodiscard]] Bytes make_records(Sequence first, std::size_t count, std::size_t bytes = 320);

// A clock that stands still where it is put.
class FixedClock final : public Clock {
public:
    explicit FixedClock(UnixNanos wall_ns) : wall_ns_(wall_ns) {}
    [[nodiscard]] UnixNanos wall_ns() noexcept override { return wall_ns_; }
    [[nodiscard]] std::uint64_t monotonic_ns() noexcept override { return 1; }

private:
    UnixNanos wall_ns_;
};

inline constexpr char kDirectory[] = "/data/1";
inline constexpr std::size_t kSmallSegment = 32 * 4096;

[[nodiscard]] JournalConfig small_config();
[[nodiscard]] std::string path_of(std::string const& name);
[[nodiscard]] std::string segment_path(std::uint64_t number);

// A journal with what it replayed. Open failures are in `error`.
class TestJournal {
public:
    explicit TestJournal(std::shared_ptr<Disk> disk, JournalConfig const& config = small_config(),
                         security::KeyStore const& keys = test_keys(), bool start = true);
    ~TestJournal();
    TestJournal(TestJournal const&) = delete;
    TestJournal& operator=(TestJournal const&) = delete;

    [[nodiscard]] bool is_open() const noexcept { return journal_ != nullptr; }
    [[nodiscard]] Journal& operator*() noexcept { return *journal_; }
    [[nodiscard]] Journal* operator->() noexcept { return journal_.get(); }
    // Appends `count` records after the last and waits until they are durable. False: the journal
    // failed meanwhile.
    bool write(std::size_t count, std::size_t bytes = 320);
    // Waits until `seq` is durable; false when the fatal handler was called instead.
    bool await(Sequence seq);
    // Ends without the stop that a crash would not have had either: no more durable than now.
    [[nodiscard]] Sequence last_seq() const noexcept { return last_seq_; }
    [[nodiscard]] bool has_failed() const noexcept { return failed_.load(); }

    OpenError error{0, {}};
    std::vector<Bytes> replayed;
    std::string fatal_text;

private:
    SystemClock clock_;
    Sleeper sleeper_;
    std::atomic<bool> failed_{false};
    Sequence last_seq_ = 0;
    std::unique_ptr<Journal> journal_;
};

// True when `records` are make_record(1), (2), ... of whatever size, in order.
[[nodiscard]] bool is_expected_content(std::vector<Bytes> const& records);

}  // namespace turnout::journal::test
