#include "tools/cli/commands.hpp"
#include "tools/cli/message/opened.hpp"
#include "tools/cli/message/render.hpp"
#include "tools/loadgen/units.hpp"

#include <chrono>
#include <iostream>

#include <CLI/CLI.hpp>

namespace turnout::cli {
namespace {

using namespace message;

struct Totals {
    std::uint64_t messages = 0;
    std::uint64_t undecodable = 0;  // messages that do not decode
    std::uint64_t unreadable = 0;   // parts of the input that are no message
    std::uint64_t violating = 0;    // decoded, against a rule of presence
    std::uint64_t bytes = 0;
    [[nodiscard]] std::uint64_t bad() const noexcept
    {
        return undecodable + unreadable + violating;
    }
};

// view and validate: the same walk, with another amount of output.
class WalkAction : public Action {
public:
    explicit WalkAction(bool is_validate) noexcept : is_validate_(is_validate), quiet_(is_validate)
    {
    }
    void declare(CLI::App& app) override;
    [[nodiscard]] int run(Context& context) override;

private:
    void walk(Context& context, Opened& opened, Renderer& renderer, TextSink& sink);
    void bad(Context& context, Renderer& renderer, Shown const& shown);
    void summary(Context& context, TextSink& sink, Opened const& opened,
                 std::chrono::steady_clock::duration took) const;

    SourceOptions source_;
    FieldFilter filter_;
    bool is_validate_;
    bool quiet_;
    std::string rules_name_;
    std::optional<iso8583::PresenceRules> rules_;
    std::uint64_t errors_max_ = 20;
    Totals totals_;
};

void WalkAction::declare(CLI::App& app)
{
    source_.declare(app);
    if (!is_validate_) {
        app.add_flag("-q,--quiet", quiet_, "only errors and the totals");
        app.add_option_function<std::string>(
               "--field",
               [this](std::string const& text) {
                   auto const parsed = parse_filter(text);
                   if (!parsed)
                       throw CLI::ValidationError("--field", "'" + text + "' is not a list of DEs");
                   filter_ = *parsed;
               },
               "show only these: 39,55")
            ->type_name("LIST");
    }
    app.add_option("--rules", rules_name_, "also check which fields are there: 1987")
        ->type_name("NAME");
    app.add_option("--errors", errors_max_, "show at most so many errors (default 20)")
        ->type_name("N");
}

// Errors in the middle of tables belong to them; in the quiet form they are for people.
void WalkAction::bad(Context& context, Renderer& renderer, Shown const& shown)
{
    if (!quiet_ && shown.message.problem.empty()) return;
    if (totals_.bad() > errors_max_) return;
    if (context.json())
        renderer.error_json(shown);
    else
        renderer.error_text(shown);
}

void WalkAction::walk(Context& context, Opened& opened, Renderer& renderer, TextSink& sink)
{
    iso8583::MessageView view;
    std::array<iso8583::PresenceViolation, 16> found{};
    auto const* const rules = rules_ ? &*rules_ : opened.named.rules();
    for (InputMessage message; opened.messages->next(message) && sink.good();) {
        Shown shown{message, view, {}, {}, rules};
        if (!message.problem.empty()) [[unlikely]] {
            ++totals_.unreadable;
            (void)view.decode(*opened.dialect, ByteView{});
            bad(context, renderer, shown);
            sink.end_message();
            continue;
        }
        ++totals_.messages;
        totals_.bytes += message.bytes.size();
        shown.error = view.decode(*opened.dialect, message.bytes);
        if (shown.error.ok() && rules != nullptr) {
            auto const count = rules->check(view, found);
            shown.violations = std::span(found).first(std::min(count, found.size()));
        }
        totals_.undecodable += shown.error.ok() ? 0U : 1U;
        totals_.violating += shown.violations.empty() ? 0U : 1U;
        if (!quiet_) {
            if (context.json())
                renderer.json(shown);
            else
                renderer.table(shown);
        } else if (!shown.error.ok() || !shown.violations.empty()) [[unlikely]] {
            bad(context, renderer, shown);
        } else {
            continue;
        }
        sink.end_message();
    }
}

void WalkAction::summary(Context& context, TextSink& sink, Opened const& opened,
                         std::chrono::steady_clock::duration took) const
{
    auto const seconds = std::chrono::duration<double>(took).count();
    auto const rate = seconds > 0 ? static_cast<double>(totals_.messages) / seconds : 0;
    if (context.json()) {
        if (!quiet_) return;
        sink << "{\"messages\":";
        sink.number(totals_.messages) << ",\"ok\":";
        sink.number(totals_.messages - totals_.undecodable - totals_.violating)
            << ",\"undecodable\":";
        sink.number(totals_.undecodable) << ",\"violating\":";
        sink.number(totals_.violating) << ",\"unreadable\":";
        sink.number(totals_.unreadable) << ",\"bytes\":";
        sink.number(totals_.bytes);
        (sink << ",\"dialect\":").json(opened.dialect->name);
        (sink << ",\"framing\":").json(opened.framing.name()) << ",\"per_second\":";
        sink.number(static_cast<std::uint64_t>(rate)) << "}\n";
        return;
    }
    using loadgen::group_digits;
    sink << group_digits(totals_.messages) << " messages, "
         << group_digits(totals_.messages - totals_.undecodable - totals_.violating) << " good";
    if (totals_.undecodable != 0)
        sink << ", " << group_digits(totals_.undecodable) << " do not decode";
    if (totals_.violating != 0)
        sink << ", " << group_digits(totals_.violating) << " against a rule";
    if (totals_.unreadable != 0)
        sink << ", " << group_digits(totals_.unreadable) << " places unreadable";
    sink << "  [" << opened.dialect->name;
    if (opened.is_guessed) sink << ", guessed: " << opened.guessed;
    sink << "]\n";
    if (totals_.bad() > errors_max_ && quiet_)
        sink << "shown: the first " << group_digits(errors_max_) << " errors (--errors N)\n";
}

int WalkAction::run(Context& context)
{
    if (!rules_name_.empty()) {
        if (rules_name_ != "1987") {
            context.err() << "error: --rules: '" << rules_name_ << "' is not 1987\n";
            return exit_usage;
        }
        rules_.emplace(spec::rules_1987());
    }
    int code = exit_ok;
    auto const opened = open_messages(context, source_, code);
    if (opened == nullptr) return code;
    TextSink sink(context.out());
    Renderer renderer(sink, filter_);
    auto const started = std::chrono::steady_clock::now();
    walk(context, *opened, renderer, sink);
    summary(context, sink, *opened, std::chrono::steady_clock::now() - started);
    sink.flush();
    if (totals_.undecodable != 0 && source_.dialect == "auto")
        context.err() << "try: turnout message doctor " << source_.path << '\n';
    if (totals_.messages == 0 && totals_.unreadable == 0)
        return context.fail(exit_invalid, "'" + source_.path + "' holds no message");
    return totals_.bad() == 0 ? exit_ok : exit_invalid;
}

struct ViewAction final : WalkAction {
    ViewAction() noexcept : WalkAction(false) {}
};
struct ValidateAction final : WalkAction {
    ValidateAction() noexcept : WalkAction(true) {}
};

}  // namespace

Command const kMessageViewCommand{"message view",
                                  "Show messages field by field, masked, with offsets",
                                  "turnout message view 0210.hex\n"
                                  "turnout message view day.pcap --dialect 87binary --field 39,55\n"
                                  "turnout message view - --json --quiet < day.raw\n",
                                  make_action<ViewAction>};
Command const kMessageValidateCommand{
    "message validate", "Check messages; exit 3 when any is bad",
    "turnout message validate cases.hex --rules 1987\n"
    "turnout message validate day.pcap --dialect ./acquirer.json --json\n",
    make_action<ValidateAction>};

}  // namespace turnout::cli
