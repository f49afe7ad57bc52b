// What every message command starts with: the options that say where messages are and how they lie,
// the input opened, and the dialect, framing and header chosen or guessed.
#pragma once
#include "protocol/spec/dialect_file.hpp"
#include "tools/cli/command.hpp"
#include "tools/cli/message/diagnosis.hpp"

namespace turnout::cli::message {

struct SourceOptions {
    std::string path = "-";
    std::string dialect = "auto";  // a built-in name, a dialect file, or auto
    std::string framing = "auto";
    std::string form = "auto";
    std::optional<std::size_t> skip_bytes;

    // Adds the options; `with_file` also the positional FILE.
    void declare(CLI::App& app, bool with_file = true);
};

// A dialect by name or from a file, with what it owns.
struct NamedDialect {
    iso8583::Dialect const* dialect = nullptr;  // nullptr: to be guessed
    std::unique_ptr<spec::DialectFile> file;
    std::unique_ptr<iso8583::DialectBuffer> buffer;
    [[nodiscard]] iso8583::PresenceRules const* rules() const noexcept
    {
        return file != nullptr && !file->rules.empty() ? &file->rules : nullptr;
    }
};
// False: the reason has been printed, and `code` is what the command ends with.
[[nodiscard]] bool find_dialect(Context& context, std::string const& name, NamedDialect& out,
                                int& code);

struct Opened {
    OpenInput input;
    NamedDialect named;
    iso8583::Dialect const* dialect = nullptr;
    FramingChoice framing;
    std::size_t skip_bytes = 0;
    bool is_guessed = false;  // dialect, framing or header by diagnosis
    std::string guessed;      // "87ascii, framing binary2": what was guessed, for people
    std::unique_ptr<Input> messages;
};
// nullptr: the reason has been printed and `code` is what the command ends with.
[[nodiscard]] std::unique_ptr<Opened> open_messages(Context& context, SourceOptions const& options,
                                                    int& code);

}  // namespace turnout::cli::message
