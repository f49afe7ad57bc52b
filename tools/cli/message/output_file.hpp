// Where the messages of a command go: a file, or standard output.
#pragma once
#include "tools/cli/command.hpp"
#include "tools/cli/message/text_sink.hpp"

#include <fstream>
#include <optional>
#include <ostream>

namespace turnout::cli::message {

class OutputFile {
public:
    // An empty path and "-" are standard output. False when the file cannot be written.
    [[nodiscard]] bool open(Context& context, std::string const& path)
    {
        if (path.empty() || path == "-") {
            sink_.emplace(context.out());
            return true;
        }
        file_.open(path, std::ios::binary | std::ios::trunc);
        if (!file_) return false;
        sink_.emplace(file_);
        return true;
    }
    [[nodiscard]] TextSink& sink() noexcept { return *sink_; }
    // Writes what is left; false when anything could not be written.
    [[nodiscard]] bool close()
    {
        sink_->flush();
        if (file_.is_open()) file_.close();
        return sink_->good();
    }

private:
    std::ofstream file_;
    std::optional<TextSink> sink_;
};

}  // namespace turnout::cli::message
