// The dialect of a listener: a built-in one by name, or a file.
#include "protocol/iso8583/edition_1987.hpp"
#include "protocol/spec/dialect_file.hpp"
#include "switch/base/config_reader.hpp"

#include <filesystem>

#include <fmt/format.h>

namespace turnout::config_reader {

static constexpr std::string_view kFileEnding = ".json";

static std::optional<DialectProblem> load_file(ListenerConfig& listener, std::string const& base)
{
    auto const path = std::filesystem::path(base) / listener.dialect_name;
    auto loaded = spec::load_dialect(path.string());
    if (loaded.has_error()) {
        auto errors = spec::describe(loaded.error());
        while (errors.ends_with('\n'))
            errors.pop_back();
        return DialectProblem{
            fmt::format("'dialect' cannot be loaded:\n{}", errors),
            fmt::format("check it by itself: turnout message spec check {}", path.string())};
    }
    listener.dialect_custom = std::make_shared<iso8583::DialectBuffer const>(loaded->buffer());
    listener.dialect = &listener.dialect_custom->dialect();
    return {};
}

std::optional<DialectProblem> resolve_dialect(ListenerConfig& listener, std::string const& base)
{
    if (listener.dialect_name.ends_with(kFileEnding)) {
        if (auto problem = load_file(listener, base)) return problem;
    } else {
        listener.dialect = iso8583::dialect_by_name(listener.dialect_name);
    }
    if (listener.dialect == nullptr) {
        std::vector<std::string_view> names;
        for (auto const* dialect : iso8583::dialects())
            if (iso8583::problem_for_1987(*dialect).ok()) names.push_back(dialect->name);
        return DialectProblem{fmt::format("'dialect' cannot be '{}'", listener.dialect_name),
                              suggestion(listener.dialect_name, names) + ", or a file *.json"};
    }
    if (auto const problem = iso8583::problem_for_1987(*listener.dialect); !problem.ok())
        return DialectProblem{
            fmt::format("dialect '{}'{} {}", listener.dialect_name,
                        problem.de == 0 ? "" : fmt::format(": DE {}", problem.de), problem.reason),
            "the switch authorizes messages of the 1987 edition"};
    return {};
}

}  // namespace turnout::config_reader
