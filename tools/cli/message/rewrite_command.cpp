#include "protocol/iso8583/describe.hpp"
#include "protocol/iso8583/translate.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/message/conversion.hpp"
#include "tools/cli/message/diagnosis_dialects.hpp"
#include "tools/cli/message/message_writer.hpp"
#include "tools/cli/message/opened.hpp"
#include "tools/cli/message/output_file.hpp"
#include "tools/cli/message/redaction.hpp"

#include <iostream>
#include <map>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

using namespace message;
using Json = nlohmann::ordered_json;

// redact and convert: messages in, messages without card data out, a report on standard error.
class RewriteAction : public Action {
public:
    void declare(CLI::App& app) override
    {
        source_.declare(app);
        app.add_option("-o,--output", output_path_, "write here (default: standard output)")
            ->type_name("FILE");
        app.add_option("--to", to_, "hex, raw or jsonl (default: as the input)")->type_name("FORM");
    }
    [[nodiscard]] int run(Context& context) override;

protected:
    [[nodiscard]] virtual int prepare(Context&) { return exit_ok; }
    // Writes the redacted message; false: it could not be.
    [[nodiscard]] virtual bool write(InputMessage const& message, iso8583::MessageView& view,
                                     std::vector<std::byte>& whole, std::size_t body_at,
                                     TextSink& sink) = 0;
    virtual void add_report(Json& report) const = 0;

    SourceOptions source_;
    OutputForm form_ = OutputForm::hex;
    Opened* opened_ = nullptr;

private:
    void walk(Context& context, TextSink& sink);
    void report(Context& context) const;
    void problem(Context& context, InputMessage const& message, std::string const& text);

    std::string output_path_, to_;
    Redactor redactor_;
    std::uint64_t written_ = 0, refused_ = 0;
};

void RewriteAction::problem(Context& context, InputMessage const& message, std::string const& text)
{
    if (++refused_ <= 20)
        context.err() << "error: message " << message.number << ", " << describe(message.place)
                      << ": " << text << "; it is not written\n";
}

void RewriteAction::walk(Context& context, TextSink& sink)
{
    iso8583::MessageView view;
    std::vector<std::byte> whole;
    for (InputMessage message; opened_->messages->next(message) && sink.good();) {
        if (!message.problem.empty()) {
            problem(context, message, message.problem);
            continue;
        }
        whole.assign(message.whole.begin(), message.whole.end());
        auto const body_at = static_cast<std::size_t>(message.bytes.data() - message.whole.data());
        auto const frame = ByteSpan(whole).subspan(body_at, message.bytes.size());
        auto const error = view.decode(*opened_->dialect, frame);
        if (!error.ok()) {
            problem(context, message, iso8583::describe(error, *opened_->dialect));
            continue;
        }
        std::string why;
        if (!redactor_.redact(view, frame, why)) {
            problem(context, message, why);
            continue;
        }
        if (!view.decode(*opened_->dialect, frame).ok()) {
            problem(context, message, "the redacted message would not decode");
            continue;
        }
        if (write(message, view, whole, body_at, sink))
            ++written_;
        else
            problem(context, message, "it cannot be built in the other dialect or framing");
    }
}

void RewriteAction::report(Context& context) const
{
    auto const& counts = redactor_.report();
    Json out{{"messages", written_ + refused_},
             {"written", written_},
             {"refused", refused_},
             {"pans", counts.pans},
             {"tracks", counts.tracks},
             {"others", counts.others},
             {"dialect", opened_->dialect->name}};
    add_report(out);
    if (context.json()) {
        context.err() << out.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
        return;
    }
    context.err() << written_ << " messages written, " << refused_ << " refused; replaced "
                  << counts.pans << " card numbers, " << counts.tracks << " tracks, "
                  << counts.others << " other secrets  [" << opened_->dialect->name
                  << (opened_->is_guessed ? ", guessed: " + opened_->guessed : std::string{})
                  << "]\n";
    if (auto const left = out.find("left_out"); left != out.end())
        for (auto const& item : *left)
            context.err() << "left out: DE" << item["de"].get<unsigned>() << " in "
                          << item["messages"].get<std::uint64_t>()
                          << " messages: " << item["why"].get<std::string>() << '\n';
}

int RewriteAction::run(Context& context)
{
    if (auto const code = prepare(context); code != exit_ok) return code;
    int code = exit_ok;
    auto const opened = open_messages(context, source_, code);
    if (opened == nullptr) return code;
    opened_ = opened.get();
    form_ = output_form_of(opened->input.form);
    if (!to_.empty()) {
        auto const form = output_form_by_name(to_);
        if (!form) return context.fail(exit_usage, "--to: '" + to_ + "' is not hex, raw or jsonl");
        form_ = *form;
    }
    OutputFile output;
    if (!output.open(context, output_path_))
        return context.fail(exit_failed, "cannot write '" + output_path_ + "'");
    walk(context, output.sink());
    if (!output.close()) return context.fail(exit_failed, "cannot write '" + output_path_ + "'");
    report(context);
    if (written_ + refused_ == 0)
        return context.fail(exit_invalid, "'" + source_.path + "' holds no message");
    return refused_ == 0 ? exit_ok : exit_invalid;
}

class RedactAction final : public RewriteAction {
    bool write(InputMessage const& message, iso8583::MessageView&, std::vector<std::byte>& whole,
               std::size_t, TextSink& sink) override
    {
        write_message(sink, form_, whole, message.place);
        return true;
    }
    void add_report(Json&) const override {}
};

class ConvertAction final : public RewriteAction {
public:
    void declare(CLI::App& app) override
    {
        RewriteAction::declare(app);
        app.add_option("--to-dialect", dialect_name_, "a name or a dialect file")
            ->required()
            ->type_name("NAME");
        app.add_option("--to-framing", framing_name_, "none (default) or a name")
            ->type_name("NAME");
        app.add_option("--mti-version", version_,
                       "first digit of the MTIs (default: as the dialect)")
            ->type_name("DIGIT")
            ->check(CLI::Range(0U, 9U));
    }

private:
    int prepare(Context& context) override
    {
        int code = exit_ok;
        if (!find_dialect(context, dialect_name_, dialect_, code)) return code;
        if (dialect_.dialect == nullptr)
            return context.fail(exit_usage, "--to-dialect: 'auto' says nothing about the output");
        auto const framing = framing_choice_by_name(framing_name_);
        if (!framing)
            return context.fail(exit_usage,
                                "--to-framing: there is no framing '" + framing_name_ + "'");
        framing_ = *framing;
        return exit_ok;
    }

    [[nodiscard]] iso8583::Mti mti_of(iso8583::Mti from) const noexcept
    {
        auto const edition = edition_of(*dialect_.dialect);
        if (!version_ && edition <= 2) {
            auto const translated =
                iso8583::translate_mti(from, static_cast<iso8583::Edition>(edition));
            if (translated) return *translated;
        }
        auto const digit = version_ ? *version_ : edition <= 2 ? edition : from.version();
        return iso8583::Mti{static_cast<std::uint16_t>(digit * 1000U + from.value % 1000U)};
    }

    bool write(InputMessage const& message, iso8583::MessageView& view, std::vector<std::byte>&,
               std::size_t, TextSink& sink) override
    {
        auto const converted = convert(view, *dialect_.dialect, mti_of(view.mti()));
        if (converted.bytes.empty() || !frame_message(framing_, converted.bytes, framed_))
            return false;
        for (auto const& field : converted.left_out)
            ++left_out_[{field.de, field.why}];
        write_message(sink, form_, framed_, message.place);
        return true;
    }

    void add_report(Json& report) const override
    {
        report["to_dialect"] = dialect_.dialect->name;
        report["to_framing"] = framing_.name();
        auto left = Json::array();
        for (auto const& [field, count] : left_out_)
            left.push_back({{"de", field.first}, {"why", field.second}, {"messages", count}});
        report["left_out"] = left;
    }

    std::string dialect_name_, framing_name_ = "none";
    NamedDialect dialect_;
    FramingChoice framing_;
    std::optional<unsigned> version_;
    std::vector<std::byte> framed_;
    std::map<std::pair<unsigned, std::string>, std::uint64_t> left_out_;
};

}  // namespace

Command const kMessageRedactCommand{"message redact", "Write the same messages without card data",
                                    "turnout message redact day.raw -o safe.raw\n"
                                    "turnout message redact day.pcap --framing binary2 --to hex\n",
                                    make_action<RedactAction>};
Command const kMessageConvertCommand{
    "message convert", "Write messages in another dialect, redacted",
    "turnout message convert 0200.hex --to-dialect 87ascii\n"
    "turnout message convert a.raw --to-dialect 93ascii --to-framing ascii4\n",
    make_action<ConvertAction>};

}  // namespace turnout::cli
