#include "tools/cli/commands.hpp"
#include "tools/cli/interrupt.hpp"
#include "tools/cli/options.hpp"
#include "tools/loadgen/identity.hpp"
#include "tools/loadgen/report.hpp"
#include "tools/loadgen/threshold.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <random>

#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

constexpr std::uint64_t kAmountMax = 999'999'999'999;  // twelve digits
constexpr std::uint64_t kCardsMax = 10'000'000;
constexpr std::uint32_t kWindowMax = 65'536;

struct Range {
    std::uint64_t min = 0, max = 0;
};

std::optional<Range> parse_range(std::string_view text)
{
    auto const colon = text.find(':');
    auto const low = loadgen::parse_count(text.substr(0, colon));
    auto const high =
        colon == std::string_view::npos ? low : loadgen::parse_count(text.substr(colon + 1));
    if (!low || !high || *low == 0 || *low > *high || *high > kAmountMax) return std::nullopt;
    return Range{*low, *high};
}

// A whole number from 1 to `max`.
template <std::uint64_t max>
std::optional<std::uint64_t> parse_within(std::string_view text)
{
    auto const value = loadgen::parse_count(text);
    return value && *value >= 1 && *value <= max ? value : std::nullopt;
}

// Progress for people: a line that is rewritten on a terminal, else a line every ten seconds.
class ProgressLine {
public:
    explicit ProgressLine(Context const& context) : context_(context) {}

    void operator()(loadgen::Progress const& progress)
    {
        auto const share = progress.total_ns == 0 ? 0.0
                                                  : static_cast<double>(progress.elapsed_ns) /
                                                        static_cast<double>(progress.total_ns);
        auto const cells = static_cast<std::size_t>(std::min(share, 1.0) * 10.0);
        auto const seconds = (progress.elapsed_ns + 50'000'000) / 100'000'000;
        auto text = "[" + std::string(cells, '#') + std::string(10 - cells, '.') + "] " +
                    std::to_string(seconds / 10) + "." + std::to_string(seconds % 10) +
                    " s  sent " + loadgen::group_digits(progress.sent) + "  answered " +
                    loadgen::group_digits(progress.answered) + "  p99 " +
                    loadgen::format_ns(progress.p99_ns);
        text = context_.plain(std::move(text));
        if (context_.err_is_terminal()) {
            context_.err() << ("\r" + text + "   ") << std::flush;  // one write a frame
            shown_ = true;
        } else {
            context_.err() << (text + "\n") << std::flush;
        }
    }
    ~ProgressLine()
    {
        if (shown_) context_.err() << ("\r" + std::string(78, ' ') + "\r") << std::flush;
    }
    ProgressLine(ProgressLine const&) = delete;
    ProgressLine& operator=(ProgressLine const&) = delete;

private:
    Context const& context_;
    bool shown_ = false;
};

class LoadAction final : public Action {
public:
    void declare(CLI::App& app) override;
    [[nodiscard]] int run(Context& context) override;

private:
    [[nodiscard]] std::string problem();
    [[nodiscard]] bool write_files(Context& context, loadgen::LoadResult const& result) const;
    [[nodiscard]] int finish(Context& context, loadgen::LoadStatus status,
                             loadgen::LoadResult const& result, std::string const& error) const;
    void declare_traffic(CLI::App& app);
    void print(Context& context, loadgen::LoadResult const& result) const;

    loadgen::LoadOptions options_;
    WireOptions wire_;
    Range amount_{100, 20'000};
    std::string threshold_text_, out_path_, hgrm_path_;
    std::optional<std::uint64_t> warmup_ns_;
    std::vector<loadgen::Threshold> thresholds_;
    bool no_sign_on_ = false;
};

void LoadAction::declare(CLI::App& app)
{
    using namespace loadgen;
    add_parsed(app, "--target", options_.target, parse_endpoint, "host:port", "host:port to load")
        ->required();
    add_parsed(app, "--rate", options_.rate, parse_rate, "a rate such as 2k/s",
               "open model: 2000, 2k/s, 600/m (default 1k)");
    add_parsed(app, "--window", options_.window, parse_count, "a count",
               "most outstanding per connection; alone: saturate");
    add_parsed(app, "-d,--duration", options_.duration_ns, parse_duration_ns,
               "a duration such as 10s", "measured time (default 10s)");
    add_parsed(app, "--warmup", warmup_ns_, parse_duration_ns, "a duration such as 1s",
               "sent before, not measured (default 1s)");
    add_parsed(app, "--count", options_.count, parse_count, "a count",
               "stop after so many messages (no warm-up)");
    add_parsed(app, "-c,--connections", options_.connections, parse_count, "a count",
               "connections (default 64)");
    add_parsed(app, "--timeout", options_.timeout_ns, parse_duration_ns, "a duration such as 5s",
               "an answer later than this is late (default 5s)");
    app.add_option("--threshold", threshold_text_, "fail with 4 unless all hold: p99<2ms,td<1%")
        ->type_name("");
    app.add_option("--out", out_path_, "also write the JSON report here")->type_name("FILE");
    app.add_option("--hgrm", hgrm_path_, "write the latency distribution, microseconds")
        ->type_name("FILE");
    app.add_option("--record", options_.record_path, "write one JSON line per message")
        ->type_name("FILE");
    declare_traffic(app);
}

void LoadAction::declare_traffic(CLI::App& app)
{
    using namespace loadgen;
    wire_.declare(app);
    add_parsed(app, "--mix", options_.mix, Mix::parse, "a mix such as auth=60,purchase=40",
               "bench (0100 only, default), demo, or weights of")
        ->group("Traffic");
    app.get_option("--mix")->description(
        "bench (0100, default), demo, or weights:\nauth purchase withdrawal refund balance "
        "completion\nreversal, as in auth=60,purchase=40");
    add_parsed(app, "--amount", amount_, parse_range, "MIN:MAX in minor units",
               "MIN:MAX in minor units (default 100:20000)")
        ->group("Traffic");
    add_parsed(app, "--currency", options_.currency, parse_within<999>, "1 to 999",
               "DE 49, numeric (default 978)")
        ->group("Traffic");
    app.add_option("--seed", options_.seed, "cards, amounts and kinds (default 42)")
        ->type_name("")
        ->group("Traffic");
    app.add_option("--bin", options_.bin, "six digits of the test cards (default 999901)")
        ->type_name("")
        ->group("Traffic");
    add_parsed(app, "--cards", options_.cards, parse_count, "a count",
               "how many test cards (default 10000)")
        ->group("Traffic");
    add_parsed(app, "--acquirer", options_.acquirer, parse_within<99'999'999'999>,
               "up to 11 digits", "DE 32 of every message (default: none)")
        ->group("Traffic");
    app.add_flag("--no-signon", no_sign_on_, "send no 0800 sign-on first")->group("Traffic");
    app.add_flag("--reconnect", options_.reconnect, "connect again after a loss, to the end")
        ->group("Traffic");
    app.add_flag("--verify", options_.verify, "decode every answer in full, check its echo")
        ->group("Traffic");
    app.add_flag("--spin", options_.spin, "never sleep: exact pacing for a whole core")
        ->group("Traffic");
}

// What is wrong with the options together, empty when nothing is.
std::string LoadAction::problem()
{
    using namespace loadgen;
    if (options_.connections == 0 || options_.connections > kConnectionsMax)
        return "--connections: 1 to " + std::to_string(kConnectionsMax);
    if (options_.window > kWindowMax) return "--window: at most " + std::to_string(kWindowMax);
    if (options_.duration_ns == 0) return "--duration: more than nothing";
    if (options_.timeout_ns == 0) return "--timeout: more than nothing";
    if (options_.cards == 0 || options_.cards > kCardsMax)
        return "--cards: 1 to " + std::to_string(kCardsMax);
    if (options_.bin.size() != 6 ||
        options_.bin.find_first_not_of("0123456789") != std::string::npos)
        return "--bin: six digits";
    std::string error;
    auto thresholds = parse_thresholds(threshold_text_, error);
    if (!thresholds) return error;
    thresholds_ = std::move(*thresholds);
    return {};
}

void LoadAction::print(Context& context, loadgen::LoadResult const& result) const
{
    if (context.json()) {
        auto report = loadgen::report_json(options_, result);
        auto missed = nlohmann::ordered_json::array();
        for (auto const& threshold : thresholds_)
            if (!loadgen::holds(threshold, result)) missed.push_back(threshold.text);
        report["thresholds_missed"] = missed;
        context.out() << report.dump() << '\n';
        return;
    }
    auto text = context.plain(loadgen::report_text(options_, result));
    auto const validity = loadgen::validity_of(options_, result);
    auto const word = std::string(validity.valid ? "VALID" : "INVALID");
    if (auto const at = text.find("   " + word); at != std::string::npos)
        text.replace(at + 3, word.size(), validity.valid ? context.good(word) : context.bad(word));
    context.out() << text;
}

bool LoadAction::write_files(Context& context, loadgen::LoadResult const& result) const
{
    auto good = !result.record_failed;
    auto const check = [&](std::ofstream& file, std::string const& path) {
        file.flush();
        if (file.good()) return;
        context.err() << "error: cannot write '" << path << "'\n";
        good = false;
    };
    if (result.record_failed)
        context.err() << "error: cannot write '" << options_.record_path << "'\n";
    if (!out_path_.empty()) {
        std::ofstream file(out_path_);
        file << loadgen::report_json(options_, result).dump(2) << '\n';
        check(file, out_path_);
    }
    if (!hgrm_path_.empty()) {
        std::ofstream file(hgrm_path_);
        result.corrected.write_hgrm(file);
        check(file, hgrm_path_);
    }
    return good;
}

int LoadAction::finish(Context& context, loadgen::LoadStatus status,
                       loadgen::LoadResult const& result, std::string const& error) const
{
    using Status = loadgen::LoadStatus;
    switch (status) {
        case Status::cannot_connect:
            return context.fail(exit_unreachable, error, connect_remedy(error));
        case Status::refused:
            return context.fail(exit_failed, error,
                                "turnout load --no-signon, or look at the participant's link");
        case Status::cannot_record:
            return context.fail(exit_failed, error);
        case Status::finished:
        case Status::interrupted:
        case Status::lost_all:
            break;
    }
    print(context, result);
    auto const written = write_files(context, result);
    if (status == Status::interrupted) return exit_interrupted;
    if (status == Status::lost_all) {
        context.err() << "error: " << error << '\n';
        return exit_unreachable;
    }
    if (result.answered_all == 0) {
        context.err() << "error: no answer came\n";
        return exit_unreachable;
    }
    auto missed = false;
    for (auto const& threshold : thresholds_) {
        if (loadgen::holds(threshold, result)) continue;
        context.err() << "threshold missed: " << threshold.text << '\n';
        missed = true;
    }
    // Figures that may not be quoted hold no limit either.
    if (!thresholds_.empty() && !loadgen::validity_of(options_, result).valid) {
        context.err() << "threshold missed: the run is not valid\n";
        missed = true;
    }
    if (missed) return exit_threshold;
    return written ? exit_ok : exit_failed;
}

int LoadAction::run(Context& context)
{
    if (!wire_.finish()) {
        context.err() << "error: the length cannot count the header and itself\n";
        return exit_usage;
    }
    options_.dialect = wire_.dialect;
    options_.framing = wire_.framing;
    options_.amount_min = amount_.min;
    options_.amount_max = amount_.max;
    options_.sign_on = !no_sign_on_;
    options_.warmup_ns = warmup_ns_.value_or(options_.count != 0 ? 0 : options_.warmup_ns);
    if (!options_.rate && options_.window == 0) options_.rate = loadgen::Rate{1'000};
    if (auto const text = problem(); !text.empty()) {
        return context.fail(exit_usage, text, "turnout help load");
    }
    std::random_device entropy;
    options_.entropy = (std::uint64_t{entropy()} << 32U) | entropy();

    if (!context.json()) context.out() << loadgen::headline(options_) << std::endl;
    InterruptGuard const guard;
    loadgen::LoadResult result;
    std::string error;
    auto status = loadgen::LoadStatus::finished;
    {
        ProgressLine line(context);
        loadgen::Hooks hooks;
        hooks.progress = [&](loadgen::Progress const& progress) { line(progress); };
        hooks.progress_interval_ns = context.err_is_terminal() ? 200'000'000 : 10'000'000'000;
        hooks.stop = &InterruptGuard::requested();
        status = loadgen::run_load(options_, hooks, result, error);
    }
    return finish(context, status, result, error);
}

}  // namespace

Command const kLoadCommand{
    "load", "Send ISO 8583 traffic at a fixed rate and report latency",
    "turnout load --target 127.0.0.1:8583 --rate 2k -d 10s\n"
    "turnout load --target :8583 --window 64 -c 16 --json\n"
    "turnout load --target :8583 --rate 500 --mix demo --threshold 'p99<2ms,td<1%'\n",
    make_action<LoadAction>};

}  // namespace turnout::cli
