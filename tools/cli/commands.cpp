#include "tools/cli/commands.hpp"

#include <array>

namespace turnout::cli {

std::span<Command const> commands()
{
    static std::array const kTable{
        kLoadCommand,
        kReplayCommand,
        kJournalVerifyCommand,
        kJournalCatCommand,
        kJournalStatCommand,
        kLedgerTrialBalanceCommand,
        kLedgerAccountsCommand,
        kConfigCheckCommand,
        kConfigDefaultCommand,
        kConfigShowCommand,
        kMessageViewCommand,
        kMessageValidateCommand,
        kMessageDiffCommand,
        kMessageRedactCommand,
        kMessageConvertCommand,
        kMessageBuildCommand,
        kMessageDoctorCommand,
        kMessageSpecsCommand,
        kMessageSpecsShowCommand,
        kMessageSpecCheckCommand,
        kMessageSpecImportCommand,
        kVersionCommand,
    };
    return kTable;
}

}  // namespace turnout::cli
