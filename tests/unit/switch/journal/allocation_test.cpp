// After warm-up a frame takes nothing from the heap, neither on the thread that appends nor on the
// journal thread, whose counts are read where it writes.
#include "switch/journal/value_of.hpp"
#include "tests/support/alloc_guard.hpp"
#include "tests/unit/switch/journal/forwarding_disk.hpp"
#include "tests/unit/switch/journal/journal_fixture.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace turnout::journal::test {
namespace {

// Heap use of the thread that wrote last, and how often it wrote.
struct WriterCounts {
    std::atomic<std::uint64_t> allocations{0};
    std::atomic<std::uint64_t> releases{0};
    std::atomic<std::uint64_t> writes{0};
};

class CountingFile final : public File {
public:
    CountingFile(std::unique_ptr<File> below, WriterCounts& counts)
        : below_(std::move(below)), counts_(counts)
    {
    }
    [[nodiscard]] IoResult pwrite(ByteView bytes, std::uint64_t offset) noexcept override
    {
        auto const heap = turnout::test::thread_alloc_counts();
        counts_.allocations = heap.allocations;
        counts_.releases = heap.releases;
        ++counts_.writes;
        return below_->pwrite(bytes, offset);
    }
    [[nodiscard]] IoResult pread(ByteSpan out, std::uint64_t offset) noexcept override
    {
        return below_->pread(out, offset);
    }
    [[nodiscard]] int sync() noexcept override { return below_->sync(); }
    [[nodiscard]] std::uint64_t size_bytes() noexcept override { return below_->size_bytes(); }

private:
    std::unique_ptr<File> below_;
    WriterCounts& counts_;
};

// The machine's disk; counts writes to the first segment, which only the journal thread makes once
// the segment is there.
class CountingDisk final : public ForwardingDisk<SystemDisk> {
public:
    CountingDisk() : ForwardingDisk(true) {}
    WriterCounts counts;
    [[nodiscard]] std::unique_ptr<File> open(std::string const& path, OpenMode mode,
                                             int& error) override
    {
        auto file = ForwardingDisk::open(path, mode, error);
        if (file == nullptr || !path.ends_with("1.toj")) return file;
        return std::make_unique<CountingFile>(std::move(file), counts);
    }
};

TEST(JournalAllocation, FramesTakeNothingFromTheHeap)
{
    TemporaryDirectory const directory;
    auto config = small_config();
    config.directory = directory.path("1");
    config.segment_bytes = 4 * 1024 * 1024;
    std::vector<Bytes> batches;
    for (std::size_t i = 0, seq = 0; i < 200; ++i) {
        batches.push_back(make_records(seq + 1, 1 + i % 9));
        seq += 1 + i % 9;
    }
    auto const disk = std::make_shared<CountingDisk>();
    SystemClock clock;
    auto opened = open_journal(config, test_keys(), {}, {.disk = disk, .clock = clock});
    ASSERT_TRUE(opened.has_value()) << opened.error().text;
    auto& journal = *value_of(opened);
    Sleeper sleeper;
    Sleeper* const wake[] = {&sleeper};
    journal.start(wake);

    Sequence last = 0;
    auto const append = [&](std::size_t from, std::size_t to) {
        for (auto i = from; i < to; ++i) {
            last += 1 + i % 9;
            ASSERT_TRUE(journal.append(batches[i], last));
            for (;;) {
                sleeper.announce();
                if (journal.durable_seq().load(std::memory_order_acquire) >= last) break;
                sleeper.block();
            }
            sleeper.stay_awake();
        }
    };
    append(0, 20);
    auto const allocations = disk->counts.allocations.load();
    auto const releases = disk->counts.releases.load();
    turnout::test::AllocGuard const here;
    append(20, batches.size());
    EXPECT_EQ(here.allocations(), 0U);
    EXPECT_EQ(disk->counts.allocations.load(), allocations);
    EXPECT_EQ(disk->counts.releases.load(), releases);
    EXPECT_GT(disk->counts.writes.load(), 180U);
    journal.stop();
}

}  // namespace
}  // namespace turnout::journal::test
