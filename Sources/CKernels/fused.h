// A product and the sum it goes into are one instruction, rounded once, where the processor has one. The first
// line of every file here: it holds to the file's end, for the headers of intrinsics, too.
#pragma clang fp contract(fast)
