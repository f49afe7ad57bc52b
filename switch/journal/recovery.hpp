// Opening a journal: lock, raise the boot epoch, verify and replay everything, decide about the
// tail, prepare the place of the next frame. In this order; see docs/formats/journal.md. Start-up
// only, one thread.
#pragma once
#include "switch/journal/ports.hpp"
#include "switch/journal/scanner.hpp"
#include "switch/journal/segments.hpp"
#include "switch/journal/slot_file.hpp"

#include <deque>
#include <memory>

namespace turnout::journal {

// Everything the journal thread goes on with.
struct Opened {
    std::unique_ptr<Disk::Lock> lock;
    ControlFile control_file;
    WitnessFile witness_file;
    Control control;  // as it lies on disk now
    Recovered recovered;
    ChainEnd end;
    std::deque<Segment> segments;  // the one that `end` is in, then those ready behind it
};

[[nodiscard]] Result<Opened, OpenError> recover(JournalConfig const& config,
                                                security::KeyStore const& keys,
                                                Replay const& replay, Ports const& ports);

// The refusals that a scan's end and tail can mean; nullopt: go on. Shared with walk().
[[nodiscard]] std::optional<OpenError> refusal_of(ScanStop const& stop);

}  // namespace turnout::journal
