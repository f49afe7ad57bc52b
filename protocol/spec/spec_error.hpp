// What is wrong with a dialect file or with a file to import: where, what, and what to do about it.
// Errors never quote more than the key or word that is wrong. Allocates; for start-up and tools.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace turnout::spec {

struct SpecError {
    std::string file;     // as the caller named it
    unsigned line = 0;    // from 1; 0 when the whole file is meant
    unsigned column = 0;  // from 1, in bytes
    std::string path;     // JSON pointer (RFC 6901) or XML element, "/fields/2/max"; may be empty
    std::string what;     // one sentence without a full stop
    std::string remedy;   // what to do; never empty

    friend bool operator==(SpecError const&, SpecError const&) = default;
};

using SpecErrors = std::vector<SpecError>;

// "file:line:column: /path: what: remedy", without the parts that are not there.
[[nodiscard]] std::string describe(SpecError const& error);
// One a line.
[[nodiscard]] std::string describe(SpecErrors const& errors);

inline constexpr std::size_t kSpecBytesMax = 1U << 20U;  // of one file
inline constexpr std::size_t kSpecErrorsMax = 100;       // further ones are only counted

// A text with a name, and the errors found in it. Borrows text and list.
class SpecReport {
public:
    SpecReport(std::string file, std::string_view text, SpecErrors& errors);

    // `at`: byte in the text; behind its end counts as the end.
    void add(std::size_t at, std::string path, std::string what, std::string remedy);
    // Errors so far, of this text and of others that share the list.
    [[nodiscard]] std::size_t count() const noexcept { return errors_.size(); }
    [[nodiscard]] unsigned line_of(std::size_t at) const noexcept;
    [[nodiscard]] std::string const& file() const noexcept { return file_; }
    [[nodiscard]] std::string_view text() const noexcept { return text_; }

private:
    std::string file_;
    std::string_view text_;
    SpecErrors& errors_;
    std::vector<std::size_t> line_starts_;
};

// The candidate that differs least from `word`, when it is near enough to be a slip of the pen;
// empty otherwise.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::vector<std::string_view> const& candidates);

}  // namespace turnout::spec
