// Reads one scenario table and plays it. Grammar: tests/tables/README.md.
#pragma once
#include "tests/unit/switch/engine/world.hpp"

#include <optional>

namespace turnout::engine::test {

class ScenarioRunner {
public:
    explicit ScenarioRunner(std::string path) : path_(std::move(path)) {}
    // Failures are GoogleTest failures with file and line.
    void run();
    [[nodiscard]] std::size_t lines() const { return lines_; }

private:
    using Words = std::vector<std::string>;
    struct Said {  // an event of this scenario that later lines refer to
        Command command{};
        Effect effect{};
    };

    void line(std::string const& text);
    void configure(Words const& words);
    void event(Words left, Words const& right);
    void expect(Effect const& effect, Words const& right);
    void expect_balance(std::string const& key, std::string const& value);
    void expect_records(std::string const& value) const;
    [[nodiscard]] Command message(Words const& words, std::uint16_t mti);
    void set(Command& command, std::string const& key, std::string const& value);
    void set_text(Command& command, std::string const& key, std::string const& value);
    [[nodiscard]] Command complete(std::uint16_t mti, Command const& hold);

    std::string path_;
    std::optional<World> world_;
    std::map<std::string, Said> said_;
    std::string label_;
    bool by_rrn_ = false, by_de90_ = false;
    std::size_t lines_ = 0;
};

}  // namespace turnout::engine::test
