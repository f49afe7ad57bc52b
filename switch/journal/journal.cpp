#include "protocol/core/check.hpp"
#include "switch/base/log.hpp"
#include "switch/journal/journal_thread.hpp"
#include "switch/journal/ports.hpp"
#include "switch/journal/recovery.hpp"
#include "switch/journal/value_of.hpp"

#include <algorithm>

#include <unistd.h>

namespace turnout::journal {

namespace {

// The journal of one process on its own disk.
class LocalJournal final : public Journal {
public:
    LocalJournal(JournalConfig const& config, security::KeyStore const& keys, Ports ports,
                 Opened opened)
        : recovered_(opened.recovered),
          ring_(limits::journal_ring_bytes),
          thread_(config, keys, std::move(ports), {ring_, durable_seq_}, std::move(opened))
    {
        durable_seq_.store(recovered_.last_seq, std::memory_order_release);
        touch_ring();
    }
    ~LocalJournal() override { thread_.stop(); }
    LocalJournal(LocalJournal const&) = delete;
    LocalJournal& operator=(LocalJournal const&) = delete;

    [[nodiscard]] Recovered const& recovered() const noexcept override { return recovered_; }
    void start(std::span<Sleeper* const> wake) override { thread_.start(wake); }
    [[nodiscard]] std::size_t room_bytes() const noexcept override
    {
        return ring_.write_available();
    }

    [[nodiscard]] bool append(ByteView records, Sequence last_seq) noexcept override
    {
        TURNOUT_DCHECK(last_seq > appended_seq_, "journal.append.sequence");
        if (records.size() > ring_.write_available()) return false;
        ring_.push(records.data(), records.size());
        appended_seq_ = last_seq;
        thread_.wake();
        return true;
    }

    [[nodiscard]] std::uint64_t oldest_pending_ns(
        std::uint64_t monotonic_now_ns) const noexcept override
    {
        return thread_.oldest_pending_ns(monotonic_now_ns);
    }
    [[nodiscard]] bool segment_shortage() const noexcept override
    {
        return thread_.segment_shortage();
    }
    void stop() override { thread_.stop(); }

private:
    // Every page of the ring is mapped before the first record needs it.
    void touch_ring()
    {
        std::byte piece[4096]{};
        for (std::size_t done = 0; done < limits::journal_ring_bytes; done += sizeof piece)
            ring_.push(piece, std::min(sizeof piece, ring_.write_available()));
        while (ring_.pop(piece, sizeof piece) > 0) {
        }
    }

    Recovered recovered_;
    RecordRing ring_;
    Sequence appended_seq_ = 0;  // engine thread
    JournalThread thread_;
};

}  // namespace

void exit_on_fatal(std::string const& text)
{
    log::write_now(LogLevel::error,
                   "journal: " + text + "; stopping, recovery decides what is kept");
    ::_exit(kExitIo);
}

Result<std::unique_ptr<Journal>, OpenError> open_journal(JournalConfig const& config,
                                                         security::KeyStore const& keys,
                                                         Replay const& replay, Ports ports)
{
    auto opened = recover(config, keys, replay, ports);
    if (opened.has_error()) return opened.error();
    return std::unique_ptr<Journal>(std::make_unique<LocalJournal>(config, keys, std::move(ports),
                                                                   std::move(value_of(opened))));
}

Result<std::unique_ptr<Journal>, OpenError> Journal::open(JournalConfig const& config,
                                                          security::KeyStore const& keys,
                                                          Replay const& replay)
{
    static SystemClock clock;  // stateless
    return open_journal(
        config, keys, replay,
        {.disk = std::make_shared<SystemDisk>(config.allow_buffered), .clock = clock});
}

}  // namespace turnout::journal
