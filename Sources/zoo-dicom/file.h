// One DICOM file: its elements, and one frame of its pixels.
#pragma once

#include "wire.h"

/// Registers the codecs and silences the library's log.
void startLibraries();

/// Fills the reply with what was asked for.
///
/// Throws a `Refusal` where the file or its pixels can't be read; the records that were found before stay.
void readFile(const Request &request, Reply &reply);
