#include "protocol/spec/import_spec.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/message/opened.hpp"
#include "tools/cli/message/output_file.hpp"

#include <filesystem>
#include <iostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

using namespace message;
using Json = nlohmann::ordered_json;

std::size_t fields_of(iso8583::Dialect const& dialect)
{
    std::size_t count = 0;
    for (auto const& spec : dialect.fields)
        count += spec.defined() ? 1U : 0U;
    return count;
}

class SpecsAction final : public Action {
public:
    void declare(CLI::App&) override {}
    [[nodiscard]] int run(Context& context) override
    {
        return context.json() ? json(context) : text(context);
    }

private:
    static int json(Context& context)
    {
        Json out{{"dialects", Json::array()}, {"framings", Json::array()}};
        for (auto const* dialect : iso8583::dialects())
            out["dialects"].push_back({{"name", dialect->name}, {"fields", fields_of(*dialect)}});
        for (auto const& framing : all_framings())
            out["framings"].push_back(framing.name());
        context.out() << out.dump() << '\n';
        return exit_ok;
    }
    static int text(Context& context)
    {
        context.out() << "Dialects (turnout message specs show NAME):\n";
        for (auto const* dialect : iso8583::dialects())
            context.out() << "  " << dialect->name
                          << std::string(dialect->name.size() < 14 ? 14 - dialect->name.size() : 1,
                                         ' ')
                          << fields_of(*dialect) << " fields\n";
        context.out() << "Framings:\n ";
        for (auto const& framing : all_framings())
            context.out() << ' ' << framing.name();
        context.out() << '\n';
        return exit_ok;
    }
};

class SpecsShowAction final : public Action {
public:
    void declare(CLI::App& app) override
    {
        app.add_option("name", name_, "a built-in dialect, or a dialect file")
            ->required()
            ->type_name("NAME");
    }
    [[nodiscard]] int run(Context& context) override
    {
        int code = exit_ok;
        NamedDialect named;
        if (!find_dialect(context, name_, named, code)) return code;
        if (named.dialect == nullptr) return context.fail(exit_usage, "there is no dialect 'auto'");
        context.out() << spec::write_dialect(
            named.file != nullptr ? *named.file : spec::dialect_file_of(*named.dialect));
        return exit_ok;
    }

private:
    std::string name_;
};

class SpecCheckAction final : public Action {
public:
    void declare(CLI::App& app) override
    {
        app.add_option("file", path_, "dialect file")->required()->type_name("FILE");
    }
    [[nodiscard]] int run(Context& context) override;

private:
    std::string path_;
};

int SpecCheckAction::run(Context& context)
{
    auto const loaded = spec::load_dialect(path_);
    if (loaded.has_value()) {
        auto const buffer = loaded->buffer();
        auto const fields = fields_of(buffer.dialect());
        if (context.json())
            context.out() << Json{{"ok", true},
                                  {"file", path_},
                                  {"dialect", buffer.dialect().name},
                                  {"fields", fields},
                                  {"rules", loaded->rules.rules().size()}}
                                 .dump()
                          << '\n';
        else
            context.out() << path_ << ": dialect " << buffer.dialect().name << ", " << fields
                          << " fields, " << loaded->rules.rules().size() << " rules   "
                          << context.good("OK") << '\n';
        return exit_ok;
    }
    if (context.json()) {
        Json out{{"ok", false}, {"file", path_}, {"errors", Json::array()}};
        for (auto const& error : loaded.error())
            out["errors"].push_back({{"file", error.file},
                                     {"line", error.line},
                                     {"column", error.column},
                                     {"path", error.path},
                                     {"what", error.what},
                                     {"remedy", error.remedy}});
        context.out() << out.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    }
    context.err() << spec::describe(loaded.error());
    if (!spec::describe(loaded.error()).ends_with('\n')) context.err() << '\n';
    return exit_invalid;
}

class SpecImportAction final : public Action {
public:
    void declare(CLI::App& app) override
    {
        app.add_option("file", path_, "jPOS packager XML or moov specification JSON")
            ->required()
            ->type_name("FILE");
        app.add_option("--from", from_, "jpos or moov")
            ->required()
            ->type_name("KIND")
            ->check(CLI::IsMember({"jpos", "moov"}));
        app.add_option("--name", name_, "of the dialect (default: that of the file)")
            ->type_name("NAME");
        app.add_option("-o,--output", output_path_, "write here (default: standard output)")
            ->type_name("FILE");
    }
    [[nodiscard]] int run(Context& context) override;

private:
    std::string path_, from_, name_, output_path_;
};

int SpecImportAction::run(Context& context)
{
    auto opened = ByteSource::open(path_);
    if (!opened.has_value()) return context.fail(exit_failed, opened.error());
    auto& source = **opened;
    while (source.fill()) {
    }
    if (!source.ended()) return context.fail(exit_invalid, "'" + path_ + "' is larger than 1 MiB");
    if (name_.empty()) name_ = std::filesystem::path(path_).stem().string();
    auto const text = as_text(source.window());
    auto const imported = from_ == "jpos" ? spec::import_jpos(text, path_, name_)
                                          : spec::import_moov(text, path_, name_);
    if (!imported.has_value()) return context.fail(exit_invalid, spec::describe(imported.error()));
    OutputFile output;
    if (!output.open(context, output_path_))
        return context.fail(exit_failed, "cannot write '" + output_path_ + "'");
    output.sink() << spec::write_dialect(imported->dialect);
    if (!output.close()) return context.fail(exit_failed, "cannot write '" + output_path_ + "'");
    if (context.json() && !output_path_.empty() && output_path_ != "-") {
        Json out{{"ok", true}, {"dialect", name_}, {"notes", Json::array()}};
        for (auto const& note : imported->notes)
            out["notes"].push_back(
                {{"line", note.line}, {"de", note.de}, {"what", note.what}, {"done", note.done}});
        context.out() << out.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    }
    for (auto const& note : imported->notes)
        context.err() << "note: " << spec::describe(note) << '\n';
    return exit_ok;
}

}  // namespace

Command const kMessageSpecsCommand{"message specs", "List the built-in dialects and framings",
                                   "turnout message specs\n"
                                   "turnout message specs --json\n",
                                   make_action<SpecsAction>};
Command const kMessageSpecsShowCommand{"message specs show", "Print a dialect as a dialect file",
                                       "turnout message specs show 87ascii\n",
                                       make_action<SpecsShowAction>};
Command const kMessageSpecCheckCommand{
    "message spec check", "Check a dialect file; every error with line and column",
    "turnout message spec check ./acquirer.json\n", make_action<SpecCheckAction>};
Command const kMessageSpecImportCommand{
    "message spec import", "Make a dialect file from another program's specification",
    "turnout message spec import packager.xml --from jpos -o acquirer.json\n"
    "turnout message spec import spec.json --from moov -o acquirer.json\n",
    make_action<SpecImportAction>};

}  // namespace turnout::cli
