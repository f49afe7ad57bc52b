// One line per command; a new command adds its line here and in the table of commands.cpp.
#pragma once
#include "tools/cli/command.hpp"

namespace turnout::cli {

extern Command const kLoadCommand;
extern Command const kReplayCommand;
extern Command const kJournalVerifyCommand;
extern Command const kJournalCatCommand;
extern Command const kJournalStatCommand;
extern Command const kLedgerTrialBalanceCommand;
extern Command const kLedgerAccountsCommand;
extern Command const kConfigCheckCommand;
extern Command const kConfigDefaultCommand;
extern Command const kConfigShowCommand;
extern Command const kMessageViewCommand;
extern Command const kMessageValidateCommand;
extern Command const kMessageDiffCommand;
extern Command const kMessageRedactCommand;
extern Command const kMessageConvertCommand;
extern Command const kMessageBuildCommand;
extern Command const kMessageDoctorCommand;
extern Command const kMessageSpecsCommand;
extern Command const kMessageSpecsShowCommand;
extern Command const kMessageSpecCheckCommand;
extern Command const kMessageSpecImportCommand;
extern Command const kVersionCommand;

}  // namespace turnout::cli
