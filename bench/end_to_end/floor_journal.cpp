#include "bench/end_to_end/floor_journal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace turnout::bench {
namespace {

constexpr std::size_t kFillBytes = 1024 * 1024;

[[noreturn]] void stop_with(char const* what) noexcept
{
    std::fprintf(stderr, "bench_floor: %s: %s\n", what, std::strerror(errno));
    std::_Exit(70);
}

void signal_fd(int fd) noexcept
{
    std::uint64_t const one = 1;
    [[maybe_unused]] auto const put = ::write(fd, &one, sizeof one);
}

void drain_fd(int fd) noexcept
{
    std::uint64_t count = 0;
    [[maybe_unused]] auto const got = ::read(fd, &count, sizeof count);
}

constexpr std::size_t round_up_to_page(std::size_t bytes) noexcept
{
    return (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
}

}  // namespace

FloorJournal::FloorJournal(FloorJournalConfig const& config, int wake_fd)
    : record_bytes_(config.record_bytes),
      file_bytes_(round_up_to_page(config.file_bytes)),
      dsync_(config.dsync),
      wake_fd_(wake_fd),
      ring_(config.record_bytes * kRingRecords)
{
    work_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (work_fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    auto const buffer_bytes = std::max(kFillBytes, kFrameBytesMax + 2 * kPageBytes);
    frame_ = static_cast<std::byte*>(std::aligned_alloc(kPageBytes, buffer_bytes));
    if (frame_ == nullptr) throw std::bad_alloc();
    std::memset(frame_, 0, buffer_bytes);
    open_file(config);
    thread_ = std::thread([this] { run(); });
}

FloorJournal::~FloorJournal()
{
    stopping_.store(true);
    signal_fd(work_fd_);
    if (thread_.joinable()) thread_.join();
    ::close(file_);
    ::close(work_fd_);
    std::free(frame_);
}

void FloorJournal::open_file(FloorJournalConfig const& config)
{
    auto const flags = O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_DIRECT | (dsync_ ? O_DSYNC : 0);
    file_ = ::open(config.file.c_str(), flags, 0600);
    if (file_ < 0) throw std::system_error(errno, std::generic_category(), config.file);
    for (std::size_t at = 0; at < file_bytes_; at += kFillBytes) {
        auto const bytes = std::min(kFillBytes, file_bytes_ - at);
        if (::pwrite(file_, frame_, bytes, static_cast<off_t>(at)) != static_cast<ssize_t>(bytes))
            throw std::system_error(errno, std::generic_category(), "zero-filling");
    }
    if (::fsync(file_) != 0) throw std::system_error(errno, std::generic_category(), "fsync");
}

bool FloorJournal::append(std::span<std::byte const> message) noexcept
{
    if (appended_ - durable() >= kRingRecords) return false;
    std::byte* const at = &ring_[appended_ % kRingRecords * record_bytes_];
    auto const bytes = std::min(message.size(), record_bytes_);
    std::memcpy(at, message.data(), bytes);
    std::memset(at + bytes, 0, record_bytes_ - bytes);
    ++appended_;
    return true;
}

void FloorJournal::publish() noexcept
{
    published_.store(appended_, std::memory_order_release);
    if (journal_sleeps_.exchange(false)) signal_fd(work_fd_);
}

void FloorJournal::run() noexcept
{
    std::uint64_t taken = 0;
    while (!stopping_.load()) {
        auto const at_hand = published_.load(std::memory_order_acquire) - taken;
        if (at_hand == 0) {
            wait_for_records(taken);
            continue;
        }
        auto const count = std::min<std::uint64_t>(at_hand, kFrameBytesMax / record_bytes_);
        write_frame(taken, count);
        taken += count;
        durable_.store(taken, std::memory_order_release);
        frames_.fetch_add(1, std::memory_order_relaxed);
        if (owner_sleeps_.exchange(false)) signal_fd(wake_fd_);
    }
}

// The second look between announcing and sleeping is what keeps a publish from being missed.
void FloorJournal::wait_for_records(std::uint64_t taken) noexcept
{
    journal_sleeps_.exchange(true);
    if (published_.load() == taken && !stopping_.load()) {
        pollfd waiting{.fd = work_fd_, .events = POLLIN, .revents = 0};
        ::poll(&waiting, 1, -1);
        drain_fd(work_fd_);
    }
    journal_sleeps_.store(false);
}

void FloorJournal::write_frame(std::uint64_t first, std::uint64_t count) noexcept
{
    auto const start = first % kRingRecords;
    auto const before_end = std::min(count, kRingRecords - start);
    std::byte* const body = frame_ + kFrameOverheadBytes;
    std::memcpy(body, &ring_[start * record_bytes_], before_end * record_bytes_);
    std::memcpy(body + before_end * record_bytes_, ring_.data(),
                (count - before_end) * record_bytes_);
    auto const used = kFrameOverheadBytes + count * record_bytes_;
    auto const bytes = round_up_to_page(used);
    std::memset(frame_ + used, 0, bytes - used);

    if (write_at_ + bytes > file_bytes_) write_at_ = 0;
    if (::pwrite(file_, frame_, bytes, static_cast<off_t>(write_at_)) !=
        static_cast<ssize_t>(bytes))
        stop_with("pwrite");
    if (!dsync_ && ::fdatasync(file_) != 0) stop_with("fdatasync");
    write_at_ += bytes;
}

}  // namespace turnout::bench
