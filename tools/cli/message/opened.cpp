#include "tools/cli/message/opened.hpp"

#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>

namespace turnout::cli::message {
namespace {

std::string known_dialects()
{
    std::string text;
    for (auto const* dialect : iso8583::dialects())
        text += (text.empty() ? "" : ", ") + std::string(dialect->name);
    return text;
}

std::string known_framings()
{
    std::string text;
    for (auto const& framing : all_framings())
        text += (text.empty() ? "" : ", ") + std::string(framing.name());
    return text;
}

int usage(Context& context, std::string const& text)
{
    return context.fail(exit_usage, text);
}

bool is_file_name(std::string const& name)
{
    return name.find('/') != std::string::npos || name.ends_with(".json");
}

void apply_guess(Opened& opened, SourceOptions const& options, Guess const& guess)
{
    opened.is_guessed = true;
    if (opened.dialect == nullptr) opened.guessed = std::string(guess.dialect->name);
    if (opened.dialect == nullptr && !guess.changes.empty()) opened.guessed += ", " + guess.changes;
    opened.dialect = guess.dialect;
    opened.framing = guess.framing;
    opened.skip_bytes = guess.skip_bytes;
    if (options.framing == "auto" && guess.framing.framing)
        opened.guessed += (opened.guessed.empty() ? "" : ", ") + std::string("framing ") +
                          std::string(guess.framing.name());
    if (guess.skip_bytes != 0 && !options.skip_bytes)
        opened.guessed += (opened.guessed.empty() ? "" : ", ") + std::string("header of ") +
                          std::to_string(guess.skip_bytes) + " bytes skipped";
}

// Fills in what the user has left open; true when something is known for all of it.
void guess_rest(Opened& opened, SourceOptions const& options,
                std::optional<FramingChoice> const& framing)
{
    DiagnosisOptions known{opened.dialect, framing, options.skip_bytes};
    // Said to lie bare and in a known dialect: nothing in front is looked for.
    auto const all_known = opened.dialect != nullptr && framing;
    if (all_known && !known.skip_bytes) known.skip_bytes = 0;
    opened.framing = framing.value_or(FramingChoice{});
    opened.skip_bytes = options.skip_bytes.value_or(0);
    if (all_known) return;
    auto const sample = take_sample(*opened.input.source, opened.input.form, opened.dialect);
    auto const diagnosis = diagnose(sample, known);
    if (!diagnosis.guesses.empty()) apply_guess(opened, options, diagnosis.guesses.front());
}

}  // namespace

void SourceOptions::declare(CLI::App& app, bool with_file)
{
    if (with_file) app.add_option("file", path, "file, or - (default)")->type_name("FILE");
    app.add_option("--dialect", dialect, "auto (default), a name, or a dialect file")
        ->type_name("NAME");
    app.add_option("--framing", framing, "auto (default), none, or a name")->type_name("NAME");
    app.add_option("--input", form, "auto (default), hex, raw, pcap, jsonl")->type_name("FORM");
    app.add_option("--skip", skip_bytes, "bytes in front of each message to skip")->type_name("N");
}

bool find_dialect(Context& context, std::string const& name, NamedDialect& out, int& code)
{
    if (name == "auto") return true;
    out.dialect = iso8583::dialect_by_name(name);
    if (out.dialect != nullptr) return true;
    if (!is_file_name(name)) {
        code = usage(context, "there is no dialect '" + name + "'; known: " + known_dialects() +
                                  "; or a file: ./NAME.json");
        return false;
    }
    auto loaded = spec::load_dialect(name);
    if (!loaded.has_value()) {
        code = context.fail(exit_invalid, spec::describe(loaded.error()));
        return false;
    }
    out.file = std::make_unique<spec::DialectFile>(std::move(*loaded));
    out.buffer = std::make_unique<iso8583::DialectBuffer>(out.file->buffer());
    out.dialect = &out.buffer->dialect();
    return true;
}

std::unique_ptr<Opened> open_messages(Context& context, SourceOptions const& options, int& code)
{
    std::optional<InputForm> form;
    if (options.form != "auto") {
        form = input_form_by_name(options.form);
        if (!form) {
            code = usage(context, "--input: '" + options.form + "' is not hex, raw, pcap or jsonl");
            return nullptr;
        }
    }
    std::optional<FramingChoice> framing;
    if (options.framing != "auto") {
        framing = framing_choice_by_name(options.framing);
        if (!framing) {
            code = usage(context,
                         "--framing: '" + options.framing + "' is not one of: " + known_framings());
            return nullptr;
        }
    }
    auto opened = std::make_unique<Opened>();
    if (!find_dialect(context, options.dialect, opened->named, code)) return nullptr;
    opened->dialect = opened->named.dialect;
    auto input = open_input(options.path, form);
    if (!input.has_value()) {
        code = context.fail(exit_failed, input.error());
        return nullptr;
    }
    opened->input = std::move(*input);
    guess_rest(*opened, options, framing);
    if (opened->dialect == nullptr) opened->dialect = &iso8583::dialect_1987_binary();
    opened->messages =
        make_input(*opened->input.source, opened->input.form,
                   {opened->input.form, opened->framing, opened->skip_bytes, opened->dialect});
    return opened;
}

}  // namespace turnout::cli::message
