#include "switch/journal/recovery.hpp"
#include "switch/journal/scanner.hpp"
#include "switch/journal/tail.hpp"
#include "switch/journal/value_of.hpp"

#include <unistd.h>

namespace turnout::journal {

namespace {

// A running daemon writes while we read: what looked bad may be a frame that was being written.
// Every look that finds more good frames than the one before starts this budget again.
constexpr int kLooks = 4;
constexpr useconds_t kPauseUs = 20'000;

struct Walk {
    JournalConfig const& config;
    security::KeyStore const& keys;
    Disk& disk;
    int looks_max;
    WalkReport report{};
    ChainEnd end{};
    ScanTotals totals{};
    FrameFault fault = FrameFault::none;

    // One look at the rest of the journal; nullopt: `fault` and `tail` say how it ended.
    std::optional<OpenError> look(Witness const& witness, OnFrame const& on_frame,
                                  OnRecord const& on_record, TailReport& tail)
    {
        auto const listed = list_segments(disk, config.directory);
        if (listed.has_error()) return listed.error();
        auto const& segments = value_of(listed);
        report.segments = segments.size();
        auto const last = segments.empty() ? 0 : segments.back();
        if (!segments.empty() && segments.front() > end.segment_no)
            return OpenError{kExitRefused, config.directory + "/" + segment_name(end.segment_no) +
                                               ": missing, the journal starts with it"};
        ScanSource const source{disk, config.directory, last, config.group, keys, &witness};
        auto const stop = scan(source, end, totals, on_frame, on_record);
        if (auto error = refusal_of(stop)) return error;
        tail = classify_tail(source, end, stop.fault);
        if (tail.verdict == TailVerdict::io) return OpenError{kExitIo, tail.text};
        return {};
    }

    std::optional<OpenError> run(Witness const& witness, OnFrame const& on_frame,
                                 OnRecord const& on_record)
    {
        TailReport tail;
        for (int looks = 1;; ++looks) {
            auto const before = totals.frames;
            if (auto error = look(witness, on_frame, on_record, tail)) return error;
            if (tail.verdict == TailVerdict::clean) break;
            if (totals.frames > before) looks = 1;
            if (looks >= looks_max) break;
            ::usleep(kPauseUs);
        }
        if (tail.verdict == TailVerdict::damaged) report.damage = tail.text;
        report.recovered.tail = tail.verdict == TailVerdict::torn ? TailState::torn
                                : totals.frames == 0              ? TailState::fresh
                                                                  : TailState::clean;
        return {};
    }

    std::optional<OpenError> follow(Witness const& witness, OnFrame const& on_frame,
                                    OnRecord const& on_record, std::function<bool()> const& go_on)
    {
        do {
            if (auto error = run(witness, on_frame, on_record)) return error;
        } while (report.damage.empty() && go_on && go_on());
        return {};
    }
};

}  // namespace

Result<WalkReport, OpenError> walk_journal(JournalConfig const& config,
                                           security::KeyStore const& keys, OnFrame const& on_frame,
                                           OnRecord const& on_record, Disk& disk, int looks_max,
                                           std::function<bool()> const& go_on)
{
    auto const control_file =
        ControlFile::open(disk, config.directory + "/" + kControlName, false, keys.make_page_mac());
    if (control_file.has_error()) return control_file.error();
    auto const control = value_of(control_file).newest();
    if (!control)
        return OpenError{kExitRefused,
                         value_of(control_file).path() + ": missing or neither slot is readable"};
    if (control->group != config.group)
        return OpenError{kExitRefused, value_of(control_file).path() + ": belongs to group " +
                                           std::to_string(control->group)};
    // Before the frames: a running daemon's witness only ever names frames that are there already.
    auto const witness_file =
        WitnessFile::open(disk, config.directory + "/" + kWitnessName, false, keys.make_page_mac());
    if (witness_file.has_error()) return witness_file.error();
    auto const witness = value_of(witness_file).newest();
    if (!witness)
        return OpenError{kExitRefused,
                         value_of(witness_file).path() + ": missing or neither slot is readable"};

    Walk walk{.config = config, .keys = keys, .disk = disk, .looks_max = looks_max};
    walk.end.segment_no = control->first_segment;
    if (auto error = walk.follow(*witness, on_frame, on_record, go_on)) return *error;
    auto& recovered = walk.report.recovered;
    recovered.last_seq = walk.end.last_seq;
    recovered.epoch = walk.end.epoch;
    recovered.frames = walk.totals.frames;
    recovered.records = walk.totals.records;
    recovered.body_bytes = walk.totals.body_bytes;
    recovered.was_clean_stop =
        control->clean == 1 && recovered.tail != TailState::torn && walk.report.damage.empty();
    walk.report.padding_bytes = walk.totals.padding_bytes;
    return std::move(walk.report);
}

Result<WalkReport, OpenError> walk(JournalConfig const& config, security::KeyStore const& keys,
                                   OnFrame const& on_frame, OnRecord const& on_record)
{
    SystemDisk disk(true);  // reading changes nothing, so buffered will do
    return walk_journal(config, keys, on_frame, on_record, disk, kLooks, {});
}

Result<WalkReport, OpenError> follow(JournalConfig const& config, security::KeyStore const& keys,
                                     OnFrame const& on_frame, OnRecord const& on_record,
                                     std::function<bool()> const& go_on)
{
    SystemDisk disk(true);
    return walk_journal(config, keys, on_frame, on_record, disk, kLooks, go_on);
}

}  // namespace turnout::journal
