// A dialect made at run time, which owns all that it names: the result of loading a file. Immovable
// content behind one pointer, so that dialect() keeps its address when the buffer moves.
// No global state; safe to read from any thread.
#pragma once
#include "protocol/iso8583/dialect.hpp"

#include <memory>
#include <string>
#include <vector>

namespace turnout::iso8583 {

// What a dialect is made of, in owning types. Start from a built-in one with source_of().
struct DialectSource {
    struct Header {
        HeaderKind kind = HeaderKind::bytes;
        std::uint8_t size_bytes = 0;
        std::string name;
        std::string value;  // raw bytes
    };
    struct Subfield {
        std::uint64_t id = 0;
        FieldSpec spec;
        std::string name;
    };
    std::string name;
    MessageForm form;
    FieldTable fields{};
    std::array<std::string, kFieldsMax + 1> names;
    std::vector<Header> header;
    std::vector<NestedSpec> nested;
    std::vector<Subfield> subfields;
};

// Everything that `dialect` says, for deriving another one from it.
[[nodiscard]] DialectSource source_of(Dialect const& dialect);

// What is wrong with a source. `de` or `subfield` (index) say where, when it is there.
struct SourceProblem {
    enum class Where : std::uint8_t { nowhere = 0, field, header, nested, subfield };
    Where where = Where::nowhere;
    std::size_t index = 0;                 // DE number, or index in the vector of that name
    SpecProblem spec = SpecProblem::none;  // field and subfield: what is wrong with its spec
    std::string_view reason;               // one line for people, without a value; static storage
    [[nodiscard]] bool ok() const noexcept { return reason.empty(); }
};
[[nodiscard]] SourceProblem problem_of(DialectSource const& source) noexcept;
[[nodiscard]] std::string_view meaning(SpecProblem problem) noexcept;

class DialectBuffer {
public:
    // `source` has no problem: TURNOUT_CHECK otherwise, as the caller has asked problem_of().
    explicit DialectBuffer(DialectSource source);
    // Valid as long as this buffer, or the one that it was moved into, lives.
    [[nodiscard]] Dialect const& dialect() const noexcept { return content_->dialect; }

private:
    struct Content {
        DialectSource source;
        FieldNames names{};
        std::vector<HeaderPiece> header;
        std::vector<SubfieldSpec> subfields;
        Dialect dialect{};
    };
    std::unique_ptr<Content> content_;
};

}  // namespace turnout::iso8583
