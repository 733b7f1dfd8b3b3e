#include "wire.h"

#include <cerrno>
#include <unistd.h>

namespace {

constexpr int conversation = 0;
constexpr uint32_t mostTags = 4096;
constexpr uint32_t longestPath = 1 << 16;

bool readAll(void *bytes, size_t length) {
  auto *next = static_cast<char *>(bytes);
  while (length > 0) {
    const ssize_t count = read(conversation, next, length);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    next += count;
    length -= static_cast<size_t>(count);
  }
  return true;
}

bool writeAll(const void *bytes, size_t length) {
  const auto *next = static_cast<const char *>(bytes);
  while (length > 0) {
    const ssize_t count = write(conversation, next, length);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    next += count;
    length -= static_cast<size_t>(count);
  }
  return true;
}

}  // namespace

void Reply::add(uint32_t tag, Scope scope, Form form, const void *bytes, size_t length) {
  const uint32_t head[4] = {
      tag, static_cast<uint32_t>(scope), static_cast<uint32_t>(form), static_cast<uint32_t>(length)};
  records.append(reinterpret_cast<const char *>(head), sizeof head);
  records.append(static_cast<const char *>(bytes), length);
}

void Reply::add(uint32_t tag, const std::string &text) {
  add(tag, Scope::file, Form::text, text.data(), text.size());
}

bool receive(Request &request) {
  RequestHead head;
  if (!readAll(&head, sizeof head) || head.magic != requestMagic || head.tagCount > mostTags ||
      head.pathLength > longestPath || head.threads == 0) {
    return false;
  }
  request.frame = head.frame;
  request.threads = head.threads;
  request.tags.resize(head.tagCount);
  request.path.resize(head.pathLength);
  return readAll(request.tags.data(), head.tagCount * sizeof(uint32_t)) &&
         readAll(request.path.data(), head.pathLength);
}

bool send(Reply &reply) {
  reply.head.messageLength = static_cast<uint32_t>(reply.message.size());
  reply.head.recordLength = static_cast<uint32_t>(reply.records.size());
  return writeAll(&reply.head, sizeof reply.head) &&
         writeAll(reply.message.data(), reply.message.size()) &&
         writeAll(reply.records.data(), reply.records.size());
}
