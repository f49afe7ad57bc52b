# One static library per module of the floor table; the link graph repeats the table, so a
# forbidden include also fails to link. Sources are listed by name, never globbed.

# turnout_module(NAME SOURCES a.cpp ... DEPS other_module lib ...)
function(turnout_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}>)
  target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE $<BUILD_INTERFACE:turnout_warnings>)
endfunction()

# turnout_program(NAME SOURCES ... DEPS ...)
function(turnout_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} turnout_warnings)
endfunction()

# turnout_test(NAME LABEL unit SOURCES ... DEPS ...): a GoogleTest program, one CTest case.
function(turnout_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  turnout_program(${name} SOURCES ${ARG_SOURCES} DEPS ${ARG_DEPS} GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT})
endfunction()

# turnout_fuzz(NAME SOURCES ... DEPS ...): a libFuzzer target, only in the preset 'fuzz'. Its corpus
# is tests/fuzz/corpus/NAME.
function(turnout_fuzz name)
  if(NOT TURNOUT_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  turnout_program(${name} SOURCES ${ARG_SOURCES} DEPS ${ARG_DEPS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_property(GLOBAL APPEND PROPERTY TURNOUT_FUZZ_TARGETS ${name})
endfunction()
