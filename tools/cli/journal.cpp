#include "switch/journal/journal.hpp"

#include "tools/cli/commands.hpp"
#include "tools/cli/data_source.hpp"
#include "tools/cli/interrupt.hpp"
#include "tools/cli/record_text.hpp"
#include "tools/loadgen/units.hpp"

#include <chrono>
#include <iostream>
#include <map>
#include <optional>
#include <thread>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

using Json = nlohmann::ordered_json;
using loadgen::group_digits;

constexpr char const* kEnough = "enough";  // ends a walk that has shown what was asked for
constexpr auto kFollowPause = std::chrono::milliseconds(200);

std::string kib(std::uint64_t bytes)
{
    return group_digits((bytes + 1023) / 1024) + " KiB";
}

Json report_json(DataSource const& source, journal::WalkReport const& report)
{
    auto const& recovered = report.recovered;
    return {{"directory", source.journal.directory},
            {"segments", report.segments},
            {"frames", recovered.frames},
            {"records", recovered.records},
            {"last_seq", recovered.last_seq},
            {"epoch", recovered.epoch},
            {"tail", tail_name(report)},
            {"clean_stop", recovered.was_clean_stop},
            {"body_bytes", recovered.body_bytes},
            {"padding_bytes", report.padding_bytes}};
}

class VerifyAction final : public Action {
public:
    void declare(CLI::App& app) override { options_.declare(app); }
    [[nodiscard]] int run(Context& context) override;

private:
    DataOptions options_;
};

void print_extent(Context& context, journal::WalkReport const& report)
{
    auto const& recovered = report.recovered;
    context.out() << "frames   " << group_digits(recovered.frames) << " in "
                  << group_digits(report.segments) << " segments, records "
                  << group_digits(recovered.records) << ", " << kib(recovered.body_bytes) << " and "
                  << kib(report.padding_bytes) << " of padding\nlast     " << recovered.last_seq
                  << ", epoch " << recovered.epoch << ", tail " << tail_name(report)
                  << (recovered.was_clean_stop ? ", clean stop" : "") << '\n';
}

int VerifyAction::run(Context& context)
{
    int code = exit_ok;
    auto const source = open_data(context, options_, code);
    if (!source) return code;
    auto const replayed = replay_journal(*source, {}, {});
    auto const ok = replayed.error.empty();
    auto const digest = digest_text(replayed.engine->digest());
    if (context.json()) {
        Json out{{"ok", ok}};
        out.update(report_json(*source, replayed.report));
        if (!replayed.was_walked) out["tail"] = nullptr;
        out["digest"] = ok ? Json(digest) : Json(nullptr);
        out["applied_seq"] = replayed.engine->last_seq();
        out["invariants_ok"] = replayed.broken.empty();
        out["error"] = ok ? Json(nullptr) : Json(replayed.error);
        context.out() << out.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    } else {
        context.out() << "journal  " << source->journal.directory << '\n';
        if (replayed.was_walked) print_extent(context, replayed.report);
        if (ok)
            context.out() << "digest   " << digest << "\nreplay   every record reproduces its "
                          << "balances; debits equal credits   " << context.good("OK") << '\n';
    }
    if (!ok) context.err() << "error: " << replayed.error << '\n';
    return replayed.exit_code;
}

class CatAction final : public Action {
public:
    void declare(CLI::App& app) override
    {
        options_.declare(app);
        app.add_option("-s,--start", start_, "first sequence")->type_name("SEQ");
        app.add_option("-e,--end", end_, "last sequence")->type_name("SEQ");
        app.add_option("-n,--limit", limit_, "at most so many records")->type_name("N");
        app.add_option("--type", types_, "only these: post,hold,decline,...")
            ->delimiter(',')
            ->type_name("");
        app.add_flag("--frames", frames_, "also one line per frame (text only)");
        app.add_flag("-f,--follow", follow_, "go on with new records, until Ctrl-C");
    }
    [[nodiscard]] int run(Context& context) override;

private:
    [[nodiscard]] bool wanted(record::Header const& header) const noexcept
    {
        if (header.seq < start_ || header.seq > end_) return false;
        return numbers_.empty() ||
               std::find(numbers_.begin(), numbers_.end(), header.type) != numbers_.end();
    }
    [[nodiscard]] bool has_enough() const noexcept { return shown_ >= limit_ || seen_ >= end_; }
    void print(Context& context, journal::FrameInfo const& frame) const;
    void print(Context& context, RecordParts const& parts) const;
    [[nodiscard]] std::string walk(Context& context, DataSource const& source, int& code);

    DataOptions options_;
    Sequence start_ = 0, end_ = UINT64_MAX, seen_ = 0;
    std::uint64_t limit_ = UINT64_MAX, shown_ = 0;
    std::vector<std::string> types_;
    std::vector<std::uint16_t> numbers_;
    bool frames_ = false, follow_ = false;
};

void CatAction::print(Context& context, journal::FrameInfo const& frame) const
{
    context.out() << "-- frame " << frame.first_seq << ".." << frame.last_seq << "  segment "
                  << frame.segment_no << " page " << frame.page_index << "  " << frame.records
                  << " records, " << frame.body_bytes << " bytes\n";
}

void CatAction::print(Context& context, RecordParts const& parts) const
{
    if (context.json())
        context.out() << record_json(parts).dump(-1, ' ', false, Json::error_handler_t::replace)
                      << '\n';
    else
        context.out() << record_line(parts) << '\n';
}

// Prints what is wanted; empty when all of it could be read.
std::string CatAction::walk(Context& context, DataSource const& source, int& code)
{
    auto enough = has_enough();
    auto const on_frame = [&](journal::FrameInfo const& frame) {
        if (frames_ && !context.json()) print(context, frame);
    };
    auto const on_record = [&](ByteView bytes) -> char const* {
        enough = enough || has_enough() || !context.out().good();
        if (enough) return kEnough;
        auto const parts = split_record(bytes);
        if (!parts) return "a record's lengths do not agree";
        seen_ = parts->header.seq;
        if (!wanted(parts->header)) return nullptr;
        ++shown_;
        print(context, *parts);
        return nullptr;
    };
    // Between two looks. What was printed goes out first: somebody is watching.
    auto const go_on = [&] {
        enough = enough || has_enough();
        if (enough || !context.out().flush() || InterruptGuard::requested() != 0) return false;
        std::this_thread::sleep_for(kFollowPause);
        return InterruptGuard::requested() == 0;
    };
    auto const walked =
        follow_ ? journal::follow(source.journal, *source.keys, on_frame, on_record, go_on)
                : journal::walk(source.journal, *source.keys, on_frame, on_record);
    if (enough) return {};
    code = walked.has_value() ? exit_invalid : exit_of(walked.error());
    return walked.has_value() ? (*walked).damage : walked.error().text;
}

int CatAction::run(Context& context)
{
    for (auto const& name : types_) {
        auto const number = type_by_name(name);
        if (!number)
            return context.fail(exit_usage, "no record type '" + name + "'",
                                "turnout help journal cat");
        numbers_.push_back(*number);
    }
    int code = exit_ok;
    auto const source = open_data(context, options_, code);
    if (!source) return code;
    // Ctrl-C is how following ends; a plain walk may be ended by it anywhere.
    std::optional<InterruptGuard> guard;
    if (follow_) guard.emplace();
    auto const error = walk(context, *source, code);
    if (!error.empty()) return context.fail(static_cast<Exit>(code), error);
    return guard && InterruptGuard::requested() != 0 ? exit_interrupted : exit_ok;
}

class StatAction final : public Action {
public:
    void declare(CLI::App& app) override { options_.declare(app); }
    [[nodiscard]] int run(Context& context) override;

private:
    struct Count {
        std::uint64_t records = 0;
        std::uint64_t bytes = 0;
    };
    void print(Context& context, DataSource const& source, journal::WalkReport const& report) const;

    DataOptions options_;
    std::map<std::uint16_t, Count> counts_;
    std::uint64_t payments_ = 0;
    std::uint64_t pages_ = 0;
    UnixNanos first_ts_ = 0, last_ts_ = 0;
};

void StatAction::print(Context& context, DataSource const& source,
                       journal::WalkReport const& report) const
{
    auto const disk_bytes = pages_ * limits::page_bytes;
    auto const per_payment = payments_ == 0 ? 0 : disk_bytes / payments_;
    if (context.json()) {
        Json out{{"ok", report.damage.empty()}};
        out.update(report_json(source, report));
        out["payments"] = payments_;
        out["disk_bytes"] = disk_bytes;
        out["disk_bytes_per_payment"] = per_payment;
        out["first_ts_ns"] = first_ts_;
        out["last_ts_ns"] = last_ts_;
        auto types = Json::object();
        for (auto const& [type, count] : counts_)
            types[type_name(type)] = {{"records", count.records}, {"bytes", count.bytes}};
        out["types"] = types;
        out["error"] = report.damage.empty() ? Json(nullptr) : Json(report.damage);
        context.out() << out.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
        return;
    }
    auto const& recovered = report.recovered;
    context.out() << "journal   " << source.journal.directory << "\nframes    "
                  << group_digits(recovered.frames) << ", " << kib(disk_bytes) << " on disk, "
                  << kib(report.padding_bytes) << " of it padding\nrecords   "
                  << group_digits(recovered.records) << ", last sequence " << recovered.last_seq
                  << "\npayments  " << group_digits(payments_) << ", " << group_digits(per_payment)
                  << " bytes on disk each\n";
    if (last_ts_ != 0)
        context.out() << "time      " << time_text(first_ts_) << " to " << time_text(last_ts_)
                      << '\n';
    for (auto const& [type, count] : counts_) {
        auto name = type_name(type);
        name.resize(16, ' ');
        context.out() << "  " << name << group_digits(count.records) << " records, "
                      << kib(count.bytes) << '\n';
    }
}

int StatAction::run(Context& context)
{
    int code = exit_ok;
    auto const source = open_data(context, options_, code);
    if (!source) return code;
    auto const on_frame = [&](journal::FrameInfo const& frame) { pages_ += frame.pages; };
    auto const on_record = [&](ByteView bytes) -> char const* {
        auto const parts = split_record(bytes);
        if (!parts) return "a record's lengths do not agree";
        auto& count = counts_[parts->header.type];
        ++count.records;
        count.bytes += bytes.size();
        payments_ += static_cast<std::uint64_t>(parts->context.has_value());
        if (first_ts_ == 0) first_ts_ = parts->header.ts_ns;
        last_ts_ = parts->header.ts_ns;
        return nullptr;
    };
    auto const walked = journal::walk(source->journal, *source->keys, on_frame, on_record);
    if (!walked.has_value())
        return context.fail(static_cast<Exit>(exit_of(walked.error())), walked.error().text);
    auto const& report = *walked;
    print(context, *source, report);
    if (report.damage.empty()) return exit_ok;
    context.err() << "error: " << report.damage << '\n';
    return exit_invalid;
}

}  // namespace

Command const kJournalVerifyCommand{
    "journal verify", "Check every frame and replay every record",
    "turnout journal verify -c turnout.toml\n"
    "turnout journal verify --data /var/lib/turnout --kek /etc/turnout/kek --json\n",
    make_action<VerifyAction>};

Command const kJournalCatCommand{"journal cat", "Print the records, PAN masked",
                                 "turnout journal cat -c turnout.toml -s 100 -n 20\n"
                                 "turnout journal cat --type hold,capture --json | jq .rrn\n"
                                 "turnout journal cat -f -s 1000000 --json\n",
                                 make_action<CatAction>};

Command const kJournalStatCommand{
    "journal stat", "Count records by type and bytes on disk per payment",
    "turnout journal stat -c turnout.toml\n", make_action<StatAction>};

}  // namespace turnout::cli
