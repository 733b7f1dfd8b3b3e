// Decodes DICOM files for another process: what a damaged file does to the library, it does here.
#include "file.h"
#include "memory.h"
#include "wire.h"

#include <csignal>
#include <exception>
#include <new>
#include <unistd.h>

namespace {

/// One file, whatever happens in the library.
Reply answer(const Request &request) {
  Reply reply;
  try {
    readFile(request, reply);
  } catch (const Refusal &refusal) {
    reply.head.status = static_cast<uint32_t>(refusal.status);
    reply.message = refusal.message;
  } catch (const std::bad_alloc &) {
    reply.head.status = static_cast<uint32_t>(Status::noMemory);
    reply.message = "more memory is asked for than a file may take";
  } catch (const std::exception &error) {
    reply.head.status = static_cast<uint32_t>(Status::damaged);
    reply.message = error.what();
  } catch (...) {
    reply.head.status = static_cast<uint32_t>(Status::damaged);
    reply.message = "the library gave up";
  }
  return reply;
}

}  // namespace

int main() {
  if (isatty(0)) {
    static const char text[] = "zoo-dicom is run by zoo, to decode DICOM files; it does nothing by itself\n";
    return write(2, text, sizeof text - 1) < 0 ? 1 : 2;
  }
  signal(SIGPIPE, SIG_IGN);
  // A terminal sends this to the whole group; the parent decides when to stop.
  signal(SIGINT, SIG_IGN);
  // Whatever the parent left open is none of our business.
  close_range(4, ~0U, 0);
  limitWorker();
  startLibraries();
  Request request;
  while (receive(request)) {
    limitFile();
    Reply reply = answer(request);
    if (!reply.unread.empty()) reply.add(unreadTag, reply.unread);
    if (!send(reply)) break;
  }
  // Nothing is left to tidy up; the libraries' own tidying takes time and has had faults.
  _exit(0);
}
