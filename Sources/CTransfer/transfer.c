#include "CTransfer.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

_Static_assert(zooTransferMessageSize >= CURL_ERROR_SIZE, "libcurl writes this many bytes");

bool zooTransferSetUp(void) { return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK; }

static size_t header(char *bytes, size_t size, size_t count, void *context) {
  const ZooTransferRequest *request = context;
  // Any other number than the one given ends the transfer.
  return request->onHeader(request->context, (const uint8_t *)bytes, size * count) ? size * count
                                                                                   : 0;
}

static size_t body(char *bytes, size_t size, size_t count, void *context) {
  const ZooTransferRequest *request = context;
  if (size * count == 0) return 0;
  return request->onBody(request->context, (const uint8_t *)bytes, size * count) ? size * count
                                                                                 : 0;
}

static int progress(
    void *context, curl_off_t total, curl_off_t now, curl_off_t upTotal, curl_off_t upNow) {
  const ZooTransferRequest *request = context;
  return request->onWait(request->context) ? 0 : 1;
}

/// Appends a header; false without memory.
static bool append(struct curl_slist **headers, const char *line) {
  struct curl_slist *longer = curl_slist_append(*headers, line);
  if (longer == NULL) return false;
  *headers = longer;
  return true;
}

/// The headers of the request; false when one doesn't fit or memory is out.
static bool makeHeaders(const ZooTransferRequest *request, struct curl_slist **headers) {
  // Compressed on the way, byte ranges and sizes would count other bytes than the file's.
  if (!append(headers, "Accept-Encoding: identity")) return false;
  // A server that does not know of it would be waited for.
  if (!append(headers, "Expect:")) return false;
  for (const char *const *line = request->headers; line != NULL && *line != NULL; line++) {
    if (!append(headers, *line)) return false;
  }
  if (request->offset == 0) return true;
  char line[512];
  int count = snprintf(line, sizeof line, "Range: bytes=%" PRId64 "-", request->offset);
  if (count < 0 || (size_t)count >= sizeof line || !append(headers, line)) return false;
  if (request->validator == NULL) return true;
  count = snprintf(line, sizeof line, "If-Range: %s", request->validator);
  return count >= 0 && (size_t)count < sizeof line && append(headers, line);
}

static ZooTransferOutcome outcome(CURL *handle, CURLcode code) {
  switch (code) {
  case CURLE_OK: return zooTransferDone;
  case CURLE_WRITE_ERROR:
  case CURLE_ABORTED_BY_CALLBACK: return zooTransferStopped;
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_RESOLVE_PROXY: return zooTransferUnknownHost;
  case CURLE_COULDNT_CONNECT: return zooTransferNoConnection;
  case CURLE_OPERATION_TIMEDOUT: {
    // Zero until the connection, TLS included, stands and the request goes out.
    curl_off_t ready = 0;
    curl_easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &ready);
    return ready > 0 ? zooTransferSlow : zooTransferNoConnection;
  }
  case CURLE_PARTIAL_FILE:
  case CURLE_SEND_ERROR:
  case CURLE_RECV_ERROR:
  case CURLE_GOT_NOTHING:
  case CURLE_HTTP2:
  case CURLE_HTTP2_STREAM:
  case CURLE_SSL_CONNECT_ERROR: return zooTransferCut;
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_ISSUER_ERROR: return zooTransferBadCertificate;
  default: return zooTransferOther;
  }
}

/// The file of trusted certificates that the environment names, as the curl program takes it; NULL
/// for the system's. Networks that inspect TLS need it.
static const char *certificates(void) {
  const char *path = getenv("CURL_CA_BUNDLE");
  if (path == NULL || path[0] == '\0') path = getenv("SSL_CERT_FILE");
  return path == NULL || path[0] == '\0' ? NULL : path;
}

/// The bytes of a file that is open.
static curl_off_t sizeOf(FILE *file) {
  struct stat status;
  return fstat(fileno(file), &status) == 0 ? (curl_off_t)status.st_size : 0;
}

/// Sets every option; the first failure stays.
static CURLcode setOptions(
    CURL *handle, const ZooTransferRequest *request, FILE *file, struct curl_slist *headers,
    char *message) {
  CURLcode code = CURLE_OK;
#define SET(option, value) \
  if (code == CURLE_OK) code = curl_easy_setopt(handle, option, value)
  SET(CURLOPT_ERRORBUFFER, message);
  SET(CURLOPT_URL, request->url);
  SET(CURLOPT_PROTOCOLS_STR, request->scheme);
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_USERAGENT, request->userAgent);
  SET(CURLOPT_HTTPHEADER, headers);
  // Signals belong to the program (Basics.Interruption); see `performQuietly` for the broken pipe.
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_BUFFERSIZE, 256L * 1024);
  SET(CURLOPT_CONNECTTIMEOUT_MS, request->connectTimeoutMilliseconds);
  SET(CURLOPT_LOW_SPEED_LIMIT, request->slowestBytesPerSecond);
  SET(CURLOPT_LOW_SPEED_TIME, request->slowSeconds);
  // The limit for the whole is the caller's: it grows with what has come, over all tries (`onWait`).
  if (certificates() != NULL) SET(CURLOPT_CAINFO, certificates());
  if (request->isDirect) SET(CURLOPT_NOPROXY, "*");
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  SET(CURLOPT_HEADERFUNCTION, header);
  SET(CURLOPT_HEADERDATA, (void *)request);
  SET(CURLOPT_WRITEFUNCTION, body);
  SET(CURLOPT_WRITEDATA, (void *)request);
  SET(CURLOPT_NOPROGRESS, 0L);
  SET(CURLOPT_XFERINFOFUNCTION, progress);
  SET(CURLOPT_XFERINFODATA, (void *)request);
  if (file != NULL) {
    // libcurl reads it by fread.
    SET(CURLOPT_UPLOAD, 1L);
    SET(CURLOPT_READDATA, (void *)file);
    SET(CURLOPT_INFILESIZE_LARGE, sizeOf(file));
  } else if (request->body != NULL) {
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->bodyCount);
    SET(CURLOPT_POSTFIELDS, request->body);
  }
  if (request->method != NULL) SET(CURLOPT_CUSTOMREQUEST, request->method);
#undef SET
  return code;
}

/// Performs with SIGPIPE held back in this thread and dropped: without its own handling of signals
/// libcurl lets OpenSSL raise it on a connection that the server has closed.
static CURLcode performQuietly(CURL *handle) {
  sigset_t brokenPipe, before, pending;
  sigemptyset(&brokenPipe);
  sigaddset(&brokenPipe, SIGPIPE);
  sigemptyset(&pending);
  sigpending(&pending);
  bool wasPending = sigismember(&pending, SIGPIPE) == 1;
  bool isBlocked = pthread_sigmask(SIG_BLOCK, &brokenPipe, &before) == 0;
  CURLcode code = curl_easy_perform(handle);
  if (!isBlocked) return code;
  struct timespec now = {0, 0};
  if (!wasPending) sigtimedwait(&brokenPipe, NULL, &now);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return code;
}

ZooTransferOutcome zooTransferPerform(const ZooTransferRequest *request, char *message) {
  message[0] = '\0';
  CURL *handle = curl_easy_init();
  struct curl_slist *headers = NULL;
  if (handle == NULL || !makeHeaders(request, &headers)) {
    snprintf(message, zooTransferMessageSize, "the request can't be made");
    curl_slist_free_all(headers);
    curl_easy_cleanup(handle);
    return zooTransferOther;
  }
  FILE *file = request->file == NULL ? NULL : fopen(request->file, "rbe");
  CURLcode code = request->file != NULL && file == NULL
                      ? CURLE_READ_ERROR
                      : setOptions(handle, request, file, headers, message);
  if (code == CURLE_OK) code = performQuietly(handle);
  ZooTransferOutcome result = outcome(handle, code);
  if (code != CURLE_OK && message[0] == '\0') {
    snprintf(message, zooTransferMessageSize, "%s", curl_easy_strerror(code));
  }
  curl_easy_cleanup(handle);
  curl_slist_free_all(headers);
  if (file != NULL) fclose(file);
  return result;
}
