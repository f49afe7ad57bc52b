// What a journal takes from outside: disk, clock, and what happens when storage fails. Production
// uses the machine's; tests and the simulator bring their own.
#pragma once
#include "switch/base/clock.hpp"
#include "switch/journal/disk.hpp"
#include "switch/journal/journal.hpp"

#include <functional>
#include <memory>
#include <string>

namespace turnout::journal {

// Called at most once, on the thread that saw the failure, with a text that names file, operation
// and cause. Production never returns from it; when it returns, nothing is written or published
// any more.
using FatalHandler = std::function<void(std::string const& text)>;

// Writes the text to stderr and ends the process with kExitIo at once: after a failed write or
// sync the kernel may have dropped the data, so nothing that it says later can be trusted.
[[noreturn]] void exit_on_fatal(std::string const& text);

struct Ports {
    std::shared_ptr<Disk> disk;
    Clock& clock;  // outlives the journal
    FatalHandler fatal = exit_on_fatal;
};

// Journal::open with ports of the caller's choice.
[[nodiscard]] Result<std::unique_ptr<Journal>, OpenError> open_journal(
    JournalConfig const& config, security::KeyStore const& keys, Replay const& replay, Ports ports);

// walk() likewise; only the disk is needed. `looks_max`: how often a bad tail is looked at again,
// with a pause between, because a running daemon may have been writing it. `go_on` as in follow();
// empty: the end is the end.
[[nodiscard]] Result<WalkReport, OpenError> walk_journal(
    JournalConfig const& config, security::KeyStore const& keys, OnFrame const& on_frame,
    OnRecord const& on_record, Disk& disk, int looks_max, std::function<bool()> const& go_on = {});

}  // namespace turnout::journal
