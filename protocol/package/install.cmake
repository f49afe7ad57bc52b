# `cmake --install`: the library alone, headers under include/turnout so that
# #include "protocol/iso8583/message_view.hpp" is the same here and at the consumer's.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(modules turnout_protocol_core turnout_protocol_wire turnout_iso8583)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/turnout-iso8583)

foreach(module ${modules})
  string(REPLACE "turnout_" "" exported ${module})
  set_target_properties(${module} PROPERTIES EXPORT_NAME ${exported})
  target_include_directories(${module} INTERFACE
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/turnout>)
  target_compile_features(${module} PUBLIC cxx_std_20)
endforeach()
install(TARGETS ${modules} EXPORT turnout-iso8583Targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY core wire iso8583
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/turnout/protocol FILES_MATCHING PATTERN "*.hpp")
install(EXPORT turnout-iso8583Targets NAMESPACE turnout:: DESTINATION ${package_dir})

set(TURNOUT_BOOST_VERSION ${Boost_VERSION_MAJOR}.${Boost_VERSION_MINOR})
configure_package_config_file(package/turnout-iso8583Config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/turnout-iso8583Config.cmake INSTALL_DESTINATION ${package_dir})
# 0.x: a consumer asks for the minor version that it was written for.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/turnout-iso8583ConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
# The description leads to the prefix from where it lies, so that the tree can be moved.
file(RELATIVE_PATH TURNOUT_PC_PREFIX
  /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" TURNOUT_PC_PREFIX "${TURNOUT_PC_PREFIX}")
configure_file(package/turnout-iso8583.pc.in ${CMAKE_CURRENT_BINARY_DIR}/turnout-iso8583.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/turnout-iso8583Config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/turnout-iso8583ConfigVersion.cmake
        DESTINATION ${package_dir})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/turnout-iso8583.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
