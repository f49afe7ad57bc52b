#include "tools/cli/commands.hpp"
#include "tools/cli/interrupt.hpp"
#include "tools/cli/options.hpp"
#include "tools/loadgen/replayer.hpp"
#include "tools/loadgen/report.hpp"

#include <charconv>
#include <iostream>
#include <random>

#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

using Json = nlohmann::ordered_json;

// "DE39,DE38" or "39,38".
std::optional<std::vector<unsigned>> parse_elements(std::string_view text)
{
    std::vector<unsigned> out;
    while (!text.empty()) {
        auto part = text.substr(0, text.find(','));
        text.remove_prefix(part.size() < text.size() ? part.size() + 1 : part.size());
        if (part.starts_with("DE")) part.remove_prefix(2);
        unsigned de = 0;
        auto const [end, error] = std::from_chars(part.data(), part.data() + part.size(), de);
        if (error != std::errc{} || end != part.data() + part.size() || de < 2 ||
            de > iso8583::kFieldsMax)
            return std::nullopt;
        out.push_back(de);
    }
    return out.empty() ? std::nullopt : std::optional(out);
}

// "2", "0.5": in thousandths inside.
std::optional<double> parse_multiplier(std::string_view text)
{
    auto const scaled = loadgen::parse_duration_ns(std::string(text) + "us");
    if (!scaled || *scaled == 0) return std::nullopt;
    return static_cast<double>(*scaled) / 1e3;
}

class ReplayAction final : public Action {
public:
    void declare(CLI::App& app) override;
    [[nodiscard]] int run(Context& context) override;

private:
    [[nodiscard]] int finish(Context& context, loadgen::LoadStatus status,
                             std::string const& error) const;
    void print(Context& context) const;
    [[nodiscard]] Json json() const;
    [[nodiscard]] std::string text() const;

    std::string path_;
    WireOptions wire_;
    loadgen::ReplayOptions options_;
    loadgen::ReplaySource source_;
    loadgen::ReplayResult result_;
    std::optional<std::uint16_t> dst_port_;
};

void ReplayAction::declare(CLI::App& app)
{
    using namespace loadgen;
    app.add_option("file", path_, ".pcap, .pcapng, or JSON lines {\"hex\":...}")
        ->required()
        ->type_name("");
    add_parsed(app, "--target", options_.target, parse_endpoint, "host:port", "host:port")
        ->required();
    add_parsed(app, "--rate", options_.rate, parse_rate, "a rate such as 500/s",
               "send at this rate instead of as recorded");
    add_parsed(app, "--multiplier", options_.multiplier, parse_multiplier, "a factor such as 2",
               "times the recorded speed (default 1)");
    app.add_flag("--topspeed", options_.topspeed, "as fast as the window allows");
    add_parsed(app, "--window", options_.window, parse_count, "a count",
               "most outstanding per connection (default 64)");
    add_parsed(app, "--loop", options_.loops, parse_count, "a count", "passes (default 1)");
    add_parsed(app, "-c,--connections", options_.connections, parse_count, "a count",
               "connections (default: as recorded)");
    add_parsed(app, "--timeout", options_.timeout_ns, parse_duration_ns, "a duration such as 5s",
               "give up an answer after this (default 5s)");
    add_parsed(app, "--restamp", options_.restamp, parse_restamp, "a list of stan, rrn, time",
               "new stan,rrn,time in every request");
    add_parsed(app, "--compare", options_.compare, parse_elements, "a list such as DE39,DE38",
               "compare these with the recorded answer");
    add_parsed(app, "--dst-port", dst_port_, parse_count, "a port",
               "only requests recorded toward this port");
    app.add_flag("--signon", options_.sign_on, "send a 0800 sign-on first");
    wire_.declare(app);
}

Json ReplayAction::json() const
{
    Json different = Json::object();
    for (auto const& [de, count] : result_.different)
        different[std::to_string(de)] = count;
    Json examples = Json::array();
    for (auto const& example : result_.examples)
        examples.push_back({{"message", example.message},
                            {"de", example.de},
                            {"expected", example.expected},
                            {"got", example.got}});
    return {{"file", path_},
            {"requests", source_.messages.size()},
            {"streams", source_.streams},
            {"recorded_answers", source_.answers},
            {"undecodable", source_.undecodable},
            {"skipped", source_.skipped},
            {"broken_streams", source_.broken_streams},
            {"sent", result_.sent},
            {"answered", result_.answered},
            {"timeouts", result_.timeouts},
            {"unmatched", result_.unmatched},
            {"unbuildable", result_.unbuildable},
            {"unsent", result_.unsent},
            {"codes", result_.codes.all()},
            {"compared", result_.compared},
            {"same", result_.same},
            {"different", different},
            {"examples", examples},
            {"latency", loadgen::latency_json(result_.latency)},
            {"seconds", static_cast<double>(result_.elapsed_ns) / 1e9}};
}

std::string ReplayAction::text() const
{
    using loadgen::group_digits;
    auto out = "read " + group_digits(source_.messages.size()) + " requests in " +
               group_digits(source_.streams) + " streams, " + group_digits(source_.answers) +
               " recorded answers";
    if (source_.undecodable != 0) out += ", " + group_digits(source_.undecodable) + " undecodable";
    if (source_.broken_streams != 0)
        out += ", " + group_digits(source_.broken_streams) + " streams out of step";
    out += "\nsent " + group_digits(result_.sent) + "  answered " + group_digits(result_.answered) +
           "  time-outs " + group_digits(result_.timeouts);
    if (result_.unmatched != 0) out += "  unmatched answers " + group_digits(result_.unmatched);
    if (result_.unbuildable != 0) out += "  not re-stamped " + group_digits(result_.unbuildable);
    if (result_.unsent != 0) out += "  unsent " + group_digits(result_.unsent);
    out += "\n            " + std::string(loadgen::kLatencyColumns) + "\nlatency     " +
           loadgen::latency_row(result_.latency) + "\nanswers    ";
    for (auto const& [code, count] : result_.codes.all())
        out += " " + code + " × " + group_digits(count);
    if (!options_.compare.empty()) {
        out +=
            "\ncompared " + group_digits(result_.compared) + "  same " + group_digits(result_.same);
        for (auto const& [de, count] : result_.different)
            out += "  DE" + std::to_string(de) + " differs " + group_digits(count);
        for (auto const& example : result_.examples)
            out += "\n  message " + std::to_string(example.message) + " DE" +
                   std::to_string(example.de) + ": recorded '" + example.expected + "', got '" +
                   example.got + "'";
    }
    return out + "\n";
}

void ReplayAction::print(Context& context) const
{
    if (context.json())
        context.out() << json().dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    else
        context.out() << context.plain(text());
}

int ReplayAction::finish(Context& context, loadgen::LoadStatus status,
                         std::string const& error) const
{
    using Status = loadgen::LoadStatus;
    if (status == Status::cannot_connect)
        return context.fail(exit_unreachable, error, connect_remedy(error));
    if (status == Status::refused) return context.fail(exit_failed, error);
    print(context);
    if (status == Status::interrupted) return exit_interrupted;
    if (status == Status::lost_all || result_.answered == 0) {
        context.err() << "error: " << (error.empty() ? "no answer came" : error) << '\n';
        return exit_unreachable;
    }
    if (options_.compare.empty()) return exit_ok;
    // A recorded answer that did not come is a difference too.
    auto const complete = result_.timeouts == 0 && result_.unsent == 0;
    return result_.compared == result_.same && complete ? exit_ok : exit_failed;
}

int ReplayAction::run(Context& context)
{
    if (options_.loops == 0 || options_.window == 0 ||
        options_.connections > loadgen::kConnectionsMax) {
        return context.fail(exit_usage,
                            "--loop, --window: at least 1; --connections: at most " +
                                std::to_string(loadgen::kConnectionsMax),
                            "turnout help replay");
    }
    if (!wire_.finish()) {
        context.err() << "error: the length cannot count the header and itself\n";
        return exit_usage;
    }
    options_.dialect = wire_.dialect;
    options_.framing = wire_.framing;
    auto loaded = loadgen::load_replay_source(path_, {wire_.dialect, wire_.framing, dst_port_});
    if (!loaded.has_value()) return context.fail(exit_invalid, loaded.error());
    source_ = std::move(*loaded);
    if (source_.messages.empty())
        return context.fail(exit_invalid,
                            "no request found in '" + path_ + "' (" +
                                std::to_string(source_.undecodable) + " frames undecodable)",
                            "another --dialect, --framing or --dst-port");
    std::random_device entropy;
    options_.entropy = (std::uint64_t{entropy()} << 32U) | entropy();
    InterruptGuard const guard;
    std::string error;
    auto const status =
        loadgen::run_replay(source_, options_, &InterruptGuard::requested(), result_, error);
    return finish(context, status, error);
}

}  // namespace

Command const kReplayCommand{
    "replay", "Send recorded requests again and compare the answers",
    "turnout replay day.pcap --target :8583 --restamp stan,rrn,time --signon\n"
    "turnout replay cases.jsonl --target :8583 --topspeed --compare DE39,DE38\n"
    "turnout replay day.pcap --target :8583 --multiplier 2 --loop 10 --json\n",
    make_action<ReplayAction>};

}  // namespace turnout::cli
