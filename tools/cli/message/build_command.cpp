#include "protocol/wire/tlv.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/message/json_message.hpp"
#include "tools/cli/message/message_writer.hpp"
#include "tools/cli/message/opened.hpp"
#include "tools/cli/message/output_file.hpp"

#include <charconv>
#include <iostream>

#include <CLI/CLI.hpp>

namespace turnout::cli {
namespace {

using namespace message;

// 0 when it is none.
unsigned number_of(std::string_view text, int base)
{
    unsigned value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

// One message from an MTI and fields.
class BuildAction final : public Action {
public:
    void declare(CLI::App& app) override
    {
        app.add_option("file", path_, "JSON {\"mti\":...,\"fields\":{...}}, or -")
            ->type_name("FILE");
        app.add_option("--mti", mti_, "four digits")->type_name("MTI");
        app.add_option("--set", sets_, "DE=value, or DE.TAG=hex for chip data")
            ->type_name("DE=VALUE");
        app.add_option("--dialect", dialect_name_, "87binary (default), a name, or a file")
            ->type_name("NAME");
        app.add_option("--framing", framing_name_, "none (default) or a name")->type_name("NAME");
        app.add_option("--to", to_, "hex (default), raw or jsonl")->type_name("FORM");
        app.add_option("-o,--output", output_path_, "write here (default: standard output)")
            ->type_name("FILE");
    }
    [[nodiscard]] int run(Context& context) override;

private:
    [[nodiscard]] std::string read_file();
    [[nodiscard]] std::string apply_sets();

    std::string path_, mti_, dialect_name_ = "87binary", framing_name_ = "none", to_ = "hex";
    std::string output_path_;
    std::vector<std::string> sets_;
    MessageParts parts_;
};

std::string BuildAction::read_file()
{
    if (path_.empty()) return {};
    auto opened = ByteSource::open(path_);
    if (!opened.has_value()) return opened.error();
    auto& source = **opened;
    while (source.fill()) {
    }
    auto error = read_parts(as_text(source.window()), parts_);
    return error.empty() ? error : path_ + " " + error;
}

std::string BuildAction::apply_sets()
{
    if (!mti_.empty()) {
        auto const mti = parse_mti(mti_);
        if (!mti) return "--mti: not four digits";
        parts_.mti = *mti;
    } else if (path_.empty()) {
        return "--mti, or a file that has it, is required";
    }
    for (auto const& set : sets_) {
        auto const equals = set.find('=');
        auto const key = set.substr(0, equals);
        auto const dot = key.find('.');
        auto const de = number_of(std::string_view(key).substr(0, dot), 10);
        if (equals == std::string::npos || de < 2 || de > iso8583::kFieldsMax)
            return "--set " + key + ": not DE=value";
        auto& value = parts_.fields[de];
        if (dot == std::string::npos) {
            value = {set.substr(equals + 1), {}};
            continue;
        }
        auto const tag = number_of(std::string_view(key).substr(dot + 1), 16);
        if (tag == 0 || !wire::is_tlv_tag(tag)) return "--set " + key + ": not a tag";
        value.text.clear();
        value.tlv.emplace_back(tag, set.substr(equals + 1));
    }
    return {};
}

int BuildAction::run(Context& context)
{
    auto const form = output_form_by_name(to_);
    if (!form) return context.fail(exit_usage, "--to: '" + to_ + "' is not hex, raw or jsonl");
    auto const framing = framing_choice_by_name(framing_name_);
    if (!framing)
        return context.fail(exit_usage, "--framing: there is no framing '" + framing_name_ + "'");
    int code = exit_ok;
    NamedDialect dialect;
    if (!find_dialect(context, dialect_name_, dialect, code)) return code;
    if (dialect.dialect == nullptr)
        return context.fail(exit_usage, "--dialect: 'auto' says nothing about the output");
    if (auto const error = read_file(); !error.empty()) return context.fail(exit_invalid, error);
    if (auto const error = apply_sets(); !error.empty()) return context.fail(exit_usage, error);
    std::vector<std::byte> body, framed;
    auto const error = build_message(*dialect.dialect, parts_.mti, parts_.fields, body);
    if (!error.empty()) return context.fail(exit_invalid, error);
    if (!frame_message(*framing, body, framed))
        return context.fail(exit_invalid, "the message does not fit the framing");
    OutputFile output;
    if (!output.open(context, output_path_))
        return context.fail(exit_failed, "cannot write '" + output_path_ + "'");
    write_message(output.sink(), context.json() ? OutputForm::jsonl : *form, framed);
    if (!output.close()) return context.fail(exit_failed, "cannot write '" + output_path_ + "'");
    return exit_ok;
}

}  // namespace

Command const kMessageBuildCommand{
    "message build", "Build one message from an MTI and field values",
    "turnout message build --mti 0800 --set 11=123456 --set 70=301\n"
    "turnout message build a.json --dialect 87ascii --framing ascii4 --to raw\n",
    make_action<BuildAction>};

}  // namespace turnout::cli
