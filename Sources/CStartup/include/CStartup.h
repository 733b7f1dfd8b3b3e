#pragma once

#include <stdint.h>

/// The bytes of address space that the process may take (`ulimit -v`); 0 where there is no limit.
uint64_t zooAddressSpaceLimit(void);

/// The bytes of address space that the process takes now; 0 where that is not known.
uint64_t zooAddressSpaceTaken(void);

/// The bytes of address space that OpenBLAS sets aside for each of its threads.
uint64_t zooBlasBuffer(void);

/// The bytes of address space that the program wants besides, for models and images.
uint64_t zooOwnSpace(void);
