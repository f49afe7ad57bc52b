#include "protocol/iso8583/describe.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/message/comparison.hpp"
#include "tools/cli/message/opened.hpp"
#include "tools/cli/message/render.hpp"

#include <iostream>

#include <CLI/CLI.hpp>

namespace turnout::cli {
namespace {

using namespace message;

class DiffAction final : public Action {
public:
    void declare(CLI::App& app) override
    {
        app.add_option("left", left_.path, "file, or - for standard input")
            ->required()
            ->type_name("FILE");
        app.add_option("right", right_path_, "other file (default: messages 1 and 2 of the first)")
            ->type_name("FILE");
        left_.declare(app, false);
        app.add_option_function<std::string>(
               "--ignore",
               [this](std::string const& text) {
                   auto const parsed = parse_filter(text);
                   if (!parsed)
                       throw CLI::ValidationError("--ignore",
                                                  "'" + text + "' is not a list of DEs");
                   ignored_ = *parsed;
               },
               "these may differ: 7,11,37")
            ->type_name("LIST");
    }
    [[nodiscard]] int run(Context& context) override;

private:
    void pair(Context& context, TextSink& sink, InputMessage const& left,
              InputMessage const& right);
    void print(TextSink& sink, bool json, std::uint64_t number,
               std::vector<Difference> const& differences);
    void only_in(TextSink& sink, bool json, std::uint64_t number, std::string_view side);
    void walk(Context& context, TextSink& sink, Opened& left, Opened& right);

    SourceOptions left_;
    std::string right_path_;
    FieldFilter ignored_;
    iso8583::Dialect const* left_dialect_ = nullptr;
    iso8583::Dialect const* right_dialect_ = nullptr;
    iso8583::MessageView left_view_, right_view_;
    std::uint64_t compared_ = 0, different_ = 0, bad_ = 0;
};

void DiffAction::print(TextSink& sink, bool json, std::uint64_t number,
                       std::vector<Difference> const& differences)
{
    for (auto const& item : differences) {
        if (json) {
            sink << "{\"message\":";
            sink.number(number) << ",\"de\":";
            sink.number(item.de);
            if (!item.tag.empty()) (sink << ",\"tag\":").json(item.tag);
            (sink << ",\"name\":").json(item.name) << ",\"left\":";
            item.in_left ? void(sink.json(item.left)) : void(sink << "null");
            sink << ",\"right\":";
            item.in_right ? void(sink.json(item.right)) : void(sink << "null");
            sink << "}\n";
            continue;
        }
        sink << "message ";
        sink.number(number) << ": ";
        if (item.de == 0)
            sink << "MTI";
        else
            (sink << "DE").number(item.de);
        if (!item.tag.empty()) sink << '.' << item.tag;
        sink << " (" << item.name << ")\n  - ";
        sink.shown(item.in_left ? std::string_view{item.left} : "(absent)") << "\n  + ";
        sink.shown(item.in_right ? std::string_view{item.right} : "(absent)") << '\n';
        if (item.in_left && item.in_right && item.left == item.right)
            sink << "    (they differ in what is masked)\n";
    }
    sink.end_message();
}

void DiffAction::pair(Context& context, TextSink& sink, InputMessage const& left,
                      InputMessage const& right)
{
    auto const describe_bad = [&](InputMessage const& message, std::string const& why,
                                  std::string_view side) {
        ++bad_;
        context.err() << "error: " << side << ", message " << message.number << ", "
                      << describe(message.place) << ": " << why << '\n';
    };
    if (!left.problem.empty()) return describe_bad(left, left.problem, "left");
    if (!right.problem.empty()) return describe_bad(right, right.problem, "right");
    if (auto const error = left_view_.decode(*left_dialect_, left.bytes); !error.ok())
        return describe_bad(left, iso8583::describe(error, *left_dialect_), "left");
    if (auto const error = right_view_.decode(*right_dialect_, right.bytes); !error.ok())
        return describe_bad(right, iso8583::describe(error, *right_dialect_), "right");
    auto differences = compare(left_view_, right_view_);
    std::erase_if(differences, [&](Difference const& item) {
        return item.de != 0 && !ignored_.des.empty() && ignored_.wants(item.de);
    });
    ++compared_;
    different_ += differences.empty() ? 0U : 1U;
    print(sink, context.json(), left.number, differences);
}

void DiffAction::only_in(TextSink& sink, bool json, std::uint64_t number, std::string_view side)
{
    ++different_;
    if (json) {
        sink << "{\"message\":";
        (sink.number(number) << ",\"only_in\":").json(side) << "}\n";
    } else {
        sink << "message ";
        sink.number(number) << ": only " << side << " has it\n";
    }
}

void DiffAction::walk(Context& context, TextSink& sink, Opened& left, Opened& right)
{
    InputMessage a, b;
    while (sink.good()) {
        auto const has_a = left.messages->next(a);
        auto const has_b = right.messages->next(b);
        if (!has_a && !has_b) return;
        if (has_a && has_b)
            pair(context, sink, a, b);
        else
            only_in(sink, context.json(), has_a ? a.number : b.number, has_a ? "left" : "right");
    }
}

int DiffAction::run(Context& context)
{
    int code = exit_ok;
    auto const left = open_messages(context, left_, code);
    if (left == nullptr) return code;
    TextSink sink(context.out());
    left_dialect_ = right_dialect_ = left->dialect;
    if (right_path_.empty()) {
        InputMessage a, b;
        auto const has_first = left->messages->next(a);
        // The second message may lie where the first one was.
        std::vector<std::byte> const copy(a.bytes.begin(), a.bytes.end());
        a.bytes = a.whole = copy;
        if (!has_first || !left->messages->next(b))
            return context.fail(exit_invalid, "'" + left_.path + "' does not hold two messages");
        pair(context, sink, a, b);
    } else {
        auto other = left_;
        other.path = right_path_;
        auto const right = open_messages(context, other, code);
        if (right == nullptr) return code;
        right_dialect_ = right->dialect;
        walk(context, sink, *left, *right);
    }
    if (!context.json()) {
        sink.number(compared_) << " pairs compared, ";
        sink.number(different_) << " differ";
        if (bad_ != 0) {
            sink << ", ";
            sink.number(bad_) << " could not be read";
        }
        sink << '\n';
    }
    sink.flush();
    if (bad_ != 0) return exit_invalid;
    return different_ == 0 ? exit_ok : exit_failed;
}

}  // namespace

Command const kMessageDiffCommand{"message diff",
                                  "Show what differs between messages; exit 1 if any",
                                  "turnout message diff before.hex after.hex --ignore 7,11,37\n"
                                  "turnout message diff two-messages.hex --json\n",
                                  make_action<DiffAction>};

}  // namespace turnout::cli
