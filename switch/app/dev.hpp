// The trial environment of --dev: a directory with configuration, key-encryption key and data,
// nothing else needed. Start-up only.
#pragma once
#include "switch/app/options.hpp"
#include "switch/base/config.hpp"

#include <string>

namespace turnout::app {

class DevEnvironment {
public:
    // Makes the directory (temporary unless options.data names one), writes turnout.toml with the
    // configuration in force, and a key file when there is none. Throws StartupError.
    explicit DevEnvironment(Options const& options);
    // Removes the directory when it was temporary.
    ~DevEnvironment();
    DevEnvironment(DevEnvironment const&) = delete;
    DevEnvironment& operator=(DevEnvironment const&) = delete;

    [[nodiscard]] Config const& config() const noexcept { return config_; }

private:
    void prepare(Options const& options);
    void clean_up() noexcept;

    std::string directory_;
    bool temporary_ = false;
    Config config_;
};

}  // namespace turnout::app
