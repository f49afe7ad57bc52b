#include "switch/journal/journal.hpp"

#include "tools/cli/commands.hpp"
#include "tools/cli/data_source.hpp"
#include "tools/cli/record_text.hpp"
#include "tools/loadgen/units.hpp"

#include <iostream>
#include <map>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

using Json = nlohmann::ordered_json;
using loadgen::group_digits;

constexpr char const* kEnough = "enough";  // ends a walk that has shown what was asked for

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
            {"tail", name_of(recovered.tail)},
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

int VerifyAction::run(Context& context)
{
    int code = exit_ok;
    auto const source = open_data(context, options_, code);
    if (!source) return code;
    auto const replayed = replay_journal(*source, {}, {});
    auto const& recovered = replayed.report.recovered;
    auto const ok = replayed.error.empty();
    auto const digest = digest_text(replayed.engine->digest());
    if (context.json()) {
        Json out{{"ok", ok}};
        out.update(report_json(*source, replayed.report));
        out["digest"] = ok ? Json(digest) : Json(nullptr);
        out["applied_seq"] = replayed.engine->last_seq();
        out["invariants_ok"] = replayed.broken.empty();
        out["error"] = ok ? Json(nullptr) : Json(replayed.error);
        context.out() << out.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    } else {
        context.out() << "journal  " << source->journal.directory << "\nframes   "
                      << group_digits(recovered.frames) << " in "
                      << group_digits(replayed.report.segments) << " segments, records "
                      << group_digits(recovered.records) << ", " << kib(recovered.body_bytes)
                      << " and " << kib(replayed.report.padding_bytes) << " of padding\n"
                      << "last     " << recovered.last_seq << ", epoch " << recovered.epoch
                      << ", tail " << name_of(recovered.tail)
                      << (recovered.was_clean_stop ? ", clean stop" : "") << '\n';
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
        app.add_flag("-f,--frames", frames_, "also one line per frame (text only)");
    }
    [[nodiscard]] int run(Context& context) override;

private:
    [[nodiscard]] bool wanted(record::Header const& header) const noexcept
    {
        if (header.seq < start_ || header.seq > end_) return false;
        return numbers_.empty() ||
               std::find(numbers_.begin(), numbers_.end(), header.type) != numbers_.end();
    }

    DataOptions options_;
    Sequence start_ = 0, end_ = UINT64_MAX;
    std::uint64_t limit_ = UINT64_MAX;
    std::vector<std::string> types_;
    std::vector<std::uint16_t> numbers_;
    bool frames_ = false;
};

int CatAction::run(Context& context)
{
    for (auto const& name : types_) {
        auto const number = type_by_name(name);
        if (!number) {
            context.err() << "error: no record type '" << name
                          << "'\nsee: turnout help journal cat\n";
            return exit_usage;
        }
        numbers_.push_back(*number);
    }
    int code = exit_ok;
    auto const source = open_data(context, options_, code);
    if (!source) return code;
    std::uint64_t shown = 0;
    auto enough = false;
    auto const on_frame = [&](journal::FrameInfo const& frame) {
        if (frames_ && !context.json())
            context.out() << "-- frame " << frame.first_seq << ".." << frame.last_seq
                          << "  segment " << frame.segment_no << " page " << frame.page_index
                          << "  " << frame.records << " records, " << frame.body_bytes
                          << " bytes\n";
    };
    auto const on_record = [&](ByteView bytes) -> char const* {
        auto const parts = split_record(bytes);
        if (!parts) return "a record's lengths do not agree";
        enough = shown >= limit_ || parts->header.seq > end_ || !context.out().good();
        if (enough) return kEnough;
        if (!wanted(parts->header)) return nullptr;
        ++shown;
        if (context.json())
            context.out() << record_json(*parts).dump(-1, ' ', false,
                                                      Json::error_handler_t::replace)
                          << '\n';
        else
            context.out() << record_line(*parts) << '\n';
        return nullptr;
    };
    auto const walked = journal::walk(source->journal, *source->keys, on_frame, on_record);
    if (enough) return exit_ok;
    auto const error = walked.has_value() ? (*walked).damage : walked.error().text;
    if (error.empty()) return exit_ok;
    context.err() << "error: " << error << '\n';
    return exit_invalid;
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
        auto out = report_json(source, report);
        out["payments"] = payments_;
        out["disk_bytes"] = disk_bytes;
        out["disk_bytes_per_payment"] = per_payment;
        out["first_ts_ns"] = first_ts_;
        out["last_ts_ns"] = last_ts_;
        auto types = Json::object();
        for (auto const& [type, count] : counts_)
            types[type_name(type)] = {{"records", count.records}, {"bytes", count.bytes}};
        out["types"] = types;
        context.out() << out.dump() << '\n';
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
    if (!walked.has_value()) return context.fail(exit_invalid, walked.error().text);
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
                                 "turnout journal cat --type hold,capture --json | jq .rrn\n",
                                 make_action<CatAction>};

Command const kJournalStatCommand{
    "journal stat", "Count records by type and bytes on disk per payment",
    "turnout journal stat -c turnout.toml\n", make_action<StatAction>};

}  // namespace turnout::cli
