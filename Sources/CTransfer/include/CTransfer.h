// HTTP transfers by libcurl, whose `curl_easy_setopt` is variadic and out of Swift's reach, and
// SHA-256 by OpenSSL's libcrypto, which libcurl links anyway.
//
// libcrypto and not libsodium: it uses the processor's SHA instructions (measured on one core of
// an AMD EPYC: 1770 MB/s against 255 MB/s).
#ifndef CTRANSFER_H
#define CTRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  zooTransferMessageSize = 256,
  zooAddressSchemeSize = 16,
  zooAddressHostSize = 264,
  /// Most bytes of a URL that is followed.
  zooAddressSize = 8192,
  zooDigestSize = 32,
};

/// How a transfer ended.
typedef enum __attribute__((enum_extensibility(closed))) {
  zooTransferDone = 0,
  /// A callback returned false.
  zooTransferStopped,
  /// The host's name has no address.
  zooTransferUnknownHost,
  /// No connection to the host, or none in time.
  zooTransferNoConnection,
  /// The connection ended before the answer did.
  zooTransferCut,
  /// Fewer bytes a second than demanded, for longer than allowed.
  zooTransferSlow,
  /// The server's certificate is not to be trusted, or can't be checked.
  zooTransferBadCertificate,
  /// Anything else; the message tells.
  zooTransferOther,
} ZooTransferOutcome;

/// One request; redirects are not followed.
typedef struct {
  const char *url;
  /// GET where it is NULL.
  const char *method;
  /// What is sent, where it is not NULL, with its type among the headers.
  const void *body;
  size_t bodyCount;
  /// The path of a file that is sent in place of the body, or NULL.
  const char *file;
  /// Lines such as "Name: value", ended by NULL; or NULL.
  const char *const *headers;
  /// The one scheme that may be spoken.
  const char *scheme;
  const char *userAgent;
  /// First byte asked for; 0 asks for the whole file.
  int64_t offset;
  /// Value of the If-Range header, or NULL.
  const char *validator;
  /// Whether proxies of the environment are passed by.
  bool isDirect;
  long connectTimeoutMilliseconds;
  long slowestBytesPerSecond;
  long slowSeconds;
  void *context;
  /// A header line, the status line and the empty one included.
  bool (*onHeader)(void *context, const uint8_t *bytes, size_t count);
  bool (*onBody)(void *context, const uint8_t *bytes, size_t count);
  /// Called about once a second or more often, whether bytes arrive or not.
  bool (*onWait)(void *context);
} ZooTransferRequest;

/// Prepares libcurl for the process; call it once, before anything else. False when it can't.
bool zooTransferSetUp(void);

/// Sends the request and hands the answer to the callbacks; `message` gets libcurl's reason.
ZooTransferOutcome zooTransferPerform(const ZooTransferRequest *request, char *message);

/// Parts of a URL, as libcurl will read it when connecting.
typedef struct {
  char scheme[zooAddressSchemeSize];
  char host[zooAddressHostSize];
  bool hasUser;
} ZooAddress;

/// Reads an absolute URL; false when it is none, or a part is too long.
bool zooAddressParse(const char *url, ZooAddress *address);

/// The absolute URL of `reference`, itself absolute or relative to `base`, in `result` of
/// `zooAddressSize` bytes; false when there is none.
bool zooAddressResolve(const char *base, const char *reference, char *result);

/// A SHA-256 under way.
typedef struct ZooDigest ZooDigest;

/// NULL when libcrypto offers no SHA-256.
ZooDigest *zooDigestCreate(void);
bool zooDigestUpdate(ZooDigest *digest, const void *bytes, size_t count);
/// Writes `zooDigestSize` bytes; the digest is good for nothing but destruction afterwards.
bool zooDigestFinish(ZooDigest *digest, uint8_t *result);
void zooDigestDestroy(ZooDigest *digest);

#endif
