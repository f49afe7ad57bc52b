#include "tools/cli/commands.hpp"
#include "tools/cli/message/opened.hpp"

#include <cstdio>
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

using namespace message;
using Json = nlohmann::ordered_json;

class DoctorAction final : public Action {
public:
    void declare(CLI::App& app) override
    {
        source_.declare(app);
        app.add_option("--write", write_path_, "write the dialect that fits to a file")
            ->type_name("FILE");
    }
    [[nodiscard]] int run(Context& context) override;

private:
    void text(Context& context, Diagnosis const& diagnosis, InputForm form) const;
    void json(Context& context, Diagnosis const& diagnosis, InputForm form) const;
    [[nodiscard]] std::string command(Guess const& guess, InputForm form) const;

    SourceOptions source_;
    std::string write_path_;
};

std::string dialect_text(Guess const& guess)
{
    return guess.base + (guess.changes.empty() ? std::string{} : " with: " + guess.changes);
}

std::string percent(double score)
{
    std::array<char, 16> text{};
    (void)std::snprintf(text.data(), text.size(), "%.0f %%", score * 100);
    return text.data();
}

// What to type to look at these messages.
std::string DoctorAction::command(Guess const& guess, InputForm form) const
{
    auto const& dialect = guess.changes.empty() ? guess.base
                          : write_path_.empty() ? std::string("auto")
                                                : write_path_;
    std::string text = "turnout message view " + source_.path + " --dialect " + dialect +
                       " --framing " + std::string(guess.framing.name());
    if (guess.skip_bytes != 0) text += " --skip " + std::to_string(guess.skip_bytes);
    if (source_.form != "auto") text += " --input " + std::string(name_of(form));
    return text;
}

void DoctorAction::text(Context& context, Diagnosis const& diagnosis, InputForm form) const
{
    auto& out = context.out();
    auto const& best = diagnosis.guesses.front();
    out << "input    " << name_of(form) << '\n'
        << "framing  " << best.framing.name() << '\n'
        << "header   "
        << (best.header.empty() ? std::string("none that the dialect does not have") : best.header)
        << '\n'
        << "dialect  " << dialect_text(best) << '\n'
        << "family   " << best.family << '\n'
        << "score    " << percent(best.score) << '\n';
    for (auto const& line : best.evidence)
        out << "  - " << line << '\n';
    if (diagnosis.guesses.size() > 1) {
        auto const& second = diagnosis.guesses[1];
        out << "second   " << dialect_text(second) << ", framing " << second.framing.name();
        if (second.skip_bytes != 0) out << ", header of " << second.skip_bytes << " bytes";
        out << ": " << percent(second.score) << ", " << second.whole << " of " << second.messages
            << " messages decode\n";
    }
    if (diagnosis.fits())
        out << "next     " << command(best, form) << '\n';
    else
        out << "nothing fits: the best guess decodes " << best.whole << " of " << best.messages
            << " messages; a dialect file that extends " << best.base
            << " can say what is different\n";
}

void DoctorAction::json(Context& context, Diagnosis const& diagnosis, InputForm form) const
{
    auto guesses = Json::array();
    for (auto const& guess : diagnosis.guesses)
        guesses.push_back({{"dialect", guess.base},
                           {"changes", guess.changes},
                           {"family", guess.family},
                           {"framing", guess.framing.name()},
                           {"skip_bytes", guess.skip_bytes},
                           {"header", guess.header},
                           {"score", guess.score},
                           {"messages", guess.messages},
                           {"whole", guess.whole},
                           {"evidence", guess.evidence}});
    Json const out{{"ok", diagnosis.fits()}, {"input", name_of(form)}, {"guesses", guesses}};
    context.out() << out.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

int DoctorAction::run(Context& context)
{
    int code = exit_ok;
    NamedDialect named;
    if (!find_dialect(context, source_.dialect, named, code)) return code;
    std::optional<InputForm> form;
    if (source_.form != "auto" && !(form = input_form_by_name(source_.form)))
        return context.fail(exit_usage, "--input: not hex, raw, pcap or jsonl");
    DiagnosisOptions known{named.dialect, std::nullopt, source_.skip_bytes};
    if (source_.framing != "auto" && !(known.framing = framing_choice_by_name(source_.framing)))
        return context.fail(exit_usage, "--framing: there is no framing '" + source_.framing + "'");
    auto input = open_input(source_.path, form);
    if (!input.has_value()) return context.fail(exit_failed, input.error());
    while (input->form != InputForm::hex && input->source->fill()) {
    }
    auto const sample = take_sample(*input->source, input->form, named.dialect);
    auto const diagnosis = diagnose(sample, known);
    if (diagnosis.guesses.empty())
        return context.fail(exit_failed, "nothing fits: no framing and no dialect finds a message",
                            "another --input: hex, raw, pcap or jsonl");
    if (context.json())
        json(context, diagnosis, input->form);
    else
        text(context, diagnosis, input->form);
    if (!write_path_.empty() && diagnosis.fits()) {
        std::ofstream file(write_path_, std::ios::binary);
        file << spec::write_dialect(spec::dialect_file_of(*diagnosis.guesses.front().dialect));
        if (!file.flush()) return context.fail(exit_failed, "cannot write '" + write_path_ + "'");
    }
    return diagnosis.fits() ? exit_ok : exit_failed;
}

}  // namespace

Command const kMessageDoctorCommand{"message doctor",
                                    "Guess framing and dialect of a capture, and say why",
                                    "turnout message doctor unknown.hex\n"
                                    "turnout message doctor day.pcap --write guessed.json\n",
                                    make_action<DoctorAction>};

}  // namespace turnout::cli
