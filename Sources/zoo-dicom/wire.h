// What the worker and its parent say to each other; the other side is `Sources/DICOM/Worker`.
//
// The parent writes a request to the worker's standard input, a socket; the worker answers there. Pixels
// lie in a memory file both have, descriptor 3. Numbers are little-endian as this machine has them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

enum : uint32_t {
  requestMagic = 0x32524451,
  replyMagic = 0x31445251,
  /// The frame that a request asks for, from 0; or one of these.
  onlyFrame = 0xffffffff,
  middleFrame = 0xfffffffe,
  /// The header is wanted alone.
  noFrame = 0xfffffffd,
};

enum class Status : uint32_t {
  done = 0,
  damaged = 1,
  noPixels = 2,
  manyFrames = 3,
  noSuchFrame = 4,
  unsupported = 5,
  tooLarge = 6,
  noMemory = 7,
};

struct RequestHead {
  uint32_t magic;
  uint32_t frame;
  uint32_t tagCount;
  uint32_t pathLength;
  /// Threads that one file may be decoded by.
  uint32_t threads;
};

struct Request {
  uint32_t frame;
  uint32_t threads;
  std::vector<uint32_t> tags;
  std::string path;
};

struct ReplyHead {
  uint32_t magic = replyMagic;
  uint32_t status = 0;
  uint32_t messageLength = 0;
  uint32_t recordLength = 0;
  /// Bytes of the frame in the memory file.
  uint64_t pixelLength = 0;
  /// Bytes that the file holds for all frames, where they are not compressed.
  uint64_t storedLength = 0;
  uint32_t frames = 0;
  /// The frame that was read, from 0.
  uint32_t frame = 0;
};

/// What stands in a file, and what the worker itself found out, each by its tag.
enum : uint32_t {
  colourModelTag = 0xffff0001,
  transferSyntaxTag = 0xffff0002,
  streamPrecisionTag = 0xffff0003,
  /// Whether a JPEG 2000 stream's samples are signed: 1 or 0.
  streamSignTag = 0xffff0004,
  windowTablesTag = 0xffff0005,
  /// The elements, as `0028,1050` with backslashes between, whose values are no text or too long.
  unreadTag = 0xffff0006,
};

/// Where an element stands.
enum class Scope : uint32_t { file = 0, modalityTable = 1, windowTable = 2 };

/// How its value is written.
enum class Form : uint32_t { text = 0, words = 1, signedWords = 2 };

struct Reply {
  ReplyHead head;
  std::string message;
  std::string records;
  /// What `unreadTag` tells.
  std::string unread;

  void add(uint32_t tag, Scope scope, Form form, const void *bytes, size_t length);
  void add(uint32_t tag, const std::string &text);
};

/// Why a file is not read.
struct Refusal {
  Status status;
  std::string message;
};

/// Reads a request; false at the end of the conversation.
bool receive(Request &request);
/// Writes a reply; false where nobody reads it.
bool send(Reply &reply);
