#include "switch/journal/recovery.hpp"

#include "switch/journal/tail.hpp"
#include "switch/journal/value_of.hpp"

#include <algorithm>
#include <cerrno>

namespace turnout::journal {

namespace {

constexpr char kLockName[] = "LOCK";
constexpr std::uint64_t kClockSlackNs = 24ULL * 3600 * kNanosPerSecond;

OpenError refuse(std::string text)
{
    return {kExitRefused, std::move(text)};
}

std::optional<OpenError> check_config(JournalConfig const& config)
{
    if (config.segment_bytes % kPageBytes == 0 && config.segment_bytes >= kSegmentBytesMin &&
        config.segment_bytes / kPageBytes <= UINT32_MAX && config.segments_ahead >= 1)
        return {};
    return refuse("journal: segment_bytes must be a multiple of 4096 and at least " +
                  std::to_string(kSegmentBytesMin) + ", segments_ahead at least 1");
}

// Step 1, first half: a directory that can keep what it is given, and nobody else in it.
Result<std::unique_ptr<Disk::Lock>, OpenError> lock_directory(JournalConfig const& config,
                                                              Disk& disk)
{
    auto error = disk.create_directory(config.directory);
    if (error != 0)
        return OpenError{kExitIo,
                         config.directory + ": cannot be created: " + describe_errno(error)};
    if (!config.allow_buffered && disk.is_volatile(config.directory))
        return refuse(config.directory +
                      ": is in memory (tmpfs), a power cut would lose it; choose a directory on a "
                      "disk");
    auto const path = config.directory + "/" + kLockName;
    auto lock = disk.lock(path, error);
    if (lock == nullptr && error == EWOULDBLOCK)
        return refuse(path + ": another process has this journal open; stop it first");
    if (lock == nullptr)
        return OpenError{kExitIo, path + ": cannot be locked: " + describe_errno(error)};
    return lock;
}

// A directory without CONTROL and without segments is new: the witness comes first, CONTROL last,
// so that a crash in between leaves it new. A witness that has seen records says otherwise.
std::optional<OpenError> create_if_new(JournalConfig const& config, Disk& disk,
                                       security::KeyStore const& keys)
{
    int error = 0;
    auto const names = disk.list(config.directory, error);
    if (error != 0)
        return OpenError{kExitIo,
                         config.directory + ": cannot be listed: " + describe_errno(error)};
    if (std::find(names.begin(), names.end(), kControlName) != names.end()) return {};
    auto const old =
        WitnessFile::open(disk, config.directory + "/" + kWitnessName, false, keys.make_page_mac());
    if (old.has_error()) return old.error();
    auto const seen = value_of(old).newest();
    if (seen && seen->last_seq > 0)
        return refuse(value_of(old).path() + ": has seen sequence " +
                      std::to_string(seen->last_seq) +
                      ", but the journal is gone; restore it from a backup");
    Witness witness{};
    witness.group = config.group;
    auto const mac = keys.make_page_mac();
    if (auto failed = WitnessFile::create(disk, config.directory, kWitnessName, witness, *mac))
        return failed;
    Control control{};
    control.group = config.group;
    control.first_segment = 1;
    return ControlFile::create(disk, config.directory, kControlName, control, *mac);
}

Result<Control, OpenError> read_control(JournalConfig const& config, ControlFile const& file)
{
    auto const control = file.newest();
    if (!control)
        return refuse(file.path() +
                      ": neither slot is readable although the journal is not empty; "
                      "restore it from a backup");
    if (control->group != config.group)
        return refuse(file.path() + ": belongs to group " + std::to_string(control->group) +
                      ", not " + std::to_string(config.group) +
                      "; check [data] in the configuration");
    return *control;
}

// Writes CONTROL with the next generation.
std::optional<OpenError> write_control(ControlFile& file, Control& control)
{
    control.generation += 1;
    if (auto const* const operation = file.write(control))
        return OpenError{kExitIo, file.path() + ": " + operation + " failed: " + file.error() +
                                      "; check the disk, then start again"};
    return {};
}

// Both slots get the epoch: if one is lost later, the other still keeps nonces from repeating.
std::optional<OpenError> raise_epoch(ControlFile& file, Control& control, std::uint32_t epoch)
{
    if (epoch == 0)
        return refuse(file.path() + ": boot epochs are used up; change the journal key");
    control.boot_epoch = epoch;
    control.clean = 0;
    if (auto error = write_control(file, control)) return error;
    return write_control(file, control);
}

// Whatever the page cache still holds from a process that died reaches the disk before it is read.
std::optional<OpenError> sync_everything(JournalConfig const& config, Disk& disk,
                                         std::vector<std::uint64_t> const& segments)
{
    for (auto const number : segments) {
        auto const opened = open_segment(disk, config.directory, number, {.write = true});
        if (opened.has_error()) return opened.error();
        auto const& segment = value_of(opened);
        if (auto const error = segment.file->sync())
            return OpenError{kExitIo, segment.path + ": sync failed: " + describe_errno(error)};
    }
    if (auto const error = disk.sync_directory(config.directory))
        return OpenError{kExitIo, config.directory + ": sync failed: " + describe_errno(error)};
    return {};
}

Result<Witness, OpenError> read_witness(JournalConfig const& config, WitnessFile const& file)
{
    auto const witness = file.newest();
    if (!witness)
        return refuse(file.path() +
                      ": neither slot is readable, so it cannot be told whether the "
                      "journal's end is whole; restore it from a backup");
    if (witness->group != config.group)
        return refuse(file.path() + ": belongs to another group; restore it from a backup");
    return *witness;
}

// The segment of the next frame, made now if it is not there, and those behind it.
std::optional<OpenError> open_segments(JournalConfig const& config, Disk& disk,
                                       std::uint64_t last_segment, Opened& opened)
{
    OpenMode const mode{.write = true, .write_sync = config.sync == SyncMethod::dsync};
    for (auto number = opened.end.segment_no; number <= last_segment; ++number) {
        auto segment = open_segment(disk, config.directory, number, mode);
        if (segment.has_error()) return segment.error();
        opened.segments.push_back(std::move(value_of(segment)));
    }
    if (!opened.segments.empty()) return {};
    auto made = create_segment(disk, config.directory, opened.end.segment_no, config.segment_bytes,
                               mode.write_sync, [] { return true; });
    if (made.has_error()) return OpenError{kExitIo, made.error().text};
    opened.segments.push_back(std::move(value_of(made)));
    return {};
}

// Steps 3 to 5: reads, replays, and decides about the tail.
std::optional<OpenError> replay_all(JournalConfig const& config, ScanSource const& source,
                                    Replay const& replay, Ports const& ports, Opened& opened)
{
    ScanTotals totals;
    opened.end.segment_no = opened.control.first_segment;
    auto const stop = scan(source, opened.end, totals, {}, replay);
    if (auto error = refusal_of(stop)) return error;
    auto const tail = classify_tail(source, opened.end, stop.fault);
    if (tail.verdict == TailVerdict::damaged) return refuse(tail.text);
    if (tail.verdict == TailVerdict::io) return OpenError{kExitIo, tail.text};
    if (opened.end.ts_ns > ports.clock.wall_ns() + kClockSlackNs)
        return refuse(config.directory +
                      ": the last record is more than 24 hours ahead of this "
                      "machine's clock; set the clock");
    auto& recovered = opened.recovered;
    recovered.frames = totals.frames;
    recovered.records = totals.records;
    recovered.body_bytes = totals.body_bytes;
    recovered.last_seq = opened.end.last_seq;
    recovered.tail = totals.frames == 0 ? TailState::fresh : TailState::clean;
    if (tail.verdict != TailVerdict::torn) return {};
    recovered.tail = TailState::torn;
    return erase_torn_tail(*ports.disk, config.directory, tail.dirty);
}

}  // namespace

std::optional<OpenError> refusal_of(ScanStop const& stop)
{
    if (stop.kind == ScanStop::Kind::io) return OpenError{kExitIo, stop.text};
    if (stop.kind == ScanStop::Kind::end) return {};
    auto const record = stop.text + ": record " + std::to_string(stop.record.seq);
    if (stop.record.is_replay)
        return OpenError{kExitReplayDiffers,
                         record + " does not replay: " + stop.record.what +
                             "; do not go on with this program version, keep the directory"};
    return refuse(record + " " + stop.record.what +
                  " although its frame is authentic; keep the directory and report it");
}

Result<Opened, OpenError> recover(JournalConfig const& config, security::KeyStore const& keys,
                                  Replay const& replay, Ports const& ports)
{
    auto& disk = *ports.disk;
    if (auto error = check_config(config)) return *error;
    auto locked = lock_directory(config, disk);
    if (locked.has_error()) return locked.error();
    auto const listed = list_segments(disk, config.directory);
    if (listed.has_error()) return listed.error();
    auto const& segments = value_of(listed);

    if (segments.empty())
        if (auto error = create_if_new(config, disk, keys)) return *error;
    auto control_file =
        ControlFile::open(disk, config.directory + "/" + kControlName, true, keys.make_page_mac());
    if (control_file.has_error()) return control_file.error();
    auto control = read_control(config, value_of(control_file));
    if (control.has_error()) return control.error();
    auto const first_segment = value_of(control).first_segment;
    auto const was_clean = value_of(control).clean == 1;
    if (!segments.empty() && segments.front() != first_segment)
        return refuse(config.directory + "/" + segment_name(first_segment) +
                      ": missing, the journal starts with it; restore it from a backup");
    auto const next_epoch = value_of(control).boot_epoch + 1;
    if (auto error = raise_epoch(value_of(control_file), value_of(control), next_epoch))
        return *error;
    if (auto error = sync_everything(config, disk, segments)) return *error;

    auto witness_file =
        WitnessFile::open(disk, config.directory + "/" + kWitnessName, true, keys.make_page_mac());
    if (witness_file.has_error()) return witness_file.error();
    auto const read = read_witness(config, value_of(witness_file));
    if (read.has_error()) return read.error();
    auto const& witness = value_of(read);

    Opened opened{.lock = std::move(value_of(locked)),
                  .control_file = std::move(value_of(control_file)),
                  .witness_file = std::move(value_of(witness_file)),
                  .control = value_of(control),
                  .recovered = {},
                  .end = {},
                  .segments = {}};
    auto const last_segment = segments.empty() ? 0 : segments.back();
    ScanSource const source{disk, config.directory, last_segment, config.group, keys, &witness};
    if (auto error = replay_all(config, source, replay, ports, opened)) return *error;

    // A CONTROL older than the journal (restored from a backup) must not bring back used nonces.
    if (opened.end.epoch >= opened.control.boot_epoch)
        if (auto error = raise_epoch(opened.control_file, opened.control,
                                     static_cast<std::uint32_t>(opened.end.epoch) + 1))
            return *error;
    opened.recovered.epoch = opened.control.boot_epoch;
    opened.recovered.was_clean_stop = was_clean && witness.last_seq == opened.end.last_seq &&
                                      opened.recovered.tail != TailState::torn;
    if (auto error = open_segments(config, disk, last_segment, opened)) return *error;
    return opened;
}

}  // namespace turnout::journal
