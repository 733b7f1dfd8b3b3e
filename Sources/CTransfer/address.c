#include "CTransfer.h"

#include <curl/curl.h>
#include <string.h>

/// Copies a part of the URL; false when it is missing or doesn't fit.
static bool copyPart(CURLU *handle, CURLUPart part, char *result, size_t capacity) {
  char *text = NULL;
  if (curl_url_get(handle, part, &text, 0) != CURLUE_OK || text == NULL) return false;
  size_t count = strlen(text);
  bool fits = count < capacity;
  if (fits) memcpy(result, text, count + 1);
  curl_free(text);
  return fits;
}

static bool hasPart(CURLU *handle, CURLUPart part) {
  char *text = NULL;
  bool found = curl_url_get(handle, part, &text, 0) == CURLUE_OK && text != NULL;
  curl_free(text);
  return found;
}

bool zooAddressParse(const char *url, ZooAddress *address) {
  memset(address, 0, sizeof *address);
  CURLU *handle = curl_url();
  if (handle == NULL) return false;
  bool isRead = curl_url_set(handle, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
                copyPart(handle, CURLUPART_SCHEME, address->scheme, sizeof address->scheme);
  if (isRead) {
    address->hasUser = hasPart(handle, CURLUPART_USER) || hasPart(handle, CURLUPART_PASSWORD);
    // A file URL has no host.
    isRead = copyPart(handle, CURLUPART_HOST, address->host, sizeof address->host) ||
             strcmp(address->scheme, "file") == 0;
  }
  curl_url_cleanup(handle);
  return isRead;
}

bool zooAddressResolve(const char *base, const char *reference, char *result) {
  CURLU *handle = curl_url();
  if (handle == NULL) return false;
  bool isResolved =
      curl_url_set(handle, CURLUPART_URL, base, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
      curl_url_set(handle, CURLUPART_URL, reference, CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE) ==
          CURLUE_OK &&
      copyPart(handle, CURLUPART_URL, result, zooAddressSize);
  curl_url_cleanup(handle);
  return isResolved;
}
